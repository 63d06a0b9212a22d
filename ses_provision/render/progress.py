"""What is awaited: the line on a terminal, plain timestamped lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from rich.text import Text

from ses_provision.outside.wait import Looked, Sleep
from ses_provision.render.life import clock
from ses_provision.render.message import safe


class Life(Protocol):
    """The line on a terminal, and its clock."""

    clock: Callable[[], float]

    @property
    def shows(self) -> bool:
        """Whether there is somebody to see it."""

    def during(self, what: Callable[[], str], before: float) -> AbstractContextManager[None]:
        """Say what is under way while the block runs, and was for some seconds before."""


class Progress:
    """Shows what is awaited, for how long, why, and when the next look is."""

    def __init__(
        self, life: Life, tell: Callable[[Text], None], now: Callable[[], datetime]
    ) -> None:
        self._life, self._tell, self._now = life, tell, now
        self._name = self._why = ""
        self._looked = Looked(0, 0.0, 0.0)

    def waits(self, name: str, why: str, looked: Looked) -> None:
        """Something is awaited still."""
        self._name, self._why, self._looked = name, why, looked
        if not self._life.shows:
            so_far = f", {clock(looked.elapsed)} so far"
            self._tell(Text(f"{self._now():%Y-%m-%dT%H:%M:%SZ} {self._line(0, so_far)}"))

    def sleeping(self, sleep: Sleep) -> Sleep:
        """A sleep that counts down to the next look."""

        def sleeping(seconds: float) -> None:
            began = self._life.clock()
            with self._life.during(
                lambda: self._line(self._life.clock() - began), self._looked.elapsed
            ):
                sleep(seconds)

        return sleeping

    def _line(self, slept: float, so_far: str = "") -> str:
        left = max(0.0, self._looked.next_in - slept)
        name, why = safe(self._name), safe(self._why)
        return f"waiting for {name}{so_far}; next look in {left:.0f} s: {why}"
