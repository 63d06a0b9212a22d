"""How fast a service of one account and region is asked, when several environments ask it.

SESv2's control plane admits about one call a second in an account and region (SES Developer Guide,
service quotas), Route 53 five in an account (Route 53 Developer Guide, quotas). What comes too fast
is refused, and botocore tries it again after a pause; the more is thrown at it, the longer these
pauses grow, until it gives up. So few calls are under way together, and once one was refused for
its haste, each request waits for its turn, until some in a row have gone well.
"""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from ses_provision.dataclass import dataclass

TOGETHER = 4
"""How many calls to a paced service are under way together: a round of one environment."""

SECONDS_APART = {"sesv2": 1.1, "ses": 1.1, "route53": 0.22}
"""How far apart requests are where a service is slow: a little more, for they arrive unevenly."""

TOO_FAST = re.compile(r"Throttl|TooManyRequests|RequestLimitExceeded")
"""In the codes of refusals that mean "later"."""

GONE_WELL = 5
"""Requests in a row that AWS took, after which it is no longer slow; twice as many each time that
it proves to be slow again."""


def sleep(seconds: float) -> None:
    """Sleep, where one has to wait for a turn."""
    from ses_provision.outside import wait

    wait.real_sleep(seconds)


@dataclass
class Timetable:
    """When the next request may go. Times in seconds, on a clock of the caller's."""

    seconds_apart: float
    slow_for: int = 0
    """How many more requests have to go well until they may go at once."""
    next_at: float = 0.0
    patience: int = GONE_WELL

    def departure(self, now: float) -> float:
        """When a request that is wanted now may go: at once, or in its turn where AWS is slow."""
        if not self.slow_for:
            return now
        at = max(now, self.next_at)
        self.next_at = at + self.seconds_apart
        return at

    def heed(self, now: float, *, too_fast: bool) -> None:
        """Note how AWS took a request."""
        if not too_fast:
            self.slow_for = max(0, self.slow_for - 1)
            return
        if not self.slow_for:
            self.next_at = max(self.next_at, now + self.seconds_apart)
            self.slow_for, self.patience = self.patience, 2 * self.patience


class Paces:
    """The turns of the requests of one session, by service and region."""

    def __init__(
        self,
        sleep: Callable[[float], None] = sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tables: dict[tuple[str, str], Timetable] = {}
        self._lock = threading.Lock()
        self._sleep, self._now = sleep, now

    def listen(self, events: Any) -> None:
        """Hear of each request of botocore's clients before it is signed, and of each response."""
        for service in SECONDS_APART:
            events.register_first(f"request-created.{service}", partial(self.take_turn, service))
            events.register(f"response-received.{service}", partial(self.heed, service))

    def take_turn(self, service: str, request: Any, **_: Any) -> None:
        """Wait until a request may go."""
        with self._lock:
            now = self._now()
            pause = self._table(service, request.context).departure(now) - now
        if pause > 0:
            self._sleep(pause)

    def heed(
        self, service: str, context: Any, parsed_response: dict[str, Any] | None, **_: Any
    ) -> None:
        """Note whether AWS refused a request because it came too soon."""
        code = str(((parsed_response or {}).get("Error") or {}).get("Code", ""))
        with self._lock:
            table = self._table(service, context)
            table.heed(self._now(), too_fast=bool(TOO_FAST.search(code)))

    def _table(self, service: str, context: dict[str, Any]) -> Timetable:
        place = (service, str(context.get("client_region")))
        if place not in self._tables:
            self._tables[place] = Timetable(SECONDS_APART[service])
        return self._tables[place]


class Doors:
    """How many calls to a paced service may be under way together, by place."""

    def __init__(self) -> None:
        self._doors: dict[Any, threading.Semaphore] = defaultdict(
            lambda: threading.Semaphore(TOGETHER)
        )
        self._lock = threading.Lock()

    def to(self, service: str, *place: Any) -> threading.Semaphore:
        """What a call passes through."""
        if service not in SECONDS_APART:
            return threading.Semaphore()
        with self._lock:
            return self._doors[service, *place]
