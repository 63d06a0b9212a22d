"""What receivers find in DNS: delegation, MAIL FROM records, DMARC and its strength."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.checks.diagnosis import RecordReport, why
from ses_provision.checks.finding import Severity
from ses_provision.checks.identity import domain
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    done,
    for_a_person,
    not_applicable,
    unknown,
    waiting,
)
from ses_provision.checks.verification import Verification, dmarc_above
from ses_provision.checks.views import State, hosted_zone
from ses_provision.errors import ProvisionError
from ses_provision.names import is_within
from ses_provision.outside.dns import ask_dns
from ses_provision.resources import dmarc, route53
from ses_provision.steps.records import SPF_TAG

if TYPE_CHECKING:
    from ses_provision.outside.reading import Reading

RAMP = {"none": "quarantine", "quarantine": "reject"}


def delegated(scene: Scene) -> Reading[Judgement]:
    """Does the world ask the hosted zone's name servers?"""
    seen = yield from domain(scene)
    found = seen.delegation
    if scene.env.dns.is_external:
        return not_applicable("DNS is not in Route 53 (dns.provider)")
    if found.zone_problem:
        return unknown(found.zone_problem, f"check dns.zone_id in config/{scene.env.name}.toml")
    if not found.servers:
        said = found.dns_problem or "DNS was not asked"
        return unknown(said, f"ses-provision dkim-status {scene.on} where DNS answers")
    if found.strangers:
        return action(
            f"{found.apex} is delegated to {', '.join(found.strangers)}, which hosted zone "
            f"{found.zone_id} does not have",
            f"at the registrar set its name servers to {', '.join(found.zone_servers)}",
        )
    return done(f"{found.apex} is delegated to hosted zone {found.zone_id}")


def dkim_published(scene: Scene) -> Reading[Judgement]:
    """Are the DKIM keys where SES and receivers look for them?"""
    seen = yield from domain(scene)
    reports = [one for one in seen.records if "._domainkey." in one.record.name]
    if not reports:
        return waiting(f"SES has issued no tokens for {seen.domain} yet", scene.apply)
    return published(scene, seen, reports)


def mx_published(scene: Scene) -> Reading[Judgement]:
    """Do bounces find their way back to SES?"""
    seen = yield from domain(scene)
    return published(scene, seen, [one for one in seen.records if one.record.type == "MX"])


def spf_published(scene: Scene) -> Reading[Judgement]:
    """May SES send with the MAIL FROM domain?"""
    seen = yield from domain(scene)
    return published(scene, seen, [one for one in seen.records if one.record.tag == SPF_TAG])


def published(scene: Scene, seen: Verification, reports: list[RecordReport]) -> Judgement:
    """Whether records stand, by whoever could be asked."""
    wrong = [one for one in reports if not one.is_right]
    if not wrong:
        return done(f"{labels(reports)}: right at {answering(reports[0])}")
    unasked = [one for one in wrong if one.state is State.NOT_ASKED]
    if unasked:
        note = next((v.note for one in unasked for v in one.views if v.note), "nobody was asked")
        return unknown(note, f"ses-provision dkim-status {scene.on} where DNS answers")
    elsewhere = [v for v in seen.verdicts if v.code == "delegated-elsewhere"]
    first = elsewhere[0] if elsewhere else why(scene.env, wrong[0], seen.delegation)
    return action(first.cause, first.fix)


def labels(reports: list[RecordReport]) -> str:
    """The records in few words."""
    if len(reports) == 1:
        return reports[0].label
    return f"{len(reports)} {reports[0].record.type} records"


def answering(report: RecordReport) -> str:
    """Who answered for a record."""
    who = [view.who for view in report.deciding]
    kind = report.deciding[0].kind.value
    return f"{kind} {who[0]}" if len(who) == 1 else f"{len(who)} {kind}s ({who[0]}, …)"


def dmarc_in_force(scene: Scene) -> Reading[tuple[str, dict[str, str]] | Judgement]:
    """The DMARC record that receivers use, with the domain it stands at; or why there is none."""
    seen = yield from domain(scene)
    [report] = [one for one in seen.records if one.record.tag == dmarc.TAG]
    if report.inherited:
        zone = yield from hosted_zone(scene.env, scene.account)
        known = None if isinstance(zone, ProvisionError) else zone
        above = yield from dmarc_above(scene.env, scene.whom, known)
        value = next(value for name, value in above if name == report.inherited)
        return report.inherited, dmarc.parsed(value) or {}
    if not report.is_right:
        return published(scene, seen, [report])
    texts = [v for v in report.deciding[0].values if route53.is_kind(v, dmarc.TAG)]
    return seen.domain, dmarc.parsed(texts[0]) or {}


