"""Taking down what an environment made, last step first, and nothing else.

Ours is what carries the mark of our making, and what cannot carry tags but is exactly as the
environment says. Something of ours to which others added, which others hang on, or which another
environment of the folder wants as well, stays.

Records go before the identity that issued their DKIM tokens: as long as one of them stands, SES
still says which are ours, so that an interrupted run can be gone on with.
"""

from __future__ import annotations

from dataclasses import field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.engine import calling, planning
from ses_provision.engine.applying import moved
from ses_provision.engine.claims import hung_on
from ses_provision.engine.model import (
    Found,
    Key,
    Part,
    Resource,
    Shared,
    Skipped,
    Tagged,
    Unasked,
    Waiting,
)
from ses_provision.engine.needs import learned
from ses_provision.engine.outcomes import Removed
from ses_provision.engine.ownership import not_ours
from ses_provision.engine.plan import Removal
from ses_provision.errors import HostedZoneProblem
from ses_provision.outside import wait
from ses_provision.outside.reading import Reading, both, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ses_provision.engine.account import Account
    from ses_provision.engine.model import Change, Step
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections, Reader
    from ses_provision.outside.call import Call


@dataclass(frozen=True)
class StepTeardown:
    """What becomes of the resources of one step, last one first."""

    id: str
    title: str
    removals: tuple[Removal, ...] = ()
    note: str = ""

    @property
    def is_silent(self) -> bool:
        """Nothing was wanted of it, and there is nothing to say."""
        return not (self.removals or self.note)


@dataclass(frozen=True)
class Teardown:
    """What a destroy would remove from one environment, in order; what it leaves, and why."""

    environment: str
    account_id: str
    region: str
    steps: tuple[StepTeardown, ...]
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @cached_property
    def there(self) -> tuple[Removal, ...]:
        """Everything that is there, in order."""
        return tuple(found for step in self.steps for found in step.removals if found.is_there)

    @cached_property
    def gone_with(self) -> frozenset[str]:
        """The ARNs of what goes, for the parts that go with it."""
        return frozenset(found.arn for found in self.there if not found.stays and found.arn)

    @cached_property
    def kept_with(self) -> dict[str, str]:
        """What stays by its ARN, for what is of no use without it."""
        return {found.arn: found.label for found in self.there if found.stays and found.arn}

    @cached_property
    def needed(self) -> dict[Key, str]:
        """What something that stays hangs on, and what that is."""
        return {
            key: found.label for found in self.there if found.stays for key in hung_on(found.want)
        }

    def goes(self, removal: Removal) -> bool:
        """Whether a resource is removed, by itself or with what it is a part of."""
        return removal.is_there and (self.goes_with(removal) or not self.why(removal))

    def goes_with(self, removal: Removal) -> bool:
        """Whether a resource goes with what it is a part of."""
        return isinstance(removal.want, Part) and removal.want.part_of in self.gone_with

    def why(self, removal: Removal) -> tuple[str, ...]:
        """Why a resource stays; nothing for one that goes.

        What belongs to something that stays was perhaps there with it: it stays, unless it uses
        what goes, for then it was ours.
        """
        if removal.key in self.needed:
            return (*removal.stays, f"{self.needed[removal.key]} stays, and needs it")
        uses = getattr(removal.want, "uses", ())
        kept = self.kept_with.get(removal.owner)
        if kept is None or any(arn in self.gone_with for arn in uses):
            return removal.stays
        return (*removal.stays, f"{kept} stays, and needs it")

    def calls(self, removal: Removal) -> Sequence[Call]:
        """What has to be sent to remove one resource."""
        if not self.goes(removal) or self.goes_with(removal):
            return []
        return removal.want.deletes(removal.found)

    @property
    def going(self) -> tuple[Removal, ...]:
        """Everything that is removed, in order."""
        return tuple(found for found in self.there if self.goes(found))

    @property
    def staying(self) -> tuple[Removal, ...]:
        """Everything that is there and stays."""
        return tuple(found for found in self.there if not self.goes(found))


@dataclass(frozen=True)
class Scope:
    """Whose things may go: the environment's, but not what others of the folder claim.

    `claims` names the environments that want a thing, by its key. `adopted`: what was there before
    goes as well.
    """

    steps: Sequence[Step]
    env: Environment
    account: Account
    claims: Mapping[Key, str] = field(default_factory=dict)
    adopted: bool = False

    @cached_property
    def ours(self) -> list[Resource]:
        """All that the environment wants, as far as its file says it."""
        return [each for step in self.steps for each in step.foreseen(self.env, self.account)]


