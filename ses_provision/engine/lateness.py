"""What lists show late: looked at again for a bounded time before somebody is asked twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ses_provision.engine.model import Action, Part
from ses_provision.errors import NotSettled
from ses_provision.outside import wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.engine.model import Change
    from ses_provision.engine.plan import StepPlan

PATIENCE = 30.0
"""Seconds that a list is given to show what an earlier run wrote."""


@runtime_checkable
class AsksAPerson(Part, Protocol):
    """A part whose creation asks a person, each time anew."""

    @property
    def asks(self) -> str:
        """Who is asked; nobody where a program is told."""


def asks_a_person(change: Change) -> bool:
    """Whether to make something again would ask somebody again."""
    return isinstance(change.want, AsksAPerson) and bool(change.want.asks)


def may_be_late(planned: StepPlan) -> bool:
    """Whether a person would be asked because of a list that may not show yet that they were.

    What belongs to something that is only made now cannot have been there before.
    """
    made_now = {getattr(each.want, "arn", "") for each in planned.of(Action.CREATE)}
    return any(
        asks_a_person(each) and getattr(each.want, "part_of", "") not in made_now
        for each in planned.of(Action.CREATE)
    )


def caught_up(agreed: StepPlan, found: StepPlan) -> StepPlan:
    """A step as it was agreed to; what a list shows only now is as it is found."""
    shown = {each.key: each for each in found.of(Action.KEEP) if asks_a_person(each)}
    created = {each.key for each in agreed.of(Action.CREATE)}
    changes = (
        shown.get(each.key, each) if each.key in created else each for each in agreed.changes
    )
    return replace(agreed, changes=tuple(changes))


def looked_at_again(
    planned: StepPlan, again: Callable[[], StepPlan], sleep: wait.Sleep
) -> StepPlan:
    """A step once its lists have had the time to show what was written before."""
    seen = [planned]

    def look() -> StepPlan:
        seen[:] = [again()]
        return seen[0]

    if may_be_late(planned):
        with suppress(NotSettled):
            wait.until(
                look,
                lambda found: not may_be_late(found),
                timeout=PATIENCE,
                sleep=sleep,
                waiting=lambda *_: None,
                longest=wait.FIRST_LOOK,
            )
    return seen[0]
