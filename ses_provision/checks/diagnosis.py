"""From what everybody sees to one verdict: the cause, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ses_provision.checks import mistakes
from ses_provision.checks.delegation import Delegation, Place, broken, mixed, remedy, where_to_set
from ses_provision.checks.views import Kind, State, View
from ses_provision.environment import Environment
from ses_provision.names import parents
from ses_provision.resources import route53
from ses_provision.resources.dmarc_policy import InForce
from ses_provision.resources.dmarc_record import TAG as DMARC_TAG
from ses_provision.resources.spf import Judged, reason
from ses_provision.resources.spf_record import TAG as SPF_TAG
from ses_provision.resources.spf_record import with_ses
from ses_provision.steps.records import PublishedRecord

REPORTED = {
    "HOST_NOT_FOUND": "it found no such name in DNS",
    "TYPE_NOT_FOUND": "it found the name in DNS, but no record of the right type",
    "INVALID_VALUE": "it found a record with another value",
    "DNS_SERVER_ERROR": "the domain's name servers did not answer it",
    "SERVICE_ERROR": "it failed itself",
    "REPLICATION_ACCESS_DENIED": "it may not replicate the key of the other region: the caller "
    "needs ses:ReplicateEmailIdentityDKIMSigningKey on the identity there",
    "REPLICATION_PRIMARY_NOT_FOUND": "the region to replicate has no such identity",
    "REPLICATION_PRIMARY_BYO_DKIM_NOT_SUPPORTED": "the identity to replicate has a key of its own, "
    "and only Easy DKIM is replicated",
    "REPLICATION_REPLICA_AS_PRIMARY_NOT_SUPPORTED": "the identity to replicate is a replica itself",
    "REPLICATION_PRIMARY_INVALID_REGION": "the region to replicate is this one",
}
"""VerificationInfo.ErrorType in words (SESv2 API reference)."""


@dataclass(frozen=True)
class Ses:
    """What SES says about the domain identity."""

    exists: bool = False
    verification_status: str = "NOT_STARTED"
    verified_for_sending: bool = False
    dkim_status: str = "NOT_STARTED"
    mail_from_status: str = "NOT_STARTED"
    error: str = ""
    last_checked: datetime | None = None
    soa_server: str = ""

    @property
    def is_settled(self) -> bool:
        """The domain may send, signed and with its own MAIL FROM."""
        statuses = {self.verification_status, self.dkim_status, self.mail_from_status}
        return self.verified_for_sending and statuses == {"SUCCESS"}

    @property
    def has_failed(self) -> bool:
        """SES has given up looking for something."""
        return "FAILED" in (self.verification_status, self.dkim_status, self.mail_from_status)

    @property
    def has_lost(self) -> bool:
        """SES found the records once, and lately did not."""
        return "TEMPORARY_FAILURE" in (
            self.verification_status,
            self.dkim_status,
            self.mail_from_status,
        )


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

    @property
    def state(self) -> State:
        """What the record is, by the views that count."""
        public = [v.state for v in self.of(Kind.PUBLIC) if v.state is not State.NOT_ASKED]
        if public and set(public) == {State.BROKEN}:
            return State.BROKEN
        if self.spf is not None:
            return State.NOT_ASKED if self.spf.is_unknown else State.WRONG
        force = self.in_force
        if self.inherited or (force is not None and force.alias and force.record is not None):
            return State.RIGHT
        if force is not None and force.unknown:
            return State.NOT_ASKED
        wrong = [view.state for view in self.deciding if view.state is not State.RIGHT]
        return wrong[0] if wrong else State.RIGHT if self.deciding else State.NOT_ASKED

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


@dataclass(frozen=True)
class Verdict:
    """Where the domain stands: a stable code, the cause in a sentence, and what to do."""

    code: str
    cause: str
    fix: str = ""


def verdict(
    env: Environment, ses: Ses, records: Sequence[RecordReport], delegation: Delegation
) -> Verdict:
    """The first thing that has to be put right, or what is awaited, or that all is well."""
    return next(verdicts(env, ses, records, delegation))


def verdicts(
    env: Environment, ses: Ses, records: Sequence[RecordReport], delegation: Delegation
) -> Iterator[Verdict]:
    """Everything that can be said, what matters most first; at least one verdict."""
    if not ses.exists:
        yield Verdict(
            "no-identity", f"SES knows no identity {env.domain}", f"ses-provision apply{on(env)}"
        )
        return
    faulty = [one for one in records if not one.is_right and one.state is not State.NOT_ASKED]
    lost = remedy(env, delegation)
    if is_unresolvable(records, delegation):
        yield unresolvable(records, delegation)
        faulty = [one for one in faulty if one.state is not State.BROKEN]
    elif lost is not None and delegation.is_elsewhere and faulty:
        saw = f"; SES saw {ses.soa_server}, too" if ses.soa_server in delegation.servers else ""
        yield Verdict(lost.code, f"{lost.cause}{saw}", lost.fix)
        away = delegation.place is Place.AWAY  # and all that follows from it
        faulty = [one for one in faulty if not (one.stands_in_zone or away)]
    elif seen_elsewhere(ses, delegation):
        yield delegated_by_soa(env, ses, delegation)
    # SES does not look at DMARC: while it is awaited, a missing record is not the reason.
    looked_at = [one for one in records if one.record.tag != DMARC_TAG]
    for_receivers = [one for one in records if one.record.tag == DMARC_TAG]
    yield from (fault(env, ses, one, delegation) for one in looked_at if one in faulty)
    if any(one.state is State.NOT_ASKED for one in looked_at):
        yield could_not_ask(looked_at, delegation)
    if not ses.is_settled:
        yield from waiting(env, ses, looked_at)
    yield from (fault(env, ses, one, delegation) for one in for_receivers if one in faulty)
    if any(one.state is State.NOT_ASKED for one in for_receivers):
        yield could_not_ask(for_receivers, delegation)
    if ses.is_settled:
        yield from waiting(env, ses, looked_at)


def on(env: Environment) -> str:
    """The option that names the environment."""
    return f" --env {env.name}"


def publish(env: Environment, record: PublishedRecord) -> str:
    """How a record of ours gets into the zone."""
    if record.tag == DMARC_TAG and env.dmarc is None:
        return f"add [dmarc] to config/{env.name}.toml, then: ses-provision apply{on(env)}"
    if env.dns.is_external:
        return f"publish it as `ses-provision dns{on(env)}` shows it"
    return f"ses-provision apply{on(env)}"


def is_unresolvable(records: Sequence[RecordReport], delegation: Delegation) -> bool:
    """Nobody can see the domain, whatever the hosted zone holds."""
    return delegation.broken or any(one.state is State.BROKEN for one in records)


def unresolvable(records: Sequence[RecordReport], delegation: Delegation) -> Verdict:
    """Every resolver that answers says that the domain cannot be resolved."""
    notes = (v.note for one in records for v in one.views if v.state is State.BROKEN)
    problem = delegation.dns_problem or next(notes, "")
    found = broken(replace(delegation, dns_problem=problem))
    return Verdict(found.code, found.cause, found.fix)


def seen_elsewhere(ses: Ses, delegation: Delegation) -> bool:
    """SES met another primary name server than one of the hosted zone's, where nobody else could
    tell us (VerificationInfo.SOARecord)."""
    blind = not delegation.servers and delegation.zone_servers
    return bool(
        blind
        and ses.soa_server
        and not ses.is_settled
        and ses.soa_server not in delegation.zone_servers
    )


def delegated_by_soa(env: Environment, ses: Ses, delegation: Delegation) -> Verdict:
    """The same, known from what SES saw alone."""
    return Verdict(
        "delegated-elsewhere",
        f"SES met the primary name server {ses.soa_server}, which is not of hosted zone "
        f"{delegation.zone_id} ({', '.join(delegation.zone_servers)}): the domain is served "
        "elsewhere",
        f"{where_to_set(delegation)} set the name servers of {delegation.zone_name} to "
        f"{', '.join(delegation.zone_servers)}; or correct dns.zone_id in config/{env.name}.toml",
    )


def fault(env: Environment, ses: Ses, one: RecordReport, delegation: Delegation) -> Verdict:
    """Why a record is not where it should be."""
    found = why(env, one, delegation)
    if not ses.is_settled or one.record.name.startswith("_dmarc."):
        return found
    return Verdict(
        found.code,
        f"{found.cause}. SES still says SUCCESS; it gives up 72 hours after it notices",
        found.fix,
    )


def why(env: Environment, one: RecordReport, delegation: Delegation) -> Verdict:
    """The cause, from the most telling sign to the plainest."""
    how, name = one.instead
    zone = next(iter(one.of(Kind.ZONE)), None)
    entered = (
        mistakes.in_value(one.record, one.answer, [env.domain, *parents(env.domain)])
        or mistakes.at_another_name(one.record, how, name)
        or mistakes.hidden(one.record, how)
    )
    if entered is not None:
        return Verdict(entered.code, entered.what, entered.way_out)
    if one.stands_in_zone:
        return not_served(one, delegation)
    if zone is not None and zone.note and zone.state is State.MISSING:
        return Verdict(
            "delegated-away",
            f"{one.label}: {zone.note}, which takes it out of hosted zone {zone.who}",
            "remove that delegation, or publish the record in the zone it leads to",
        )
    if how == "wildcard":
        return Verdict(
            "wildcard",
            f"{one.label} is not in the zone; the wildcard {name} answers in its place",
            f"{publish(env, one.record)} (a record of its own wins over the wildcard, which may "
            "stay)",
        )
    unread = zone is not None and zone.state is State.NOT_ASKED
    if unread and one.state is State.MISSING:
        return zone_not_read(one, delegation)
    return plain_fault(env, one)


def zone_not_read(one: RecordReport, delegation: Delegation) -> Verdict:
    """DNS does not show a record, and nobody knows whether the hosted zone has it."""
    note = delegation.zone_problem or one.of(Kind.ZONE)[0].note
    return Verdict(
        "could-not-ask",
        f"{one.label} is not in DNS, and whether it is in the hosted zone could not be looked up: "
        f"{note}",
        delegation.zone_hint or "look again with credentials that may read the hosted zone",
    )


def plain_fault(env: Environment, one: RecordReport) -> Verdict:
    """What the views themselves say."""
    if one.spf is not None:
        return spf_fault(one, one.spf)
    record, seen = one.record, next(v for v in one.deciding if v.state is not State.RIGHT)
    values = " and ".join(seen.values)
    match seen.state:
        case State.ALIASED:
            return Verdict(
                "cname-in-the-way",
                f"{record.name} is a {seen.note}, and beside a CNAME nothing else can stand",
                f"remove the CNAME at {record.name} if nothing needs it (or choose another "
                f"mail_from.subdomain), then {publish(env, record)}",
            )
        case State.SEVERAL:
            return several(env, one, values)
        case State.WRONG:
            return Verdict(
                "wrong-value",
                f"{one.label} is {values}, not {record.value}",
                f"{publish(env, record)} (it shows both values before it replaces one)",
            )
    if one.in_force is not None and one.in_force.why_none:
        return Verdict("missing", one.in_force.why_none, publish(env, record))
    where = "in DNS" if env.dns.is_external else "in the hosted zone"
    return Verdict("missing", f"{one.label} is not {where}", publish(env, record))


def spf_fault(one: RecordReport, found: Judged) -> Verdict:
    """An SPF record that does not let SES send, and what it would have to be."""
    texts = [text for text in one.answer if route53.is_kind(text, SPF_TAG)]
    return Verdict(
        "wrong-value",
        f"{one.label} is {texts[0]}; {reason(found)}",
        f"make it {with_ses(texts[0])}",
    )


def several(env: Environment, one: RecordReport, values: str) -> Verdict:
    """More than one record where one may stand."""
    if one.record.type == "MX":
        return Verdict(
            "several-mx",
            f"{one.record.name} has several mail exchangers ({values}); SES wants exactly one",
            f"remove all but {one.record.value}; if somebody receives mail at {one.record.name}, "
            "choose another mail_from.subdomain",
        )
    return Verdict(
        "several-txt",
        f"{one.record.name} has several {one.record.tag} records ({values}), and receivers then "
        "use none",
        f"leave one of them, then {publish(env, one.record)}",
    )


def not_served(one: RecordReport, delegation: Delegation) -> Verdict:
    """In the hosted zone, but some of the name servers that are asked do not have it."""
    lacking = [v.who for v in one.of(Kind.AUTHORITATIVE) if v.state is not State.RIGHT]
    strangers = [who for who in lacking if who in delegation.strangers]
    if strangers:
        found = mixed(delegation)
        return Verdict(
            found.code,
            f"{one.label} is in the hosted zone, but {found.cause}; {', '.join(strangers)} does "
            "not have it",
            found.fix,
        )
    return Verdict(
        "not-served-yet",
        f"{one.label} is in the hosted zone, but {', '.join(lacking)} does not answer with it yet",
        "wait a minute: Route 53 usually tells its name servers within 60 seconds",
    )


def could_not_ask(records: Sequence[RecordReport], delegation: Delegation) -> Verdict:
    """Nobody could tell; that is not "missing"."""
    notes = [v.note for one in records for v in one.views if v.state is State.NOT_ASKED]
    notes += [one.spf.why for one in records if one.spf]
    notes += [one.in_force.unknown for one in records if one.in_force and one.in_force.unknown]
    reason = delegation.zone_problem or next(iter(notes), "") or delegation.dns_problem
    return Verdict(
        "could-not-ask",
        f"whether the records are published could not be found out: {reason}",
        "try again where DNS answers, with --resolver ADDRESS, or with the rights to read the "
        "hosted zone",
    )


def waiting(env: Environment, ses: Ses, records: Sequence[RecordReport]) -> Iterator[Verdict]:
    """The records stand as far as anybody could tell: what SES makes of them."""
    if ses.is_settled:
        yield Verdict("verified", f"{env.domain} is verified, signed and aligned")
        return
    if ses.has_failed:
        yield Verdict(
            "gave-up",
            "the records stand, but SES gave up after 72 hours without them and does not look "
            "again by itself",
            f"ses-provision dkim-status{on(env)} --restart",
        )
        return
    if ses.has_lost:
        yield Verdict(
            "lost-for-a-while",
            "SES lost sight of the records; they stand now, and it goes on looking for 72 hours",
            f"ses-provision dkim-status{on(env)} --wait",
        )
        return
    stale = [v.who for one in records for v in one.of(Kind.PUBLIC) if is_stale(v)]
    if stale:
        yield Verdict(
            "cached",
            f"published; {', '.join(dict.fromkeys(stale))} still remembers the time before",
            "wait: resolvers forget when the time to live of their old answer has passed",
        )
        return
    yield not_looked(env, ses)


def is_stale(view: View) -> bool:
    """A resolver that answers, but not as the zone does."""
    return view.state not in {State.RIGHT, State.NOT_ASKED, State.BROKEN}


def not_looked(env: Environment, ses: Ses) -> Verdict:
    """SES has not seen what everybody else sees."""
    fix = f"ses-provision dkim-status{on(env)} --wait"
    if ses.error.startswith("REPLICATION"):
        return Verdict(
            "replication", f"SES: {REPORTED.get(ses.error, ses.error)}", "correct dkim.replica_of"
        )
    reported = f", when {REPORTED.get(ses.error, ses.error)}" if ses.error else ""
    if ses.last_checked is None:
        return Verdict("not-looked", "published; SES has not looked yet", fix)
    return Verdict(
        "not-looked",
        f"published; SES has not looked again since {ses.last_checked:%H:%M} UTC{reported}",
        fix,
    )
