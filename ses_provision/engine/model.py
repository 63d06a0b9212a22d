"""The nouns: resources, changes, steps, plans. Values, with no input or output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar, runtime_checkable

from ses_provision.outside.reading import iam_action

if TYPE_CHECKING:
    from ses_provision.engine.facts import Facts
    from ses_provision.environment import Environment
    from ses_provision.outside.reading import Reading


@dataclass(frozen=True)
class Call:
    """One writing call, as a value.

    `not_yet` names error codes that only mean "what was written just before has not arrived
    everywhere": the call is repeated for a bounded time while AWS answers with one of them.
    """

    service: str
    region: str
    operation: str
    params: Mapping[str, Any]
    not_yet: frozenset[str] = frozenset()

    @property
    def action(self) -> str:
        """The IAM action that this call needs."""
        return iam_action(self.service, self.operation)

    def joined(self, other: Call) -> Call | None:
        """Both as one call where AWS takes them together: record changes of one zone."""
        ours, theirs = self.params.get("ChangeBatch"), other.params.get("ChangeBatch")
        same = (self.operation, self.params.get("HostedZoneId")) == (
            other.operation,
            other.params.get("HostedZoneId"),
        )
        if ours is None or theirs is None or not same:
            return None
        new = [one for one in theirs["Changes"] if one not in ours["Changes"]]
        batch = {**ours, "Changes": [*ours["Changes"], *new]}
        return Call(
            self.service, self.region, self.operation, {**self.params, "ChangeBatch": batch}
        )


@dataclass(frozen=True)
class Obstacle:
    """Something in the way that we did not write.

    `removal` is what a take-over deletes, in AWS's own terms; None where the operator has to act.
    """

    what: str
    way_out: str
    removal: Mapping[str, Any] | None = None


R_co = TypeVar("R_co", bound="Resource", covariant=True)


@dataclass(frozen=True)
class Found(Generic[R_co]):
    """What stands in the account where a resource should be.

    `notes` are said beside the change and decide nothing.
    """

    live: R_co | None
    obstacles: tuple[Obstacle, ...] = ()
    notes: tuple[str, ...] = ()


class Resource(Protocol):
    """The desired state of one AWS object, and the shape its live state is read into.

    Implementations are frozen dataclasses; fields with `compare=False` are observed, not managed.
    """

    @property
    def label(self) -> str:
        """What the operator calls it."""

    def read(self) -> Reading[Found[Self]]:
        """Find the live counterpart, projected on what we manage."""

    def writes(self, found: Found[Self]) -> Sequence[Call]:
        """The calls that turn what was found into this."""

    def deletes(self, found: Found[Self]) -> Sequence[Call]:
        """The calls that remove what was found, nothing else."""


@runtime_checkable
class Shared(Protocol):
    """A resource that others may add to: what they added keeps it from being destroyed."""

    def additions(self, live: Any, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """What others added to it, given what the environment wants."""


@runtime_checkable
class Part(Protocol):
    """A resource that exists only as a part of another, and goes with it."""

    @property
    def part_of(self) -> str:
        """The ARN of what it is a part of."""


class Action(StrEnum):
    """What is to be done about a resource."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "unchanged"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Difference:
    """One field that is not as it should be; None stands for nothing there."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Change:
    """One resource as it is and as it should be."""

    want: Resource
    found: Found[Any]
    taken_over: bool = False

    @property
    def action(self) -> Action:
        """The decision, made here and nowhere else."""
        if self.hindrances:
            return Action.BLOCKED
        if self.found.live is None:
            return Action.CREATE
        if self.found.live == self.want and not self.found.obstacles:
            return Action.KEEP
        return Action.UPDATE

    @property
    def hindrances(self) -> tuple[Obstacle, ...]:
        """The obstacles that stand: all, or after a take-over those only a person can remove."""
        return tuple(
            obstacle
            for obstacle in self.found.obstacles
            if not (self.taken_over and obstacle.removal is not None)
        )

    @property
    def kind(self) -> str:
        """The type of the resource, as JSON names it."""
        return type(self.want).__name__

    def differences(self) -> list[Difference]:
        """Field by field, what is and what should be; mappings key by key."""
        if self.found.live is None:
            return []
        return [
            difference
            for item in fields(self.want)  # type: ignore[arg-type]
            if item.compare
            for difference in compare(
                item.name, getattr(self.found.live, item.name), getattr(self.want, item.name)
            )
        ]

    def calls(self) -> Sequence[Call]:
        """What has to be sent to AWS."""
        return self.want.writes(self.found)


def compare(name: str, old: Any, new: Any) -> list[Difference]:
    """The differences between two values of a field."""
    if old == new:
        return []
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [
            Difference(f"{name}.{key}", old.get(key), new.get(key))
            for key in sorted({*old, *new})
            if old.get(key) != new.get(key)
        ]
    return [Difference(name, old, new)]


@dataclass(frozen=True)
class Skipped:
    """A step that has nothing to do here, and why."""

    reason: str


@dataclass(frozen=True)
class Waiting:
    """A step that cannot be known yet, and what it waits for."""

    reason: str


Wanted = Sequence[Resource] | Skipped | Waiting


class Need(StrEnum):
    """What a step has to know beside the environment file."""

    ZONE = "the hosted zone"
    DKIM = "the DKIM tokens"


@dataclass(frozen=True)
class Step:
    """One step: what it makes, why, and the pure function that says what should be there.

    `proved` steps are read back after they were written: AWS may accept and not keep.
    """

    id: str
    title: str
    why: str
    desired: Callable[[Environment, Facts], Wanted]
    needs: frozenset[Need] = frozenset()
    proved: bool = False
    docs: str = ""


@dataclass(frozen=True)
class StepPlan:
    """What one step would do."""

    id: str
    title: str
    changes: tuple[Change, ...] = ()
    waiting: str = ""
    skipped: str = ""

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes to make, in order."""
        return tuple(c for c in self.changes if c.action in {Action.CREATE, Action.UPDATE})

    @property
    def blocked(self) -> tuple[Change, ...]:
        """The changes that something stands in the way of."""
        return self.of(Action.BLOCKED)

    @property
    def is_settled(self) -> bool:
        """Nothing to do and nothing in the way."""
        return not (self.pending or self.blocked or self.waiting)

    def of(self, action: Action) -> tuple[Change, ...]:
        """The changes of one kind, in order."""
        return tuple(change for change in self.changes if change.action is action)


