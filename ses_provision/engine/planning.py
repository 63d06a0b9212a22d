"""What an apply would do: read everything, decide, write nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ses_provision.engine.model import Action, Change, Found, Held, Resource, Skipped, Step, Waiting
from ses_provision.engine.needs import learned
from ses_provision.engine.ownership import with_owner
from ses_provision.engine.plan import Plan, StepPlan
from ses_provision.errors import AwsRefused, ProvisionError
from ses_provision.outside.reading import Reading, together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    planned = reader.run(looks(steps, env, account, take_over))
    return Plan(env.name, env.account_id, env.region, planned)


def looks(
    steps: Sequence[Step], env: Environment, account: Account, take_over: frozenset[str]
) -> Reading[tuple[StepPlan, ...]]:
    """What each step would do; what rests on a step that cannot be made is held."""
    chosen = {step.id for step in steps}
    heeded = [other for step in steps for other in step.heeds if other.id not in chosen]
    found = yield from together(look(step, env, account, take_over) for step in [*steps, *heeded])
    stuck = {each.id: each.stuck for each in found if each.stuck}
    return tuple(held(each, stuck) for each in found[: len(steps)])


def held(planned: StepPlan, stuck: Mapping[str, str]) -> StepPlan:
    """A step in which nothing is written that rests on a step which cannot be made."""
    return replace(planned, changes=tuple(hold(change, stuck) for change in planned.changes))


def hold(change: Change, stuck: Mapping[str, str]) -> Change:
    """A change that waits for another step, where it rests on one that is stuck."""
    other = getattr(change.want, "rests_on", "")
    if other not in stuck or change.action not in {Action.CREATE, Action.UPDATE}:
        return change
    first = Held(
        f"step {other} is not in order: {stuck[other]}", f"clear that first; see step {other}"
    )
    obstacles = (*change.found.obstacles, first)
    return replace(change, found=replace(change.found, obstacles=obstacles))


def unheld(planned: StepPlan) -> StepPlan:
    """A step as it was seen, whatever became of the steps that it rests on."""
    changes = (
        replace(
            change,
            found=replace(
                change.found,
                obstacles=tuple(o for o in change.found.obstacles if not isinstance(o, Held)),
            ),
        )
        for change in planned.changes
    )
    return replace(planned, changes=tuple(changes))


def is_about_one_step(error: ProvisionError) -> bool:
    """Whether other steps may still be looked at, and made."""
    return isinstance(error, AwsRefused) or bool(getattr(error, "region", ""))


def look(
    step: Step, env: Environment, account: Account, take_over: frozenset[str]
) -> Reading[StepPlan]:
    """What a step would do, or what AWS refused; raises what would meet every step."""
    try:
        return (yield from looked(step, env, account, take_over))
    except ProvisionError as error:
        if not is_about_one_step(error):
            raise
        return StepPlan(step.id, step.title, failed=error.message, error=error)


def looked(
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
