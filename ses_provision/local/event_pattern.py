"""The patterns of EventBridge's rules: what is refused, and what matches (EventBridge User Guide,
"Creating event patterns" and "Comparison operators")."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ses_provision.local import strict_json
from ses_provision.local.contract import AwsError

_LONGEST = 2048
_COMPARED = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def parse(text: str) -> dict[str, Any]:
    """A pattern from its text, or the refusal that PutRule answers with."""
    try:
        found = strict_json.loads(text)
    except ValueError:
        raise _refused("Invalid JSON") from None
    if not isinstance(found, dict) or not found:
        raise _refused("Event pattern must be an object with at least one field")
    if len(text) > _LONGEST:
        raise _refused(f"Event pattern is longer than {_LONGEST} characters")
    _check(found)
    return found


def _refused(why: str) -> AwsError:
    """The code is the model's; of the words only the beginning is recorded (localstack,
    test_events_patterns)."""
    return AwsError("InvalidEventPatternException", f"Event pattern is not valid. Reason: {why}")


def _check(pattern: Mapping[str, Any]) -> None:
    for name, wanted in pattern.items():
        if name == "$or":
            _check_alternatives(wanted)
        elif isinstance(wanted, dict):
            if not wanted:
                raise _refused("Empty objects are not allowed")
            _check(wanted)
        elif not isinstance(wanted, list):
            raise _refused(f'"{name}" must be an object or an array')
        elif not wanted:
            raise _refused("Empty arrays are not allowed")
        else:
            for each in wanted:
                _check_one(each)


def _check_alternatives(wanted: Any) -> None:
    if not isinstance(wanted, list) or len(wanted) < 2:
        raise _refused('"$or" must be a list of at least two patterns')
    for each in wanted:
        if not isinstance(each, dict):
            raise _refused('"$or" must be a list of patterns')
        _check(each)


def _check_one(wanted: Any) -> None:
    if isinstance(wanted, list):
        raise _refused("Arrays within arrays are not allowed")
    if isinstance(wanted, dict):
        [operator, *more] = wanted or [""]
        if more or operator not in _OPERATORS:
            raise _refused(f"Unrecognized match type {operator}")


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether an event has everything that a pattern wants."""
    if not isinstance(event, dict):
        return False
    return all(
        any(matches(each, event) for each in wanted)
        if name == "$or"
        else _field_matches(wanted, event, name)
        for name, wanted in pattern.items()
    )


def _field_matches(wanted: Any, event: Mapping[str, Any], name: str) -> bool:
    if isinstance(wanted, dict):
        held = event.get(name)
        # Of objects in an array one has to match.
        return any(matches(wanted, each) for each in (held if isinstance(held, list) else [held]))
    is_there = name in event
    held = event.get(name)
    values = held if isinstance(held, list) else [held]
    return any(_one_matches(each, values, is_there=is_there) for each in wanted)


def _one_matches(wanted: Any, values: list[Any], *, is_there: bool) -> bool:
    if isinstance(wanted, dict):
        [(operator, given)] = wanted.items()
        if operator == "exists":
            return is_there is bool(given)
        return is_there and any(_OPERATORS[operator](given, value) for value in values)
    return is_there and any(_same(wanted, value) for value in values)


def _same(wanted: Any, value: Any) -> bool:
    """Text, number, true, false or null: 1 is not true."""
    return type(wanted) is type(value) and bool(wanted == value)


def _begins(given: Any, value: Any) -> bool:
    if isinstance(given, dict):
        given = str(given.get("equals-ignore-case", "")).lower()
        value = value.lower() if isinstance(value, str) else value
    return isinstance(value, str) and value.startswith(given)


def _ends(given: Any, value: Any) -> bool:
    if isinstance(given, dict):
        given = str(given.get("equals-ignore-case", "")).lower()
        value = value.lower() if isinstance(value, str) else value
    return isinstance(value, str) and value.endswith(given)


def _but(given: Any, value: Any) -> bool:
    if isinstance(given, dict):
        [(operator, held)] = given.items()
        return not any(
            _OPERATORS[operator](each, value)
            for each in (held if isinstance(held, list) else [held])
        )
    return not any(_same(each, value) for each in (given if isinstance(given, list) else [given]))


def _alike(given: Any, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == str(given).lower()


def _numeric(given: Any, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    pairs = zip(given[::2], given[1::2], strict=False)
    return all(operator in _COMPARED and _COMPARED[operator](value, n) for operator, n in pairs)


def _within(given: Any, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(given, strict=False)
    except ValueError:
        return False


def _wild(given: Any, value: Any) -> bool:
    return isinstance(value, str) and _wildcard(str(given)).fullmatch(value) is not None


@lru_cache(maxsize=256)
def _wildcard(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": _begins,
    "suffix": _ends,
    "anything-but": _but,
    "equals-ignore-case": _alike,
    "numeric": _numeric,
    "cidr": _within,
    "wildcard": _wild,
    "exists": lambda given, _: bool(given),
}
