"""Values of a service model as JSON documents, for the protocols rest-json and json."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ses_provision.local.codec import timestamps

if TYPE_CHECKING:
    from botocore.model import Shape


def read(shape: Shape, value: Any) -> Any:
    """The value that a JSON document carries; members unknown to the model are left out."""
    kind = shape.type_name
    if value is None:
        return None
    if kind == "structure":
        return _read_structure(shape, value)
    if kind == "list":
        return [read(shape.member, item) for item in value]
    if kind == "map":
        return {key: read(shape.value, item) for key, item in value.items()}
    if kind == "timestamp":
        return timestamps.read(value)
    if kind == "blob":
        return base64.b64decode(value)
    return value


def _read_structure(shape: Shape, value: Any) -> Any:
    if getattr(shape, "is_document_type", False):
        return value
    found = {}
    for name, member in shape.members.items():
        raw = value.get(member.serialization.get("name", name))
        if raw is not None:
            found[name] = read(member, raw)
    return found


def write(shape: Shape, value: Any) -> Any:
    """The JSON document that carries a value."""
    kind = shape.type_name
    if kind == "structure":
        if getattr(shape, "is_document_type", False):
            return value
        return {
            member.serialization.get("name", name): write(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if kind == "list":
        return [write(shape.member, item) for item in value]
    if kind == "map":
        return {key: write(shape.value, item) for key, item in value.items()}
    if kind == "timestamp":
        return timestamps.write(shape, value, "unixTimestamp")
    if kind == "blob":
        raw = value if isinstance(value, bytes) else str(value).encode()
        return base64.b64encode(raw).decode()
    return value
