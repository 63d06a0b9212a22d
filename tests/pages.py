"""What the project says in Markdown: the README and the guides."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import ROOT

README = ROOT / "README.md"
GUIDES = ROOT / "ses_provision" / "guides"


def pages() -> list[Path]:
    """The README, then the guides."""
    return [README, *sorted(GUIDES.glob("*.md"))]


def said(page: Path) -> str:
    """What a page says."""
    return page.read_text(encoding="utf-8")


def guide(topic: str) -> str:
    """What the guide on a topic says."""
    return said(GUIDES / f"{topic}.md")


def fenced(markdown: str, language: str) -> list[str]:
    """The blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", markdown, re.DOTALL | re.MULTILINE)
