"""What would have to change at a domain, so that SES can send beside the old provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Finding, Severity, Status
from ses_provision.dataclass import dataclass
from ses_provision.operations.message.saying import (
    advised,
    beside_the_point,
    fine,
    not_known,
    wrong,
)
from ses_provision.operations.moving.ramp import Peak, Room
from ses_provision.operations.moving.spf_walk import Place
from ses_provision.operations.moving.standing import Standing
from ses_provision.resources.dmarc_record import report_hosts
from ses_provision.resources.spf import MOST_LOOKUPS, MOST_VOID

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.resources.ses.identity import Identity

AGAIN = "try again where DNS answers"


@dataclass(frozen=True)
class There:
    """What there is at SES: the environment, what its account may send, and its identity."""

    env: Environment
    room: Room
    identity: Identity | None


def findings(seen: Standing, peak: Peak, there: There | None) -> Iterator[Finding]:
    """All of it, in the order in which one moves."""
    env = there.env if there else None
    yield spf(seen)
    yield mail_from(seen, env)
    yield selectors(seen)
    yield alignment(seen)
    yield policy(seen)
    yield reports(seen)
    yield suppression(seen, env)
    if there is not None:
        yield ready(seen, there)
        yield quota(peak, there.room, there.env)


def spf(seen: Standing) -> Finding:
    """SES sends with MAIL FROM, which has a record of its own: the old one stays as it is."""
    id_, title, found = "MOVE-SPF-001", "SPF of the old sender", seen.spf
    if found.unknown:
        return not_known(id_, title, found.unknown, AGAIN)
    if len(found.texts) > 1:
        return wrong(
            id_,
            title,
            f"{seen.domain} has {len(found.texts)} SPF records, and receivers then use none",
            "leave one (RFC 7208 section 4.5)",
        )
    if found.walked is None:
        return fine(id_, title, f"{seen.domain} has none, and SES needs none there")
    walked = found.walked
    broken = [place for place in walked.every() if place.problem]
    told = counted(walked)
    if broken:
        at = broken[0]
        where = at.term or f"the record of {at.domain}"
        return wrong(
            id_,
            title,
            f"{told}; {where}: {at.problem}",
            "take that out: receivers answer permerror to the whole record",
        )
    if walked.all_lookups > MOST_LOOKUPS or walked.all_void > MOST_VOID:
        return wrong(
            id_,
            title,
            told,
            "take out who no longer sends: receivers answer permerror (RFC 7208 section 4.6.4)",
        )
    vague = [place for place in walked.every() if place.unknown]
    if vague:
        return not_known(id_, title, f"at least {told}; {vague[0].term}: {vague[0].unknown}", AGAIN)
    return fine(
        id_,
        title,
        f"{told}. Leave it as it is: SES has a record of its own at "
        f"{seen.mail_from.domain}; take the old sender out after its last mail",
    )


def counted(walked: Place) -> str:
    """How many look-ups a record takes."""
    told = f"{walked.all_lookups} of {MOST_LOOKUPS} look-ups"
    void = walked.all_void
    return f"{told}, {void} for nothing ({MOST_VOID} are allowed)" if void else told


def mail_from(seen: Standing, env: Environment | None) -> Finding:
    """The name that MAIL FROM is to have must be free (SES Developer Guide, MAIL FROM)."""
    id_, title, at = "MOVE-FROM-001", "Name for MAIL FROM", seen.mail_from
    if at.unknown:
        return not_known(id_, title, at.unknown, AGAIN)
    if at.is_of_ses:
        return fine(id_, title, f"{at.domain} is SES's already")
    if not at.taken_by:
        return fine(id_, title, f"{at.domain} is free")
    setting = f"in config/{env.name}.toml" if env else "in the environment file"
    return wrong(
        id_,
        title,
        f"{at.domain} is in use: {', '.join(at.taken_by[:3])}",
        f'choose another, such as mail_from.subdomain = "ses-mail" {setting}',
    )


def selectors(seen: Standing) -> Finding:
    """Keys of the old sender stay until its last mail has arrived."""
    id_, title = "MOVE-DKIM-001", "DKIM keys of the old sender"
    if seen.answers_for_any:
        return not_known(
            id_,
            title,
            f"a wildcard answers for every name below _domainkey.{seen.domain}",
            "ask the old provider which selectors it uses",
            Severity.ADVICE,
        )
    if not seen.selectors:
        return not_known(
            id_,
            title,
            f"none of {len(seen.asked_selectors)} usual selectors answers; DNS lists none",
            "name them with --old-selector: s= in the DKIM-Signature of an old mail",
            Severity.ADVICE,
        )
    told = ", ".join(
        f"{one.name} ({'; '.join(filter(None, (one.provider, str(one.key))))})"
        for one in seen.selectors
    )
    return fine(id_, title, f"{told}. Leave them until a week after the last mail")


def alignment(seen: Standing) -> Finding:
    """Whether what SES signs and sends with aligns under the record (RFC 9989 section 4.4)."""
    id_, title, record = "MOVE-DMARC-001", "Alignment of SES under DMARC", seen.dmarc.record
    if seen.dmarc.unknown:
        return not_known(id_, title, seen.dmarc.unknown, AGAIN)
    strict = [tag for tag in ("adkim", "aspf") if record and record.get(tag).lower() == "s"]
    if "aspf" in strict:
        dkim = f"DKIM aligns, for SES signs as {seen.domain}"
        return advised(
            id_,
            title,
            f"aspf=s: {seen.mail_from.domain} does not align; {dkim}",
            "take aspf=s out, so that mail passes when a signature breaks",
        )
    if strict:
        return advised(
            id_,
            title,
            f"adkim=s: only mail from addresses at {seen.domain} itself aligns by DKIM",
            "for addresses at subdomains make identities of those, or take adkim=s out",
        )
    return fine(id_, title, f"DKIM (d={seen.domain}) and SPF ({seen.mail_from.domain}) will align")


def policy(seen: Standing) -> Finding:
    """What receivers do until SES's keys stand (Gmail and Yahoo ask for a record)."""
    id_, title, force = "MOVE-DMARC-002", "DMARC policy", seen.dmarc
    if force.unknown:
        return not_known(id_, title, force.unknown, AGAIN)
    if force.record is None:
        return advised(
            id_,
            title,
            force.why_none,
            f'publish TXT _dmarc.{seen.domain} with "v=DMARC1; p=none; rua=mailto:…" some weeks '
            "before, and see who sends in your name",
            Severity.WARNING,
        )
    told = f"{force.written} at _dmarc.{force.stands_at}"
    if force.written == "none":
        return fine(id_, title, f"{told}: leave it until the last mail of the old sender")
    return advised(
        id_,
        title,
        f"{told}: mail from SES is not delivered until DKIM or MAIL FROM is verified",
        "send nothing before `ses-provision dkim-status` says SUCCESS for both; the record itself "
        "stays",
    )


