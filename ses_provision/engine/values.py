"""Values as JSON knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol, runtime_checkable

_PLAIN = frozenset({str, int, float, bool, type(None)})


@runtime_checkable
class Written(Protocol):
    """A value that has a form of its own in JSON."""

    @property
    def parsed(self) -> Any:
        """That form."""


def plain(value: Any) -> Any:
    """A value as JSON knows it: sets as sorted lists, times in ISO 8601."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Written):
        return value.parsed
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(held) for held in value)
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def told(resource: Any) -> dict[str, Any]:
    """The fields of a resource that are told: those that we manage, and observed ones beside."""
    return {
        field.name: getattr(resource, field.name)
        for field in fields(resource)
        if field.compare or field.metadata.get("shown")
    }
