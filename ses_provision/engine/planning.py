"""What an apply would do: read everything, decide, write nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ses_provision.engine.model import (
    Change,
    Found,
    Plan,
    Resource,
    Skipped,
    Step,
    StepPlan,
    Waiting,
)
from ses_provision.engine.needs import learned
from ses_provision.engine.ownership import with_owner
from ses_provision.outside.reading import Reading, together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ses_provision.engine.account import Account
    from ses_provision.engine.model import Removal
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Reader


def plan(
    steps: Sequence[Step],
    env: Environment,
    account: Account,
    reader: Reader,
    take_over: frozenset[str] = frozenset(),
    left_over: Callable[[Sequence[StepPlan]], Reading[tuple[Removal, ...]]] | None = None,
) -> Plan:
    """What an apply would do. Reads everything, concurrently; writes nothing."""
    planned = reader.run(together(look(step, env, account, take_over) for step in steps))
    found = () if left_over is None else reader.run(left_over(planned))
    return Plan(env.name, env.account_id, env.region, tuple(planned), found)


def look(
    step: Step, env: Environment, account: Account, take_over: frozenset[str]
) -> Reading[StepPlan]:
    """Learn what a step needs, ask it what should be there, and read what is."""
    facts = yield from learned(step.needs, env, account)
    match step.wanted(env, facts):
        case Skipped(reason):
            return StepPlan(step.id, step.title, skipped=reason)
        case Waiting(reason):
            return StepPlan(step.id, step.title, waiting=reason)
        case resources:
            changes = yield from compared(resources, taken_over=step.id in take_over)
    return StepPlan(step.id, step.title, changes)


def compared(resources: Sequence[Resource], *, taken_over: bool) -> Reading[tuple[Change, ...]]:
    """Each resource as it should be, beside what stands in its place."""
    found: list[Found[Any]] = yield from together(resource.read() for resource in resources)
    return tuple(
        Change(want, replace(live, obstacles=with_owner(want, live)), taken_over)
        for want, live in zip(resources, found, strict=True)
    )
