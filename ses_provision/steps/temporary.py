"""What `events tail` makes for as long as it runs, and what finds it where it was killed.

Rule and queue bear one name, which says until when they are needed at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Resource
from ses_provision.outside.reading import Reading
from ses_provision.resources import policies
from ses_provision.resources.eventbridge import Rule
from ses_provision.resources.sqs import Queue

PREFIX = "ses-provision-tail-"
DRILLS = "ses-provision-drill"
"""What the queues of a drill are called, which removes them itself."""
HIDDEN = "43200"  # seconds, the most (SQS API reference, SetQueueAttributes)
STAMP = "%y%m%dT%H%M%SZ"


def name(ending: str, until: datetime, random: str) -> str:
    """A name that nobody has; the longest has 63 characters, and a rule may have 64."""
    return f"{PREFIX}{ending[:24]}-{until.astimezone(UTC):{STAMP}}-{random}"


def is_ours(name: str) -> bool:
    """Whether something is called as a tail calls what it makes."""
    return name.startswith(PREFIX)


def until(name: str) -> datetime | None:
    """When a tail is over at the latest, by the name of what it made."""
    try:
        stamp = name.split("-")[-2]
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return None


def label(what: str, name: str) -> str:
    """What the operator is told of it."""
    over = until(name)
    needed = f"at most until {over:%Y-%m-%d %H:%M} UTC" if over else "no more"
    return f"temporary {what} {name} (of an events tail; needed {needed})"


@dataclass(frozen=True)
class TemporaryQueue(Queue):
    """The queue of a tail: what is in it was only to be looked at."""

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return label("queue", self.name)

    def _attributes(self, others: policies.Statements) -> dict[str, str]:
        """What was read once is not read again: nothing deletes it but the end of the queue."""
        return {**super()._attributes(others), "VisibilityTimeout": HIDDEN}

    def additions(self, live: Queue, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Nothing in it keeps it."""
        del live, ours
        yield from ()
        return ()


@dataclass(frozen=True)
class TemporaryRule(Rule):
    """The rule of a tail."""

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return label("rule", self.name)
