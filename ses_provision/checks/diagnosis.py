"""From what everybody sees to one verdict: the cause, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ses_provision.checks.delegation import (
    HOSTED,
    Delegation,
    Place,
    broken,
    remedy,
    the_zone,
    where_to_set,
)
from ses_provision.checks.faults import Verdict, on, why
from ses_provision.checks.record_report import RecordReport
from ses_provision.checks.views import Kind, State, View
from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment

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
    # SES does not look at DMARC, say: while it is awaited, a missing record is not the reason.
    looked_at = [one for one in records if one.record.is_for_ses]
    for_receivers = [one for one in records if not one.record.is_for_ses]
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
    tell us (VerificationInfo.SOARecord). Elsewhere a zone may name a primary that is hidden."""
    is_hosted = delegation.zone_kind == HOSTED
    blind = is_hosted and not delegation.servers and delegation.zone_servers
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
        f"SES met the primary name server {ses.soa_server}, which is not of "
        f"{the_zone(delegation)}: the domain is served elsewhere",
        f"{where_to_set(delegation)} set the name servers of {delegation.zone_name} to "
        f"{', '.join(delegation.zone_servers)}; or correct dns.zone_id in config/{env.name}.toml",
    )


def fault(env: Environment, ses: Ses, one: RecordReport, delegation: Delegation) -> Verdict:
    """Why a record is not where it should be."""
    found = why(env, one, delegation)
    if not (ses.is_settled and one.record.is_for_ses):
        return found
    return Verdict(
        found.code,
        f"{found.cause}. SES still says SUCCESS; it gives up 72 hours after it notices",
        found.fix,
    )


def could_not_ask(records: Sequence[RecordReport], delegation: Delegation) -> Verdict:
    """Nobody could tell; that is not "missing"."""
    notes = [v.note for one in records for v in one.views if v.state is State.NOT_ASKED]
    notes += [one.spf.why for one in records if one.spf]
    notes += [one.in_force.unknown for one in records if one.in_force and one.in_force.unknown]
    reason = delegation.zone_problem or next(iter(notes), "") or delegation.dns_problem
    again = (
        "try again where DNS answers, with --resolver ADDRESS, or with the rights to read the "
        "hosted zone"
    )
    return Verdict(
        "could-not-ask",
        f"whether the records are published could not be found out: {reason}",
        delegation.zone_fix if delegation.zone_problem else again,
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
            look_again(env, ses),
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


def look_again(env: Environment, ses: Ses) -> str:
    """What makes SES look again; it has to be given a key of one's own anew, and keeps none."""
    if env.dkim.is_own_key and ses.dkim_status == "FAILED":
        return f"ses-provision dkim rotate{on(env)}"
    return f"ses-provision dkim-status{on(env)} --restart"


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
