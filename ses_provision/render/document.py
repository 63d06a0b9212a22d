"""The JSON documents. Their names are stable: a change of meaning is a new schema_version."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ses_provision.engine.model import Action, Change
from ses_provision.engine.outcomes import Applied, NotDone
from ses_provision.engine.plan import Plan, Removal, StepPlan, way_out
from ses_provision.engine.values import plain, told
from ses_provision.errors import AccessDenied, AwsRefused, ConfigError, ProvisionError, Stopped
from ses_provision.names import RUNNER_COMMAND
from ses_provision.outside.secrets import hide

if TYPE_CHECKING:
    from ses_provision.checks.report import Checklist
    from ses_provision.checks.verification import Verification

SCHEMA_VERSION = 1


def envelope(
    command: str, reports: list[dict[str, Any]], *, ok: bool, extra: Mapping[str, Any]
) -> dict[str, Any]:
    """The document of a command. `environment` is set where exactly one was looked at."""
    return {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "environment": reports[0]["environment"] if len(reports) == 1 else None,
        "ok": ok,
        "environments": reports,
        **extra,
    }


UNSAFE = re.compile(rf"[^\n\x20-\x7e]|{RUNNER_COMMAND}")


def text(whole: Mapping[str, Any]) -> str:
    """A document as text. What a terminal or a CI system would obey is escaped, as JSON can."""
    written = json.dumps(whole, indent=2, ensure_ascii=False)
    return UNSAFE.sub(lambda match: unprintable(match[0]), written)


def line(whole: Mapping[str, Any]) -> str:
    """A document in one line, as GITHUB_OUTPUT takes it."""
    return json.dumps(whole, separators=(",", ":"))


def unprintable(found: str) -> str:
    """A character that is no print as JSON escapes it; any other as it is."""
    if found.startswith("##"):
        return "#\\u0023"
    return found if found.isprintable() else json.dumps(found)[1:-1]


def error(value: ProvisionError) -> dict[str, Any]:
    """An error: its kind, what happened, and what to do next."""
    said, hint = hide(value.message), hide(value.hint)
    result: dict[str, Any] = {"kind": value.kind, "message": said, "hint": hint}
    cause = value.cause if isinstance(value, Stopped) else value
    if isinstance(cause, AwsRefused):
        result |= {"code": cause.code, "operation": cause.operation}
    if isinstance(cause, AccessDenied):
        result |= {"action": cause.action, "resource": cause.resource}
    if isinstance(cause, ConfigError):
        result["problems"] = [hide(problem) for problem in cause.problems]
    return result


def plan(value: Plan) -> dict[str, Any]:
    """A plan."""
    return {
        "account_id": value.account_id,
        "region": value.region,
        "settled": value.is_settled,
        "blocked": value.is_blocked,
        "counts": {action.value: value.count(action) for action in Action},
        "steps": [step(one, value.environment) for one in value.steps if not one.is_silent],
        "left_over": [left_over(one) for one in value.left_over],
        "notes": list(value.notes),
    }


def left_over(value: Removal) -> dict[str, Any]:
    """Something that the file no longer wants."""
    return {"key": plain(value.key), "label": value.label, "because": list(value.stays)}


def step(value: StepPlan, environment: str) -> dict[str, Any]:
    """One step of a plan."""
    return {
        "id": value.id,
        "title": value.title,
        "waiting": value.waiting or None,
        "skipped": value.skipped or None,
        "failed": value.failed or None,
        "changes": [change(one, value.id, environment) for one in value.changes],
    }


def change(value: Change, step: str, environment: str) -> dict[str, Any]:
    """One resource as it is and as it should be."""
    return {
        "action": value.action.value,
        "kind": value.kind,
        "key": plain(value.key),
        "label": value.want.label,
        "wanted": plain(told(value.want)),
        "differences": [
            {"field": one.field, "old": plain(one.old), "new": plain(one.new)}
            for one in value.differences()
        ],
        "obstacles": [
            {
                "what": one.what,
                "way_out": way_out(one, step, environment),
                "can_be_taken_over": one.removal is not None,
            }
            for one in value.found.obstacles
        ],
    }


def applied(value: Applied | NotDone) -> dict[str, Any]:
    """One change that AWS has accepted, or a step that was left."""
    if isinstance(value, NotDone):
        return {"step": value.step.id, "done": False, "label": value.step.title}
    return {
        "step": value.step,
        "done": True,
        "action": value.change.action.value,
        "label": value.change.want.label,
        "at": plain(value.at),
    }


def verification(value: Verification) -> dict[str, Any]:
    """Where verification stands."""
    return {
        **plain(value),
        "settled": value.is_settled,
        "failed": value.has_failed,
        "why": value.why,
        "verdict": plain(value.verdict),
        "records": [
            {**plain(one), "state": one.state.value, "right": one.is_right} for one in value.records
        ],
    }


def checklist(value: Checklist) -> dict[str, Any]:
    """The checklist; `see` names the item under which the next step of several is told."""
    from ses_provision.checks.finding import Severity, Status

    told_at = {item: at for item, at in value.told_at.items() if item != at}
    return {
        "domain": value.domain,
        "account_id": value.account_id,
        "region": value.region,
        "read_at": plain(value.read_at),
        "open": len(value.open),
        "counts": {status.value: value.count(status) for status in Status},
        "open_by_severity": {one.value: value.open_count(one) for one in Severity},
        "topics": [
            {
                "topic": topic.topic,
                "title": topic.title,
                "note": topic.note or None,
                "findings": [
                    {
                        **plain(one),
                        "open": one.is_open,
                        "read_at": plain(value.read_at),
                        "see": told_at.get(one.id),
                    }
                    for one in topic.findings
                ],
            }
            for topic in value.topics
        ],
    }
