"""A drill as text: each event, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.drill import Hop


def hops(found: Sequence[Hop], env: Environment) -> Text:
    """The way of each event: mail taken by SES, what became of it, out of the queue."""
    way = f"SES → {env.configuration_set.name} → {env.event_topic} → queue"
    return Text("\n").join([Text(f"{env.name}: {way}", style="bold"), *map(hop, found)])


def hop(one: Hop) -> Text:
    """One event."""
    mark, style = ("✔", "green") if one.arrived else ("✘", "red")
    text = Text(f"  {mark} {one.event:<9} ", style=style)
    text.append(f"{one.recipient} taken by SES", style="default")
    text.append(f"\n      message id {safe(one.message_id)}", style="default")
    if one.occurred_at and one.sent_at:
        text.append(f"\n      happened after {seconds(one.occurred_at - one.sent_at)}")
    if one.delay is not None:
        text.append(f", out of the queue after {seconds(one.delay)}")
    if not one.arrived:
        text.append("\n      no event came")
    return text


def seconds(delay: timedelta) -> str:
    """A delay; clocks of two machines may differ, so it is never shown as negative."""
    return f"{max(0.0, delay.total_seconds()):.1f} s"
