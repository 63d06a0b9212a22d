"""The headers that every mail has once, and how the mail is written."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Finding, Severity
from ses_provision.operations.message.mail import LONGEST_LINE, Mail, domain_of
from ses_provision.operations.message.saying import advised, beside_the_point, fine, wrong
from ses_provision.resources.organisation import is_same_organisation

if TYPE_CHECKING:
    from ses_provision.environment import Environment

ONCE = (
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "date",
)
"""Headers of which there is one at most (RFC 5322 section 3.6)."""
MOST_RECIPIENTS = 50  # of one message (SES quotas)
CHOOSES_A_SET = "x-ses-configuration-set"


def findings(mail: Mail, domain: str, env: Environment | None) -> Iterator[Finding]:
    """What is to be said of them."""
    yield structure(mail)
    yield once(mail)
    yield identity(mail)
    yield date(mail)
    yield recipients(mail)
    yield replies(mail, domain)
    if env is not None:
        yield configuration_set(mail, env)


def structure(mail: Mail) -> Finding:
    """Whether it is a mail at all (RFC 5322, RFC 2045)."""
    id_, title = "MAIL-FORM-001", "Form"
    told = list(mail.flaws)
    if mail.long_lines:
        told.append(f"{mail.long_lines} lines have more than {LONGEST_LINE} octets")
    if not mail.fields:
        return wrong(
            id_,
            title,
            "; ".join(["it has no headers", *told]),
            "give the mail as it was sent: headers, an empty line, the body",
        )
    if told:
        return advised(
            id_,
            title,
            "; ".join(told),
            "have a mail library write it, not a template "
            "of text: receivers read broken mail each in their way",
            Severity.WARNING,
        )
    return fine(id_, title, f"headers: {len(mail.fields)}, parts: {len(mail.parts)}")


def once(mail: Mail) -> Finding:
    """Nothing stands twice that may stand once; Gmail refuses it (550 5.7.1)."""
    id_, title = "MAIL-HEAD-001", "Headers that stand once"
    doubled = [name for name in ONCE if len(mail.all(name)) > 1]
    if doubled:
        return wrong(
            id_,
            title,
            f"there several times: {', '.join(doubled)}",
            "write each once (RFC 5322 section 3.6)",
        )
    return fine(id_, title, "none is there twice")


def identity(mail: Mail) -> Finding:
    """Message-ID: SES writes its own in place of any other (SES Developer Guide, header fields)."""
    id_, title = "MAIL-HEAD-002", "Message-ID"
    value = mail.first("message-id")
    if value.startswith("<") and value.endswith(">") and "@" in value:
        return fine(id_, title, value[:100])
    if mail.was_received:
        told = f"{value[:60]} is none" if value else "there is none"
        return advised(
            id_, title, told, "write <unique@domain> (RFC 5322 section 3.6.4)", Severity.WARNING
        )
    return beside_the_point(id_, title, "SES writes one")


def date(mail: Mail) -> Finding:
    """Date, which every mail has (RFC 5322 section 3.6.1)."""
    id_, title = "MAIL-HEAD-003", "Date"
    value = mail.first("date")
    if not value:
        return (
            advised(
                id_, title, "there is none", "write one (RFC 5322 section 3.6.1)", Severity.WARNING
            )
            if mail.was_received
            else beside_the_point(id_, title, "SES writes one")
        )
    try:
        parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError, IndexError):
        return advised(
            id_,
            title,
            f"{value[:60]} is no date",
            "write it as RFC 5322 section 3.3 has it",
            Severity.WARNING,
        )
    return fine(id_, title, value[:60])


def recipients(mail: Mail) -> Finding:
    """How many it goes to, as far as the headers say it."""
    id_, title = "MAIL-RCPT-001", "Recipients"
    count = sum(len(mail.addresses(name)) for name in ("to", "cc", "bcc"))
    if count > MOST_RECIPIENTS:
        return wrong(
            id_,
            title,
            f"{count}; SES takes {MOST_RECIPIENTS} of one mail",
            "send it to each alone: they see each other's addresses as well",
        )
    if mail.all("bcc") and mail.was_received:
        return advised(id_, title, "Bcc is in it: everybody sees it", "take it out before sending")
    return fine(id_, title, f"{count} in To, Cc and Bcc")


def replies(mail: Mail, domain: str) -> Finding:
    """Whether answers go to the same organisation: otherwise it looks like fraud."""
    id_, title = "MAIL-REPLY-001", "Reply-To"
    others = [
        there
        for address in mail.addresses("reply-to")
        if (there := domain_of(address))
        and there != domain
        and not is_same_organisation(domain, there)
    ]
    if others:
        return advised(
            id_,
            title,
            f"answers go to {', '.join(dict.fromkeys(others))}",
            f"have them go to an address at {domain}: filters look at it",
        )
    return fine(id_, title, "answers stay in the organisation")


def configuration_set(mail: Mail, env: Environment) -> Finding:
    """The set that the mail asks for (SES Developer Guide, specifying a configuration set)."""
    id_, title, name = "MAIL-SET-001", "Configuration set", env.configuration_set.name
    asked = mail.first(CHOOSES_A_SET)
    if asked and asked != name:
        return advised(
            id_,
            title,
            f"it asks for {asked[:64]}, not for {name}",
            f"X-SES-CONFIGURATION-SET: {name}, or leave it out: the identity has it as its default",
            Severity.WARNING,
        )
    return fine(id_, title, name if asked else f"{name}, by the identity's default")