@dataclass(frozen=True)
class Plan:
    """What an apply would do to one environment, step by step in order."""

    environment: str
    account_id: str
    region: str
    steps: tuple[StepPlan, ...]

    def count(self, action: Action) -> int:
        """How many changes are of one kind."""
        return sum(len(step.of(action)) for step in self.steps)

    @property
    def waiting(self) -> tuple[StepPlan, ...]:
        """The steps that cannot be known yet."""
        return tuple(step for step in self.steps if step.waiting)

    @property
    def is_blocked(self) -> bool:
        """Something that we did not write is in the way."""
        return any(step.blocked for step in self.steps)

    @property
    def is_settled(self) -> bool:
        """The account is as the environment says."""
        return all(step.is_settled for step in self.steps)

    @property
    def has_changes(self) -> bool:
        """There is something to write, now or after an earlier step."""
        return any(step.pending or step.waiting for step in self.steps)


class Status(StrEnum):
    """Where an item of the checklist stands. Unknown is never done."""

    DONE = "done"
    ACTION = "action"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


class Severity(StrEnum):
    """How much an open item matters."""

    BLOCKER = "blocker"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True)
class Finding:
    """One item of the checklist: what was looked at, what was seen, what to do.

    `sources` are the questions it rests on; `needs_person` items wait for a person's word, which
    `ses-provision attest` records.
    """

    id: str
    title: str
    status: Status
    evidence: str
    next_step: str = ""
    severity: Severity = Severity.BLOCKER
    sources: tuple[str, ...] = ()
    needs_person: bool = False

    @property
    def is_open(self) -> bool:
        """Somebody or something still has to move."""
        return self.status not in {Status.DONE, Status.NOT_APPLICABLE}
