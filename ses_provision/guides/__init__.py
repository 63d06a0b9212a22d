"""Pages for the people who use ses-provision, one a topic, as `TOPIC.md`.

A page opens with its title and with one line on what it is about; both are read from the page, so
that a new topic is a new file and nothing else. GitHub shows the pages as they are, `ses-provision
guide` shows them where the tool is installed. Links between them are relative, and go to other
pages by file name. Nothing but Markdown and the functions that find it lives here: how a page looks
on a terminal is the business of `render/guide.py`. The blocks marked `sh` are run by the tests.
"""

from __future__ import annotations

from importlib import resources

from ses_provision.dataclass import dataclass

__all__ = ["Guide", "guides", "parse"]


@dataclass(frozen=True)
class Guide:
    """A page: what it is called, what it is about in a line, and all of it."""

    topic: str
    title: str
    summary: str
    markdown: str


def guides() -> tuple[Guide, ...]:
    """Every page, by topic."""
    files = [file for file in resources.files(__name__).iterdir() if file.name.endswith(".md")]
    return tuple(
        parse(file.name.removesuffix(".md"), file.read_text(encoding="utf-8"))
        for file in sorted(files, key=lambda file: file.name)
    )


def parse(topic: str, markdown: str) -> Guide:
    """A page from its Markdown: the first heading, the first paragraph."""
    heading, paragraph, *_ = markdown.split("\n\n", 2)
    return Guide(topic, heading.removeprefix("# "), " ".join(paragraph.split()), markdown)
