"""What receivers find in DNS: delegation, MAIL FROM records, DMARC and its strength."""

from __future__ import annotations

from ses_provision.checks.delegation import Place, remedy
from ses_provision.checks.dmarc_reports import advised
from ses_provision.checks.dns_provider import reaches_no_further, takes_our_key
from ses_provision.checks.faults import Verdict, in_its_place, why
from ses_provision.checks.finding import Severity, Status
from ses_provision.checks.identity import domain
from ses_provision.checks.record_report import RecordReport
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    all_of,
    done,
    not_applicable,
    unknown,
    waiting,
)
from ses_provision.checks.verification import Verification
from ses_provision.checks.views import State
from ses_provision.outside.reading import Reading
from ses_provision.outside.voices import publicly, values
from ses_provision.resources import dmarc_record
from ses_provision.resources.dmarc_policy import InForce
from ses_provision.resources.dmarc_record import STRENGTH, DmarcRecord, is_dmarc, report_hosts
from ses_provision.resources.dmarc_record import TAG as DMARC_TAG
from ses_provision.resources.organisation import is_same_organisation
from ses_provision.resources.spf_record import TAG as SPF_TAG
from ses_provision.steps import records

DELEGATION_FAULTS = {"delegated-elsewhere", "not-delegated", "delegated-away", "not-resolvable"}
RAMP = {"none": "quarantine", "quarantine": "reject"}


def delegated(scene: Scene) -> Reading[Judgement]:
    """Does the world ask the hosted zone's name servers?"""
    seen = yield from domain(scene)
    found = seen.delegation
    if scene.env.dns.is_by_hand:
        return not_applicable("DNS is not in Route 53 (dns.provider)")
    if found.zone_problem:
        return unknown(found.zone_problem, found.zone_fix)
    wrong = remedy(scene.env, found)
    if wrong is not None:
        return action(wrong.cause, wrong.fix)
    if found.zone_id and found.servers and not found.zone_servers:
        keeper = scene.env.dns.kept_by.keeper(scene.env.dns)
        return unknown(
            f"{found.apex} is delegated to {', '.join(found.servers)}; {found.zone_kind} "
            f"{found.zone_id} does not list its name servers",
            f"compare them with those that {keeper} names for the zone",
        )
    if found.place is Place.UNKNOWN:
        said = found.dns_problem or "DNS was not asked"
        return unknown(said, f"ses-provision dkim-status {scene.on} where DNS answers")
    return done(f"{found.apex} is delegated to {found.zone_kind} {found.zone_id}")


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
    faulty = [one for one in wrong if one.state is not State.NOT_ASKED]
    above = of_delegation(seen) if faulty else None
    if above is not None:
        return action(above.cause, above.fix)
    faults = [why(scene.env, one, seen.delegation) for one in faulty]
    judged = [action(one.cause, one.fix) for one in faults]
    if unasked:
        note = next((v.note for one in unasked for v in one.views if v.note), "nobody was asked")
        judged.append(unknown(note, f"ses-provision dkim-status {scene.on} where DNS answers"))
    return all_of(judged)


def of_delegation(seen: Verification) -> Verdict | None:
    """What keeps the world from the whole zone; not what takes a name of it away."""
    first = seen.verdict
    if first.code not in DELEGATION_FAULTS:
        return None
    is_of_a_name = first.code == "delegated-away" and seen.delegation.place is not Place.AWAY
    return None if is_of_a_name else first


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


def dmarc_seen(scene: Scene) -> Reading[tuple[Verification, RecordReport]]:
    """Where verification stands, and what is seen of the DMARC record."""
    seen = yield from domain(scene)
    [report] = [one for one in seen.records if one.record.tag == DMARC_TAG]
    return seen, report


def dmarc_in_force(scene: Scene) -> Reading[tuple[InForce, DmarcRecord] | Judgement]:
    """The DMARC record that receivers use, with where it stands; or why there is none."""
    seen, report = yield from dmarc_seen(scene)
    force = report.in_force
    stands = report.is_right or report.falls_short
    if force is not None and force.record is not None and stands:
        return force, force.record
    if force is not None and force.unknown:
        return unknown(force.unknown, f"ses-provision dkim-status {scene.on} where DNS answers")
    return published(scene, seen, [report])


def dmarc_found(scene: Scene) -> Reading[Judgement]:
    """Is there a DMARC record? Gmail and Yahoo ask for one."""
    found = yield from dmarc_in_force(scene)
    if isinstance(found, Judgement):
        return found
    force, record = found
    from_above = f", inherited from {force.stands_at}" if force.is_inherited else ""
    policy = f"p={record.policy}"
    if force.written != record.policy:
        policy += f" with sp={force.written}"
    return done(f"{policy}{from_above}")


