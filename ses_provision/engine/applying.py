"""The verbs: plan and apply. One loop reads, compares and writes; nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.engine.calling import AlreadySo, batches, send
from ses_provision.engine.lateness import caught_up, looked_at_again
from ses_provision.engine.outcomes import Applied, NotDone
from ses_provision.engine.plan import StepPlan
from ses_provision.engine.planning import is_about_one_step, looks_beside, unheld
from ses_provision.errors import NotSettled, StalePlan, Stopped
from ses_provision.outside import wait
from ses_provision.outside.call import Doubt

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from datetime import datetime

    from ses_provision.engine.account import Account
    from ses_provision.engine.model import Change, Key, Step
    from ses_provision.engine.plan import Plan
    from ses_provision.environment import Environment
    from ses_provision.errors import ProvisionError
    from ses_provision.outside.aws import Connections, Reader


def apply(
    agreed: Plan,
    steps: Sequence[Step],
    env: Environment,
    account: Account,
    reader: Reader,
    connections: Connections,
    *,
    take_over: frozenset[str] = frozenset(),
    sleep: wait.Sleep,
    now: Callable[[], datetime],
) -> Iterator[Applied | NotDone]:
    """Make the changes that were agreed to, yielding each once AWS has accepted it.

    Each step is read again right before it is written. Raises StalePlan where it is not as it was
    agreed to. Where AWS refuses a step, those that do not require it are made all the same; then
    Stopped is raised. What was yielded before stands, and applying again goes on from there.
    """
    chosen = {step.id for step in steps}
    stuck: dict[str, str] = {}
    failures: dict[str, ProvisionError] = {}

    def again(step: Step) -> StepPlan:
        reader.forget()
        [fresh] = reader.run(looks_beside([step], env, account, take_over, chosen, stuck))
        return fresh

    for step, expected in zip(steps, agreed.steps, strict=True):
        if expected.is_settled:
            continue
        failed = next((other for other in step.requires(env) if other in failures), None)
        if failed is not None:
            left = unmade(step, f"needs step {failed}, which failed", failures[failed])
        elif expected.failed:
            left = expected
        else:
            left = yield from make(step, expected, again, connections, sleep, now)
        if left.error is not None:
            failures[step.id] = left.error
        if left.stuck or left.waiting:
            stuck |= left.in_the_way
            yield NotDone(left)
    for failure in failures.values():
        raise failure


def make(
    step: Step,
    expected: StepPlan,
    again: Callable[[Step], StepPlan],
    connections: Connections,
    sleep: wait.Sleep,
    now: Callable[[], datetime],
) -> Generator[Applied, None, StepPlan]:
    """Make one step as it was agreed to, yielding each change; what is left of it to be made."""
    fresh = looked_at_again(again(step), lambda: again(step), sleep)
    if fresh.failed:
        return fresh
    if not expected.waiting and unheld(fresh) != unheld(caught_up(expected, fresh)):
        raise moved(step, states(expected), states(fresh))
    if fresh.is_made:
        try:
            yield from write(step, fresh, again, connections, sleep, now)
            doubts = doubted(fresh)
            if (step.proved or doubts) and fresh.pending:
                prove(step, again, sleep, doubts)
        except Stopped as stopped:
            if not is_about_one_step(stopped.cause):
                raise
            return unmade(step, stopped.cause.message, stopped)
    return fresh


def unmade(step: Step, why: str, error: ProvisionError | None = None) -> StepPlan:
    """A step that could not be made, or not whole."""
    return StepPlan(step.id, step.title, failed=why, error=error)


def write(
    step: Step,
    planned: StepPlan,
    again: Callable[[Step], StepPlan],
    connections: Connections,
    sleep: wait.Sleep,
    now: Callable[[], datetime],
) -> Iterator[Applied]:
    """Write the changes of a step, yielding each once AWS has accepted it.

    Where AWS says that something is there already, the step is read again, and what still lacks
    is written: the end is the one that was agreed to.
    """
    wanted = planned.pending
    written: set[Key] = set()
    try:
        for call, completed in batches((change, change.calls()) for change in wanted):
            send(call, step.id, step.title, connections, sleep)
            for change in completed:
                written.add(change.key)
                yield Applied(step.id, change, now())
    except AlreadySo:
        after = again(step)
        if after == planned or not after.is_made:
            raise
        lacking = {change.key for change in after.pending}
        for change in wanted:
            if change.key not in lacking | written:
                yield Applied(step.id, change, now())
        yield from write(step, after, again, connections, sleep, now)


def moved(step: Step, agreed: Mapping[str, str], found: Mapping[str, str]) -> StalePlan:
    """The refusal to write what nobody agreed to, with what moved, by key."""
    shown = [
        f"{name}: was {agreed.get(name, 'not there')}, is {found.get(name, 'not there')}"
        for name in {**agreed, **found}
        if agreed.get(name) != found.get(name)
    ]
    return StalePlan(
        f"Step {step.id} ({step.title}) is no longer as the plan showed it: somebody or something "
        f"changed it meanwhile. It was left alone. {'; '.join(shown)}".rstrip(),
        "Run the same command again to see the plan as it is now.",
    )


def states(planned: StepPlan) -> dict[str, str]:
    """How each change of a step was found, in a few words."""
    return {str(change.key): state(change) for change in planned.changes} or {
        planned.title: planned.waiting or planned.skipped
    }


def state(change: Change) -> str:
    """How one change was found: what is to be done, what differs, what is in the way."""
    differs = ", ".join(f"{other.field} is {other.old}" for other in change.differences())
    obstacles = ", ".join(obstacle.what for obstacle in change.found.obstacles)
    details = "; ".join(filter(None, (differs, obstacles)))
    return f"{change.action} ({details})" if details else str(change.action)


def doubted(planned: StepPlan) -> tuple[Doubt, ...]:
    """Where to look if what was accepted is not there; nothing where accepted means done."""
    calls = (call for change in planned.pending for call in change.calls())
    return tuple(dict.fromkeys(call.doubt for call in calls if call.doubt))


OF_TOPICS = Doubt("AWS", "look at the topic's policy and key")


def prove(
    step: Step,
    again: Callable[[Step], StepPlan],
    sleep: wait.Sleep,
    doubts: Sequence[Doubt] = (),
) -> None:
    """Insist that what was accepted is there: AWS may accept a destination and not keep it, and a
    name server ignores what cannot stand at a name.

    Lists may show late what was just written, so they are looked at for a bounded time.
    """

    def seen_again() -> StepPlan:
        seen = again(step)
        if seen.error is not None:
            raise Stopped(
                f"Step {step.id} was made, but cannot be looked at: {seen.failed}",
                seen.error.hint,
                seen.error,
            )
        return seen

    try:
        wait.until(
            seen_again,
            lambda seen: not seen.pending,
            timeout=wait.PROPAGATION,
            sleep=sleep,
            waiting=lambda *_: None,
            longest=2 * wait.FIRST_LOOK,
        )
    except NotSettled as error:
        labels = ", ".join(change.want.label for change in again(step).pending)
        first, *more = doubts or (OF_TOPICS,)
        ways = "; ".join(doubt.look for doubt in (first, *more))
        raise Stopped(
            f"{first.who} accepted the changes of step {step.id}, but does not show them: "
            f"{labels}.",
            f"Run the same command again; if it stays, {ways}.",
            StalePlan("read back"),
        ) from error
