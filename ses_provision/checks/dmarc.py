"""The DMARC policy in force, from what the views show and what the domain above has."""

from __future__ import annotations

from dataclasses import replace

from ses_provision.checks.delegation import Delegation
from ses_provision.checks.record_report import RecordReport
from ses_provision.checks.views import State
from ses_provision.checks.whom import Whom
from ses_provision.errors import ProvisionError
from ses_provision.outside.reading import Reading, together
from ses_provision.resources.dmarc import standing_in_dns, standing_in_zone
from ses_provision.resources.dmarc_policy import InForce, Standing, in_force, places
from ses_provision.resources.dns_zone import DnsZone

NOT_ASKED = "DNS was not asked"


def policy_in_force(
    whom: Whom, zone: DnsZone | None, delegation: Delegation, report: RecordReport
) -> Reading[InForce]:
    """What receivers go by: the domain's own record, else that of its organisational domain."""
    domain = report.record.name.removeprefix("_dmarc.")
    own = seen_in(report, domain)
    if own.alias and not own.records:
        own = yield from asked(own, whom)
    if own.unknown or own.records:
        return in_force(domain, own)
    above = yield from together(
        standing_above(place, whom, zone, delegation) for place in places(domain)[1:]
    )
    return in_force(domain, own, *above)


def seen_in(report: RecordReport, domain: str) -> Standing:
    """What the views that count show at the domain's own name."""
    if not report.deciding:
        notes = (view.note for view in report.views if view.note)
        return Standing(domain, unknown=next(notes, NOT_ASKED))
    view = report.deciding[0]
    return Standing(domain, view.values, view.alias)


def asked(own: Standing, whom: Whom) -> Reading[Standing]:
    """What stands where a CNAME leads."""
    if not whom.dns:
        return replace(own, unknown=f"{own.name} is a CNAME to {own.alias}, and {NOT_ASKED}")
    return (yield from standing_in_dns(own.domain, whom.resolvers))


def standing_above(
    domain: str, whom: Whom, zone: DnsZone | None, delegation: Delegation
) -> Reading[Standing]:
    """What stands at a domain above: in the hosted zone where it holds the name, else in DNS."""
    if zone is not None and not delegation.is_elsewhere:
        try:
            held = yield from standing_in_zone(domain, zone)
        except ProvisionError as error:
            return Standing(domain, unknown=error.message)
        if held is not None:
            return held
    if not whom.dns:
        return Standing(domain, unknown=f"{NOT_ASKED} for TXT _dmarc.{domain}")
    return (yield from standing_in_dns(domain, whom.resolvers))


def with_policy(report: RecordReport, force: InForce) -> RecordReport:
    """The report of the DMARC record, with the policy in force.

    A name server cannot tell what stands where a CNAME leads out of its zone: where that serves,
    the CNAME is right.
    """
    told = replace(report, in_force=force)
    if force.record is None or told.falls_short:
        return told
    views = tuple(
        replace(view, state=State.RIGHT) if view.alias and not view.values else view
        for view in report.views
    )
    return replace(told, views=views, inherited=force.stands_at if force.is_inherited else "")
