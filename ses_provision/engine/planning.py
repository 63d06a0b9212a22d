"""What an apply would do: read everything, decide, write nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ses_provision.engine.model import (
    Action,
    Change,
    Found,
    Held,
    Resource,
    Skipped,
    Step,
    Unasked,
    Waiting,
)
from ses_provision.engine.needs import learned
from ses_provision.engine.ownership import with_owner
from ses_provision.engine.plan import Plan, StepPlan
from ses_provision.errors import AwsRefused, ProvisionError
from ses_provision.outside.reading import Reading, both, together

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

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
    """What each step would do; what rests on something that cannot be made is held."""
    return (
        yield from looks_beside(steps, env, account, take_over, {step.id for step in steps}, {})
    )


def looks_beside(
    steps: Sequence[Step],
    env: Environment,
    account: Account,
    take_over: frozenset[str],
    chosen: Collection[str],
    stuck: Mapping[str, str],
) -> Reading[tuple[StepPlan, ...]]:
    """The same for some of the chosen steps, where it is known already what others are stuck at.

    Steps that are heeded and not chosen are looked at, too: nobody makes them in this run. A step
    of which nothing is wanted heeds nobody.
    """
    heeded = [
        other
        for step in steps
        if any(other.id not in chosen for other in step.heeds) and step.foreseen(env, account)
        for other in step.heeds
        if other.id not in chosen
    ]
    found, others = yield from both(
        together(look(step, env, account, take_over) for step in steps),
        together(look(step, env, account, frozenset()) for step in heeded),
    )
    unmade = {each.id: "it is not made yet" for each in others if each.of(Action.CREATE)}
    known = {**stuck, **unmade}
    for each in others:
        known |= each.in_the_way
    unsettled = {each.id: "it is not yet as it is wanted" for each in others if each.pending}
    return tuple(
        held(
            each,
            known | merged(other.in_the_way for other in found if other is not each),
            unsettled,
        )
        for each in found
    )


def merged(mappings: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Several mappings as one."""
    return {key: value for mapping in mappings for key, value in mapping.items()}


def held(planned: StepPlan, stuck: Mapping[str, str], unsettled: Mapping[str, str]) -> StepPlan:
    """A step in which nothing is written that rests on something which cannot be made."""
    return replace(
        planned, changes=tuple(hold(change, stuck, unsettled) for change in planned.changes)
    )


def hold(change: Change, stuck: Mapping[str, str], unsettled: Mapping[str, str]) -> Change:
    """A change that waits where it rests on a step that is stuck, or is a part of what is blocked.

    What belongs to a thing of another tool is left to that tool as well. What `rests_wholly` on a
    step waits until nothing of that step is to be written any more.
    """
    if change.action not in {Action.CREATE, Action.UPDATE}:
        return change
    step, whole = getattr(change.want, "rests_on", ""), getattr(change.want, "part_of", "")
    if getattr(change.want, "rests_wholly", False):
        stuck = {**unsettled, **stuck}
    if step in stuck:
        first = Held(
            f"step {step} is not in order: {stuck[step]}", f"clear that first; see step {step}"
        )
    elif whole in stuck:
        first = Held(f"what it belongs to is blocked: {stuck[whole]}", "clear that first")
    else:
        return change
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
        case Unasked():
            return StepPlan(step.id, step.title)
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
