"""Values of a service model as XML, for the protocols rest-xml and query."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ses_provision.local.codec import timestamps

if TYPE_CHECKING:
    from botocore.model import Shape


def to_bytes(root: Element) -> bytes:
    """The document as it goes over the wire."""
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root)


def local_name(element: Element) -> str:
    """An element's tag without its namespace."""
    return element.tag.rpartition("}")[2]


def read(shape: Shape, element: Element) -> Any:
    """The value that an element carries."""
    kind = shape.type_name
    if kind == "structure":
        return _read_structure(shape, element)
    if kind == "list":
        return [read(shape.member, item) for item in element]
    if kind == "map":
        return dict(_read_entry(shape, entry) for entry in element)
    return _read_scalar(kind, element.text or "")


def _read_scalar(kind: str, text: str) -> Any:
    if kind == "boolean":
        return text.strip().lower() == "true"
    if kind in ("integer", "long"):
        return int(text)
    if kind in ("float", "double"):
        return float(text)
    if kind == "timestamp":
        return timestamps.read(text)
    if kind == "blob":
        return base64.b64decode(text)
    return text


def _read_structure(shape: Shape, element: Element) -> dict[str, Any]:
    children: dict[str, list[Element]] = {}
    for child in element:
        children.setdefault(local_name(child), []).append(child)
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        if "location" in member.serialization:
            continue
        flat = member.type_name == "list" and member.serialization.get("flattened")
        own = member.serialization.get("name", name)
        nodes = children.get(member.member.serialization.get("name", own) if flat else own)
        if nodes:
            found[name] = (
                [read(member.member, node) for node in nodes] if flat else read(member, nodes[0])
            )
    return found


def _read_entry(shape: Shape, entry: Element) -> tuple[str, Any]:
    parts = {local_name(part): part for part in entry}
    key = parts[shape.key.serialization.get("name", "key")]
    value = parts[shape.value.serialization.get("name", "value")]
    return key.text or "", read(shape.value, value)


def write(shape: Shape, value: Any, parent: Element, name: str) -> None:
    """Append a value to an element under the given name."""
    kind = shape.type_name
    if kind == "list":
        _write_list(shape, value, parent, name)
    elif kind == "map":
        _write_map(shape, value, parent, name)
    elif kind == "structure":
        members(shape, value, SubElement(parent, name))
    else:
        SubElement(parent, name).text = _text(shape, value)


def members(shape: Shape, value: dict[str, Any], parent: Element) -> None:
    """Append the members of a structure to an element, all but those that travel as headers."""
    for name, member in shape.members.items():
        if value.get(name) is not None and "location" not in member.serialization:
            write(member, value[name], parent, member.serialization.get("name", name))


def _write_list(shape: Shape, value: list[Any], parent: Element, name: str) -> None:
    if shape.serialization.get("flattened"):
        for item in value:
            write(shape.member, item, parent, shape.member.serialization.get("name", name))
        return
    holder = SubElement(parent, name)
    for item in value:
        write(shape.member, item, holder, shape.member.serialization.get("name", "member"))


def _write_map(shape: Shape, value: dict[str, Any], parent: Element, name: str) -> None:
    flat = shape.serialization.get("flattened")
    holder = parent if flat else SubElement(parent, name)
    for key, item in value.items():
        entry = SubElement(holder, name if flat else "entry")
        SubElement(entry, shape.key.serialization.get("name", "key")).text = key
        write(shape.value, item, entry, shape.value.serialization.get("name", "value"))


def _text(shape: Shape, value: Any) -> str:
    kind = shape.type_name
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "timestamp":
        return str(timestamps.write(shape, value, "iso8601"))
    if kind == "blob":
        raw = value if isinstance(value, bytes) else str(value).encode()
        return base64.b64encode(raw).decode()
    return str(value)
