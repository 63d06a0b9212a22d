"""One record of an environment: who sees what of it, and what counts. Pure."""

from __future__ import annotations

import functools

from ses_provision.checks.views import Kind, State, View
from ses_provision.dataclass import dataclass
from ses_provision.resources import dmarc_record
from ses_provision.resources.dmarc_policy import InForce
from ses_provision.resources.spf import Judged
from ses_provision.steps.records import PublishedRecord


@dataclass(frozen=True)
class RecordReport:
    """One record, who sees what of it, and where it stands instead.

    `instead` is how it came to another name, and that name; `inherited` names the domain
    above whose DMARC record serves this one, `in_force` what receivers go by; `spf` what they
    make of an SPF record that does not let SES send.
    """

    record: PublishedRecord
    views: tuple[View, ...] = ()
    instead: tuple[str, str] = ("", "")
    inherited: str = ""
    in_force: InForce | None = None
    spf: Judged | None = None

    @property
    def deciding(self) -> list[View]:
        """The views that count: the domain's own name servers, else the hosted zone, else
        resolvers."""
        for kind in (Kind.AUTHORITATIVE, Kind.ZONE, Kind.PUBLIC):
            asked = [v for v in self.of(kind) if v.state is not State.NOT_ASKED]
            if asked:
                return asked
        return []

    @property
    def answer(self) -> tuple[str, ...]:
        """What stands at the record's own name, by the first view that counts."""
        return self.deciding[0].values if self.deciding else ()

    @functools.cached_property
    def state(self) -> State:
        """What the record is, by the views that count."""
        public = [v.state for v in self.of(Kind.PUBLIC) if v.state is not State.NOT_ASKED]
        if public and set(public) == {State.BROKEN}:
            return State.BROKEN
        if self.spf is not None:
            return State.NOT_ASKED if self.spf.is_unknown else State.WRONG
        if self.falls_short:
            return State.WRONG
        force = self.in_force
        if self.inherited or (force is not None and force.alias and force.record is not None):
            return State.RIGHT
        if force is not None and force.unknown:
            return State.NOT_ASKED
        wrong = [view.state for view in self.deciding if view.state is not State.RIGHT]
        return wrong[0] if wrong else State.RIGHT if self.deciding else State.NOT_ASKED

    @property
    def falls_short(self) -> bool:
        """The DMARC policy in force asks for less than the record would."""
        wanted = dmarc_record.parse(self.record.value)
        force = self.in_force
        return force is not None and wanted is not None and force.falls_short(wanted)

    @property
    def is_right(self) -> bool:
        """The record is where SES and receivers look for it."""
        return self.state is State.RIGHT

    @property
    def stands_in_zone(self) -> bool:
        """The hosted zone has it as it should be."""
        return any(view.state is State.RIGHT for view in self.of(Kind.ZONE))

    @property
    def label(self) -> str:
        """Type and name."""
        return f"{self.record.type} {self.record.name}"

    def of(self, kind: Kind) -> list[View]:
        """The views of one kind."""
        return [view for view in self.views if view.kind is kind]