def plan(scope: Scope, reader: Reader, warnings: Reading[tuple[str, ...]]) -> Teardown:
    """What a destroy would remove. Reads everything, concurrently; removes nothing."""
    looks = together(look(step, scope) for step in reversed(scope.steps))
    found, said = reader.run(both(looks, warnings))
    env = scope.env
    return Teardown(env.name, env.account_id, env.region, tuple(found), said)


def look(step: Step, scope: Scope) -> Reading[StepTeardown]:
    """Read what a step made, and judge whose it is."""
    try:
        facts = yield from learned(step.needs, scope.env, scope.account)
    except HostedZoneProblem as gone:
        return StepTeardown(step.id, step.title, note=gone.message)
    match step.standing(scope.env, facts):
        case Unasked():
            return StepTeardown(step.id, step.title)
        case Skipped(reason) | Waiting(reason):
            return StepTeardown(step.id, step.title, note=reason)
        case resources:
            changes = yield from planning.compared(resources, taken_over=False)
    removals = yield from together(judge(change, scope) for change in reversed(changes))
    return StepTeardown(step.id, step.title, tuple(removals))


def judge(change: Change, scope: Scope, more: Sequence[Resource] = ()) -> Reading[Removal]:
    """Why a resource has to stay, if it has to; `more` is ours beside what the file wants."""
    want, live = change.want, change.found.live
    if live is None or getattr(live, "value", None) == "":
        return Removal(want, Found(None))
    stays = reasons(change, adopted=scope.adopted)
    if isinstance(want, Shared):
        stays += yield from want.additions(live, [*scope.ours, *more])
    if want.key in scope.claims:
        stays.append(f"{scope.claims[want.key]} needs it")
    return Removal(want, change.found, tuple(stays))


def reasons(change: Change, *, adopted: bool) -> list[str]:
    """Why a resource is not ours to take."""
    want, live = change.want, change.found.live
    if isinstance(live, Tagged):
        return not_ours(live.all_tags, want.tags, adopted=adopted)  # type: ignore[attr-defined]
    stays = [obstacle.what for obstacle in change.found.obstacles]
    served_by = getattr(live, "served_by", "")
    if served_by:
        return [*stays, served_by]
    if live != want:
        stays += [f"its {other.field} is not as we wrote it" for other in change.differences()]
    return stays


def destroy(
    agreed: Teardown,
    scope: Scope,
    reader: Reader,
    connections: Connections,
    *,
    now: Callable[[], datetime],
    sleep: wait.Sleep = wait.real_sleep,
) -> Iterator[Removed]:
    """Remove what was agreed to, yielding each once it is gone.

    Each step is read again right before. Raises StalePlan where it is not as it was agreed to, and
    Stopped where AWS refuses; destroying again goes on from there.
    """
    for step, expected in zip(reversed(scope.steps), agreed.steps, strict=True):
        if not any(agreed.calls(removal) for removal in expected.removals):
            continue
        fresh = again(step, scope, reader)
        if fresh != expected:
            raise moved(step, states(expected), states(fresh))
        look_again = partial(again, step, scope, reader)
        yield from take_away(fresh, agreed, look_again, connections, now=now, sleep=sleep)


def take_away(
    step: StepTeardown,
    agreed: Teardown,
    look_again: Callable[[], StepTeardown],
    connections: Connections,
    *,
    now: Callable[[], datetime],
    sleep: wait.Sleep = wait.real_sleep,
) -> Iterator[Removed]:
    """Send what removes the things of a step that go, yielding each once it is gone.

    Where AWS says that something is gone already, the step is looked at again.
    """
    asked = [(removal, agreed.calls(removal)) for removal in step.removals]
    for call, completed in calling.batches(asked):
        try:
            calling.send(call, step.id, step.title, connections, sleep)
        except calling.AlreadySo:
            still = {removal.key for removal in look_again().removals if agreed.goes(removal)}
            if any(removal.key in still for removal in completed):
                raise
        for removal in completed:
            yield Removed(step.id, removal.label, now())


def again(step: Step, scope: Scope, reader: Reader) -> StepTeardown:
    """A step as it is now."""
    reader.forget()
    return reader.run(look(step, scope))


def states(teardown: StepTeardown) -> dict[str, str]:
    """What was to become of each resource of a step, in a few words."""
    return {
        str(removal.key): f"to stay ({'; '.join(removal.stays)})" if removal.stays else "to go"
        for removal in teardown.removals
        if removal.is_there
    }
