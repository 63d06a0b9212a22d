"""What an apply would do: a plan, its steps, and what would be removed."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Action, Change, Found, Key, Obstacle, Part, Resource

if TYPE_CHECKING:
    from ses_provision.errors import ProvisionError


@dataclass(frozen=True)
class StepPlan:
    """What one step would do; `failed` where AWS did not let it be looked at, or be made."""

    id: str
    title: str
    changes: tuple[Change, ...] = ()
    waiting: str = ""
    skipped: str = ""
    failed: str = ""
    error: ProvisionError | None = field(default=None, compare=False)

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes to make, in order."""
        return tuple(c for c in self.changes if c.action in {Action.CREATE, Action.UPDATE})

    @property
    def blocked(self) -> tuple[Change, ...]:
        """The changes that something stands in the way of."""
        return self.of(Action.BLOCKED)

    @property
    def is_silent(self) -> bool:
        """Nothing is wanted of it, and there is nothing to say."""
        return not (self.changes or self.waiting or self.skipped or self.failed)

    @property
    def is_settled(self) -> bool:
        """Nothing to do and nothing in the way."""
        return not (self.pending or self.blocked or self.waiting or self.failed)

    @property
    def is_made(self) -> bool:
        """Whether the pending changes may be made, though some of the others may be held."""
        stuck = [change for change in self.blocked if not change.is_held]
        return not (stuck or self.waiting or self.failed)

    @property
    def stuck(self) -> str:
        """Why nothing can rest on it, if nothing can."""
        if self.failed:
            return self.failed
        return "; ".join(o.what for change in self.blocked for o in change.hindrances)

    @property
    def in_the_way(self) -> dict[str, str]:
        """Why nothing can rest on it, by its id, and why nothing is put on what is blocked in it,
        by ARN."""
        blocked = {
            str(change.want.arn): "; ".join(o.what for o in change.hindrances)
            for change in self.blocked
            if hasattr(change.want, "arn")
        }
        return blocked | ({self.id: self.stuck} if self.stuck else {})

    def of(self, action: Action) -> tuple[Change, ...]:
        """The changes of one kind, in order."""
        return tuple(change for change in self.changes if change.action is action)


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
    def key(self) -> Key:
        """What identifies the resource."""
        return self.want.key

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return str(self.found.live.label if self.found.live is not None else self.want.label)

    @property
    def arn(self) -> str:
        """Its ARN, if it has one."""
        return str(getattr(self.want, "arn", ""))

    @property
    def owner(self) -> str:
        """The ARN of what it is a part of, or stands for."""
        part_of = self.want.part_of if isinstance(self.want, Part) else ""
        return part_of or str(getattr(self.want, "serves", ""))


@dataclass(frozen=True)
class Plan:
    """What an apply would do to one environment, step by step in order.

    `left_over` is what carries its tags and no setting names any more; only a prune removes it.
    `notes` say what could not be looked at.
    """

    environment: str
    account_id: str
    region: str
    steps: tuple[StepPlan, ...]
    left_over: tuple[Removal, ...] = ()
    notes: tuple[str, ...] = ()

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
    def failure(self) -> ProvisionError | None:
        """The first refusal that kept a step from being looked at."""
        return next((step.error for step in self.steps if step.error is not None), None)

    @property
    def is_settled(self) -> bool:
        """The account is as the environment says."""
        return all(step.is_settled for step in self.steps)

    @property
    def has_changes(self) -> bool:
        """There is something to write, now or after an earlier step."""
        return any(step.pending or step.waiting for step in self.steps)


def way_out(obstacle: Obstacle, step: str, environment: str) -> str:
    """How one obstacle is overcome; where that is a take-over, the command."""
    if obstacle.removal is None:
        return obstacle.way_out
    command = f"ses-provision apply --env {environment} --take-over {step}"
    return f"{obstacle.way_out}; to take over: {command}"
