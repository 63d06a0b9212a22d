"""What a service's own model says of a request's values: choices, lengths, ranges, patterns.

The AWS clients check no more than types and required members, so the service has to.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import Shape

from ses_provision.local.contract import Params


def complaint(shape: Shape | None, params: Params) -> str | None:
    """What the model does not allow in a request, as AWS says it; None when all is well."""
    faults = sorted(_faults(shape, params, "")) if shape is not None else []
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


def _faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield _fault(_below(path, name), "must not be null")
        for name in shape.members.keys() & value.keys():
            yield from _faults(shape.members[name], value[name], _below(path, name))
        return
    for part, each, where in _parts(shape, value):
        yield from _faults(part, each, f"{path}.{where}")
    for constraint in _constraints(shape, value):
        yield _fault(path, constraint, _quoted(shape, value))


def _parts(shape: Any, value: Any) -> Iterator[tuple[Any, Any, str]]:
    if shape.type_name == "list":
        for number, each in enumerate(value, 1):
            yield shape.member, each, f"{number}.member"
    elif shape.type_name == "map":
        for key, each in value.items():
            yield shape.key, key, "key"
            yield shape.value, each, f"{key}.member"


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
        yield f"must satisfy enum value set: [{', '.join(choices)}]"
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


def _fault(path: str, constraint: str, value: str = "") -> str:
    return f"Value{value} at '{path}' failed to satisfy constraint: Member {constraint}"
