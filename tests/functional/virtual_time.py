"""Time that passes only while everybody sleeps: what takes minutes takes none, in the same order.

Threads that work are counted; when the last of them goes to sleep, the clock moves to the earliest
of the moments they sleep until.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ses_provision.local import Clock


class VirtualTime:
    """The clock of a local AWS, moved by the sleep of those who use it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turn = threading.Condition()
        self._working = 0
        self._sleepers: list[float] = []
        self.now = 0.0

    @contextmanager
    def working(self) -> Iterator[None]:
        """This thread works while the block runs."""
        with self._turn:
            self._working += 1
        try:
            yield
        finally:
            with self._turn:
                self._working -= 1
                self._pass()

    def sleep(self, seconds: float) -> None:
        """Sleep, as a thread that works."""
        with self._turn:
            until = self.now + seconds
            self._sleepers.append(until)
            self._working -= 1
            self._pass()
            while self.now < until:
                self._turn.wait()
            self._working += 1

    def _pass(self) -> None:
        if self._working == 0 and self._sleepers:
            self._sleepers.sort()
            self._clock.advance(self._sleepers[0] - self.now)
            self.now = self._sleepers[0]
            self._sleepers = [until for until in self._sleepers if until > self.now]
            self._turn.notify_all()
