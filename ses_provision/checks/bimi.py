"""May mailbox providers show the logo? DMARC at both domains, record, logo, certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.checks.bimi_sight import Sight, look
from ses_provision.checks.finding import Severity
from ses_provision.checks.mark_certificate import EXTRA
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    done,
    not_applicable,
    unknown,
    waiting,
)
from ses_provision.outside.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.environment import Environment

MOST_FAULTS = 4  # of a logo that are told; drawing programs make the same one many times


def seen(judge: Callable[[Scene, Sight], Judgement]) -> Callable[[Scene], Reading[Judgement]]:
    """An item about what receivers find; without DNS nobody knows."""

    def item(scene: Scene) -> Reading[Judgement]:
        if not scene.whom.dns or scene.now is None:
            return unknown("DNS was not asked", f"ses-provision bimi check {scene.on}")
        sight = yield from look(scene.env, scene.now, scene.whom.resolvers)
        return not_applicable("no [bimi]") if sight is None else judge(scene, sight)

    return item


def enforces(scene: Scene, sight: Sight) -> Judgement:
    """Does DMARC enforce at the domain and at its organisational domain?"""
    found = sight.enforced
    if found.unknown:
        return unknown(found.unknown, f"ses-provision bimi check {scene.on} where DNS answers")
    if found.lacking:
        domain, _ = found.lacking[0]
        return action(
            found.why,
            f"have the record at _dmarc.{domain} ask for quarantine or reject, for all mail and "
            "subdomains, once its reports are clean",
        )
    return done("quarantine or reject at the domain and its organisational domain")


def published(scene: Scene, sight: Sight) -> Judgement:
    """Do receivers find the record?"""
    if sight.unseen:
        return unknown(sight.unseen, f"ses-provision bimi check {scene.on} where DNS answers")
    if sight.is_published:
        return done(f"TXT {sight.name}: {sight.seen[0]}")
    if not sight.enforced.holds:
        return waiting(f"it is published once DMARC enforces at {sight.domain}", "DMARC first")
    told = " + ".join(sight.seen) or "not there"
    step = f"ses-provision dns {scene.on}" if scene.env.dns.is_by_hand else scene.apply
    return action(f"TXT {sight.name} is {told}, not {sight.wanted}", step)


def logo_served(scene: Scene, sight: Sight) -> Judgement:
    """Is the logo there, and as providers want it?"""
    if sight.logo.unknown:
        return unknown(sight.logo.unknown, f"ses-provision bimi check {scene.on}")
    wrong = (*sight.logo.faults, *sight.logo_faults)
    if wrong:
        more = f"; and {len(wrong) - MOST_FAULTS} more" if len(wrong) > MOST_FAULTS else ""
        return action(
            f"{sight.logo.url}: {'; '.join(wrong[:MOST_FAULTS])}{more}",
            "correct it, and look at it with `ses-provision bimi check --file logo.svg` first",
        )
    return done(f"{sight.logo.url}: SVG Tiny PS, square, with a title")


def certified(scene: Scene, sight: Sight) -> Judgement:
    """Does the mark certificate hold?"""
    at, found = sight.certificate_at, sight.certificate
    if at is None:
        return not_applicable("no bimi.certificate: Gmail and Apple Mail show no logo without one")
    if at.unknown:
        return unknown(at.unknown, f"ses-provision bimi check {scene.on}")
    if found is not None and found.not_installed:
        return unknown(found.unreadable, EXTRA)
    wrong = (*at.faults, *sight.certificate_faults)
    if wrong or found is None:
        return action(f"{at.url}: {'; '.join(wrong)}", "have its issuer correct or renew it")
    until = f"{found.until:%Y-%m-%d}" if found.until else "?"
    return done(f"{found.kind} ({found.mark or 'of no type'}), for this logo, until {until}")


def has_logo(env: Environment) -> bool:
    """Whether there is anything to look at."""
    return env.bimi is not None


TOPIC = Topic(
    "bimi",
    "BIMI",
    (
        Item("SES-BIMI-001", "DMARC enforces, for BIMI", seen(enforces), Severity.ADVICE),
        Item("SES-BIMI-002", "BIMI record is published", seen(published), Severity.ADVICE),
        Item("SES-BIMI-003", "Logo is as providers want it", seen(logo_served), Severity.WARNING),
        Item("SES-BIMI-004", "Mark certificate holds", seen(certified), Severity.WARNING),
    ),
    matters=has_logo,
)
