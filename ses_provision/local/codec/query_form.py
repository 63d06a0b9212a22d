"""Values of a service model as form parameters (`Tags.member.1.Key=…`), for the query protocol."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ses_provision.local.codec import timestamps

if TYPE_CHECKING:
    from botocore.model import Shape

_ABSENT = object()


def read(shape: Shape, form: dict[str, str]) -> dict[str, Any]:
    """The parameters of a call."""
    found = _read(shape, form, "")
    return {} if found is _ABSENT else found


def _read(shape: Shape, form: dict[str, str], at: str) -> Any:
    kind = shape.type_name
    if kind == "structure":
        return _read_structure(shape, form, at)
    if kind == "list":
        return _read_list(shape, form, at)
    if kind == "map":
        return _read_map(shape, form, at)
    return scalar(kind, form[at]) if at in form else _ABSENT


def scalar(kind: str, text: str) -> Any:
    """A value that a form parameter carries."""
    if kind == "boolean":
        return text.lower() == "true"
    if kind in ("integer", "long"):
        return int(text)
    if kind in ("float", "double"):
        return float(text)
    if kind == "timestamp":
        return timestamps.read(text)
    if kind == "blob":
        return base64.b64decode(text)
    return text


def has(form: dict[str, str], at: str) -> bool:
    """Whether a form says anything of a parameter."""
    return any(key == at or key.startswith(f"{at}.") for key in form)


def _read_structure(shape: Shape, form: dict[str, str], at: str) -> Any:
    if at and not has(form, at):
        return _ABSENT
    found = {}
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        value = _read(member, form, f"{at}.{key}" if at else key)
        if value is not _ABSENT:
            found[name] = value
    return found


def _read_list(shape: Shape, form: dict[str, str], at: str) -> Any:
    if form.get(at) == "":
        return []
    if shape.serialization.get("flattened"):
        name = shape.member.serialization.get("name")
        base = ".".join([*at.split(".")[:-1], name]) if name else at
    else:
        base = f"{at}.{shape.member.serialization.get('name', 'member')}"
    found: list[Any] = []
    while has(form, f"{base}.{len(found) + 1}"):
        item = _read(shape.member, form, f"{base}.{len(found) + 1}")
        if item is _ABSENT:
            raise ValueError(f"{base}.{len(found) + 1} is no value")
        found.append(item)
    return found or _ABSENT


def _read_map(shape: Shape, form: dict[str, str], at: str) -> Any:
    base = at if shape.serialization.get("flattened") else f"{at}.entry"
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    found = {}
    number = 1
    while f"{base}.{number}.{key_name}" in form:
        value = _read(shape.value, form, f"{base}.{number}.{value_name}")
        found[form[f"{base}.{number}.{key_name}"]] = value
        number += 1
    return found or _ABSENT
