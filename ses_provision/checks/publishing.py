"""Whether a resource policy lets an AWS service do something for us. Pure.

Only as much of the policy language as such statements use (SES Developer Guide, event destination
for Amazon SNS; SNS Developer Guide, key management): a condition that is not known here makes an
allowing statement not count, and a denying one count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.resources.policies import as_list, texts


@dataclass(frozen=True)
class Publisher:
    """A service that acts for one of our resources."""

    service: str
    account_id: str
    source_arn: str

    @property
    def context(self) -> dict[str, str]:
        """The condition keys that AWS sets on its requests, in lower case."""
        return {
            "aws:sourceaccount": self.account_id,
            "aws:sourceowner": self.account_id,
            "aws:sourcearn": self.source_arn,
            "aws:securetransport": "true",
        }


def allows(policy: str, publisher: Publisher, actions: Iterable[str]) -> bool:
    """Whether a policy allows a service all of the actions."""
    document = json.loads(policy or "{}")
    statements = as_list(document.get("Statement", []))
    return all(allowed(statements, publisher, action) for action in actions)


def allowed(statements: list[Mapping[str, Any]], publisher: Publisher, action: str) -> bool:
    """An explicit deny wins; without an allow the answer is no."""
    speaking = [one for one in statements if names(one, publisher) and covers(one, action)]
    denied = any(
        one["Effect"] == "Deny" and holds(one, publisher, unknown=True) for one in speaking
    )
    return not denied and any(
        one["Effect"] == "Allow" and holds(one, publisher, unknown=False) for one in speaking
    )


def denials(
    policy: str, publisher: Publisher, actions: Iterable[str], ours: Iterable[str]
) -> list[Mapping[str, Any]]:
    """The statements of others that keep a service out whatever else the policy allows; `ours` are
    the Sids that we write, and put right again."""
    statements = as_list(json.loads(policy or "{}").get("Statement", []))
    return [
        one
        for one in statements
        if one["Effect"] == "Deny"
        and one.get("Sid") not in set(ours)
        and names(one, publisher)
        and any(covers(one, action) for action in actions)
        and holds(one, publisher, unknown=True)
    ]


def without(policy: str, statements: Sequence[Mapping[str, Any]]) -> str:
    """A policy without some of its statements."""
    document = json.loads(policy or "{}")
    kept = [one for one in as_list(document.get("Statement", [])) if one not in statements]
    return json.dumps({**document, "Statement": kept})


def names(statement: Mapping[str, Any], publisher: Publisher) -> bool:
    """Whether a statement is about the service."""
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping):
        return principal == "*"
    everybody = "*" in as_list(principal.get("AWS", []))
    return everybody or publisher.service in as_list(principal.get("Service", []))


def covers(statement: Mapping[str, Any], action: str) -> bool:
    """Whether a statement is about the action."""
    return any(like(pattern, action) for pattern in as_list(statement.get("Action", [])))


def like(pattern: str, value: str) -> bool:
    """Match with `*` for any characters and `?` for one, without regard to case."""
    wild = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(wild, value, re.IGNORECASE) is not None


def holds(statement: Mapping[str, Any], publisher: Publisher, *, unknown: bool) -> bool:
    """Whether the conditions hold for the service's requests; `unknown` for one we cannot judge."""
    return all(
        condition(operator, key, texts(wanted), publisher, unknown=unknown)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def condition(
    operator: str, key: str, wanted: list[str], publisher: Publisher, *, unknown: bool
) -> bool:
    """Whether one condition holds."""
    value = publisher.context.get(key.lower())
    if value is None:
        return unknown
    match operator.removesuffix("IfExists"):
        case "StringEquals" | "StringEqualsIgnoreCase" | "Bool":
            return value.lower() in [one.lower() for one in wanted]
        case "StringLike" | "ArnLike" | "ArnEquals":
            return any(like(one, value) for one in wanted)
    return unknown
