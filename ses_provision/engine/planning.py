"""What an apply would do: read everything, decide, write nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.engine import facts
from ses_provision.engine.model import Change, Need, Plan, Skipped, Step, StepPlan, Waiting
from ses_provision.outside.reading import Reading, together
from ses_provision.resources import hosted_zones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Reader


def plan(
    steps: Sequence[Step],
    env: Environment,
    account: Account,
    reader: Reader,
    take_over: frozenset[str] = frozenset(),
) -> Plan:
    """What an apply would do. Reads everything, concurrently; writes nothing."""
    planned = reader.run(together(look(step, env, account, take_over) for step in steps))
    return Plan(env.name, env.account_id, env.region, tuple(planned))


def look(
    step: Step, env: Environment, account: Account, take_over: frozenset[str]
) -> Reading[StepPlan]:
    """Learn what a step needs, ask it what should be there, and read what is."""
    known = yield from learn(step, env, account)
    match step.desired(env, known):
        case Skipped(reason):
            return StepPlan(step.id, step.title, skipped=reason)
        case Waiting(reason):
            return StepPlan(step.id, step.title, waiting=reason)
        case resources:
            found = yield from together(resource.read() for resource in resources)
    taken = step.id in take_over
    changes = (Change(want, live, taken) for want, live in zip(resources, found, strict=True))
    return StepPlan(step.id, step.title, tuple(changes))


def learn(step: Step, env: Environment, account: Account) -> Reading[facts.Facts]:
    """The facts that a step needs, asked for together."""
    readings: dict[Need, Reading[Any]] = {
        Need.ZONE: hosted_zones.zone(env),
        Need.DKIM: facts.dkim(env),
    }
    needed = [need for need in readings if need in step.needs]
    learned = yield from together(readings[need] for need in needed)
    by_need = dict(zip(needed, learned, strict=True))
    return facts.Facts(account, zone=by_need.get(Need.ZONE), dkim=by_need.get(Need.DKIM))
