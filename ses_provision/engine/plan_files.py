"""Plans in files: where they may be written, and what is taken for one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ses_provision.engine.saved_plan import FORMAT, PLANS, SavedPlan, digest
from ses_provision.errors import StalePlan, UsageError
from ses_provision.outside import files

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 50_000_000
"""Bytes of a plan; one of an environment with a thousand tenants has a twentieth."""
MODE = 0o600  # it says what an account holds


def insist_on_a_place(path: Path) -> None:
    """Refuse to replace what is no plan, and to write through a link; before anything is asked."""
    why = files.why_not_there(path, is_plan, "plan")
    if why:
        raise not_writable(path, why)


def is_plan(path: Path) -> bool:
    """Whether a plan is in a file."""
    try:
        return str(parsed(path).get("format", "")).startswith(PLANS)
    except (OSError, ValueError, RecursionError):
        return False


def not_writable(path: Path, why: str) -> UsageError:
    """The refusal of a place for a plan."""
    return UsageError(f"{path} cannot be written: {why}.", "Name another file with --out.")


def write(path: Path, found: Mapping[str, Any]) -> None:
    """Put a plan into a file that only its owner may read; an older plan there is replaced."""
    insist_on_a_place(path)
    try:
        files.replace(path, json.dumps(found, indent=1, ensure_ascii=False) + "\n", MODE)
    except OSError as error:
        raise not_writable(path, files.reason(error)) from error


def parsed(path: Path) -> dict[str, Any]:
    """The document in a file. Raises OSError or ValueError."""
    found = json.loads(files.content(path, LARGEST).decode())
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 - one refusal for all that is no plan
    return found


def read(path: Path) -> SavedPlan:
    """Take a plan out of a file; refuse one that is not as it was written."""
    try:
        found = parsed(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {files.reason(error)}.",
            f"`ses-provision plan --env NAME --out {path}` writes it.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise not_a_plan(path) from error
    if found.get("format") != FORMAT or not is_whole(found):
        raise not_a_plan(path)
    if found["digest"] != digest(found):
        raise StalePlan(
            f"The plan in {path} is not as `ses-provision plan` wrote it; nothing was changed.",
            f"Make a new one: ses-provision plan --env {found['environment']} --out {path}",
        )
    return SavedPlan(path, **{key: found[key] for key in TYPES})


TYPES: dict[str, type | tuple[type, ...]] = {
    "environment": str,
    "account_id": str,
    "region": str,
    "role": (str, type(None)),
    "take_over": list,
    "settings": dict,
    "steps": dict,
    "left_over": list,
    "made_by": str,
    "digest": str,
}


def is_whole(found: Mapping[str, Any]) -> bool:
    """Whether a document has all that a plan has, each of its kind, and nothing else."""
    return (
        set(found) == {*TYPES, "format"}
        and all(isinstance(found[key], kind) for key, kind in TYPES.items())
        and all(isinstance(step, str) for step in found["take_over"])
        and all(map(is_step, found["steps"].values()))
        and all(is_entry(entry, {"key", "label"}) for entry in found["left_over"])
    )


def is_step(found: Any) -> bool:
    """Whether a part of a document is a step with its changes."""
    if not isinstance(found, dict) or not isinstance(found.get("changes"), list):
        return False
    return all(is_entry(change, {"key", "label", "action"}) for change in found["changes"])


def is_entry(found: Any, keys: set[str]) -> bool:
    """Whether a part of a document is an object that has these."""
    return isinstance(found, dict) and keys <= set(found)


def not_a_plan(path: Path) -> UsageError:
    """The refusal of a file that is something else."""
    return UsageError(
        f"{path} is not a plan of this version of ses-provision.",
        f"`ses-provision plan --env NAME --out {path}` writes one.",
    )
