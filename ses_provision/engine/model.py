"""The nouns: resources, changes, steps. Values, with no input or output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar, runtime_checkable

from ses_provision.dataclass import dataclass
from ses_provision.engine.needs import Facts, Need, rehearsed
from ses_provision.outside.call import Call

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.reading import Answers, Reading

SHOWN = {"shown": True}
"""Metadata of a field that is observed and all the same told with what is wanted."""


@dataclass(frozen=True, order=True)
class Key:
    """What tells one resource from every other: two that have it are the same thing.

    What is global has no region, and names in DNS, which is one for all, have no account either.
    """

    type: str
    account: str
    region: str
    name: str

    @classmethod
    def of(cls, kind: str, arn: str, name: str) -> Key:
        """The key of something that has an ARN, or belongs to something that has one."""
        _, _, _, region, account, *_ = arn.split(":")
        return cls(kind, account, region, name)

    def __str__(self) -> str:
        where = f" in {self.region}" if self.region else ""
        return f"{self.type} {self.name}{where}"


@dataclass(frozen=True)
class Obstacle:
    """Something in the way that we did not write.

    `removal` is what a take-over deletes, in AWS's own terms; None where the operator has to act.
    """

    what: str
    way_out: str
    removal: Mapping[str, Any] | None = None


class Held(Obstacle):
    """Something that has to be in order first, in another step of the same plan."""


class Awaited(Obstacle):
    """Something outside of AWS that has to answer first; its step is made without this change."""


R_co = TypeVar("R_co", bound="Resource", covariant=True)


@dataclass(frozen=True)
class Found(Generic[R_co]):
    """What stands in the account where a resource should be.

    `notes` are said beside the change and decide nothing. `beside` is what AWS replaces together
    with it, and has to be given back.
    """

    live: R_co | None
    obstacles: tuple[Obstacle, ...] = ()
    notes: tuple[str, ...] = ()
    beside: Mapping[str, Any] = field(default_factory=dict, compare=False)


class Resource(Protocol):
    """The desired state of one AWS object, and the shape its live state is read into.

    Implementations are frozen dataclasses; fields with `compare=False` are observed, not managed.
    """

    @property
    def key(self) -> Key:
        """What identifies it."""

    @property
    def label(self) -> str:
        """What the operator calls it."""

    def read(self) -> Reading[Found[Self]]:
        """Find the live counterpart, projected on what we manage."""

    def writes(self, found: Found[Self]) -> Sequence[Call]:
        """The calls that turn what was found into this."""

    def deletes(self, found: Found[Self]) -> Sequence[Call]:
        """The calls that remove what was found, nothing else."""

    def settled(self) -> Answers:
        """What an account answers where it stands: reading that gives it back."""

    def strayed(self) -> Sequence[Self]:
        """Live states whose mending takes every correcting call there is."""


@runtime_checkable
class Tagged(Protocol):
    """A resource that carries tags: those we manage, and observed, all that it has."""

    @property
    def arn(self) -> str:
        """Its ARN."""

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags we manage."""

    @property
    def all_tags(self) -> Mapping[str, str]:
        """All tags that were found on it."""


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
    def is_held(self) -> bool:
        """Whether the rest of its step may be made all the same."""
        waits = (isinstance(o, Held | Awaited) for o in self.hindrances)
        return bool(self.hindrances) and all(waits)

    @property
    def key(self) -> Key:
        """What identifies the resource."""
        return self.want.key

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


class Unasked(Skipped):
    """A step for which the file has no section that it could have: no line is said of it."""


@dataclass(frozen=True)
class Waiting:
    """A step that cannot be known yet, and what it waits for."""

    reason: str


Wanted = Sequence[Resource] | Skipped | Waiting


def requiring(*steps: str) -> Callable[[Environment], Sequence[str]]:
    """The ids of steps that have to be in order first, whatever the environment."""
    return lambda _: steps


ON_NOTHING = requiring()


@dataclass(frozen=True)
class Step:
    """One step: what it makes, why, and the pure function that says what should be there.

    `section` is the table of the environment file it is about; where that is optional and left
    out, the step is skipped. `settings` are those that name what it makes. `proved` steps are read
    back after they were written: AWS may accept and not keep. `leaves` says what may stand of the
    step, where that can be more than is wanted now; `strays`, what something of its kind is that
    carries our tags and that no setting names, given its ARN. Where one of the steps it `requires`
    fails, it is left alone; where one that it `heeds` is blocked, only what rests on that one
    or is a part of what is blocked in it is held.
    """

    id: str
    title: str
    why: str
    desired: Callable[[Environment, Facts], Wanted]
    needs: tuple[Need[Any], ...] = ()
    section: str = ""
    settings: str = ""
    proved: bool = False
    docs: str = ""
    leaves: Callable[[Environment, Facts], Wanted] | None = None
    strays: Callable[[Environment, Account, str], Sequence[Resource]] | None = None
    requires: Callable[[Environment], Sequence[str]] = ON_NOTHING
    heeds: tuple[Step, ...] = ()

    def wanted(self, env: Environment, facts: Facts) -> Wanted:
        """What should be there."""
        if self.section and getattr(env, self.section) is None:
            return Skipped(f"no [{self.section}] in the environment file")
        return self.desired(env, facts)

    def foreseen(self, env: Environment, account: Account) -> list[Resource]:
        """What should be there as far as the file says it, without asking anybody."""
        wanted = self.wanted(env, rehearsed(self.needs, env, account))
        return [] if isinstance(wanted, Skipped | Waiting) else list(wanted)

    def standing(self, env: Environment, facts: Facts) -> Wanted:
        """What may stand of it, for a destroy."""
        wanted = self.wanted(env, facts)
        if isinstance(wanted, Skipped | Waiting) and self.leaves is not None:
            return self.leaves(env, facts)
        return wanted
