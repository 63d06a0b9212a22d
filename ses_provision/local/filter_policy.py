"""Which messages a subscription wants: SNS's filter policies, over attributes or over the body.

SNS Developer Guide, "Subscription filter policies": all keys have to match, one of each key's
conditions suffices; `$or` lists alternatives.
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ses_provision.local import strict_json

BODY, ATTRIBUTES = "MessageBody", "MessageAttributes"
_MOST_KEYS = 5
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MISSING = object()


def fault(text: str, scope: str) -> str | None:
    """Why SNS does not take a policy, None when it does."""
    try:
        policy = strict_json.loads(text)
    except ValueError:
        return "FilterPolicy: failed to parse JSON."
    if not isinstance(policy, dict):
        return "FilterPolicy: Filter policy must be a JSON object"
    if sum(1 for key in policy if key != "$or") > _MOST_KEYS:
        return f"FilterPolicy: Filter policy can not have more than {_MOST_KEYS} keys"
    return next(_faults(policy, scope), None)


def _faults(policy: Mapping[str, Any], scope: str) -> Iterator[str]:
    for key, held in policy.items():
        if key == "$or" and isinstance(held, list):
            for alternative in held:
                if isinstance(alternative, dict):
                    yield from _faults(alternative, scope)
                else:
                    yield 'FilterPolicy: "$or" must be an array of objects'
        elif isinstance(held, dict):
            if scope == ATTRIBUTES:
                yield "Filter policy scope MessageAttributes does not support nested filter policy"
            yield from _faults(held, scope)
        elif isinstance(held, list):
            if not held:
                yield "FilterPolicy: Empty arrays are not allowed"
            yield from filter(None, map(_condition_fault, held))
        else:
            yield f'FilterPolicy: "{key}" must be an object or an array'


def _condition_fault(condition: Any) -> str | None:
    if condition is None or isinstance(condition, str | bool | int | float):
        return None
    if not isinstance(condition, dict):
        return "FilterPolicy: Match value must be String, number, true, false, or null"
    if len(condition) != 1:
        return "FilterPolicy: Only one key allowed in match expression"
    [(kind, value)] = condition.items()
    if kind not in _TESTS:
        return f"FilterPolicy: Unrecognized match type {kind}"
    if kind == "exists" and not isinstance(value, bool):
        return "FilterPolicy: exists match pattern must be either true or false."
    if kind == "numeric" and not _is_range(value):
        return "FilterPolicy: Value of numeric must be an array of comparisons"
    if kind == "cidr" and _network(value) is None:
        return "FilterPolicy: Malformed CIDR, one '/' required"
    if kind in ("prefix", "suffix", "equals-ignore-case", "wildcard") and not isinstance(
        value, str
    ):
        return f"FilterPolicy: {kind} match pattern must be a string"
    return None


def _is_range(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) in (2, 4)
        and all(sign in _COMPARISONS for sign in value[::2])
        and all(_is_number(number) for number in value[1::2])
    )


def wants(policy: str, scope: str, attributes: Mapping[str, Mapping[str, Any]], body: str) -> bool:
    """Whether a message passes a policy that SNS has taken."""
    held = strict_json.loads(policy)
    if scope == BODY:
        try:
            document = strict_json.loads(body)
        except ValueError:
            return False
        return isinstance(document, dict) and _matches(held, document)
    return _matches(held, {name: _of_attribute(each) for name, each in attributes.items()})


def _of_attribute(attribute: Mapping[str, Any]) -> Any:
    """The value that conditions see; what cannot be compared, as binary data, is nothing."""
    kind, text = attribute.get("DataType", ""), attribute.get("StringValue")
    if kind == "String.Array" or kind.startswith("Number"):
        try:
            return strict_json.loads(text or "")
        except ValueError:
            return text
    return text


def _matches(policy: Mapping[str, Any], document: Any) -> bool:
    for key, held in policy.items():
        if key == "$or" and all(isinstance(each, dict) for each in held):
            if not any(_matches(alternative, document) for alternative in held):
                return False
            continue
        candidates = list(_at(document, key))
        if isinstance(held, dict):
            if not any(_matches(held, each) for each in candidates or [{}]):
                return False
        elif not any(_meets(condition, candidates) for condition in held):
            return False
    return True


def _at(document: Any, key: str) -> Iterator[Any]:
    """What stands at a key; entries of a list each by themselves."""
    for each in document if isinstance(document, list) else [document]:
        value = each.get(key, _MISSING) if isinstance(each, dict) else _MISSING
        if value is _MISSING:
            continue
        yield from value if isinstance(value, list) else [value]


def _meets(condition: Any, values: list[Any]) -> bool:
    if isinstance(condition, dict):
        [(kind, wanted)] = condition.items()
        if kind == "exists":
            return bool(values) is wanted
        return any(_TESTS[kind](value, wanted) for value in values)
    return any(_same(value, condition) for value in values)


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool) or value is None or wanted is None:
        return value is wanted
    return bool(value == wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _anything_but(value: Any, unwanted: Any) -> bool:
    conditions: Iterable[Any] = unwanted if isinstance(unwanted, list) else [unwanted]
    return not any(_meets(condition, [value]) for condition in conditions)


def _numeric(value: Any, wanted: list[Any]) -> bool:
    return _is_number(value) and all(
        _COMPARISONS[sign](value, number)
        for sign, number in zip(wanted[::2], wanted[1::2], strict=True)
    )


def _wildcard(value: Any, wanted: str) -> bool:
    pattern = ".*".join(map(re.escape, wanted.split("*")))
    return isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL) is not None


def _network(text: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except (ValueError, TypeError):
        return None


def _cidr(value: Any, wanted: str) -> bool:
    network = _network(wanted)
    try:
        return network is not None and ipaddress.ip_address(value) in network
    except ValueError:
        return False


def _of_text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: isinstance(value, str) and test(value, wanted)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _of_text(lambda value, wanted: value.lower() == wanted.lower()),
    "exists": lambda _value, wanted: bool(wanted),
    "numeric": _numeric,
    "prefix": _of_text(str.startswith),
    "suffix": _of_text(str.endswith),
    "wildcard": _wildcard,
}
