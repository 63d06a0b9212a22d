"""Whether a subscription's filter policy lets a message through. Pure.

Only as much of the language as says "no" for sure: a message has to have each key of the policy,
with one of the values (SNS Developer Guide, subscription filter policies). What is not known here
counts as letting through.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def event(event_type: str) -> dict[str, str]:
    """What is known of an event's message (SES Developer Guide, event data published to SNS)."""
    words = event_type.replace("_", " ").title().replace(" ", "")
    return {"eventType": "Rendering Failure" if event_type == "RENDERING_FAILURE" else words}


def dropped(policy: str, scope: str, message: Mapping[str, str]) -> bool:
    """Whether a message never arrives.

    Neither SES nor CloudWatch gives its messages attributes, which is what a policy looks at where
    its scope is not MessageBody.
    """
    wanted = json.loads(policy or "{}")
    if not isinstance(wanted, Mapping):
        return False
    return refused(wanted, message if scope == "MessageBody" else None)


def refused(wanted: Mapping[str, Any], message: Mapping[str, str] | None) -> bool:
    """Whether some key of a policy is not met; by no alternative where there are several. Without
    a message, no key is there to be looked at."""
    return any(
        all(refused(one, message) for one in rules)
        if key == "$or" and are_policies(rules)
        else unmet(key, rules, message)
        for key, rules in wanted.items()
    )


def are_policies(rules: Any) -> bool:
    """Whether a value is a list of alternatives, each a policy of its own."""
    return (
        isinstance(rules, list) and all(isinstance(one, Mapping) for one in rules) and rules != []
    )


def unmet(key: str, rules: Any, message: Mapping[str, str] | None) -> bool:
    """Whether one key of a policy is surely not met."""
    if message is None:
        return not may_be_absent(rules)
    return key in message and not any(matches(rule, message[key]) for rule in as_rules(rules))


def as_rules(rules: Any) -> Iterable[Any]:
    """The alternatives for one key; what is nested lets everything through."""
    return rules if isinstance(rules, list) else [{"exists": True}]


def may_be_absent(rules: Any) -> bool:
    """Whether a key need not be there."""
    return any(
        isinstance(rule, Mapping) and rule.get("exists") is False for rule in as_rules(rules)
    )


def matches(rule: Any, value: str) -> bool:
    """Whether a value fits one alternative."""
    if not isinstance(rule, Mapping):
        return bool(rule == value)
    [(operator, operand)] = list(rule.items())[:1] or [("exists", True)]
    match operator:
        case "exists":
            return operand is True
        case "prefix" if isinstance(operand, str):
            return value.startswith(operand)
        case "suffix" if isinstance(operand, str):
            return value.endswith(operand)
        case "equals-ignore-case":
            return value.lower() == str(operand).lower()
        case "anything-but" if isinstance(operand, str | list):
            return value not in ([operand] if isinstance(operand, str) else operand)
    return True
