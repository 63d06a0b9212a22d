"""Whether a reply is what botocore's model of the service says: its members, of its types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "boolean": (bool,),
    "timestamp": (datetime,),
    "blob": (bytes, str),
}


def misfits(shape: Any, value: Any, path: str = "reply") -> Iterator[str]:
    """Everything in a reply that its shape does not allow."""
    kind = shape.type_name
    number = kind in ("integer", "long")
    fits: bool = isinstance(value, _TYPES[kind]) and not (number and isinstance(value, bool))
    if not fits:
        yield f"{path} is {value!r}, not a {kind}"
        return
    if kind == "structure":
        yield from _strangers(shape, value, path)
    if kind == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path} is {value!r}, not one of {shape.enum}"
    for part, item, where in _parts(shape, value):
        yield from misfits(part, item, f"{path}{where}")


def _strangers(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in sorted(set(value) - set(shape.members)):
        yield f"{path}.{name} is unknown to the model"
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name} is missing"


def _parts(shape: Any, value: Any) -> Iterator[tuple[Any, Any, str]]:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield member, value[name], f".{name}"
    elif shape.type_name == "list":
        for number, item in enumerate(value):
            yield shape.member, item, f"[{number}]"
    elif shape.type_name == "map":
        for key, item in value.items():
            yield shape.value, item, f"[{key}]"
