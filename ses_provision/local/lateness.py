"""AWS shows and heeds what was written a little later; how late is a knob."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from datetime import datetime

State = TypeVar("State")


@dataclass(frozen=True)
class Lag:
    """How late: lists by seconds and by readings, effects by seconds."""

    lists: float = 0.0
    reads: int = 0
    effect: float = 0.0

    @property
    def of_lists(self) -> bool:
        """Whether lists are late at all."""
        return self.lists > 0 or self.reads > 0

    def heeded(self, now: datetime, written: datetime) -> bool:
        """Whether something that was written has its effect."""
        return now - written >= timedelta(seconds=self.effect)


@dataclass
class _Before(Generic[State]):
    at: datetime
    state: State
    reads: int


class Past(Generic[State]):
    """What a place looked like before each of its latest writes."""

    def __init__(self) -> None:
        self._before: dict[object, list[_Before[State]]] = {}

    def keep(self, place: object, state: State, at: datetime, lag: Lag) -> None:
        """Keep the state that a write is about to change."""
        if lag.of_lists:
            kept = _Before(at, deepcopy(state), lag.reads)
            self._before.setdefault(place, []).append(kept)

    def seen(self, place: object, state: State, now: datetime, lag: Lag) -> State:
        """The state as a reader of lists sees it: as it was before the first write that is late."""
        wait = timedelta(seconds=lag.lists)
        late = [kept for kept in self._before.get(place, []) if kept.reads or now - kept.at < wait]
        self._before[place] = late
        if not (late and lag.of_lists):
            return state
        found = late[0].state
        for kept in late:
            kept.reads = max(0, kept.reads - 1)
        return found
