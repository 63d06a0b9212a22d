"""Whose credentials are used, as text."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.render.layout import whole
from ses_provision.render.message import safe
from ses_provision.render.plan import heading

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.whoami import Caller
    from ses_provision.outside.whose import Origin


def whoami(env: Environment, found: Caller, zones: Caller | None, now: datetime) -> Text:
    """Who it is, from where, until when; and who writes DNS where that is somebody else."""
    lines = [heading(env), *caller(found, now)]
    if zones is not None:
        lines += [Text("  for hosted zones:"), *caller(zones, now)]
    return Text("\n").join([*lines, Text()])


def caller(found: Caller, now: datetime) -> list[Text]:
    """One caller."""
    right, style = judged(found)
    return [
        Text("  who      ") + whole(found.arn),
        Text("  account  ") + Text(f"{safe(found.account_id)}{right}", style=style),
        Text(f"  from     {safe(found.origin.source)} (by {safe(found.origin.chosen_by)})"),
        Text(f"  until    {until(found.origin, now)}"),
    ]


def judged(found: Caller) -> tuple[str, str]:
    """What is said of an account beside its number, and in which colour."""
    if found.wanted_account_id is None:
        return "", ""
    if found.is_right:
        return ", as the environment says", "green"
    return f", but the environment says {safe(found.wanted_account_id)}", "bold red"


def until(origin: Origin, now: datetime) -> str:
    """Until when the credentials are valid, and what comes then."""
    if origin.expires_at is None:
        return "no end: these keys are valid until somebody deletes them"
    minutes = round((origin.expires_at - now).total_seconds() / 60)
    when = f"{origin.expires_at:%Y-%m-%d %H:%M} UTC"
    if minutes <= 0:
        return f"{when}: they have expired"
    return f"{when}, for {minutes} min" + ("; then renewed by themselves" * origin.is_renewed)
