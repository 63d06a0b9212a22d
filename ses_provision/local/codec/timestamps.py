"""Timestamps as the protocols write them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from botocore.utils import parse_timestamp

if TYPE_CHECKING:
    from botocore.model import Shape


def read(value: Any) -> datetime:
    """A timestamp in any of the formats, in UTC."""
    moment: datetime = parse_timestamp(value)
    return moment.astimezone(UTC)


def write(shape: Shape, value: datetime, default: str) -> str | float:
    """A timestamp in the format that the shape asks for, or else the protocol's own."""
    style = shape.serialization.get("timestampFormat", default).lower()
    moment = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    if style == "unixtimestamp":
        return round(moment.timestamp(), 3)
    if style == "rfc822":
        return format_datetime(moment.replace(microsecond=0), usegmt=True)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
