"""guide: the pages that come with the tool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from ses_provision import guides
from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.engine.values import plain
from ses_provision.errors import UsageError
from ses_provision.names import meant
from ses_provision.render import guide as text


def complete_topic(incomplete: str) -> list[str]:
    """Topics, for the shell."""
    return [guide.topic for guide in guides.guides() if guide.topic.startswith(incomplete)]


@without("env", "every", "config_dir", "profile", "local", "debug")
def guide(
    run: Run,
    topic: Annotated[
        str | None,
        typer.Argument(metavar="[TOPIC]", help="The topic.", autocompletion=complete_topic),
    ] = None,
) -> None:
    """Show a page of the guide, as Markdown where the output is no terminal.

    Without a topic: all of them, with a line on each.

    Example: ses-provision guide

    Example: ses-provision guide troubleshooting
    """
    found = guides.guides()
    if topic is None:
        run.extra["topics"] = [
            {"topic": page.topic, "title": page.title, "summary": page.summary} for page in found
        ]
        run.show(text.topics(found))
        return
    chosen = on(topic, found)
    run.extra["guide"] = plain(chosen)
    run.show(text.page(chosen) if run.out.is_terminal else Text(chosen.markdown.rstrip("\n")))


def on(topic: str, found: Sequence[guides.Guide]) -> guides.Guide:
    """The page on a topic."""
    pages = {guide.topic: guide for guide in found}
    if topic not in pages:
        raise UsageError(
            f"There is no guide on {topic}.{meant(topic, pages)}", f"Topics: {', '.join(pages)}."
        )
    return pages[topic]
