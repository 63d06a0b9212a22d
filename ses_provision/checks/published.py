"""Whether DNS shows the records of an environment, wherever they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from ses_provision.checks import mistakes, spf
from ses_provision.checks.faults import in_its_place
from ses_provision.checks.probes import Lacking, look
from ses_provision.checks.views import State, state_of
from ses_provision.checks.whom import Whom
from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment
from ses_provision.outside.reading import Outcome, Reading, together
from ses_provision.outside.voices import alias, ask_dns, publicly, values
from ses_provision.resources import dmarc_record
from ses_provision.resources.dmarc_policy import InForce, Standing, in_force, places
from ses_provision.resources.dmarc_record import TAG as DMARC_TAG
from ses_provision.resources.dmarc_record import DmarcRecord
from ses_provision.resources.spf import reason
from ses_provision.resources.spf_record import TAG as SPF_TAG
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
    whom = Whom.of(env, given=[resolver] if resolver else ()).resolvers
    at_name = [(one.type, one.name) for one in records]
    looked = places(env.domain)
    policies = [("TXT", f"_dmarc.{place}") for place in looked]
    legacy = ("TXT", legacy_name(env.domain))
    outcomes = iter((yield from asked([*at_name, *policies, legacy], resolver, whom)))
    here = [next(outcomes) for _ in at_name]
    force = in_force(env.domain, *(Standing.answered(one, next(outcomes)) for one in looked))
    found = [judged(record, outcome) for record, outcome in zip(records, here, strict=True)]
    lacking = [
        Lacking(one.record, values(outcome), alias(outcome))
        for one, outcome in zip(found, here, strict=True)
        if one.verdict in {Verdict.MISSING, Verdict.WRONG}
    ]
    instead = yield from look(lacking, env.domain, zone, lambda _: next(iter(whom), ""))
    found = [entered(one, instead, [env.domain, zone]) for one in found]
    judged_too = yield from together(with_spf(one, whom) for one in found)
    seen = tuple(as_receivers_see(one, force) for one in judged_too)
    return Lookup(seen, values(next(outcomes)))


def asked(
    questions: Sequence[tuple[str, str]], resolver: str, whom: Sequence[str]
) -> Reading[list[Outcome]]:
    """The answers of the one resolver that was given; else of the public ones."""
    if resolver:
        return (yield [ask_dns(kind, name, resolver) for kind, name in questions])
    return (yield from publicly(questions, whom))


def with_spf(one: Published, whom: Sequence[str]) -> Reading[Published]:
    """An SPF record by what receivers make of it."""
    if one.record.tag != SPF_TAG or not one.found:
        return one
    judged = yield from spf.look(one.found, one.record.name, whom)
    if judged is None or judged.passes:
        return one
    verdict = Verdict.NOT_ASKED if judged.is_unknown else Verdict.WRONG
    why = judged.why if judged.is_unknown else reason(judged)
    return replace(one, verdict=verdict, note=why)


def legacy_name(domain: str) -> str:
    """Where set-ups of the first SES API proved the domain; DKIM does so today."""
    return f"_amazonses.{domain}"


def judged(record: PublishedRecord, outcome: Outcome) -> Published:
    """What the answer at a record's name says of it."""
    if isinstance(outcome, Exception):
        return Published(record, Verdict.NOT_ASKED, note=str(outcome))
    found, away = values(outcome), alias(outcome)
    match state_of(record, found, away):
        case State.RIGHT:
            same = record.value in found
            return Published(
                record, Verdict.RIGHT, found, "" if same else "yours serves as well, and may stay"
            )
        case State.ALIASED:
            return Published(
                record, Verdict.WRONG, (f"CNAME {away}",), "a CNAME stands alone at its name"
            )
        case State.SEVERAL:
            return Published(
                record, Verdict.WRONG, found, "there must be one record of this kind, no more"
            )
        case State.WRONG:
            return Published(record, Verdict.WRONG, found)
    return Published(record, Verdict.MISSING, found)


def entered(
    one: Published, instead: Mapping[tuple[str, str], tuple[str, str]], zones: Sequence[str]
) -> Published:
    """A record that is not right, by how it was entered into the panel, where that shows."""
    record, note = one.record, one.note
    how, name = instead.get((record.name, record.type), ("", ""))
    if how == mistakes.DOUBLED:
        zone = name.removeprefix(f"{record.name}.")
        note = f"it stands at {name}: the panel appends {zone} itself, so give it the name within "
        return Published(record, Verdict.DOUBLED, note=f"{note}the zone")
    told = None
    if one.verdict in {Verdict.MISSING, Verdict.WRONG}:
        told = (
            mistakes.in_value(record, one.found, zones)
            or mistakes.at_another_name(record, how, name)
            or mistakes.hidden(record, how)
        )
    if told is not None:
        return Published(record, Verdict.WRONG, one.found, f"{told.what}; {told.way_out}")
    if how == mistakes.WILDCARD:
        return replace(one, note=f"the wildcard {name} answers in its place")
    return one


def as_receivers_see(one: Published, force: InForce) -> Published:
    """A DMARC record by the policy in force: a domain without one has that of its organisational
    domain, and none where receivers take what stands there for none."""
    if one.record.tag != DMARC_TAG or one.verdict is Verdict.NOT_ASKED:
        return one
    if force.unknown and one.verdict is Verdict.MISSING:
        return Published(one.record, Verdict.NOT_ASKED, one.found, force.unknown)
    if force.record is None:
        told = one.verdict is Verdict.DOUBLED or force.unknown
        return one if told else replace(one, note=one.note or force.why_none)
    wanted = dmarc_record.parse(one.record.value) or DmarcRecord()
    weaker = force.falls_short(wanted)
    if force.is_inherited and weaker:
        return replace(one, note=f"inherited from {force.stands_at} with only p={force.written}")
    if force.is_inherited:
        note = f"inherited from {force.stands_at}; publish this one only to differ from it"
        return Published(one.record, Verdict.RIGHT, one.found, note)
    if weaker and one.verdict is not Verdict.DOUBLED:
        note = f"weaker; {in_its_place(force, wanted)}"
        return Published(one.record, Verdict.WRONG, one.found, note)
    return one
