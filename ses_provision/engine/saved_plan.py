"""A plan as it is kept: what was agreed to, so that exactly that is applied, or nothing.

Nothing in the file is executed. `apply FILE` plans anew and goes ahead only where the settings,
the account, the region, and of each resource what is managed are as the file has them, or on the
way from there to what was agreed to: applied again after an interruption, it makes the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ses_provision import __version__
from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Action, Change, compare
from ses_provision.engine.plan import Plan, StepPlan
from ses_provision.engine.resuming import TO_MAKE, Seen, goes_on
from ses_provision.engine.values import plain, told
from ses_provision.errors import NotReady, StalePlan

if TYPE_CHECKING:
    from pathlib import Path

    from ses_provision.environment import Environment

PLANS = "ses-provision plan"
FORMAT = f"{PLANS} 2"


@dataclass(frozen=True)
class SavedPlan:
    """What a plan rested on: the settings, the steps chosen, and each step as it was seen."""

    path: Path
    environment: str
    account_id: str
    region: str
    role: str | None
    take_over: Sequence[str]
    settings: Mapping[str, Any]
    steps: Mapping[str, Mapping[str, Any]]
    left_over: Sequence[Mapping[str, Any]]
    made_by: str
    digest: str

    @property
    def blocked(self) -> list[str]:
        """What something stands in the way of, by label."""
        return [
            str(change["label"])
            for step in self.steps.values()
            for change in step.get("changes", ())
            if change["action"] == Action.BLOCKED.value
        ]

    def insist_on_nothing_blocked(self) -> None:
        """Raise NotReady where the plan showed that something is in the way: it makes nothing."""
        if self.blocked:
            raise NotReady(
                f"The plan in {self.path} is blocked, so it makes nothing:",
                f"Clear the way as the plan says, then: ses-provision plan --env "
                f"{self.environment} --out {self.path}",
                points=self.blocked,
            )

    def insist_on_digest(self, given: str) -> None:
        """Raise StalePlan where this is not the plan that somebody looked at."""
        if given.strip().lower() != self.digest:
            raise StalePlan(
                f"The plan in {self.path} is another than the one you name; nothing was changed. "
                f"Its digest is {self.digest}, not {given}.",
                "Apply the file that was looked at, or look at this one first.",
            )

    def insist(self, env: Environment, fresh: Plan, *, prune: bool = False) -> None:
        """Raise StalePlan where anything is no longer as the plan saw it; say what.

        What is left over is a part of what was agreed to only where it is deleted.
        """
        moved = [*self.moved_settings(env, fresh), *self.moved_steps(fresh)]
        if prune:
            moved += self.moved_left_over(fresh)
        if self.made_by != __version__ and moved:
            moved.append(f"the plan was made by ses-provision {self.made_by}")
        if moved:
            raise StalePlan(
                f"The plan in {self.path} no longer holds; nothing was changed:",
                f"Make a new one: ses-provision plan --env {self.environment} --out {self.path}",
                points=moved,
            )

    def moved_settings(self, env: Environment, fresh: Plan) -> list[str]:
        """What the environment file says otherwise."""
        return [
            f"{one.field.removeprefix('.')}: {shown(one.old)} -> {shown(one.new)}"
            for one in [
                *compare("account_id", self.account_id, fresh.account_id),
                *compare("region", self.region, fresh.region),
                *deep("", self.settings, settings(env)),
            ]
        ]

    def moved_steps(self, fresh: Plan) -> list[str]:
        """What AWS shows otherwise."""
        return [line for step in fresh.steps for line in self.moved_step(step)]

    def moved_step(self, fresh: StepPlan) -> list[str]:
        """What of a step is not as it was seen, and not on the way to what was agreed to."""
        was, now = self.steps.get(fresh.id, {}), observed(fresh)
        if was == now or (was.get("waiting") and fresh.changes):
            return []
        found = {as_key(seen(change)): change for change in fresh.changes}
        differing = list(pairs(was.get("changes", ()), now["changes"]))
        changed = [
            f"step {fresh.id}: {label}: {difference(before, after)}"
            for label, before, after in differing
            if not (before and after and goes_on(before, after, found[as_key(after)]))
        ]
        return (
            changed
            if changed or differing
            else [f"step {fresh.id}: {state(was)}, now {state(now)}"]
        )

    def moved_left_over(self, fresh: Plan) -> list[str]:
        """What is left over now and was not then; what is gone is as the plan wanted it."""
        return [
            f"left over: {label}: not in the plan"
            for label, before, _ in pairs(self.left_over, left_over(fresh))
            if before is None
        ]

    def standing(self, fresh: Plan) -> tuple[int, int]:
        """How many of the changes that were agreed to stand already, and how many there are."""
        agreed = [change for step in fresh.steps for change in self.agreed(step)]
        return sum(change.action is Action.KEEP for change in agreed), len(agreed)

    def agreed(self, fresh: StepPlan) -> list[Change]:
        """The changes of a step that were agreed to: those shown, or all where it was to be seen
        later."""
        was = self.steps[fresh.id]
        shown = {as_key(one) for one in was.get("changes", ()) if one["action"] in TO_MAKE}
        return [
            change
            for change in fresh.changes
            if was.get("waiting") or as_key(as_json(seen(change))) in shown
        ]


def deep(name: str, old: Any, new: Any) -> list[Any]:
    """The differences between two trees of settings, leaf by leaf."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [
            one
            for key in sorted({*old, *new})
            for one in deep(f"{name}.{key}", old.get(key), new.get(key))
        ]
    return compare(name, old, new)


