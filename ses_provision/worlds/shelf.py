"""Connections that several environments share: one account is connected to once a run."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ses_provision.outside.aws import Connections

KEPT = 32
"""How many accounts stay connected. A set of clients takes 1.5 MiB and a dozen sockets."""


class Shelf:
    """The connections last used. What falls off is closed once nobody works with it any more."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._there: OrderedDict[Hashable, Connections] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, whose: Hashable, connect: Callable[[], Connections]) -> Connections:
        """The connections by whose they are, made where they are not there."""
        with self._lock:
            if whose not in self._there:
                self._there[whose] = connect()
            self._there.move_to_end(whose)
            found = self._there[whose]
            while len(self._there) > self._kept:
                self._there.popitem(last=False)
            return found
