"""Signs of life on a terminal: one line on standard error that says what is under way.

Nothing of it where nobody sees it: off a terminal, with --json, with --quiet. A thread draws the
line anew several times a second while something is under way, for whoever waits for AWS cannot.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from ses_provision.dataclass import dataclass
from ses_provision.render.life import Count, line

if TYPE_CHECKING:
    from rich.console import Console

    from ses_provision.outside.call import Call
    from ses_provision.outside.wait import Sleep

TICK = 0.2
"""Seconds between two looks at whether a sign is due."""
PATIENCE = 0.5
"""Seconds without any output after which the line appears; with a tick, less than a second."""
ERASED = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))


@dataclass(frozen=True)
class Doing:
    """Something under way, and since when."""

    said: Callable[[], str]
    since: float


class Questions:
    """The questions of one environment, as its reader counts them."""

    def __init__(self, life: SignsOfLife, name: str) -> None:
        self._life, self._name = life, name

    def asking(self, count: int) -> None:
        """Some more questions are under way."""
        self._life.counts(self._name, 0, count)

    def answered(self) -> None:
        """One of them is answered."""
        self._life.counts(self._name, 1, 0)

    def over(self) -> None:
        """All that was to be asked is."""
        self._life.forgets(self._name)


class SignsOfLife:
    """What is under way, and the line that says so."""

    def __init__(
        self,
        console: Console,
        is_wanted: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        *,
        ticks: bool = True,
    ) -> None:
        self._console, self._is_wanted, self.clock = console, is_wanted, clock
        self._ticks = ticks
        self._lock = threading.RLock()
        self._readings: dict[str, Count] = {}
        self._doing: list[Doing] = []
        self._reads_since = 0.0
        self._last = clock() - PATIENCE  # whoever waits has waited for Python already
        self._is_drawn = False
        self._ended = threading.Event()
        self._ticker: threading.Thread | None = None

    @property
    def shows(self) -> bool:
        """Whether there is somebody to see it."""
        terminal = self._console.file.isatty() and not self._console.is_dumb_terminal
        return terminal and self._is_wanted()

    def reading(self, name: str) -> Questions:
        """What counts the questions about an environment."""
        return Questions(self, name)

    def counts(self, name: str, answered: int, asked: int) -> None:
        """Questions about an environment were asked or answered."""
        with self._lock:
            if not self._readings:
                self._reads_since = self.clock()
            self._readings[name] = self._readings.get(name, Count()).and_then(answered, asked)
            self._begins()

    def forgets(self, name: str) -> None:
        """The questions about an environment are answered."""
        with self._lock:
            self._readings.pop(name, None)
            self._ends()

    @contextmanager
    def during(self, what: str | Callable[[], str], before: float = 0.0) -> Iterator[None]:
        """Say what is under way while the block runs, and was for some seconds before."""
        doing = Doing(what if callable(what) else lambda: what, self.clock() - before)
        with self._lock:
            self._doing.append(doing)
            self._begins()
        try:
            yield
        finally:
            with self._lock:
                self._doing.remove(doing)
                self._ends()

    @contextmanager
    def sending(self, call: Call) -> Iterator[None]:
        """Say which call AWS has not answered yet."""
        with self.during(f"{call.service} {call.operation}"):
            yield

    def sleeping(self, sleep: Sleep, why: str) -> Sleep:
        """A sleep that says why."""

        def sleeping(seconds: float) -> None:
            with self.during(why):
                sleep(seconds)

        return sleeping

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let something else be written, and count it as a sign of life."""
        with self._lock:
            self._erase()
            try:
                yield
            finally:
                self._last = self.clock()

    def tick(self) -> None:
        """Draw the line where a sign is due."""
        with self._lock:
            now, is_under_way = self.clock(), bool(self._doing or self._readings)
            if not (is_under_way and self.shows):
                return
            if self._is_drawn or now - self._last >= PATIENCE:
                since = [one.since for one in self._doing]
                since += [self._reads_since] if self._readings else []
                doing = [one.said() for one in self._doing]
                text = Text(line(doing, self._readings, now - min(since)), "dim")
                text.truncate(self._console.width - 3, overflow="ellipsis")
                self._console.control(ERASED)
                self._console.print(text, end="", no_wrap=True)
                self._console.file.flush()
                self._is_drawn, self._last = True, now

    def close(self) -> None:
        """Nothing is under way any more."""
        self._ended.set()
        with self._lock:
            self._erase()

    def _begins(self) -> None:
        if self._ticks and self._ticker is None and self.shows:
            self._ticker = threading.Thread(target=self._go_on, name="signs", daemon=True)
            self._ticker.start()

    def _ends(self) -> None:
        if not (self._doing or self._readings):
            self._erase()

    def _erase(self) -> None:
        if self._is_drawn:
            self._is_drawn = False
            self._console.control(ERASED)
            self._console.file.flush()

    def _go_on(self) -> None:
        while not self._ended.wait(TICK):
            self.tick()
