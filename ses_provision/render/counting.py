"""How far a long row of calls is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from ses_provision.render.message import safe

if TYPE_CHECKING:
    from rich.console import Console

NOW_AND_THEN = 10  # lines for the whole row, where there is no terminal


class Counting:
    """Counts calls that are done."""

    def __init__(self, console: Console, what: str, count: int, *, shown: bool = True) -> None:
        self._console, self._what, self._count = console, safe(what), count
        self._shown = shown
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not (shown and console.is_terminal),
        )
        self._task = self._bar.add_task(self._what, total=count)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def at(self, done: int) -> None:
        """So many are done."""
        self._bar.update(self._task, completed=done)
        stride = max(1, self._count // NOW_AND_THEN)
        lines = self._shown and not self._console.is_terminal
        if lines and done < self._count and done % stride == 0:
            self._console.print(Text(f"{self._what}: {done} of {self._count}"), soft_wrap=True)
