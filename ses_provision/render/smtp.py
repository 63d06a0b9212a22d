"""SMTP users, their keys and a walk to the endpoint, as text and as JSON. No secret comes here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.environment.smtp import SmtpUserSettings
    from ses_provision.operations.smtp_keys import Standing
    from ses_provision.operations.smtp_refusals import Meaning
    from ses_provision.outside.smtp import Hop
    from ses_provision.resources.access_keys import AccessKey


def standing(user: SmtpUserSettings, found: Standing, now: datetime) -> Text:
    """A user with its keys: how old, when last used, where the password is."""
    if not found.exists:
        return Text(f"  {user.name}: no such IAM user yet", style="yellow")
    lines = [Text(f"  {user.name}", style="bold")]
    lines += [Text(f"    {key_line(key, found, user, now)}") for key in found.keys]
    if not found.keys:
        lines.append(Text("    no access key", style="yellow"))
    if found.kept is not None and not any(map(found.is_kept, found.keys)):
        lines.append(Text("    what the store has belongs to none of these keys", style="yellow"))
    return Text("\n").join(lines)


def key_line(key: AccessKey, found: Standing, user: SmtpUserSettings, now: datetime) -> str:
    """One key in one line."""
    days = (now - key.made_at) // timedelta(days=1)
    old = f" (more than {user.max_key_age_days})" if days > user.max_key_age_days else ""
    used = "never used" if key.used_at is None else f"used {key.used_at:%Y-%m-%d %H:%M} UTC"
    where = f" for {key.used_for} in {key.used_in}" if key.used_at and key.used_for else ""
    kept = f", password in {user.store}" if found.is_kept(key) else ""
    return safe(f"{key.label}: {days} days{old}, {used}{where}{kept}")


def standing_document(user: SmtpUserSettings, found: Standing, now: datetime) -> dict[str, Any]:
    """The same as JSON has it; of a key id its last signs, for it is half of a credential."""
    return {
        "user": user.name,
        "exists": found.exists,
        "store": user.store,
        "keys": [
            {
                "ending": key.ending,
                "state": key.state.value,
                "age_days": (now - key.made_at) // timedelta(days=1),
                "last_used": None if key.used_at is None else key.used_at.isoformat(),
                "last_used_for": key.used_for,
                "stored": found.is_kept(key),
            }
            for key in found.keys
        ],
    }


def hop(value: Hop) -> Text:
    """One hop on the way, with its time."""
    mark, style = ("✘", "red") if value.failed else ("✔", "green")
    text = Text(f"  {mark} {value.name:<9} {value.seconds * 1000:6.0f} ms  ", style=style)
    text.append(safe(value.failed or value.said), style="default")
    return text


def hop_document(value: Hop) -> dict[str, Any]:
    """One hop as JSON has it."""
    return {
        "name": value.name,
        "seconds": round(value.seconds, 3),
        "ok": not value.failed,
        "said": safe(value.failed or value.said),
        "code": value.code,
    }


def meaning(value: Meaning) -> Text:
    """What a failure means, and the way out."""
    return Text(f"    because {safe(value.cause)}\n    way out: {safe(value.way_out)}")


def fields(title: str, found: Sequence[tuple[str, str]]) -> str:
    """A form, field by field, to be filled in by a person."""
    width = max(len(name) for name, _ in found)
    return "\n".join([title, "", *(f"  {name:<{width}}  {value}" for name, value in found)])
