"""Values of a service model as CBOR (RFC 8949), for the protocol smithy-rpc-v2-cbor."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from botocore.parsers import ResponseParserError, RpcV2CBORParser

if TYPE_CHECKING:
    from botocore.model import Shape

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(7)
_EPOCH_SECONDS = 1
# What CBOR makes of the model's types; all others are strings.
_TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "boolean": bool,
    "blob": bytes,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": datetime,
}


def read(shape: Shape, body: bytes) -> dict[str, Any]:
    """The parameters of a call; members unknown to the model are left out."""
    if not body:
        return {}
    try:
        document = RpcV2CBORParser().parse_data_item(_Stream(body))
    except ResponseParserError:
        raise ValueError("CBOR that is cut short, or none") from None
    found: dict[str, Any] = _read(shape, document)
    return found


class _Stream(BytesIO):
    """Bytes as botocore reads them: however long a text says it is, no more than is there."""

    def peek(self, size: int = 1) -> bytes:
        """What is read next."""
        return self.getbuffer()[self.tell() : self.tell() + size].tobytes()


def _read(shape: Shape, value: Any) -> Any:
    kind = shape.type_name
    if not _is_of(kind, value):
        raise ValueError(f"{type(value).__name__} where the model has a {kind}")
    if kind == "structure":
        return {
            name: _read(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if kind == "list":
        return [_read(shape.member, item) for item in value]
    if kind == "map":
        return {_read(shape.key, key): _read(shape.value, item) for key, item in value.items()}
    return value


def _is_of(kind: str, value: Any) -> bool:
    # Python counts a boolean as a number, which CBOR does not.
    boolean = isinstance(value, bool) and kind != "boolean"
    return isinstance(value, _TYPES.get(kind, str)) and not boolean


def _known(shape: Shape, value: Any) -> Any:
    if shape.type_name == "structure":
        return {
            name: _known(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if shape.type_name == "list":
        return [_known(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: _known(shape.value, item) for key, item in value.items()}
    return value


def write(shape: Shape | None, reply: dict[str, Any]) -> bytes:
    """A reply, with only the members that the model knows."""
    return encode(_known(shape, reply) if shape else {})


def encode(value: Any) -> bytes:
    """Any plain value as CBOR."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode()
        return _head(_TEXT, len(raw)) + raw
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return _head(_TAG, _EPOCH_SECONDS) + encode(moment.timestamp())
    if isinstance(value, list | tuple):
        return _head(_ARRAY, len(value)) + b"".join(encode(item) for item in value)
    pairs = b"".join(encode(key) + encode(item) for key, item in value.items())
    return _head(_MAP, len(value)) + pairs


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for info, limit, form in ((24, 1 << 8, ">B"), (25, 1 << 16, ">H"), (26, 1 << 32, ">I")):
        if number < limit:
            return bytes([major << 5 | info]) + struct.pack(form, number)
    return bytes([major << 5 | 27]) + struct.pack(">Q", number)
