"""What is awaited: a live line on a terminal, plain timestamped lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from rich.live import Live
from rich.text import Text

from ses_provision.outside.wait import Looked, Sleep
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from rich.console import Console

TICK = 1.0  # seconds between refreshes of the live line


class Progress:
    """Shows what is awaited, for how long, why, and when the next look is."""

    def __init__(self, console: Console, now: Callable[[], datetime]) -> None:
        self._console = console
        self._now = now
        self._live: Live | None = None
        self._name = self._why = ""
        self._looked = Looked(0, 0.0, 0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the live line."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def waits(self, name: str, why: str, looked: Looked) -> None:
        """Something is awaited still."""
        self._name, self._why, self._looked = name, why, looked
        if not self._console.is_terminal:
            line = Text(f"{self._now():%Y-%m-%dT%H:%M:%SZ} {self._line(0).plain}")
            self._console.print(line, soft_wrap=True)
        elif self._live is None:
            self._live = Live(
                self._line(0), console=self._console, transient=True, auto_refresh=False
            )
            self._live.start(refresh=True)

    def sleeping(self, sleep: Sleep) -> Sleep:
        """A sleep that keeps the live line moving."""

        def sleeping(seconds: float) -> None:
            slept = 0.0
            while self._live is not None and slept + TICK < seconds:
                self._live.update(self._line(slept), refresh=True)
                sleep(TICK)
                slept += TICK
            sleep(seconds - slept)

        return sleeping

    def _line(self, slept: float) -> Text:
        elapsed, left = self._looked.elapsed + slept, self._looked.next_in - slept
        return Text(
            f"waiting for {self._name}, {clock(elapsed)} so far; next look in {left:.0f} s: "
            f"{safe(self._why)}"
        )


def clock(seconds: float) -> str:
    """A duration in minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
