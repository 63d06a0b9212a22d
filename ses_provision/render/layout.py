"""Lines as a screen takes them: broken between words, and what goes on hangs under its beginning.

A renderer writes lines as long as they are; how wide the screen is, only the one who shows them
knows. A word that is longer than the screen (an ARN, the name of a record) is never cut: it stands
in a line of its own, for terminals keep such a line whole when it is copied. So does the value of a
record, although it has blanks. A command that does not fit is broken as a shell takes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from ses_provision.dataclass import dataclass
from ses_provision.render.message import safe
from ses_provision.render.prose import pieces

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

WHOLE, COMMAND = Style(meta={"kept": "whole"}), Style(meta={"kept": "command"})
"""Styles of what is not broken at its blanks, or only as a shell takes it."""

SIGNS = "-+~=!?·•→✔✘…"
BEGINNING = re.compile(rf" *(?:\d\d:\d\d:\d\d +)?(?:\d+\. |[{SIGNS}] )?")
"""The indentation of a line, its time, its number or its sign."""
COLUMN = re.compile(r".*?\S {2,}(?=\S)")
FARTHEST = 0.4
"""The part of a screen that the beginnings of lines may take for themselves."""
GOES_ON = " \\"


@dataclass(frozen=True)
class Folded:
    """Text that is folded at whatever width it is shown."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines; none of them is cut."""
        folded = fold(self.text, options.max_width)
        folded.no_wrap, folded.overflow = True, "ignore"
        yield folded


@dataclass(frozen=True)
class Piece:
    """A part of a line that stays together; `joins` says what it is when the line breaks before."""

    start: int
    end: int
    joins: bool = False


def whole(text: str) -> Text:
    """Foreign text that is not broken at its blanks: people copy it."""
    return Text(safe(text), WHOLE)


def command(text: str) -> Text:
    """A command, which is whole, or broken as a shell takes it."""
    return Text(safe(text), COMMAND)


def prose(text: str) -> Text:
    """Foreign prose; the commands in it are whole."""
    made = Text()
    for said, is_command in pieces(safe(text), "`"):
        made.append(said, COMMAND if is_command else "")
    return made


def fold(text: Text, width: int) -> Text:
    """Lines no longer than a width, but for words that are."""
    if all(cell_len(line) <= width for line in text.plain.split("\n")):
        return text
    lines = text.split("\n", allow_blank=True)
    return Text("\n").join(part for line in lines for part in folded(line, width))


def folded(line: Text, width: int) -> Iterator[Text]:
    """One line as several."""
    if cell_len(line.plain) <= width:
        yield line
        return
    hang, begun = hanging(line.plain, width), False
    start = end = 0
    for piece in fitting(line, width - hang):
        indent = hang if begun else 0
        goes_on = len(GOES_ON) if piece.joins else 0
        is_first = not begun and piece.start <= hang and line.plain[:end].strip() != ""
        if is_first and cell_len(line.plain[piece.start : piece.end]) > width:
            end = piece.end  # no line has room for it, so it stays beside its name
        elif end and indent + cell_len(line.plain[start : piece.end]) + goes_on > width:
            yield placed(line[start:end], indent, width) + (GOES_ON if piece.joins else "")
            begun, start = True, piece.start
        end = piece.end
    yield placed(line[start:end], hang if begun else 0, width)


def placed(part: Text, indent: int, width: int) -> Text:
    """A part of a line at its indentation; one that is long begins as far left as it needs."""
    room = width - cell_len(part.plain)
    return Text(" " * (min(indent, room) if room >= 0 else indent)) + part


def hanging(line: str, width: int) -> int:
    """How far the second line is indented: under the text after sign or column, else by two."""
    farthest = int(width * FARTHEST)
    column = COLUMN.match(line)
    if column and column.end() <= farthest:
        return column.end()
    beginning = BEGINNING.match(line)
    after = beginning.end() if beginning else 0
    has_sign = after > len(line) - len(line.lstrip())
    return min(after if has_sign else after + 2, farthest)


def fitting(line: Text, room: int) -> list[Piece]:
    """The pieces of a line: words, values that are whole, and commands while there is room."""
    found: list[Piece] = []
    for start, end, kept in stretches(line):
        shown, after = line.plain[start:end], line.plain[end:].partition(" ")[0]
        if kept == "whole" or (kept == "command" and cell_len(shown + after) <= room):
            found.append(Piece(start, end))
            continue
        words = [
            Piece(start + word.start(), start + word.end())
            for word in re.finditer(r"→ \S+|\S+", shown)
        ]
        if kept == "command":
            words = [replace(one, joins=True) for one in words]
            words[:2] = [Piece(start, words[:2][-1].end)]
        found += words
    return attached(line.plain, found)


def stretches(line: Text) -> Iterator[tuple[int, int, str]]:
    """The line in stretches of one kind: plain, whole, command."""
    at = 0
    for span in sorted(line.spans, key=lambda one: one.start):
        kept = span.style.meta.get("kept") if isinstance(span.style, Style) else None
        if kept and span.start >= at:
            if span.start > at:
                yield at, span.start, ""
            yield span.start, span.end, str(kept)
            at = span.end
    if at < len(line.plain):
        yield at, len(line.plain), ""


def attached(line: str, pieces: list[Piece]) -> list[Piece]:
    """Pieces between which there is a blank: a comma stays with the word before it, and an arrow
    with what it points to."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if last and (last.end == piece.start or line[last.start : last.end] == "→"):
            found[-1] = Piece(found[-1].start, piece.end, found[-1].joins)
        else:
            found.append(piece)
    return found
