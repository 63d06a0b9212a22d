"""Faults that the laws have found and that stand: by law and row, in plain words.

Each is expected to fail; once it is mended the test says so, and the line goes.
"""

FAULTS: dict[tuple[str, str], str] = {}
