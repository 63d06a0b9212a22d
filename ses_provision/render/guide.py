"""Guides on a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.guides import Guide

if TYPE_CHECKING:
    from rich.markdown import Markdown

BLOCK = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)([^)]+)\)")


def topics(found: Sequence[Guide]) -> Text:
    """The topics, a line each."""
    width = max(len(guide.topic) for guide in found)
    lines = [Text(f"  {guide.topic:<{width}}  {guide.summary}") for guide in found]
    return Text("\n").join([*lines, Text(), Text("More: ses-provision guide TOPIC"), Text()])


def page(guide: Guide) -> Markdown:
    """A page for a terminal, which cannot follow a relative link."""
    from rich.markdown import Markdown

    return Markdown(with_commands(guide.markdown), code_theme="ansi_dark", hyperlinks=False)


def with_commands(markdown: str) -> str:
    """Markdown whose links to other guides are the commands that show them."""
    parts = BLOCK.split(markdown)
    return "".join(part if BLOCK.fullmatch(part) else LINK.sub(in_words, part) for part in parts)


def in_words(link: re.Match[str]) -> str:
    """A relative link without its address: another guide by its command, a file by its name."""
    words, target = link[1], link[2].partition("#")[0]
    if "/" in target or not target.endswith(".md"):
        return words
    return f"{words} (`ses-provision guide {target.removesuffix('.md')}`)"
