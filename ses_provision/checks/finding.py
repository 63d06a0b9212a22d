"""What the checklist says about one item."""

from __future__ import annotations

from enum import StrEnum

from ses_provision.dataclass import dataclass


class Status(StrEnum):
    """Where an item of the checklist stands. Unknown is never done."""

    DONE = "done"
    ACTION = "action"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


class Severity(StrEnum):
    """How much an open item matters."""

    BLOCKER = "blocker"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True)
class Finding:
    """One item of the checklist: what was looked at, what was seen, what to do.

    `sources` are the questions it rests on; `needs_person` items wait for a person's word, which
    `ses-provision attest` records.
    """

    id: str
    title: str
    status: Status
    evidence: str
    next_step: str = ""
    severity: Severity = Severity.BLOCKER
    sources: tuple[str, ...] = ()
    needs_person: bool = False

    @property
    def is_open(self) -> bool:
        """Somebody or something still has to move."""
        return self.status not in {Status.DONE, Status.NOT_APPLICABLE}
