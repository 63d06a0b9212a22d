"""How fast a service of one account and region is asked, when several environments ask it.

SESv2's control plane admits about one call a second in an account and region (SES Developer Guide,
service quotas). What comes too fast is refused, and botocore tries it again after a pause; the more
is thrown at it, the longer these pauses grow. So few calls are under way together, and once AWS has
called one too fast, the next go one after the other, until some in a row have gone well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ses_provision.outside import wait


@dataclass(frozen=True)
class Pacing:
    """How many calls may be under way together, and how far apart they are where AWS is slow."""

    together: int
    seconds_apart: float


PACED = {"sesv2": Pacing(4, 1.0), "ses": Pacing(4, 1.0), "route53": Pacing(5, 0.2)}
"""Route 53 admits five requests a second in an account (Route 53 Developer Guide, quotas)."""

FREELY = Pacing(1000, 0.0)


GONE_WELL = 5
"""Calls in a row that AWS took at once, after which it is no longer slow."""


@dataclass
class Timetable:
    """When the next call may go. Times in seconds, on a clock of the caller's."""

    seconds_apart: float
    slow_for: int = 0
    """How many more calls have to go well until they may go at once."""
    next_at: float = 0.0

    def departure(self, now: float) -> float:
        """When a call that is wanted now may go: at once, or in its turn where AWS is slow."""
        if not self.slow_for:
            return now
        at = max(now, self.next_at)
        self.next_at = at + self.seconds_apart
        return at

    def heed(self, *, too_fast: bool) -> None:
        """Note how AWS took a call."""
        self.slow_for = GONE_WELL if too_fast else max(0, self.slow_for - 1)


class Pace:
    """The turns of the calls to one service of one account and region."""

    def __init__(
        self,
        pacing: Pacing,
        sleep: Callable[[float], None] = wait.real_sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._few = threading.Semaphore(pacing.together)
        self._table = Timetable(pacing.seconds_apart)
        self._lock = threading.Lock()
        self._sleep, self._now = sleep, now

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a call may go, and count it as under way while the block runs."""
        with self._few:
            with self._lock:
                now = self._now()
                pause = self._table.departure(now) - now
            if pause > 0:
                self._sleep(pause)
            yield

    def heed(self, *, too_fast: bool) -> None:
        """Note whether AWS refused a call because it came too soon."""
        with self._lock:
            self._table.heed(too_fast=too_fast)
