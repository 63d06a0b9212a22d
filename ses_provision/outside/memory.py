"""What has been asked of AWS, and what it answered: each question once, whoever asks it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from ses_provision.outside.reading import Answer, Ask, Outcome

T = TypeVar("T")

MOST_NAMES = 100
"""How many values a list parameter takes (CloudWatch API Reference, DescribeAlarms)."""

Foreseen = Callable[[], Iterable["Ask"]]
"""Mergeable questions that others will put to the same memory."""


def nothing_foreseen() -> Iterable[Ask]:
    """Nobody else is going to ask."""
    return ()


def unnoticed(_: int) -> None:
    """Nobody counts the questions."""


class Memory:
    """Answers by question. Several environments of one account may share it, from several threads.

    A question that is under way is not asked again: whoever wants it too waits for its answer.
    """

    def __init__(self, foreseen: Foreseen = nothing_foreseen) -> None:
        self._foreseen = foreseen
        self._known: dict[Ask, Future[Outcome]] = {}
        self._lock = threading.Lock()

    def outcomes(
        self,
        asks: Sequence[Ask],
        answer: Callable[[Ask], Outcome],
        pool: Executor,
        asking: Callable[[int], None] = unnoticed,
    ) -> tuple[list[Outcome], bool]:
        """What AWS says to each question, and whether any of them had to be asked now.

        `asking` is told how many questions go out.
        """
        with self._lock:
            groups = self._groups(asks)
            if groups:
                asking(len(groups))
            for general, asked in groups.items():
                sent = pool.submit(answer, general)
                self._known.update(dict.fromkeys(asked, sent))
            awaited = [self._known[one] for one in asks]
        return [one.result() for one in awaited], bool(groups)

    def _groups(self, asks: Sequence[Ask]) -> Mapping[Ask, Sequence[Ask]]:
        new = [one for one in asks if one not in self._known]
        kinds = {kind(one) for one in new if one.merge}
        others = (one for one in self._foreseen() if kind(one) in kinds) if kinds else ()
        return merged(dict.fromkeys([*new, *(one for one in others if one not in self._known)]))


def kind(asked: Ask) -> Ask:
    """A mergeable question without what it may be merged in."""
    rest = tuple(pair for pair in asked.params if pair[0] != asked.merge)
    return replace(asked, params=rest)


def merged(asks: Iterable[Ask]) -> dict[Ask, list[Ask]]:
    """The questions to send, each with those it answers: mergeable ones become one."""
    alike: dict[Ask, list[Ask]] = defaultdict(list)
    for asked in asks:
        alike[kind(asked) if asked.merge else asked].append(asked)
    return {
        with_values(general, some) if general.merge else general: some
        for general, asked in alike.items()
        for some in (portions(asked) if general.merge else [asked])
    }


def portions(asks: Sequence[Ask]) -> list[list[Ask]]:
    """Mergeable questions in portions that AWS takes."""
    found: list[list[Ask]] = []
    for asked in asks:
        if found and len(values([*found[-1], asked])) <= MOST_NAMES:
            found[-1].append(asked)
        else:
            found.append([asked])
    return found


def with_values(general: Ask, asks: Sequence[Ask]) -> Ask:
    """One question for the values of all."""
    return replace(general, params=(*general.params, (general.merge, values(asks))))


def values(asks: Iterable[Ask]) -> tuple[Any, ...]:
    """What several questions name in the list that they may be merged in."""
    lists = (dict(one.params).get(one.merge) for one in asks)
    return tuple(dict.fromkeys(v for found in lists if isinstance(found, tuple) for v in found))


MOST_INDEXED = 32
"""How many answers an index keeps what it made of."""


class Index(Generic[T]):
    """What is made of an answer, made once for all who read the same one: of a list of thousands,
    each of thousands of readings wants one entry."""

    def __init__(self, make: Callable[[dict[str, Any]], T]) -> None:
        self._make = make
        self._here = threading.local()

    def __call__(self, answer: Answer) -> T:
        """What is made of it."""
        made: dict[int, tuple[Answer, T]] = vars(self._here).setdefault("made", {})
        held = made.get(id(answer))
        if held is None or held[0] is not answer:
            if len(made) >= MOST_INDEXED:
                del made[next(iter(made))]
            held = made[id(answer)] = (answer, self._make(answer or {}))
        return held[1]
