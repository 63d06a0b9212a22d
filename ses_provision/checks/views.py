"""Who sees which DNS records: the hosted zone, the domain's own name servers, public resolvers."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from enum import StrEnum

from ses_provision.checks.delegation import Delegation
from ses_provision.checks.whom import Whom
from ses_provision.dataclass import dataclass
from ses_provision.errors import BrokenDns, ProvisionError
from ses_provision.outside.reading import Outcome, Reading
from ses_provision.outside.voices import ask_dns
from ses_provision.resources import dkim_record, dmarc_record, record_sets, spf
from ses_provision.resources.dmarc_policy import Standing, in_force
from ses_provision.resources.dmarc_record import TAG as DMARC_TAG
from ses_provision.resources.dmarc_record import DmarcRecord
from ses_provision.resources.dns_zone import DnsZone, Raw, above
from ses_provision.resources.spf_record import TAG as SPF_TAG
from ses_provision.steps.records import PublishedRecord

MOST_SERVERS = 4  # Route 53 gives a zone four


class State(StrEnum):
    """What a record is to one who was asked."""

    RIGHT = "right"
    MISSING = "missing"
    WRONG = "wrong"
    SEVERAL = "several"
    ALIASED = "alias in the way"
    NOT_ASKED = "could not ask"
    BROKEN = "does not resolve"


class Kind(StrEnum):
    """Who was asked."""

    ZONE = "hosted zone"
    AUTHORITATIVE = "name server"
    PUBLIC = "resolver"


@dataclass(frozen=True)
class View:
    """What one of them says about one record."""

    kind: Kind
    who: str
    state: State
    values: tuple[str, ...] = ()
    note: str = ""
    alias: str = ""


def state_of(record: PublishedRecord, values: Sequence[str], alias: str = "") -> State:
    """What the values at a record's name are to it.

    Receivers and SES take a second MX, SPF or DMARC record for an error (SES Developer Guide,
    custom MAIL FROM; RFC 7208 section 4.5; RFC 9989 section 4.10).
    """
    hosted = record.tag == DMARC_TAG and values  # receivers follow a CNAME to a DMARC record
    if alias and record.type != "CNAME" and not hosted:
        return State.ALIASED
    kin = [one for one in values if not record.tag or record_sets.is_kind(one, record.tag)]
    if not kin:
        return State.MISSING
    if len(kin) > 1:
        return State.SEVERAL
    return State.RIGHT if serves(record, kin[0]) else State.WRONG


@functools.lru_cache(maxsize=4096)
def serves(record: PublishedRecord, value: str) -> bool:
    """Whether a value does what the wanted one does. Many checks ask it of the same answers."""
    if record.tag == DMARC_TAG:
        domain = record.name.removeprefix("_dmarc.")
        force = in_force(domain, Standing(domain, (value,)))
        wanted = dmarc_record.parse(record.value) or DmarcRecord()
        return force.record is not None and not force.falls_short(wanted)
    if record.tag == SPF_TAG:
        found = spf.offline(value, record.name)
        return found.passes or found.is_unknown
    if dkim_record.is_key_record(record.name, record.type):
        return dkim_record.serves(value, record.value)
    if record.type == "MX":
        return value.lower().split()[-1:] == record.value.split()[-1:]
    return value.lower() == record.value.lower()


def in_zone(
    zone: DnsZone | None, delegation: Delegation, records: Sequence[PublishedRecord]
) -> Reading[list[View | None]]:
    """What the hosted zone holds of each record."""
    if zone is None:
        problem = delegation.zone_problem
        none = View(Kind.ZONE, "hosted zone", State.NOT_ASKED, note=problem) if problem else None
        return [none] * len(records)
    names = list(
        dict.fromkeys(name for one in records for name in (one.name, *above(one.name, zone.name)))
    )
    try:
        at = yield from zone.at(names)
    except ProvisionError as error:
        unknown = View(Kind.ZONE, zone.id, State.NOT_ASKED, note=error.message)
        return [unknown] * len(records)
    return [zone_view(zone, one, at) for one in records]


def zone_view(zone: DnsZone, record: PublishedRecord, at: dict[str, list[Raw]]) -> View:
    """What the hosted zone holds of one record."""
    sets = at[record.name]
    values = [v for one in sets if one["Type"] == record.type for v in record_sets.values_of(one)]
    aliases = [v for one in sets if one["Type"] == "CNAME" for v in record_sets.values_of(one)]
    alias = aliases[0] if aliases and record.type != "CNAME" else ""
    away = [
        f"{name} is delegated to {', '.join(record_sets.values_of(one))}"
        for name in above(record.name, zone.name)
        for one in at[name]
        if one["Type"] == "NS"
    ]
    state = state_of(record, values, alias)
    note = f"CNAME to {alias}" if alias else "; ".join(away)
    if away and state is State.RIGHT:
        state = State.MISSING
    return View(Kind.ZONE, zone.id, state, tuple(values), note, alias)


def in_dns(
    whom: Whom, delegation: Delegation, records: Sequence[PublishedRecord]
) -> Reading[list[list[View]]]:
    """What the domain's name servers and the public resolvers answer for each record."""
    if not whom.dns:
        return [[] for _ in records]
    servers = [(Kind.AUTHORITATIVE, one) for one in delegation.servers[:MOST_SERVERS]]
    asked = [*servers, *((Kind.PUBLIC, one) for one in whom.resolvers)]
    asks = [ask_dns(one.type, one.name, who) for one in records for _, who in asked]
    outcomes = iter((yield asks) if asks else [])
    return [
        [dns_view(kind, who, record, next(outcomes)) for kind, who in asked] for record in records
    ]


def dns_view(kind: Kind, who: str, record: PublishedRecord, outcome: Outcome) -> View:
    """What one server's answer says of one record."""
    if isinstance(outcome, Exception):
        broken = isinstance(outcome, BrokenDns) and kind is Kind.PUBLIC
        return View(kind, who, State.BROKEN if broken else State.NOT_ASKED, note=str(outcome))
    values = tuple((outcome or {}).get("values", ()))
    alias = (outcome or {}).get("alias", "")
    note = f"CNAME to {alias}" if alias and record.type != "CNAME" else ""
    away = alias if record.type != "CNAME" else ""
    return View(kind, who, state_of(record, values, alias), values, note, away)
