"""Which items of the checklist are looked at: those named, and those severe enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity

if TYPE_CHECKING:
    from ses_provision.checks.topic import Topic

SEVEREST_FIRST = tuple(Severity)


def at_least(topics: Iterable[Topic], least: Severity) -> list[Topic]:
    """The topics with only the items that are as severe as that, or more."""
    severe = SEVEREST_FIRST[: SEVEREST_FIRST.index(least) + 1]
    chosen = (
        replace(topic, items=tuple(one for one in topic.items if one.severity in severe))
        for topic in topics
    )
    return [topic for topic in chosen if topic.items]
