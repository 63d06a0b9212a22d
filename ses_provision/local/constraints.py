"""What a service's own model says of a request's values: choices, lengths, ranges, patterns.

The AWS clients check no more than types and required members, so the service has to.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import Shape

from ses_provision.dataclass import dataclass
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


@dataclass(frozen=True, order=True)
class Fault:
    """One value that its model does not allow, and why; quoted where it may be shown."""

    path: str
    constraint: str
    quoted: str = ""


def complaint(
    shape: Shape | None,
    params: Params,
    *,
    apart: frozenset[str] = frozenset(),
    quoting: bool = True,
) -> str | None:
    """What the model does not allow in a request, as AWS says it; None when all is well.

    `apart`: paths whose values the operation judges itself, in its own words. `quoting`: whether
    the service shows the values it refuses.
    """
    found = _faults(shape, params, "") if shape is not None else ()
    faults = sorted(_told(fault, quoting) for fault in found if fault.path not in apart)
    if not faults:
        return None
    return f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: " + "; ".join(
        faults
    )


def missing(shape: Shape | None, params: Params) -> str | None:
    """The first required parameter that a request lacks."""
    required = shape.required_members if shape is not None else ()
    return next((name for name in required if params.get(name) is None), None)


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


def _faults(shape: Any, value: Any, path: str) -> Iterator[Fault]:
    if value is None:
        yield Fault(path, "must not be null")
    elif shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield Fault(_below(path, name), "must not be null")
        for name in shape.members.keys() & value.keys():
            if value[name] is not None:
                yield from _faults(shape.members[name], value[name], _below(path, name))
    else:
        yield from _faults_within(shape, value, path)
        for constraint in _constraints(shape, value):
            yield Fault(path, constraint, _quoted(shape, value))


def _faults_within(shape: Any, value: Any, path: str) -> Iterator[Fault]:
    if shape.type_name == "map":
        for key, each in value.items():
            yield from _faults(shape.key, key, f"{path}.key")
            yield from _faults(shape.value, each, f"{path}.{key}.member")
    elif shape.type_name == "list" and shape.member.type_name in ("structure", "list", "map"):
        for number, each in enumerate(value, 1):
            yield from _faults(shape.member, each, f"{path}.{number}.member")
    elif shape.type_name == "list":
        # What is wrong with plain values is said once, of their list (recorded of SESv2, 2026).
        wrong = {each for item in value for each in _faults(shape.member, item, path)}
        if wrong:
            parts = ", ".join(sorted({f"Member {each.constraint}" for each in wrong}))
            items = ", ".join(str(item) for item in value)
            shown = any(each.quoted for each in wrong)
            constraint = f"must satisfy constraint: [{parts}]"
            yield Fault(path, constraint, f" '[{items}]'" if shown else "")


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


def _quoted(shape: Shape, value: Any) -> str:
    """A value as refusals quote it; what the model calls sensitive is not."""
    plain = isinstance(value, str | int | float) and not shape.metadata.get("sensitive")
    return f" '{value}'" if plain else ""


def _told(fault: Fault, quoting: bool) -> str:
    value = fault.quoted if quoting else ""
    return f"Value{value} at '{fault.path}' failed to satisfy constraint: Member {fault.constraint}"
