"""The checklist of one environment as a value: when it was read, and what people attested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ses_provision.checks.attestations import Attestation, applied
from ses_provision.checks.choosing import SEVEREST_FIRST
from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from ses_provision.checks.finding import Finding, Severity, Status
    from ses_provision.checks.topic import Looked
    from ses_provision.environment import Environment


@dataclass(frozen=True)
class Task:
    """One thing to do, and the open items that wait for it: what causes several is told once."""

    next_step: str
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """How severe the severest of its items is."""
        return min((one.severity for one in self.findings), key=SEVEREST_FIRST.index)


@dataclass(frozen=True)
class Checklist:
    """What was found about one environment, and when it was read."""

    environment: str
    domain: str
    account_id: str
    region: str
    read_at: datetime
    topics: tuple[Looked, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All items in order."""
        return tuple(one for topic in self.topics for one in topic.findings)

    @property
    def open(self) -> tuple[Finding, ...]:
        """The items where something has to move still."""
        return tuple(one for one in self.findings if one.is_open)

    def count(self, status: Status) -> int:
        """How many items are in one status."""
        return sum(one.status is status for one in self.findings)

    def open_count(self, severity: Severity) -> int:
        """How many open items are of one severity."""
        return sum(one.severity is severity for one in self.open)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What is to be done, the severest first; items with the same next step are one thing."""
        alike: dict[str, list[Finding]] = {}
        for one in sorted(self.open, key=lambda one: SEVEREST_FIRST.index(one.severity)):
            alike.setdefault(one.next_step or one.id, []).append(one)
        return tuple(Task(found[0].next_step, tuple(found)) for found in alike.values())

    @property
    def told_at(self) -> Mapping[str, str]:
        """Under which item the next step of each open item is told."""
        return {one.id: task.findings[0].id for task in self.tasks for one in task.findings}


def checklist(
    env: Environment, looked: Iterable[Looked], entries: Iterable[Attestation], now: datetime
) -> Checklist:
    """What was read, with people's word on what only they can know."""
    words = list(entries)
    topics = tuple(
        replace(one, findings=tuple(applied(item, words, now) for item in one.findings))
        for one in looked
    )
    return Checklist(env.name, env.domain, env.account_id, env.region, now, topics)
