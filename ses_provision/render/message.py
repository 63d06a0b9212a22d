"""The gate for foreign text, and errors as text.

What comes from AWS, DNS, files, variables or the command line was written by others. Before it is
printed it becomes one bounded line that steers neither a terminal nor a CI system.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.names import RUNNER_COMMAND

if TYPE_CHECKING:
    from ses_provision.errors import ProvisionError

LONGEST = 2000
"""Letters of one foreign text that are printed; JSON documents have all of it."""

# What the runner of GitHub Actions obeys at the beginning of a line, which a folded cell may
# become: `::name …::` (actions/runner, ActionCommand).
COMMANDS = (
    "add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|internal-set-repo-path|notice|"
    "remove-matcher|save-state|set-env|set-output|stop-commands|warning"
)
FORGED = re.compile(rf"::(?=(?:{COMMANDS})(?:\s|::))|{RUNNER_COMMAND}", re.IGNORECASE)

WORD_JOINER = "\u2060"
"""The one invisible character that we print ourselves, in Markdown."""


def safe(text: str, longest: int = LONGEST) -> str:
    """A foreign text as one line without control characters, bidi overrides and CI commands."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return FORGED.sub(lambda match: escaped(match[0][0]) + match[0][1:], printable(cut))


def printable(text: str) -> str:
    """A text whose line ends, control characters and overrides are escaped as Python does it."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def escaped(character: str) -> str:
    """A printable character as an escape."""
    return f"\\x{ord(character):02x}"


def plain(text: str) -> str:
    """Text of several lines without what could steer a terminal: the last gate of all output."""
    if text.isprintable():
        return text
    kept = {"\n", WORD_JOINER}
    return "".join(c if c in kept else printable(c) for c in text)


def error(value: ProvisionError, environment: str | None = None) -> Text:
    """What happened, and what to do next. Built as text: messages may hold brackets."""
    from ses_provision.render.layout import prose

    text = Text()
    text.append("error: ", style="bold red")
    text.append(f"{safe(environment)}: " if environment else "")
    text.append(prose(value.headline))
    for point in value.points:
        text.append("\n  • ").append(prose(point))
    if value.hint:
        text.append("\nhint: ", style="bold").append(prose(value.hint))
    return text