def dmarc_found(scene: Scene) -> Reading[Judgement]:
    """Is there a DMARC record? Gmail and Yahoo ask for one."""
    found = yield from dmarc_in_force(scene)
    if isinstance(found, Judgement):
        return found
    where, tags = found
    from_above = "" if where == scene.env.domain else f", inherited from {where}"
    return done(f"p={tags['p'].lower()}{from_above}")


def dmarc_strength(scene: Scene) -> Reading[Judgement]:
    """Does it protect? The ramp is none, quarantine, reject."""
    found = yield from dmarc_in_force(scene)
    if isinstance(found, Judgement):
        return waiting("there is no DMARC record in force", "SES-DMARC-001 first")
    where, tags = found
    policy = tags["p"].lower()
    inherited = where != scene.env.domain
    if inherited and tags.get("sp", "").lower() in dmarc.STRENGTH:
        policy = tags["sp"].lower()
    evidence = f"policy {policy} at _dmarc.{where}"
    if policy == "reject":
        return done(f"{evidence}: the strongest")
    file = "the environment of that domain" if inherited else f"config/{scene.env.name}.toml"
    return for_a_person(
        f"{evidence}: forged mail is {'delivered' if policy == 'none' else 'put into spam'}",
        f'after some weeks of clean reports set dmarc.policy = "{RAMP[policy]}" in {file} and '
        "apply; to stay for a while, attest it with --until",
    )


def reports_authorised(scene: Scene) -> Reading[Judgement]:
    """Do other domains agree to receive the reports about this one? Else none is sent to them.

    The receiver publishes `<domain>._report._dmarc.<theirs>` (RFC 9990 section 4).
    """
    found = yield from dmarc_in_force(scene)
    if isinstance(found, Judgement):
        return waiting("there is no DMARC record in force", "SES-DMARC-001 first")
    where, tags = found
    targets = [part.partition("!")[0] for part in tags.get("rua", "").split(",") if part.strip()]
    hosts = {t.strip().rpartition("@")[2].lower() for t in targets if "@" in t}
    if not hosts:
        return action(
            f"no rua at _dmarc.{where}: nobody learns who sends in your name",
            f"add dmarc.reports_to to config/{scene.env.name}.toml, then: {scene.apply}",
        )
    external = sorted(h for h in hosts if not (is_within(h, where) or is_within(where, h)))
    if not external:
        return done(f"reports go to {', '.join(sorted(hosts))}, the domain's own")
    return (yield from authorisations(scene, where, external))


def authorisations(scene: Scene, where: str, external: list[str]) -> Reading[Judgement]:
    """Ask whether the receiving domains have said so."""
    if not scene.whom.dns:
        return unknown("DNS was not asked", f"ses-provision checklist {scene.on} without --no-dns")
    names = [f"{where}._report._dmarc.{host}" for host in external]
    outcomes = yield [ask_dns("TXT", name) for name in names]
    failed = [str(one) for one in outcomes if isinstance(one, Exception)]
    if failed:
        return unknown(failed[0], "try again where DNS answers")
    lacking = [
        name
        for name, one in zip(names, outcomes, strict=True)
        if not any(route53.is_kind(v, dmarc.TAG) for v in values(one))
    ]
    if lacking:
        return action(
            f"reports to another domain are not authorised: no TXT {', '.join(lacking)}",
            f'its owner publishes TXT {lacking[0]} "v=DMARC1"',
        )
    return done(f"authorised by {', '.join(external)}")


def values(outcome: object) -> list[str]:
    """The values of an answer."""
    return list(outcome["values"]) if isinstance(outcome, dict) else []


TOPIC = Topic(
    "dns",
    "DNS",
    (
        Item("SES-DNS-001", "Domain is delegated to the hosted zone", delegated),
        Item("SES-DKIM-003", "DKIM records are published", dkim_published),
        Item("SES-MX-001", "MX of MAIL FROM is published", mx_published, Severity.WARNING),
        Item("SES-SPF-001", "SPF of MAIL FROM is published", spf_published, Severity.WARNING),
        Item("SES-DMARC-001", "DMARC record found", dmarc_found),
        Item(
            "SES-DMARC-002",
            "DMARC protects",
            dmarc_strength,
            Severity.ADVICE,
            attests="that the DMARC policy stays as it is for now, and why",
        ),
        Item("SES-DMARC-003", "DMARC reports arrive", reports_authorised, Severity.ADVICE),
    ),
)
