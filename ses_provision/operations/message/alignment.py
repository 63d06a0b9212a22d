"""Who the mail says it is from, and whether DKIM or SPF speak for the same domain (DMARC)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Finding, Severity
from ses_provision.dataclass import dataclass
from ses_provision.names import is_within
from ses_provision.operations.message.mail import Mail, domain_of
from ses_provision.operations.message.saying import (
    advised,
    beside_the_point,
    fine,
    not_known,
    wrong,
)
from ses_provision.operations.message.signatures import Signature
from ses_provision.outside.reading import Reading, together
from ses_provision.resources.dmarc import standing_in_dns
from ses_provision.resources.dmarc_policy import InForce, in_force, places
from ses_provision.resources.organisation import is_same_organisation

if TYPE_CHECKING:
    from ses_provision.environment import Environment

MAILBOXES = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "aol.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "icloud.com",
        "gmx.de",
        "web.de",
    }
)
"""Domains of mailbox providers, in whose name nobody else can send (Google, Email sender
guidelines: "Don't impersonate Gmail From: headers")."""


@dataclass(frozen=True)
class Sender:
    """The domains in From and in Return-Path, and the DMARC policy for the former."""

    domain: str
    envelope: str
    policy: InForce

    def aligned(self, other: str, tag: str) -> bool:
        """Whether a domain speaks for that of From (RFC 9989 section 4.4, RFC 7489 section 3.1)."""
        if not self.domain or not other:
            return False
        if self.is_strict(tag):
            return other == self.domain
        return other == self.domain or is_same_organisation(self.domain, other)

    def is_strict(self, tag: str) -> bool:
        """Whether the record asks for the very same domain: `adkim` or `aspf`."""
        record = self.policy.record
        return record is not None and record.get(tag).lower() == "s"


def sender(mail: Mail, resolvers: Sequence[str]) -> Reading[Sender]:
    """Who it is from, with the policy that DNS shows."""
    addresses = mail.addresses("from")
    domain = domain_of(addresses[0]) if addresses else ""
    envelope = mail.addresses("return-path")
    looked = places(domain) if "." in domain else ()
    standing = yield from together(standing_in_dns(place, resolvers) for place in looked)
    policy = in_force(domain, *standing) if standing else InForce(domain, unknown="no domain")
    return Sender(domain, domain_of(envelope[0]) if envelope else "", policy)


def findings(
    mail: Mail, who: Sender, signatures: Sequence[Signature], env: Environment | None
) -> Iterator[Finding]:
    """What is to be said of it."""
    yield from_header(mail, who)
    if env is not None:
        yield of_environment(who, env)
    yield by_dkim(mail, who, signatures)
    yield by_spf(who, env)
    yield dmarc(who)


def from_header(mail: Mail, who: Sender) -> Finding:
    """There is one From with one address (RFC 5322 section 3.6.2; DMARC refuses others, RFC 7489
    section 6.6.1)."""
    id_, title = "MAIL-FROM-001", "From"
    count, addresses = len(mail.all("from")), mail.addresses("from")
    if count != 1 or len(addresses) != 1:
        told = f"{count} From headers with {len(addresses)} addresses"
        return wrong(id_, title, told, "one From with one address: receivers refuse others")
    if "." not in who.domain:
        return wrong(id_, title, f"{addresses[0]} has no domain", "send from a full address")
    if who.domain in MAILBOXES:
        return wrong(
            id_,
            title,
            f"{addresses[0]}: only {who.domain} itself can send for it",
            "send from a domain of your own; people's address goes into Reply-To",
        )
    if not mail.is_ascii:
        return wrong(
            id_,
            title,
            f"{addresses[0]}; a header has letters beyond ASCII",
            "encode them (RFC 2047): SES takes no internationalised mail (SMTPUTF8)",
        )
    return fine(id_, title, addresses[0])


def of_environment(who: Sender, env: Environment) -> Finding:
    """SES sends for the domain identity and what is below it (SES Developer Guide, identities)."""
    id_, title = "MAIL-FROM-002", "From is ours"
    if is_within(who.domain, env.domain):
        return fine(id_, title, f"{who.domain} is covered by the identity {env.domain}")
    return wrong(
        id_,
        title,
        f"{who.domain or 'it'} is not at {env.domain}, for which {env.name} sends",
        "SES answers 554 (not verified): send from an address at the domain, or make an "
        "environment for the other one",
    )


def by_dkim(mail: Mail, who: Sender, signatures: Sequence[Signature]) -> Finding:
    """A signature that holds, of a domain that aligns."""
    id_, title = "MAIL-ALIGN-001", "DKIM aligns with From"
    mode = "strictly (adkim=s)" if who.is_strict("adkim") else "relaxed"
    aligned = [one for one in signatures if who.aligned(one.domain, "adkim")]
    if not signatures:
        return unsigned(id_, title, mail)
    if not aligned:
        domains = ", ".join(dict.fromkeys(one.domain for one in signatures))
        return wrong(
            id_,
            title,
            f"signed by {domains}, not by {who.domain} ({mode})",
            "sign with the domain in From: its identity needs DKIM of its own",
        )
    best = next((one for one in aligned if one.holds), aligned[0])
    if best.holds:
        return fine(id_, title, f"d={best.domain} for {who.domain}, {mode}")
    if best.holds is None:
        return not_known(
            id_,
            title,
            f"d={best.domain} would align, {mode}; whether it holds is not known",
            "see the signature above",
            Severity.ADVICE,
        )
    return wrong(
        id_, title, f"d={best.domain} would align, but does not hold", "see the signature above"
    )


def unsigned(id_: str, title: str, mail: Mail) -> Finding:
    """Nothing to align: SES has not signed yet, or nobody did."""
    if mail.was_received:
        return wrong(id_, title, "there is no signature", "see the signature above")
    return beside_the_point(id_, title, "not signed yet")


def by_spf(who: Sender, env: Environment | None) -> Finding:
    """The envelope sender lies below MAIL FROM, and aligns (SES Developer Guide, MAIL FROM)."""
    id_, title = "MAIL-ALIGN-002", "SPF aligns with From"
    mode = "strictly (aspf=s)" if who.is_strict("aspf") else "relaxed"
    if not who.envelope:
        return beside_the_point(id_, title, "no Return-Path in it: servers write it on arrival")
    told = f"Return-Path is at {who.envelope}"
    if env is not None and who.envelope != env.mail_from_domain:
        return advised(
            id_,
            title,
            f"{told}, not at {env.mail_from_domain}",
            f"`ses-provision dkim-status --env {env.name}` says whether MAIL FROM is verified; SES "
            "falls back to amazonses.com until then",
            Severity.WARNING,
        )
    if who.aligned(who.envelope, "aspf"):
        return fine(id_, title, f"{told}, {mode}")
    if who.is_strict("aspf") and is_same_organisation(who.domain, who.envelope):
        return advised(
            id_,
            title,
            f"{told}; aspf=s asks for {who.domain} itself, which MAIL FROM never is",
            "take aspf=s out of the DMARC record, or rest on DKIM alone",
        )
    return advised(
        id_,
        title,
        f"{told}, which does not align with {who.domain} ({mode})",
        "a custom MAIL FROM domain below the domain in From aligns; until then DKIM alone counts",
    )


def dmarc(who: Sender) -> Finding:
    """There is a DMARC record (Gmail and Yahoo ask for one, with p=none at least)."""
    id_, title, policy = "MAIL-DMARC-001", "DMARC record", who.policy
    if policy.unknown:
        return not_known(id_, title, policy.unknown, "try again where DNS answers")
    if policy.record is None:
        return wrong(
            id_,
            title,
            policy.why_none,
            f'publish TXT _dmarc.{who.domain} with "v=DMARC1; p=none; rua=mailto:…"',
        )
    return fine(id_, title, f"p={policy.written} at _dmarc.{policy.stands_at}")
