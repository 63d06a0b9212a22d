"""What is told while something is awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from ses_provision.cli.run import Run
    from ses_provision.render.progress import Progress


def progress(run: Run) -> Progress:
    """What tells of a wait, unless with --quiet."""
    from ses_provision.render.progress import Progress

    def tell(text: Text) -> None:
        if not run.quiet:
            run.tell(text)

    return Progress(run.life, tell, run.world.now)
