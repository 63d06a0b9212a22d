"""A mail judged from all sides, and what that means for Gmail and Yahoo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Finding, Status
from ses_provision.operations.message import (
    alignment,
    content,
    headers,
    signatures,
    unsubscribing,
)
from ses_provision.operations.message.mail import Mail
from ses_provision.operations.message.saying import fine, not_known, wrong
from ses_provision.outside.reading import Reading, both

if TYPE_CHECKING:
    from ses_provision.environment import Environment

ASKED_OF_ALL = ("MAIL-FROM-001", "MAIL-HEAD-001", "MAIL-ALIGN-001", "MAIL-DMARC-001")
"""What Gmail and Yahoo refuse mail for (Google, Email sender guidelines; Yahoo, Sender Best
Practices). TLS and reverse DNS are SES's."""


def judged(
    mail: Mail, env: Environment | None, resolvers: Sequence[str]
) -> Reading[tuple[Finding, ...]]:
    """Everything that is to be said of a mail, in the order in which one reads it."""
    signed, who = yield from both(
        signatures.looked_at(mail, resolvers), alignment.sender(mail, resolvers)
    )
    found = (
        *headers.findings(mail, who.domain, env),
        *signatures.findings(mail, signed),
        *alignment.findings(mail, who, signed, env),
        unsubscribing.finding(mail, signed),
        *content.findings(mail, who.domain, env),
    )
    return (*found, by_rules(found))


def by_rules(found: Sequence[Finding]) -> Finding:
    """Whether it is what the large mailbox providers ask for."""
    id_, title = "MAIL-RULES-001", "Rules of Gmail and Yahoo"
    asked = [one for one in found if one.id in ASKED_OF_ALL]
    lacking = [one for one in asked if one.status is Status.ACTION]
    if lacking:
        named = ", ".join(dict.fromkeys(one.title for one in lacking))
        return wrong(id_, title, f"they refuse it for: {named}", "see there")
    if any(one.status is not Status.DONE for one in asked):
        return not_known(
            id_,
            title,
            "nothing against them as far as it can be seen",
            "check a copy that was received",
        )
    return fine(id_, title, "as they ask; more than 5,000 a day want one-click unsubscribe as well")
