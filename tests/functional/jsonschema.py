"""As much of JSON Schema 2020-12 as our schemas use; anything else is an
error, so that a keyword nobody checks cannot slip in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

IGNORED = {"$schema", "$defs", "title", "description", "default", "readOnly"}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def mistakes(schema: dict[str, Any], value: Any) -> list[str]:
    """Everything in a value that the schema does not allow, with the path to it."""
    return list(check(schema, schema, value, ""))


def check(root: dict[str, Any], schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    """The mistakes of a value by a part of the schema."""
    for keyword, argument in schema.items():
        if keyword not in IGNORED:
            yield from KEYWORDS[keyword](root, schema, argument, value, path)


def check_type(_r: Any, _s: Any, wanted: str, value: Any, path: str) -> Iterator[str]:
    is_bool = isinstance(value, bool) and wanted != "boolean"
    if is_bool or not isinstance(value, TYPES[wanted]):
        yield f"{path}: not of type {wanted}"


def check_ref(root: Any, _s: Any, ref: str, value: Any, path: str) -> Iterator[str]:
    yield from check(root, root["$defs"][ref.removeprefix("#/$defs/")], value, path)


def check_properties(root: Any, _s: Any, known: Any, value: Any, path: str) -> Iterator[str]:
    for name in known.keys() & (value if isinstance(value, dict) else {}):
        yield from check(root, known[name], value[name], f"{path}.{name}".lstrip("."))


def check_additional(root: Any, schema: Any, allowed: Any, value: Any, path: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for name in (value if isinstance(value, dict) else {}).keys() - known.keys():
        if allowed is False:
            yield f"{path}.{name}".lstrip(".") + ": unknown"
        elif isinstance(allowed, dict):
            yield from check(root, allowed, value[name], f"{path}.{name}".lstrip("."))


def check_names(root: Any, _s: Any, allowed: Any, value: Any, path: str) -> Iterator[str]:
    for name in value if isinstance(value, dict) else {}:
        yield from check(root, allowed, name, f"{path}.{name}".lstrip("."))


def check_required(_r: Any, _s: Any, names: Any, value: Any, path: str) -> Iterator[str]:
    for name in names if isinstance(value, dict) else []:
        if name not in value:
            yield f"{path}.{name}".lstrip(".") + ": missing"


def check_items(root: Any, _s: Any, allowed: Any, value: Any, path: str) -> Iterator[str]:
    for one in value if isinstance(value, list) else []:
        yield from check(root, allowed, one, path)


def check_any(root: Any, _s: Any, allowed: Any, value: Any, path: str) -> Iterator[str]:
    tried = [list(check(root, one, value, path)) for one in allowed]
    if all(tried):
        yield from min(tried, key=len)


def simple(fails: Any) -> Any:
    """A keyword that a value fails or not."""

    def keyword(_r: Any, _s: Any, argument: Any, value: Any, path: str) -> Iterator[str]:
        if fails(argument, value):
            yield f"{path}: {value!r} fails {argument!r}"

    return keyword


def is_number(value: Any) -> bool:
    """Whether numeric keywords apply."""
    return isinstance(value, int | float) and not isinstance(value, bool)


KEYWORDS: dict[str, Any] = {
    "type": check_type,
    "$ref": check_ref,
    "properties": check_properties,
    "additionalProperties": check_additional,
    "propertyNames": check_names,
    "required": check_required,
    "items": check_items,
    "anyOf": check_any,
    "enum": simple(lambda allowed, value: value not in allowed),
    "const": simple(lambda wanted, value: value != wanted),
    "pattern": simple(lambda p, v: isinstance(v, str) and not re.search(p, v)),
    "minLength": simple(lambda n, v: isinstance(v, str) and len(v) < n),
    "maxLength": simple(lambda n, v: isinstance(v, str) and len(v) > n),
    "minItems": simple(lambda n, v: isinstance(v, list) and len(v) < n),
    "maxItems": simple(lambda n, v: isinstance(v, list) and len(v) > n),
    "uniqueItems": simple(lambda _, v: isinstance(v, list) and len(set(map(str, v))) < len(v)),
    "minimum": simple(lambda n, v: is_number(v) and v < n),
    "maximum": simple(lambda n, v: is_number(v) and v > n),
    "exclusiveMinimum": simple(lambda n, v: is_number(v) and v <= n),
    "exclusiveMaximum": simple(lambda n, v: is_number(v) and v >= n),
    "multipleOf": simple(lambda n, v: is_number(v) and v % n),
}
