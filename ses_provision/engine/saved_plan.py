"""A plan in a file: what was agreed to, so that exactly that is applied, or nothing.

Nothing in the file is executed. `apply FILE` plans anew and goes ahead only where the settings,
the account, the region and all that was observed are as the file has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ses_provision import __version__
from ses_provision.engine.model import Plan, StepPlan, compare
from ses_provision.environment import Environment
from ses_provision.errors import StalePlan, UsageError
from ses_provision.render.document import plain

FORMAT = "ses-provision plan 1"


@dataclass(frozen=True)
class SavedPlan:
    """What a plan rested on: the settings, the steps chosen, and each step as it was seen."""

    path: Path
    environment: str
    account_id: str
    region: str
    role: str | None
    take_over: tuple[str, ...]
    settings: Mapping[str, Any]
    steps: Mapping[str, Mapping[str, Any]]
    made_by: str

    def insist(self, env: Environment, fresh: Plan) -> None:
        """Raise StalePlan where anything is no longer as the plan saw it; say what."""
        moved = [*self.moved_settings(env, fresh), *self.moved_steps(fresh)]
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
        """What of a step is not as it was seen."""
        was, now = self.steps.get(fresh.id, {}), observed(fresh)
        if was == now:
            return []
        before, after = by_label(was), by_label(now)
        changed = [
            f"step {fresh.id}: {label}: {action(before.get(label))}, now {action(after.get(label))}"
            for label in dict.fromkeys([*before, *after])
            if before.get(label) != after.get(label)
        ]
        return changed or [f"step {fresh.id}: {state(was)}, now {state(now)}"]


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


def by_label(step: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of an observed step by the name of their resource."""
    return {change["label"]: change for change in step.get("changes", ())}


def action(change: Mapping[str, Any] | None) -> str:
    """What was to be done about a resource."""
    return str(change["action"]) if change else "not in the plan"


def state(step: Mapping[str, Any]) -> str:
    """Where a step without changes stands."""
    return str(step.get("waiting") or step.get("skipped") or "planned") if step else "not planned"


def settings(env: Environment) -> dict[str, Any]:
    """All settings of an environment as JSON has them."""
    return as_json(plain(env.model_dump()))


def observed(step: StepPlan) -> dict[str, Any]:
    """A step with all that was wanted and found, fields that are only observed included."""
    return as_json(
        {
            "waiting": step.waiting,
            "skipped": step.skipped,
            "changes": [
                {"label": one.want.label, "action": one.action.value, **plain(one)}
                for one in step.changes
            ],
        }
    )


def as_json(value: Any) -> dict[str, Any]:
    """A value as it comes back from a file."""
    found: dict[str, Any] = json.loads(json.dumps(value))
    return found


def write(
    path: Path, plan: Plan, env: Environment, role: str | None, take_over: Iterable[str]
) -> None:
    """Put a plan into a file."""
    document = {
        "format": FORMAT,
        "made_by": __version__,
        "environment": plan.environment,
        "account_id": plan.account_id,
        "region": plan.region,
        "role": role,
        "take_over": sorted(take_over),
        "settings": settings(env),
        "steps": {step.id: observed(step) for step in plan.steps},
    }
    try:
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", "Name another file with --out."
        ) from error


def read(path: Path) -> SavedPlan:
    """Take a plan out of a file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.",
            f"`ses-provision plan --env NAME --out {path}` writes it.",
        ) from error
    except ValueError as error:
        raise not_a_plan(path) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise not_a_plan(path)
    try:
        return SavedPlan(
            path,
            str(found["environment"]),
            str(found["account_id"]),
            str(found["region"]),
            found["role"],
            tuple(found["take_over"]),
            dict(found["settings"]),
            dict(found["steps"]),
            str(found["made_by"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise not_a_plan(path) from error


def not_a_plan(path: Path) -> UsageError:
    """The refusal of a file that is something else."""
    return UsageError(
        f"{path} is not a plan of this version of ses-provision.",
        f"`ses-provision plan --env NAME --out {path}` writes one.",
    )
