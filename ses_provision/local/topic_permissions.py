"""AddPermission and RemovePermission: statements of a topic's policy, by their label."""

from __future__ import annotations

import json
from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params


def added(policy: str, topic_arn: str, caller: Caller, params: Params) -> str:
    """The policy with a statement that lets other accounts act on the topic."""
    document = json.loads(policy)
    statements = _statements(document)
    label = params["Label"]
    if any(statement.get("Sid") == label for statement in statements):
        raise AwsError("InvalidParameter", "Invalid parameter: Statement already exists")
    principals = [f"arn:{caller.partition}:iam::{each}:root" for each in params["AWSAccountId"]]
    actions = [f"SNS:{action.removeprefix('SNS:')}" for action in params["ActionName"]]
    statement = {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": _plainly(principals)},
        "Action": _plainly(actions),
        "Resource": topic_arn,
    }
    return json.dumps(document | {"Statement": [*statements, statement]}, separators=(",", ":"))


def removed(policy: str, label: str) -> str:
    """The policy without the statement of a label; no statement of it is no mistake."""
    document = json.loads(policy)
    kept = [statement for statement in _statements(document) if statement.get("Sid") != label]
    return json.dumps(document | {"Statement": kept}, separators=(",", ":"))


def _statements(document: Any) -> list[dict[str, Any]]:
    held = document.get("Statement") or []
    return held if isinstance(held, list) else [held]


def _plainly(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
