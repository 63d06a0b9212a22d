"""The policy language of IAM: whether statements allow or deny an action on a resource.

IAM User Guide, "Policy evaluation logic": an explicit deny wins over any allow, and without an
allow the answer is deny.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local import strict_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Decision(StrEnum):
    """What a policy says, in the words of the policy simulator."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


class MalformedPolicyError(ValueError):
    """Not a policy document."""


@dataclass(frozen=True)
class Ask:
    """What somebody wants to do. Context keys are compared without regard to case.

    `principals`: the names under which the asker may appear in a Principal element, such as
    `Service:ses.amazonaws.com` or `AWS:arn:aws:iam::111122223333:root`; None for policies of an
    identity, which have no Principal.
    """

    action: str
    resource: str
    principals: tuple[str, ...] | None = None
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def values(self, key: str) -> tuple[str, ...] | None:
        """The values of a context key, None when the request does not carry it."""
        wanted = key.lower()
        return next((v for k, v in self.context.items() if k.lower() == wanted), None)


def parse(text: str) -> list[dict[str, Any]]:
    """The statements of a policy document."""
    try:
        document = strict_json.loads(text)
    except ValueError as error:
        raise MalformedPolicyError("the policy is not JSON") from error
    if not isinstance(document, dict) or "Statement" not in document:
        raise MalformedPolicyError("the policy has no Statement")
    statements = listed(document["Statement"])
    for statement in statements:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise MalformedPolicyError("a statement has no Effect of Allow or Deny")
        if not {"Action", "NotAction"} & set(statement):
            raise MalformedPolicyError("a statement has no Action")
        _check_shapes(statement)
    return statements


def _check_shapes(statement: dict[str, Any]) -> None:
    """IAM User Guide, "Grammar of the IAM JSON policy language"."""
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if not _are_texts(statement.get(name, [])):
            raise MalformedPolicyError(f"{name} is neither a string nor a list of strings")
    for name in ("Principal", "NotPrincipal"):
        named = statement.get(name, "*")
        by_kind = isinstance(named, dict) and all(map(_are_texts, named.values()))
        if named != "*" and not by_kind:
            raise MalformedPolicyError(f"{name} is neither * nor an object of names")
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict) or not all(map(_is_condition, conditions.values())):
        raise MalformedPolicyError("Condition is no object of operators, keys and values")


def _are_texts(value: Any) -> bool:
    return all(isinstance(each, str) for each in listed(value))


def _is_condition(keys: Any) -> bool:
    return isinstance(keys, dict) and all(
        isinstance(value, str | int | float) for values in keys.values() for value in listed(values)
    )


def admits(text: str, ask: Ask) -> bool:
    """Whether a policy allows what is asked; one that is malformed allows nothing."""
    try:
        statements = parse(text)
    except MalformedPolicyError:
        return False
    return decide(statements, ask)[0] is Decision.ALLOWED


def decide(statements: Iterable[dict[str, Any]], ask: Ask) -> tuple[Decision, list[dict[str, Any]]]:
    """The decision, with the statements that made it."""
    matching = [statement for statement in statements if applies(statement, ask)]
    denying = [statement for statement in matching if statement["Effect"] == "Deny"]
    if denying:
        return Decision.EXPLICIT_DENY, denying
    return (Decision.ALLOWED if matching else Decision.IMPLICIT_DENY), matching


def applies(statement: dict[str, Any], ask: Ask) -> bool:
    """Whether a statement speaks about a request."""
    return (
        _principal(statement, ask)
        and _element(statement, "Action", ask.action, ignore_case=True)
        and _element(statement, "Resource", ask.resource)
        and all(
            condition(operator, key, listed(values), ask)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _element(
    statement: dict[str, Any], name: str, value: str, *, ignore_case: bool = False
) -> bool:
    if f"Not{name}" in statement:
        patterns = listed(statement[f"Not{name}"])
        return not any(like(pattern, value, ignore_case=ignore_case) for pattern in patterns)
    if name not in statement:
        # A trust policy has no Resource.
        return name == "Resource"
    return any(like(pattern, value, ignore_case=ignore_case) for pattern in listed(statement[name]))


def _principal(statement: dict[str, Any], ask: Ask) -> bool:
    if ask.principals is None:
        return True
    named = statement.get("Principal", statement.get("NotPrincipal"))
    if named is None:
        return False
    hit = named == "*" or any(
        _names(kind, pattern, ask.principals)
        for kind, patterns in named.items()
        for pattern in listed(patterns)
    )
    return hit if "Principal" in statement else not hit


def _names(kind: str, pattern: str, principals: tuple[str, ...]) -> bool:
    """Whether one entry of a Principal element names the asker; `AWS: *` is everybody."""
    if pattern == "*":
        return kind == "AWS" or any(name.startswith(f"{kind}:") for name in principals)
    return f"{kind}:{pattern}" in principals


def condition(operator: str, key: str, wanted: list[Any], ask: Ask) -> bool:
    """Whether one condition of a statement holds for a request."""
    name, quantifier = operator, ""
    if ":" in operator:
        quantifier, _, name = operator.partition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    values = ask.values(key)
    expected = [_plain(value) for value in wanted]
    if name == "Null":
        return (values is None) == ("true" in expected)
    if name not in _OPERATORS:
        return False
    if values is None:
        return if_exists or quantifier == "ForAllValues" or name in _NEGATIVE
    test = _OPERATORS[name]
    hits = [any(test(pattern, value) for pattern in expected) for value in values]
    if name in _NEGATIVE:
        hits = [not hit for hit in hits]
        return all(hits) if quantifier != "ForAnyValue" else any(hits)
    return all(hits) if quantifier == "ForAllValues" else any(hits)


def listed(value: Any) -> list[Any]:
    """A value that may stand alone or in a list, as a list."""
    return value if isinstance(value, list) else [value]


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Match with `*` for any characters and `?` for one."""
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    wild = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(wild, re.IGNORECASE | re.DOTALL if ignore_case else re.DOTALL)


def _arn_like(pattern: str, value: str) -> bool:
    # IAM User Guide: each of the six parts of an ARN is compared by itself.
    wanted, found = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(found) and all(map(like, wanted, found))


def _same(pattern: str, value: str) -> bool:
    return pattern == value


def _same_ignoring_case(pattern: str, value: str) -> bool:
    return pattern.lower() == value.lower()


def _in_network(pattern: str, value: str) -> bool:
    try:
        network = ipaddress.ip_network(pattern, strict=False)
        return ipaddress.ip_address(value) in network
    except ValueError:
        return False


def _numeric(pattern: str, value: str) -> bool:
    try:
        return float(pattern) == float(value)
    except ValueError:
        return False


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _same,
    "StringNotEquals": _same,
    "StringEqualsIgnoreCase": _same_ignoring_case,
    "StringNotEqualsIgnoreCase": _same_ignoring_case,
    "StringLike": like,
    "StringNotLike": like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "ArnNotEquals": _arn_like,
    "ArnNotLike": _arn_like,
    "Bool": _same_ignoring_case,
    "IpAddress": _in_network,
    "NotIpAddress": _in_network,
    "NumericEquals": _numeric,
}
_NEGATIVE = frozenset(name for name in _OPERATORS if "Not" in name)
