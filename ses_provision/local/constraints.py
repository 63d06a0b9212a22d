"""What a service's own model says of a request's values: choices, lengths, ranges, patterns.

The AWS clients check no more than types and required members, so the service has to.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import Shape

from ses_provision.local.contract import Params

# Orders in which AWS was seen to write sets of choices, where they are not those of the model.
_RECORDED_ORDERS = {
    frozenset(order): order
    for order in (
        ("OPT_OUT", "OPT_IN"),
        ("TENANT", "ACCOUNT"),
        ("OPTIONAL", "REQUIRE"),
        ("OPTIONAL", "REQUIRE", "REQUIRE_OPEN_ONLY"),
        ("REJECT_MESSAGE", "USE_DEFAULT_VALUE"),
        ("RejectMessage", "UseDefaultValue"),
        ("Optional", "Require"),
        ("RequestResponse", "Event"),
        ("Base64", "UTF-8"),
    )
}


def complaint(
    shape: Shape | None, params: Params, apart: frozenset[str] = frozenset()
) -> str | None:
    """What the model does not allow in a request, as AWS says it; None when all is well.

    `apart`: paths whose values the operation judges itself, in its own words.
    """
    found = _faults(shape, params, "") if shape is not None else ()
    faults = sorted(_fault(path, constraint) for path, constraint in found if path not in apart)
    if not faults:
        return None
    return f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: " + "; ".join(
        faults
    )


@cache
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text)
    except re.error:
        # A few models use what Python's expressions lack; those values go unchecked.
        return None


def _matches(pattern: str, value: str) -> bool:
    compiled = _pattern(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


def _faults(shape: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if value is None:
        yield path, "must not be null"
    elif shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield _below(path, name), "must not be null"
        for name in shape.members.keys() & value.keys():
            if value[name] is not None:
                yield from _faults(shape.members[name], value[name], _below(path, name))
    else:
        yield from _faults_within(shape, value, path)
        for constraint in _constraints(shape, value):
            yield path, constraint


def _faults_within(shape: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if shape.type_name == "map":
        for key, each in value.items():
            yield from _faults(shape.key, key, f"{path}.key")
            yield from _faults(shape.value, each, f"{path}.{key}.member")
    elif shape.type_name == "list" and shape.member.type_name in ("structure", "list", "map"):
        for number, each in enumerate(value, 1):
            yield from _faults(shape.member, each, f"{path}.{number}.member")
    elif shape.type_name == "list":
        # What is wrong with plain values is said once, of their list (recorded of SESv2, 2026).
        wrong = {fault for each in value for _, fault in _faults(shape.member, each, path)}
        if wrong:
            parts = ", ".join(f"Member {fault}" for fault in sorted(wrong))
            yield path, f"must satisfy constraint: [{parts}]"


def _constraints(shape: Shape, value: Any) -> Iterator[str]:
    limits = shape.metadata
    number = shape.type_name in ("integer", "long", "double", "float")
    size = value if number else len(value) if isinstance(value, str | bytes | list | dict) else 0
    what = "value" if number else "length"
    if size < limits.get("min", size):
        yield f"must have {what} greater than or equal to {limits['min']}"
    if size > limits.get("max", size):
        yield f"must have {what} less than or equal to {limits['max']}"
    if shape.type_name != "string":
        return
    choices = getattr(shape, "enum", None)
    if choices and value not in choices:
        ordered = _RECORDED_ORDERS.get(frozenset(choices), choices)
        yield f"must satisfy enum value set: [{', '.join(ordered)}]"
    pattern = limits.get("pattern")
    if pattern and not _matches(pattern, value):
        yield f"must satisfy regular expression pattern: {pattern}"


def _below(path: str, name: str) -> str:
    camel = name[0].lower() + name[1:]
    return f"{path}.{camel}" if path else camel


def _fault(path: str, constraint: str) -> str:
    return f"Value at '{path}' failed to satisfy constraint: Member {constraint}"
