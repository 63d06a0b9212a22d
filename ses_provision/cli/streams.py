"""Standard output and error: readable in whatever encoding they have; documents are UTF-8.

Pipes on Windows take cp1252, a bare locale takes ASCII: signs that such a stream cannot show become
ASCII, so that no text is lost and no write fails.
"""

from __future__ import annotations

import codecs
import re
import sys
from io import TextIOWrapper
from typing import IO

SIGNS = {
    "✔": "v",
    "✘": "x",
    "→": "->",
    "…": "...",
    "–": "-",
    "—": "--",
    "•": "*",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
}
LINES = {"─": "-", "━": "-", "═": "=", "│": "|", "┃": "|", "║": "|"}
CORNERS = range(0x2500, 0x2580)
"""Unicode's block of box drawing."""

IN_ASCII = "ses_provision.in_ascii"
"""The name under which Python's codecs know `replaced`."""

PADDING = re.compile(r" {2,}")


def plain(character: str) -> str:
    """A character in ASCII: its look where it is a sign, else its number as Python writes it."""
    if character in SIGNS:
        return SIGNS[character]
    if ord(character) in CORNERS:
        return LINES.get(character, "+")
    return character.encode("ascii", "backslashreplace").decode("ascii")


def replaced(error: UnicodeError) -> tuple[str, int]:
    """What is written where a stream cannot encode (the protocol of `codecs.register_error`)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(plain, error.object[error.start : error.end])), error.end


codecs.register_error(IN_ASCII, replaced)


def prepare() -> None:
    """Let no write to standard output and error fail for a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=IN_ASCII)


def legible(text: str, encoding: str) -> str:
    """Text as an encoding can show it, with its columns where they were."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(in_columns(line, encoding) for line in text.splitlines(keepends=True))
    return text


def in_columns(line: str, encoding: str) -> str:
    """A line as an encoding can show it. Longer signs take their room from the padding after."""
    shown, longer = "", 0
    for piece in re.split(f"({PADDING.pattern})", line):
        if PADDING.fullmatch(piece):
            taken = min(longer, len(piece) - 1)
            shown, longer = shown + piece[taken:], longer - taken
        else:
            written = piece.encode(encoding, IN_ASCII).decode(encoding)
            shown, longer = shown + written, longer + len(written) - len(piece)
    return shown


def write_document(stream: IO[str], text: str) -> None:
    """Write what machines read: UTF-8, whatever encoding the stream has."""
    if not isinstance(stream, TextIOWrapper):  # text that stays in memory
        stream.write(text)
        return
    encoding, errors = stream.encoding, stream.errors
    stream.reconfigure(encoding="utf-8", errors=IN_ASCII)
    try:
        stream.write(text)
        stream.flush()
    finally:
        stream.reconfigure(encoding=encoding, errors=errors)
