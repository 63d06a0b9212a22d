"""Bars of one line: a letter for each day, as high as its value."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS, DIGITS = "▁▂▃▄▅▆▇█", "12345678"
NOTHING, NOTHING_PLAIN = "·", "."


def are_shown_in(encoding: str) -> bool:
    """Whether a stream can show blocks."""
    try:
        (BLOCKS + NOTHING).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def bars(values: Sequence[int], *, blocks: bool) -> str:
    """A letter for each value: a dot for nothing, the highest for the most."""
    letters, none = (BLOCKS, NOTHING) if blocks else (DIGITS, NOTHING_PLAIN)
    most = max(values, default=0)
    last = len(letters) - 1
    return "".join(letters[round(value * last / most)] if value else none for value in values)


def squeezed(values: Sequence[int], cells: int) -> list[int]:
    """Values for so many cells at most: neighbours in one, where only the oldest may be fewer."""
    size = in_a_cell(len(values), cells)
    ends = range(len(values), 0, -size)
    return [sum(values[max(0, end - size) : end]) for end in reversed(ends)]


def in_a_cell(count: int, cells: int) -> int:
    """How many values share a cell."""
    return max(1, -(-count // cells))
