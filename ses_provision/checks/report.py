"""The checklist of one environment as a value: when it was read, and what people attested."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ses_provision.checks.attestations import Attestation, applied

if TYPE_CHECKING:
    from ses_provision.checks.finding import Finding, Status
    from ses_provision.checks.topic import Looked
    from ses_provision.environment import Environment


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
