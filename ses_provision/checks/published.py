"""Whether DNS shows the records of an environment, wherever they were published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ses_provision.checks.views import State, state_of
from ses_provision.names import parents
from ses_provision.outside.dns import ask_dns
from ses_provision.resources import dmarc

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.outside.reading import Outcome, Reading
    from ses_provision.steps.records import PublishedRecord


class Verdict(StrEnum):
    """What DNS makes of a record."""

    RIGHT = "right"
    MISSING = "missing"
    WRONG = "wrong"
    DOUBLED = "doubled domain"
    NOT_ASKED = "could not ask"


@dataclass(frozen=True)
class Published:
    """One record, what DNS answers at its name, and what to make of it."""

    record: PublishedRecord
    verdict: Verdict
    found: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_right(self) -> bool:
        """DNS shows it, or one that serves as well."""
        return self.verdict is Verdict.RIGHT


@dataclass(frozen=True)
class Lookup:
    """All records of an environment as DNS shows them."""

    records: tuple[Published, ...]
    legacy: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Nothing is left to publish."""
        return all(one.is_right for one in self.records)


def lookup(
    env: Environment, records: Sequence[PublishedRecord], zone: str, resolver: str = ""
) -> Reading[Lookup]:
    """Ask DNS for each record: at its name, and where a panel that appends the zone puts it."""
    at_name = [ask_dns(one.type, one.name, resolver) for one in records]
    doubled = [ask_dns(one.type, f"{one.name}.{zone}", resolver) for one in records]
    above = [ask_dns("TXT", f"_dmarc.{parent}", resolver) for parent in parents(env.domain)]
    legacy = ask_dns("TXT", legacy_name(env.domain), resolver)
    outcomes = iter((yield [*at_name, *doubled, *above, legacy]))
    here = [next(outcomes) for _ in at_name]
    twice = [next(outcomes) for _ in doubled]
    inherited = [
        parent
        for parent in parents(env.domain)
        if any(dmarc.parsed(value) for value in values(next(outcomes)))
    ]
    found = [
        judged(record, outcome, state_of(record, values(other)) is State.RIGHT, zone)
        for record, outcome, other in zip(records, here, twice, strict=True)
    ]
    return Lookup(tuple(served_from_above(one, inherited) for one in found), values(next(outcomes)))


def legacy_name(domain: str) -> str:
    """Where set-ups of the first SES API proved the domain; DKIM does so today."""
    return f"_amazonses.{domain}"


def values(outcome: Outcome) -> tuple[str, ...]:
    """The values in an answer; none where there is none."""
    return tuple(outcome["values"]) if isinstance(outcome, dict) else ()


def judged(record: PublishedRecord, outcome: Outcome, doubled: bool, zone: str) -> Published:
    """What the answer at a record's name says of it."""
    if isinstance(outcome, Exception):
        return Published(record, Verdict.NOT_ASKED, note=str(outcome))
    found, alias = values(outcome), str((outcome or {}).get("alias", ""))
    match state_of(record, found, alias):
        case State.RIGHT:
            same = record.value in found
            return Published(
                record, Verdict.RIGHT, found, "" if same else "yours serves as well, and may stay"
            )
        case State.ALIASED:
            return Published(
                record, Verdict.WRONG, (f"CNAME {alias}",), "a CNAME stands alone at its name"
            )
        case State.SEVERAL:
            return Published(
                record, Verdict.WRONG, found, "there must be one record of this kind, no more"
            )
        case State.WRONG:
            return Published(record, Verdict.WRONG, found)
    if doubled:
        return Published(
            record,
            Verdict.DOUBLED,
            note=f"it stands at {record.name}.{zone}: the panel appends {zone} itself, "
            "so give it the name within the zone",
        )
    return Published(record, Verdict.MISSING)


def served_from_above(one: Published, inherited: Sequence[str]) -> Published:
    """A domain without a DMARC record has that of the domain above it (RFC 9989 section 4.10)."""
    if one.record.tag != dmarc.TAG or one.verdict is not Verdict.MISSING or not inherited:
        return one
    note = f"inherited from {inherited[0]}; publish this one only to differ from it"
    return Published(one.record, Verdict.RIGHT, one.found, note)
