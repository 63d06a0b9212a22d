"""The verbs: plan and apply. One loop reads, compares and writes; nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.engine.calling import AlreadySo, batches, send
from ses_provision.engine.outcomes import Applied, NotDone
from ses_provision.engine.planning import look
from ses_provision.errors import NotSettled, StalePlan, Stopped
from ses_provision.outside import wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ses_provision.engine.account import Account
    from ses_provision.engine.model import Change, Key, Plan, Step, StepPlan
    from ses_provision.environment import Environment
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
    agreed to, and Stopped where AWS refuses; what was yielded before stands, and applying again
    goes on from there.
    """

    def again(step: Step) -> StepPlan:
        reader.forget()
        return reader.run(look(step, env, account, take_over))

    for step, expected in zip(steps, agreed.steps, strict=True):
        if expected.is_settled:
            continue
        fresh = again(step)
        if not expected.waiting and fresh != expected:
            raise moved(step, states(expected), states(fresh))
        if fresh.blocked or fresh.waiting:
            yield NotDone(fresh)
            continue
        yield from write(step, fresh, again, connections, sleep, now)
        if step.proved and fresh.pending:
            prove(step, again, sleep)


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
        if after == planned or after.blocked:
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


def prove(step: Step, again: Callable[[Step], StepPlan], sleep: wait.Sleep) -> None:
    """Insist that what AWS accepted is there: it may accept a destination and not keep it.

    Lists may show late what was just written, so they are looked at for a bounded time.
    """
    try:
        wait.until(
            lambda: again(step),
            lambda seen: not seen.pending,
            timeout=wait.PROPAGATION,
            sleep=sleep,
            waiting=lambda *_: None,
        )
    except NotSettled as error:
        labels = ", ".join(change.want.label for change in again(step).pending)
        raise Stopped(
            f"AWS accepted the changes of step {step.id}, but does not show them: {labels}.",
            "Run the same command again; if it stays, look at the topic's policy and key.",
            StalePlan("read back"),
        ) from error