def dmarc_strength(scene: Scene) -> Reading[Judgement]:
    """Does it protect? The ramp is none, quarantine, reject."""
    found = yield from dmarc_in_force(scene)
    if isinstance(found, Judgement):
        return without_record(found)
    force, _ = found
    seen, report = yield from dmarc_seen(scene)
    if report.falls_short:
        return published(scene, seen, [report])
    evidence = f"policy {force.written} at _dmarc.{force.stands_at}"
    if force.qualified:
        tag = force.qualified.partition(" ")[0]
        step = f"take {tag} out of that record"
        return advised(scene.reported, f"{evidence}, but {force.qualified}", step)
    if force.written == "reject":
        return done(f"{evidence}: the strongest")
    policy = force.written
    forged = "delivered" if policy == "none" else "put into spam"
    step = stricter(scene, force)
    return advised(scene.reported, f"{evidence}: forged mail is {forged}", step)


def stricter(scene: Scene, force: InForce) -> str:
    """How the policy in force is made stricter, where it stands."""
    more = RAMP[force.written]
    if force.alias:
        return f"ask for {more} at {force.alias}, where _dmarc.{force.stands_at} leads"
    if force.is_inherited and force.record is not None and force.record.get("sp"):
        return f"set sp={more} in the record at _dmarc.{force.stands_at}"
    setting = f'set dmarc.policy = "{more}" in'
    if force.is_inherited:
        return f"{setting} the environment of that domain, and apply it"
    if scene.env.dns.is_by_hand:
        told = f"ses-provision dns {scene.on} --check says what to publish"
        return f"{setting} config/{scene.env.name}.toml, then: {told}"
    return f"{setting} config/{scene.env.name}.toml, then: {scene.apply}"


def without_record(found: Judgement) -> Judgement:
    """What can be said of a policy where no record is known."""
    if found.status is Status.UNKNOWN:
        return found
    return waiting("there is no DMARC record in force", "SES-DMARC-001 first")


def reports_authorised(scene: Scene) -> Reading[Judgement]:
    """Do other organisations agree to receive the reports about this one? Else none is sent to
    them.

    The receiver publishes `<domain>._report._dmarc.<theirs>` (RFC 9990 section 4).
    """
    found = yield from dmarc_in_force(scene)
    if isinstance(found, Judgement):
        return without_record(found)
    force, record = found
    where, hosts = force.stands_at, report_hosts(record)
    if not hosts:
        return action(
            f"no rua at _dmarc.{where}: nobody learns who sends in your name",
            reported(scene, force),
        )
    external = sorted(host for host in hosts if not is_same_organisation(where, host))
    if not external:
        return done(f"reports go to {', '.join(sorted(hosts))}, of the same organisation")
    return (yield from authorisations(scene, where, external))


def reported(scene: Scene, force: InForce) -> str:
    """How the record in force comes to have reports. `apply` writes the domain's own record alone,
    and leaves a stricter one as it is."""
    env = scene.env
    wanted = records.dmarc_record(env)
    asked = wanted and dmarc_record.parse(wanted.value)
    own = not (force.is_inherited or force.alias)
    if not own or (asked and STRENGTH[force.written] > STRENGTH[asked.policy]):
        where = force.alias or f"_dmarc.{force.stands_at}"
        return f"add rua=mailto:ADDRESS to the record at {where}"
    if env.dns.is_by_hand and asked and asked.reports:
        return in_its_place(force, asked)
    setting = f"add dmarc.reports_to to config/{env.name}.toml, then: "
    first = "" if asked and asked.reports else setting
    if env.dns.is_by_hand:
        return f"{first}ses-provision checklist {scene.on} says what to publish"
    return f"{first}{scene.apply} --take-over dmarc"


def authorisations(scene: Scene, where: str, external: list[str]) -> Reading[Judgement]:
    """Ask whether the receiving domains have said so."""
    if not scene.whom.dns:
        return unknown("DNS was not asked", f"ses-provision checklist {scene.on} without --no-dns")
    names = [f"{where}._report._dmarc.{host}" for host in external]
    outcomes = yield from publicly([("TXT", name) for name in names], scene.whom.resolvers)
    failed = [str(one) for one in outcomes if isinstance(one, Exception)]
    if failed:
        return unknown(failed[0], "try again where DNS answers")
    lacking = [
        name
        for name, one in zip(names, outcomes, strict=True)
        if not any(is_dmarc(value) for value in values(one))
    ]
    if lacking:
        return action(
            f"reports to another domain are not authorised: no TXT {', '.join(lacking)}",
            f"its owner publishes {' and '.join(f'TXT {name}' for name in lacking)} "
            'with the value "v=DMARC1"',
        )
    return done(f"authorised by {', '.join(external)}")


TOPIC = Topic(
    "dns",
    "DNS",
    (
        Item("SES-DNS-001", "Domain is delegated to the hosted zone", delegated),
        Item("SES-DNS-002", "DNS provider takes our key", takes_our_key),
        Item(
            "SES-DNS-003",
            "DNS token reaches no further",
            reaches_no_further,
            Severity.ADVICE,
            attests="that the token at the DNS provider has to reach further, and why",
        ),
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
