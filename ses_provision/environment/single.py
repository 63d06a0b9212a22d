"""A setting by itself, checked when it is given on the command line or by a person."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from ses_provision.environment import limits, shapes
from ses_provision.environment.complaints import complaint

SHAPES: dict[str, Any] = {
    "name": shapes.Suffix,
    "domain": shapes.Domain,
    "account_id": shapes.AccountId,
    "region": shapes.Region,
    "profile": shapes.ProfileName,
    "dns.zone_id": shapes.ZoneId,
    "dns.server": shapes.ServerName,
    "configuration_set.name": shapes.SesName,
    "events.emails": shapes.Address,
}
"""The settings that are asked for, each as it is in the file; of a list one entry."""

LIMITS = {"domain": limits.too_long_for_dkim, "region": limits.without_ses}
"""What the environment as a whole says of a setting by itself."""


def fitting(setting: str, text: str) -> str:
    """Let a value pass, in the form that the file has. Raises ValueError with what it must be."""
    try:
        checked: str = TypeAdapter(SHAPES[setting]).validate_python(text)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "value_error":
            raise ValueError(first["msg"].removeprefix("Value error, ")) from error
        raise ValueError(complaint(first["type"], first.get("ctx", {}), first["msg"])) from error
    problem = LIMITS[setting](checked) if setting in LIMITS else ""
    if problem:
        raise ValueError(problem)
    return checked
