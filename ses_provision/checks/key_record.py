"""Whether everybody sees the record of a key, before SES signs with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.checks import views
from ses_provision.checks.delegation import zone_and_delegation
from ses_provision.checks.views import State, View
from ses_provision.checks.whom import Whom
from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.reading import Reading
    from ses_provision.steps.records import PublishedRecord


@dataclass(frozen=True)
class Seen:
    """What those who were asked say of a record."""

    record: PublishedRecord
    views: tuple[View, ...]

    @property
    def answers(self) -> tuple[View, ...]:
        """Those who answered."""
        return tuple(view for view in self.views if view.state is not State.NOT_ASKED)

    @property
    def is_everywhere(self) -> bool:
        """Whether somebody answered, and nobody otherwise than with the record."""
        return bool(self.answers) and all(view.state is State.RIGHT for view in self.answers)

    @property
    def why(self) -> str:
        """What is awaited."""
        if not self.answers:
            notes = next((view.note for view in self.views if view.note), "no name server is known")
            return f"nobody could be asked for TXT {self.record.name}: {notes}"
        lacking = [view.who for view in self.answers if view.state is not State.RIGHT]
        return f"TXT {self.record.name} is not seen by {', '.join(lacking)}"


def look(env: Environment, account: Account, whom: Whom, record: PublishedRecord) -> Reading[Seen]:
    """Ask the domain's own name servers, and public resolvers only once those have the record:
    resolvers remember for a while that a name is not there (RFC 2308)."""
    delegation, _ = yield from zone_and_delegation(env, account, whom)
    [servers] = yield from views.in_dns(Whom(), delegation, [record])
    seen = Seen(record, tuple(servers))
    if seen.answers and not seen.is_everywhere:
        return seen
    [everybody] = yield from views.in_dns(whom, delegation, [record])
    return Seen(record, tuple(everybody))
