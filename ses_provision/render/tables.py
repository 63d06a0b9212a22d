"""Tables of numbers: columns below one another, or a block for each row where there is no room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from ses_provision.render.layout import WHOLE

GAP = "  "
Row = Sequence[Text]


def table(heads: Sequence[str], rows: Sequence[Row], width: int) -> list[Text]:
    """The first column at the left, the others at the right; each row a block where the screen is
    narrower than that, without columns in which there is nothing."""
    every = [tuple(map(Text, heads)), *rows]
    widths = [max(cell_len(row[number].plain) for row in every) for number in range(len(heads))]
    if sum(widths) + len(GAP) * len(widths) <= width:
        lines = [aligned(row, widths) for row in every]
        lines[0].stylize("dim")
        return lines
    return [line for row in rows for line in block(heads, row)]


def aligned(row: Row, widths: Sequence[int]) -> Text:
    """A line of a table."""
    made = Text(GAP)
    for number, (held, width) in enumerate(zip(row, widths, strict=True)):
        room = " " * (width - cell_len(held.plain))
        made.append(GAP if number else "")
        made += held + Text(room) if number == 0 else Text(room) + held
    made.rstrip()
    return made


def block(heads: Sequence[str], row: Row) -> Iterator[Text]:
    """A row as a line with its name, and one with each column after its head."""
    yield Text(GAP) + row[0]
    told = [
        kept(Text(f"{head} ") + held)
        for head, held in zip(heads[1:], row[1:], strict=True)
        if held.plain
    ]
    yield Text(GAP * 2) + Text(", ").join(told)


def kept(text: Text) -> Text:
    """A head with its value, which stay beside each other."""
    text.stylize(WHOLE)
    return text
