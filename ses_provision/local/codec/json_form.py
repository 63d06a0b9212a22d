"""Values of a service model as JSON documents, for the protocols rest-json and json.

Reading is as strict as AWS is: a value of another JSON type than the model's is refused, in the
words recorded of SESv2 (probes of June to October 2026, floci-io/floci, SesV2Json).
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ses_provision.local.codec import timestamps
from ses_provision.local.contract import AwsError

if TYPE_CHECKING:
    from botocore.model import Shape

_TRUE, _FALSE = ("true", "yes", "y", "t", "1"), ("false", "no", "n", "f", "0")
_START_OF_LIST = "Start of list found where not expected"
_START_OF_OBJECT = "Start of structure or map found where not expected."


def mistyped(message: str) -> AwsError:
    """The refusal of a document whose values are not of the model's types."""
    return AwsError("SerializationException", message, 400)


def read(shape: Shape, value: Any) -> Any:
    """The value that a JSON document carries; members unknown to the model are left out."""
    kind = shape.type_name
    if value is None:
        return None
    if kind == "structure":
        return _read_structure(shape, value)
    if kind == "list":
        if not isinstance(value, list):
            raise mistyped("Expected list or null")
        return [read(shape.member, item) for item in value]
    if kind == "map":
        return {key: read(shape.value, item) for key, item in _object(value).items()}
    if kind == "boolean":
        return _boolean(value)
    if kind in ("integer", "long", "float", "double"):
        return _number(kind, value)
    if kind == "timestamp":
        return timestamps.read(value)
    text = _string(value)
    return base64.b64decode(text) if kind == "blob" else text


def _read_structure(shape: Shape, value: Any) -> Any:
    if getattr(shape, "is_document_type", False):
        return value
    given = _object(value)
    found = {}
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        raw = given.get(key)
        if raw is not None:
            found[name] = read(member, raw)
        elif key in given and member.type_name == "boolean" and not _may_be_null(member):
            raise mistyped("")
    return found


def _may_be_null(boolean: Shape) -> bool:
    # SESv2's model tells the boxed kind apart by its name: EnabledWrapper.
    return bool(boolean.name.endswith("Wrapper"))


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise mistyped(_START_OF_LIST if isinstance(value, list) else "Expected null")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        raise mistyped("STRING_VALUE can not be converted to an Boolean")
    raise mistyped(_misplaced(value, "a Boolean"))


def _number(kind: str, value: Any) -> int | float:
    wanted = int if kind in ("integer", "long") else (int, float)
    if isinstance(value, wanted) and not isinstance(value, bool):
        return value
    raise mistyped(_misplaced(value, "an Integer" if wanted is int else "a Double"))


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise mistyped(_misplaced(value, "a String"))


def _misplaced(value: Any, wanted: str) -> str:
    if isinstance(value, list):
        return _START_OF_LIST
    if isinstance(value, dict):
        return _START_OF_OBJECT
    if isinstance(value, bool):
        found = "TRUE_VALUE" if value else "FALSE_VALUE"
    else:
        found = "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"
    return f"{found} can not be converted to {wanted}"


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
