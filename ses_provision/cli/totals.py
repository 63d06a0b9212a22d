"""The line at the end of every apply and destroy, however it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from ses_provision.cli.run import Run


@contextmanager
def totalled(run: Run, total: Callable[[float, bool], Text]) -> Iterator[None]:
    """Show what came of the block: its seconds, and whether it came to its end."""
    began, ended = run.world.now(), False
    try:
        yield
        ended = True
    finally:
        seconds = max(0.0, (run.world.now() - began).total_seconds())
        show_total(run, total(seconds, ended))


def show_total(run: Run, total: Text) -> None:
    """Show it, unless with --quiet."""
    if not run.quiet:
        run.show(total)
