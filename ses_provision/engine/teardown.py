"""Taking down what an environment made, last step first, and nothing else.

Ours is what carries our tags, and what cannot carry tags but is exactly as the environment says.
Something of ours to which others added stays, for their part would go with it.

Records go before the identity that issued their DKIM tokens: as long as one of them stands, SES
still says which are ours, so that an interrupted run can be gone on with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ses_provision.engine import applying, calling, facts, planning
from ses_provision.engine.model import Change, Found, Part, Resource, Shared, Skipped, Step, Waiting
from ses_provision.errors import AwsRefused, Stopped
from ses_provision.outside.reading import Reading, ask, both, question, together
from ses_provision.outside.refusals import NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections, Reader
    from ses_provision.outside.call import Call

OURS = ("ManagedBy", "Environment")
"""The tags by which we know what we made, and for which environment."""

GONE = NOT_FOUND | {"InvalidChangeBatch"}


@dataclass(frozen=True)
class Removal:
    """One resource, and why it has to stay, if it has to."""

    want: Resource
    found: Found[Any]
    stays: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """There is something to remove."""
        return self.found.live is not None

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return self.found.live.label if self.found.live is not None else self.want.label


@dataclass(frozen=True)
class StepTeardown:
    """What becomes of the resources of one step, last one first."""

    id: str
    title: str
    removals: tuple[Removal, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Teardown:
    """What a destroy would remove from one environment, in order; what it leaves, and why."""

    environment: str
    account_id: str
    region: str
    steps: tuple[StepTeardown, ...]
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def gone_with(self) -> frozenset[str]:
        """The ARNs of what goes, for the parts that go with it."""
        return frozenset(
            arn
            for step in self.steps
            for one in step.removals
            if one.is_there and not one.stays and (arn := getattr(one.want, "arn", ""))
        )

    def goes(self, one: Removal) -> bool:
        """Whether a resource is removed, by itself or with what it is a part of."""
        return one.is_there and (not one.stays or self.goes_with(one))

    def goes_with(self, one: Removal) -> bool:
        """Whether a resource goes with what it is a part of."""
        return isinstance(one.want, Part) and one.want.part_of in self.gone_with

    def calls(self, one: Removal) -> Sequence[Call]:
        """What has to be sent to remove one resource."""
        if not self.goes(one) or self.goes_with(one):
            return []
        return one.want.deletes(one.found)

    @property
    def going(self) -> tuple[Removal, ...]:
        """Everything that is removed, in order."""
        return tuple(one for step in self.steps for one in step.removals if self.goes(one))

    @property
    def staying(self) -> tuple[Removal, ...]:
        """Everything that is there and stays."""
        return tuple(
            one
            for step in self.steps
            for one in step.removals
            if one.is_there and not self.goes(one)
        )


@dataclass(frozen=True)
class Removed:
    """A resource that is gone, and since when."""

    step: str
    label: str
    at: datetime


def plan(steps: Sequence[Step], env: Environment, account: Account, reader: Reader) -> Teardown:
    """What a destroy would remove. Reads everything, concurrently; removes nothing."""
    looks = together(look(step, steps, env, account) for step in reversed(steps))
    found, warnings = reader.run(both(looks, in_use(env)))
    return Teardown(env.name, env.account_id, env.region, tuple(found), warnings)


def look(
    step: Step, steps: Sequence[Step], env: Environment, account: Account
) -> Reading[StepTeardown]:
    """Read what a step made, and judge whose it is."""
    planned = yield from planning.look(step, env, account, frozenset())
    ours = wanted(steps, env, account)
    removals = yield from together(judge(one, ours, env) for one in reversed(planned.changes))
    note = planned.skipped
    if planned.waiting:
        note = "SES has no identity any more, so that it cannot tell which DKIM records were ours"
    return StepTeardown(step.id, step.title, tuple(removals), note)


def wanted(steps: Sequence[Step], env: Environment, account: Account) -> list[Resource]:
    """All that the environment wants and that nothing has to be looked up for."""
    found = [step.desired(env, facts.Facts(account)) for step in steps if not step.needs]
    return [one for each in found if not isinstance(each, Skipped | Waiting) for one in each]


def judge(change: Change, ours: Sequence[Resource], env: Environment) -> Reading[Removal]:
    """Why a resource has to stay, if it has to."""
    want, live = change.want, change.found.live
    if live is None or getattr(live, "value", None) == "":
        return Removal(want, Found(None))
    stays = [obstacle.what for obstacle in change.found.obstacles]
    tags = getattr(live, "tags", None)
    if tags is not None:
        stays += [
            f"its tag {name} is {tags.get(name, 'missing')}, not {env.all_tags[name]}"
            for name in OURS
            if tags.get(name) != env.all_tags[name]
        ]
    elif getattr(live, "served_by", ""):
        stays.append(live.served_by)
    elif live != want:
        stays += [f"its {one.field} is not as we wrote it" for one in change.differences()]
    if isinstance(want, Shared):
        stays += yield from want.additions(live, ours)
    return Removal(want, change.found, tuple(stays))


def in_use(env: Environment) -> Reading[tuple[str, ...]]:
    """What the operator has to know before mail stops."""
    identity, found = yield from ask(
        facts.identity_question(env.region, env.domain), question("sesv2", env.region, "GetAccount")
    )
    if not (identity or {}).get("VerifiedForSendingStatus"):
        return ()
    sent = (found or {}).get("SendQuota", {}).get("SentLast24Hours", 0)
    lately = f"; {sent:.0f} mails left {env.region} in the last 24 hours" if sent else ""
    return (f"{env.domain} is verified and can send: its mail stops{lately}.",)


def destroy(
    agreed: Teardown,
    steps: Sequence[Step],
    env: Environment,
    account: Account,
    reader: Reader,
    connections: Connections,
    *,
    now: Callable[[], datetime],
) -> Iterator[Removed]:
    """Remove what was agreed to, yielding each once it is gone.

    Each step is read again right before. Raises StalePlan where it is not as it was agreed to, and
    Stopped where AWS refuses; destroying again goes on from there.
    """
    for step, expected in zip(reversed(steps), agreed.steps, strict=True):
        if not any(agreed.calls(one) for one in expected.removals):
            continue
        fresh = again(step, steps, env, account, reader)
        if fresh != expected:
            raise applying.moved(step, states(expected), states(fresh))
        asked = [(one, agreed.calls(one)) for one in expected.removals]
        for call, completed in calling.batches(asked):
            try:
                calling.send(call, step.id, step.title, connections)
            except Stopped as stopped:
                if not is_gone_already(stopped):
                    raise
                after = again(step, steps, env, account, reader)
                still = [one.want for one in after.removals if agreed.goes(one)]
                if any(one.want in still for one in completed):
                    raise
            for one in completed:
                yield Removed(step.id, one.label, now())


def again(
    step: Step,
    steps: Sequence[Step],
    env: Environment,
    account: Account,
    reader: Reader,
) -> StepTeardown:
    """A step as it is now."""
    reader.forget()
    return reader.run(look(step, steps, env, account))


def states(teardown: StepTeardown) -> dict[str, str]:
    """What was to become of each resource of a step, in a few words."""
    return {
        one.want.label: f"to stay ({'; '.join(one.stays)})" if one.stays else "to go"
        for one in teardown.removals
        if one.is_there
    }


def is_gone_already(stopped: Stopped) -> bool:
    """Whether AWS refused because there is nothing any more: somebody was faster, or the reply to
    the first try was lost."""
    return isinstance(stopped.cause, AwsRefused) and stopped.cause.code in GONE
