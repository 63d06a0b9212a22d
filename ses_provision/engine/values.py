"""Values as JSON knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from ses_provision.resources.policies import Statement


def plain(value: Any) -> Any:
    """A value as JSON knows it: sets as sorted lists, times in ISO 8601."""
    if isinstance(value, Statement):
        return value.parsed
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(one) for one in value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def told(resource: Any) -> dict[str, Any]:
    """The fields of a resource that are told: those that we manage, and observed ones beside."""
    return {
        field.name: getattr(resource, field.name)
        for field in fields(resource)
        if field.compare or field.metadata.get("shown")
    }