def reports(seen: Standing) -> Finding:
    """Where the reports go: to the old provider's address nobody looks after the move."""
    id_, title, record = "MOVE-DMARC-003", "DMARC reports", seen.dmarc.record
    if record is None:
        return beside_the_point(id_, title, "there is no record")
    hosts = sorted(report_hosts(record))
    if not hosts:
        return advised(
            id_,
            title,
            "they go nowhere: nobody sees what fails during the move",
            "add rua=mailto:… to the record: dmarc.reports_to",
        )
    return fine(
        id_,
        title,
        f"they go to {', '.join(hosts)}: read them during the move, and see "
        "that somebody does afterwards",
    )


def suppression(seen: Standing, env: Environment | None) -> Finding:
    """Who bounced at the old sender bounces again: its list comes along before the first mail."""
    id_, title = "MOVE-LIST-001", "Suppression list"
    senders = [one for one in seen.providers if not one.is_office and one.name != "Amazon SES"]
    named = f"--env {env.name}" if env else "--env NAME"
    if not senders:
        step = f"export the old sender's, then: ses-provision suppression import FILE {named}"
        return Finding(id_, title, Status.ACTION, "nobody shows who has one", step, Severity.ADVICE)
    formats = {one.name: one.export or "csv" for one in senders}
    brought = "ses-provision suppression import FILE --format"
    steps = [
        f"export that of {name}, then: {brought} {form} {named}" for name, form in formats.items()
    ]
    return Finding(
        id_,
        title,
        Status.ACTION,
        f"kept by {' and '.join(formats)}",
        "; ".join(steps),
        Severity.WARNING,
    )


def ready(seen: Standing, there: There) -> Finding:
    """Whether mail from SES would align now."""
    id_, title, env, found = "MOVE-SES-001", "SES is ready", there.env, there.identity
    if seen.domain != env.domain:
        return beside_the_point(id_, title, f"{env.name} sends for {env.domain}")
    if found is None:
        return advised(
            id_,
            title,
            f"there is no identity {env.domain} yet",
            f"ses-provision apply --env {env.name}",
            Severity.BLOCKER,
        )
    told = f"DKIM {found.dkim_status}, MAIL FROM {found.mail_from_status}"
    if (found.dkim_status, found.mail_from_status) == ("SUCCESS", "SUCCESS"):
        return fine(id_, title, told)
    return advised(
        id_, title, told, f"ses-provision dkim-status --env {env.name} --wait", Severity.BLOCKER
    )


def quota(peak: Peak, room: Room, env: Environment) -> Finding:
    """Whether the account's quota takes the peak; what is over it is refused, not queued."""
    id_, title = "MOVE-QUOTA-001", "Quota"
    told = f"{room.daily:,.0f} a day, {room.rate:g} a second"
    if peak.daily is None and peak.rate is None:
        return not_known(
            id_,
            title,
            told,
            "say the peak: --peak N a day, --peak-rate N a second",
            Severity.ADVICE,
        )
    wanted = [
        f"{peak.daily:,} a day" if peak.daily and peak.daily > room.daily else "",
        f"{peak.rate:g} a second" if peak.rate and peak.rate > room.rate else "",
    ]
    over = [one for one in wanted if one]
    if not over:
        return fine(id_, title, f"{told}: enough for the peak")
    step = (
        f"`ses-provision request-access --env {env.name}` first: this is the sandbox"
        if room.daily <= SANDBOX
        else "ask for more in Service Quotas (Amazon SES), some days before"
    )
    return wrong(id_, title, f"{told}; the peak is {' and '.join(over)}", step)


SANDBOX = 200
"""Mails a day in the sandbox (SES Developer Guide, request production access)."""
