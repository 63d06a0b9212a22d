"""Readings that ask what anybody may ask, DNS and the web, and so need no account."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from ses_provision.outside.memory import Memory

if TYPE_CHECKING:
    from ses_provision.outside.reading import Ask, Outcome, Reading

T = TypeVar("T")

AT_ONCE = 24
"""How many questions are under way together: name servers answer quickly, or not at all."""


def run(reading: Reading[T], answer: Callable[[Ask], Outcome]) -> T:
    """Answer a reading's questions round by round until it returns, each question once."""
    memory = Memory()
    with ThreadPoolExecutor(AT_ONCE, "ask") as pool:
        try:
            asks = next(reading)
            while True:
                asks = reading.send(memory.outcomes(asks, answer, pool)[0])
        except StopIteration as stop:
            result: T = stop.value
            return result