def shown(value: Any) -> str:
    """A setting in a message."""
    return "left out" if value is None else json.dumps(value, ensure_ascii=False)


def pairs(
    before: Iterable[Seen], after: Iterable[Seen]
) -> Iterator[tuple[str, Seen | None, Seen | None]]:
    """What differs, resource by resource: its label, as it was seen, and as it is now."""
    was, now = by_key(before), by_key(after)
    for key in dict.fromkeys([*was, *now]):
        if was.get(key) != now.get(key):
            yield str((now.get(key) or was[key])["label"]), was.get(key), now.get(key)


def by_key(entries: Iterable[Seen]) -> dict[str, Seen]:
    """What was seen, by what identifies it."""
    return {as_key(entry): entry for entry in entries}


def as_key(entry: Seen) -> str:
    """What identifies one of them."""
    return json.dumps(entry["key"], sort_keys=True)


def difference(before: Seen | None, after: Seen | None) -> str:
    """How what was to be done about a resource differs."""
    if before is None or after is None or before["action"] != after["action"]:
        return f"{action(before)}, now {action(after)}"
    return f"{action(after)}, but not as it was"


def action(change: Seen | None) -> str:
    """What was to be done about a resource."""
    return str(change["action"]) if change else "not in the plan"


def state(step: Mapping[str, Any]) -> str:
    """Where a step without changes stands."""
    return str(step.get("waiting") or step.get("skipped") or "planned") if step else "not planned"


def settings(env: Environment) -> dict[str, Any]:
    """All settings of an environment as JSON has them."""
    return as_json(plain(env.model_dump()))


def observed(step: StepPlan) -> dict[str, Any]:
    """A step with what was wanted and found of all that we manage."""
    return as_json(
        {
            "waiting": step.waiting,
            "skipped": step.skipped,
            "changes": [seen(change) for change in step.changes],
        }
    )


def seen(change: Change) -> dict[str, Any]:
    """A change as it was agreed to; what is only observed beside it may move."""
    live = change.found.live
    return {
        "key": plain(change.key),
        "label": change.want.label,
        "action": change.action.value,
        "taken_over": change.taken_over,
        "want": plain(told(change.want)),
        "live": None if live is None else managed(live),
        "obstacles": plain(change.found.obstacles),
    }


def managed(resource: Any) -> dict[str, Any]:
    """The fields of a resource that decide what is done."""
    return {
        field.name: plain(getattr(resource, field.name))
        for field in fields(resource)
        if field.compare
    }


def left_over(plan: Plan) -> list[dict[str, Any]]:
    """What a prune would delete."""
    return [
        as_json({"key": plain(removal.key), "label": removal.label})
        for removal in plan.left_over
        if not removal.stays
    ]


def as_json(value: Any) -> dict[str, Any]:
    """A value as it comes back from a file."""
    found: dict[str, Any] = json.loads(json.dumps(value))
    return found


def document(
    plan: Plan, env: Environment, role: str | None, take_over: Iterable[str]
) -> dict[str, Any]:
    """A plan as a file has it, with the digest of all the rest."""
    found = {
        "format": FORMAT,
        "made_by": __version__,
        "environment": plan.environment,
        "account_id": plan.account_id,
        "region": plan.region,
        "role": role,
        "take_over": sorted(take_over),
        "settings": settings(env),
        "steps": {step.id: observed(step) for step in plan.steps},
        "left_over": left_over(plan),
    }
    return {**found, "digest": digest(found)}


def digest(found: Mapping[str, Any]) -> str:
    """What stands for a plan: everything that was shown, however the file is laid out."""
    rest = {key: value for key, value in found.items() if key != "digest"}
    # Steps are carried out in their order, so it belongs to what is shown; other keys have none.
    rest["order"] = list(found["steps"])
    whole = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(whole.encode()).hexdigest()}"
