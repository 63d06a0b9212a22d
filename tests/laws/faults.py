"""Faults that the laws have found and that stand: by law and row, in plain words.

Each is expected to fail; once it is mended the test says so, and the line goes.
"""

FAULTS: dict[tuple[str, str], str] = {}

IN_PAIRS: dict[tuple[str, str], str] = {}
"""Faults of a setting, whatever it is paired with; not each pair comes upon them."""


def in_pair(law: str, row: str) -> str:
    """The fault that one of two settings brings along, in words."""
    return next(
        (IN_PAIRS[law, part] for part in row.split(", and ") if (law, part) in IN_PAIRS), ""
    )
