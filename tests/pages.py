"""What the project says in Markdown: the README and the guides, and how to take them apart.

A block marked `sh` is for running: the tests run it. A block marked `console` shows commands after
a `$`, and what they print where something follows: the tests compare it.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

README = ROOT / "README.md"
GUIDES = ROOT / "ses_provision" / "guides"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"^    (.*)$", re.MULTILINE)
INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)$", re.MULTILINE)
COMMAND = re.compile(r"^ *(?:\$ |- run: )?(ses-provision .*)$", re.MULTILINE)


def pages() -> list[Path]:
    """The README, then the guides."""
    return [README, *sorted(GUIDES.glob("*.md"))]


WRITTEN = [page for page in pages() if page.stem != "reference"]
"""The pages that people write: the reference is made of the commands' own help."""


def said(page: Path) -> str:
    """What a page says."""
    return page.read_text(encoding="utf-8")


def guide(topic: str) -> str:
    """What the guide on a topic says."""
    return said(GUIDES / f"{topic}.md")


def fenced(markdown: str, language: str) -> list[str]:
    """The blocks of a language."""
    return [block for marked, block in FENCE.findall(markdown) if marked == language]


def prose(markdown: str) -> str:
    """A page without its blocks."""
    return FENCE.sub("", markdown)


def links(markdown: str) -> list[str]:
    """Where the links of a page lead that do not leave the project."""
    targets = LINK.findall(INLINE.sub("", prose(markdown)))
    return [target for target in targets if not target.startswith(("https:", "http:", "mailto:"))]


def anchors(markdown: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in HEADING.findall(prose(markdown)):
        name = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found


def command_lines(markdown: str) -> Iterator[list[str]]:
    """The command lines of ours that a page shows, in blocks and in passing, without the name."""
    text = prose(markdown)
    blocks = [block for _, block in FENCE.findall(markdown)] + INDENTED.findall(text)
    for line in COMMAND.findall("\n".join([*blocks, *inline(markdown)]).replace("\\\n", "")):
        yield words(line)


def inline(markdown: str) -> list[str]:
    """The code of a page that stands in its text."""
    return [" ".join(span.split()) for span in INLINE.findall(prose(markdown))]


def words(line: str) -> list[str]:
    """A command line of ours without its name, comment and redirection."""
    return shlex.split(re.split(r" +[#>] ", line)[0])[1:]
