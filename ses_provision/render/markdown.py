"""Foreign text in Markdown: it looks as it is written, and means nothing."""

from __future__ import annotations

import re

from ses_provision.render.message import WORD_JOINER, safe
from ses_provision.render.prose import pieces

SPECIAL = str.maketrans(
    {char: f"\\{char}" for char in "\\`*_[]<>|#"} | {"&": "&amp;", "@": f"@{WORD_JOINER}"}
)
"""What Markdown would take for its own. A word joiner keeps GitHub from mailing somebody who is
called like the domain of an address."""


def plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return safe(text).translate(SPECIAL)


def prose(text: str) -> str:
    """Prose as prose; the commands in it as code."""
    return "".join(code(said) if is_command else plain(said) for said, is_command in pieces(text))


def code(text: str) -> str:
    """Text as code: a table cell ends at a bar even in it."""
    shown = safe(text).replace("|", "\\|")
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    edge = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{edge}{shown}{edge}{fence}"
