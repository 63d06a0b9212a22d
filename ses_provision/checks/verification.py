"""Where the verification of a domain stands: what SES says, and each record it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ses_provision.checks import views
from ses_provision.checks.diagnosis import RecordReport, Ses, Verdict, verdicts
from ses_provision.checks.views import Delegation, State, Whom
from ses_provision.names import is_within, parents
from ses_provision.outside.dns import ask_dns
from ses_provision.outside.reading import Reading, both
from ses_provision.resources import dmarc, route53
from ses_provision.resources.ses.identity import Dkim, Identity, identity
from ses_provision.steps import arns
from ses_provision.steps.records import PublishedRecord, records_to_publish

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.resources.hosted_zones import Zone


@dataclass(frozen=True)
class Verification(Ses):
    """Everything SES says about the domain, and who sees which of its records."""

    domain: str = ""
    dkim_signing: bool = False
    key_length: str = ""
    dkim_origin: str = ""
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
        identity(arns.identity(env, account)), views.zone_and_delegation(env, account, whom)
    )
    wanted = wanted_records(env, domain.dkim if domain else None)
    held, answers = yield from both(
        views.in_zone(zone, delegation, wanted), views.in_dns(whom, delegation, wanted)
    )
    reports = [
        RecordReport(one, tuple(filter(None, [in_zone, *in_dns])))
        for one, in_zone, in_dns in zip(wanted, held, answers, strict=True)
    ]
    lacking = [one for one in reports if not one.is_right]
    instead, inherited = yield from both(
        views.probe(whom, delegation, env, [one.record for one in lacking]),
        inherited_dmarc(env, whom, zone, lacking),
    )
    records = tuple(completed(one, instead, inherited) for one in reports)
    seen = described(env.domain, domain)
    found = tuple(verdicts(env, seen, records, delegation))
    return replace(seen, delegation=delegation, records=records, verdicts=found)


def wanted_records(env: Environment, issued: Dkim | None) -> list[PublishedRecord]:
    """The records of the environment, and a DMARC record even where it asks for none: Gmail and
    Yahoo want one."""
    records = records_to_publish(env, issued)
    if env.dmarc is None:
        any_policy = dmarc.record("none", ())
        name = f"_dmarc.{env.domain}"
        purpose = "DMARC: any valid record, here or inherited"
        records.append(PublishedRecord(name, "TXT", any_policy, env.dns.ttl, purpose, dmarc.TAG))
    return records


def completed(
    one: RecordReport, instead: Mapping[tuple[str, str], tuple[str, str]], inherited: str
) -> RecordReport:
    """A report with what only the second look shows."""
    key = one.record.name, one.record.type
    if one.record.tag == dmarc.TAG and one.state is State.MISSING and inherited:
        return replace(one, inherited=inherited)
    return replace(one, instead=instead.get(key, ("", "")))


def inherited_dmarc(
    env: Environment, whom: Whom, zone: Zone | None, lacking: Sequence[RecordReport]
) -> Reading[str]:
    """The domain above whose DMARC record receivers use (RFC 9989 section 4.10), if any."""
    if not any(one.record.tag == dmarc.TAG and one.state is State.MISSING for one in lacking):
        return ""
    found = yield from dmarc_above(env, whom, zone)
    return next((name for name, value in found if dmarc.parsed(value)), "")


def dmarc_above(env: Environment, whom: Whom, zone: Zone | None) -> Reading[list[tuple[str, str]]]:
    """The DMARC records of the domains above, nearest first: from the hosted zone where it holds
    the name, else from DNS. What cannot be asked is left out."""
    above = parents(env.domain)
    outside = [name for name in above if zone is None or not is_within(name, zone.name)]
    asked = outside if whom.dns else []
    outcomes = (yield [ask_dns("TXT", f"_dmarc.{name}") for name in asked]) if asked else []
    texts = {
        name: outcome["values"]
        for name, outcome in zip(asked, outcomes, strict=True)
        if outcome and not isinstance(outcome, Exception)
    }
    inside = [f"_dmarc.{name}" for name in above if name not in outside]
    if zone is not None and inside:
        at = yield from route53.records_at(zone, inside)
        for name in inside:
            sets = [one for one in at[name] if one["Type"] == "TXT"]
            texts[name.removeprefix("_dmarc.")] = [v for s in sets for v in route53.values_of(s)]
    return [
        (name, value)
        for name in above
        for value in texts.get(name, ())
        if route53.is_kind(value, dmarc.TAG)
    ]


def described(domain: str, identity: Identity | None) -> Verification:
    """What SES says, as where verification stands."""
    if identity is None:
        return Verification(domain=domain)
    return Verification(
        exists=True,
        domain=domain,
        verification_status=identity.verification_status,
        verified_for_sending=identity.verified_for_sending,
        dkim_status=identity.dkim_status,
        dkim_signing=identity.dkim_signing,
        key_length=identity.current_key_length,
        dkim_origin=identity.dkim_origin,
        mail_from_domain=identity.mail_from_domain,
        mail_from_status=identity.mail_from_status,
        error=identity.error,
        last_checked=identity.last_checked,
        soa_server=identity.soa_server,
    )
