"""Answers that nobody gave: of an account with nothing in it, and of one where all stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from ses_provision.engine.model import Resource
from ses_provision.errors import ProvisionError
from ses_provision.outside.reading import Ask, Outcome, Reading

Answering = Callable[[Ask], Outcome]


def nothing(asked: Ask) -> Outcome:
    """What an account answers in which there is nothing."""
    return asked.nothing


def standing(resources: Iterable[Resource]) -> Answering:
    """What an account answers in which these resources stand, and all that goes with them."""
    known: dict[Ask, Any] = {}
    for resource in resources:
        for question, told in resource.settled().items():
            known[question] = merged(known.get(question), told)

    def answer(asked: Ask) -> Outcome:
        default = asked.nothing if asked.something is None else asked.something
        found: Outcome = known.get(asked, default)
        return found

    return answer


def merged(first: Any, second: Any) -> Any:
    """Two answers to one question as one: members of both, entries of both lists."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return {
            name: merged(first.get(name), second.get(name))
            for name in dict.fromkeys([*first, *second])
        }
    if isinstance(first, list) and isinstance(second, list):
        return [*first, *(entry for entry in second if entry not in first)]
    return first if second is None else second


def asked(reading: Reading[Any], answer: Answering) -> list[Ask]:
    """The questions of a reading that gets such answers."""
    found: list[Ask] = []

    def noting(question: Ask) -> Any:
        found.append(question)
        return answer(question)

    with suppress(ProvisionError):
        outcome(reading, noting)
    return found


def outcome(reading: Reading[Any], answer: Answering) -> Any:
    """What a reading makes of such answers."""
    try:
        asks = next(reading)
        while True:
            asks = reading.send([answer(question) for question in asks])
    except StopIteration as stop:
        return stop.value
