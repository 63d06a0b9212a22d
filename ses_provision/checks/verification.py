"""Where the verification of a domain stands: what SES says, and each record it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime

from ses_provision.checks import probes, views
from ses_provision.checks.delegation import Delegation, zone_and_delegation
from ses_provision.checks.diagnosis import Ses, verdicts
from ses_provision.checks.dmarc import policy_in_force, with_policy
from ses_provision.checks.faults import Verdict
from ses_provision.checks.record_report import RecordReport
from ses_provision.checks.spf import with_judgement
from ses_provision.checks.views import Kind, State
from ses_provision.checks.whom import Whom
from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.outside.reading import Reading, both, together
from ses_provision.resources import dkim_record, dmarc_record
from ses_provision.resources.ses.identity import Dkim, Identity, identity
from ses_provision.steps import arns
from ses_provision.steps.records import PublishedRecord, records_to_publish


@dataclass(frozen=True)
class Verification(Ses):
    """Everything SES says about the domain, and who sees which of its records."""

    domain: str = ""
    dkim_signing: bool = False
    key_length: str = ""
    dkim_origin: str = ""
    selector: str = ""
    mail_from_domain: str = ""
    delegation: Delegation = field(default_factory=Delegation)
    records: tuple[RecordReport, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What matters most."""
        return self.verdicts[0]

    @property
    def why(self) -> str:
        """What is awaited, in a sentence; empty when nothing is."""
        return "" if self.is_settled else self.verdict.cause


def verification(
    env: Environment, account: Account, whom: Whom | None = None
) -> Reading[Verification]:
    """Learn where the domain stands: three rounds of questions, a fourth where something lacks."""
    whom = Whom(dns=False) if whom is None else whom
    domain, (delegation, zone) = yield from both(
        identity(arns.identity(env, account)), zone_and_delegation(env, account, whom)
    )
    wanted = wanted_records(env, domain.dkim if domain else None)
    held, answers = yield from both(
        views.in_zone(zone, delegation, wanted), views.in_dns(whom, delegation, wanted)
    )
    reports = [
        RecordReport(one, tuple(filter(None, [in_zone, *in_dns])))
        for one, in_zone, in_dns in zip(wanted, held, answers, strict=True)
    ]
    *others, dmarc = reports
    lacking = [one for one in reports if not one.is_right]
    instead, force = yield from both(
        stand_instead(whom, delegation, env, lacking),
        policy_in_force(whom, zone, delegation, dmarc),
    )
    judged = yield from together(with_judgement(one, whom) for one in others)
    records = tuple(completed(one, instead) for one in [*judged, with_policy(dmarc, force)])
    seen = described(env.domain, domain)
    found = tuple(verdicts(env, seen, records, delegation))
    return replace(seen, delegation=delegation, records=records, verdicts=found)


def wanted_records(env: Environment, issued: Dkim | None) -> list[PublishedRecord]:
    """The records of the environment, and last a DMARC record, even where it asks for none: Gmail
    and Yahoo want one."""
    records = records_to_publish(env, issued)
    if env.dmarc is None:
        any_policy = dmarc_record.record("none", ())
        name = f"_dmarc.{env.domain}"
        purpose = "DMARC: any valid record, here or inherited"
        records.append(
            PublishedRecord(name, "TXT", any_policy, env.dns.ttl, purpose, dmarc_record.TAG)
        )
    return records


def stand_instead(
    whom: Whom, delegation: Delegation, env: Environment, reports: Sequence[RecordReport]
) -> Reading[dict[probes.Key, probes.Instead]]:
    """Where the records that lack stand instead, by what DNS answers."""
    if not whom.dns:
        return {}
    lacking = []
    for one in reports:
        seen = one.deciding[0] if one.deciding else None
        if seen is not None and seen.state is not State.BROKEN:
            held = any(view.values or view.alias for view in one.of(Kind.ZONE))
            lacking.append(probes.Lacking(one.record, seen.values, seen.alias, held))
    theirs = next(iter(delegation.servers), "")
    server = probes.within(delegation.apex, theirs, next(iter(whom.resolvers), ""))
    return (yield from probes.look(lacking, env.domain, delegation.apex, server))


def completed(
    one: RecordReport, instead: Mapping[tuple[str, str], tuple[str, str]]
) -> RecordReport:
    """A report with where the record stands instead."""
    key = one.record.name, one.record.type
    return one if one.is_right else replace(one, instead=instead.get(key, ("", "")))


def in_utc(at: datetime | None) -> datetime | None:
    """A time as we show it; botocore gives it in the machine's own zone."""
    return at.astimezone(UTC) if at is not None else None


def described(domain: str, identity: Identity | None) -> Verification:
    """What SES says, as where verification stands."""
    if identity is None:
        return Verification(domain=domain)
    selector = identity.own.in_use(identity.shown_selector) if identity.has_own_key else ""
    key = identity.own.of(selector)
    return Verification(
        exists=True,
        domain=domain,
        verification_status=identity.verification_status,
        verified_for_sending=identity.verified_for_sending,
        dkim_status=identity.dkim_status,
        dkim_signing=identity.dkim_signing,
        key_length=dkim_record.length(key.text) if key else identity.current_key_length,
        dkim_origin=identity.dkim_origin,
        selector=selector,
        mail_from_domain=identity.mail_from_domain,
        mail_from_status=identity.mail_from_status,
        error=identity.error,
        last_checked=in_utc(identity.last_checked),
        soa_server=identity.soa_server,
    )
