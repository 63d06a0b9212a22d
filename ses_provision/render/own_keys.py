"""Keys of one's own, as text and as JSON has them: public halves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.render.layout import whole
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from datetime import datetime

    from ses_provision.environment import Environment
    from ses_provision.steps.records import PublishedRecord


def to_publish(env: Environment, record: PublishedRecord) -> Text:
    """A record that a person has to publish while the command waits for it."""
    lines = [
        Text(f"{env.name}: publish this record; the command waits until everybody sees it."),
        Text("The key lives in this command alone: ended now, it has to make another one."),
        Text(f"{record.type:<6}{safe(record.purpose)}", style="bold"),
        Text("  name     ") + whole(record.name),
        Text("  value    ") + whole(record.value),
        Text(f"  TTL      {record.ttl}", style="dim"),
    ]
    return Text("\n").join(lines)


def removed(env: Environment, record: PublishedRecord, how: str) -> Text:
    """A record that is needed no more, and what became of it."""
    return Text(f"{env.name}: {record.type} {safe(record.name)} {how}")


def record_document(record: PublishedRecord) -> dict[str, Any]:
    """A record as JSON has it."""
    return {"name": record.name, "type": record.type, "value": record.value, "ttl": record.ttl}


def day(at: datetime) -> str:
    """A day, for what may be done from then on."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
