"""Where the verification of a domain stands: what SES says, and each record it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ses_provision import engine
from ses_provision.environment import Environment
from ses_provision.facts import Account, identity_question
from ses_provision.model import Action, Change, Step
from ses_provision.reading import Reading, ask, both, together
from ses_provision.resources.dmarc import Dmarc
from ses_provision.resources.route53 import RecordSet, TxtValue
from ses_provision.steps import STEPS

RECORD_STEPS = ("dkim", "mail-from", "dmarc")

WHY = {
    "HOST_NOT_FOUND": "SES found no such name in DNS",
    "TYPE_NOT_FOUND": "SES found the name in DNS, but no record of the right type",
    "INVALID_VALUE": "SES found the record with another value",
    "DNS_SERVER_ERROR": "the domain's name servers did not answer SES",
    "SERVICE_ERROR": "SES itself failed while it looked; it looks again",
}


@dataclass(frozen=True)
class ExpectedRecord:
    """A record that should be in DNS, and whether the hosted zone has it."""

    type: str
    name: str
    value: str
    state: str
    found: str = ""

    @property
    def is_right(self) -> bool:
        """The hosted zone has it as it should be."""
        return self.state == "right"


@dataclass(frozen=True)
class Verification:
    """Everything SES says about the domain, and what stands in the hosted zone."""

    domain: str
    exists: bool
    verification_status: str = "NOT_STARTED"
    verified_for_sending: bool = False
    dkim_status: str = "NOT_STARTED"
    dkim_signing: bool = False
    key_length: str = ""
    mail_from_domain: str = ""
    mail_from_status: str = "NOT_STARTED"
    error: str = ""
    last_checked: datetime | None = None
    records: tuple[ExpectedRecord, ...] = ()

    @property
    def is_settled(self) -> bool:
        """The domain may send, signed and with its own MAIL FROM."""
        statuses = {self.verification_status, self.dkim_status, self.mail_from_status}
        return self.verified_for_sending and statuses == {"SUCCESS"}

    @property
    def has_failed(self) -> bool:
        """SES has given up looking."""
        return "FAILED" in (self.verification_status, self.dkim_status, self.mail_from_status)

    @property
    def why(self) -> str:
        """What is awaited, in a sentence; empty when nothing is."""
        if not self.exists:
            return f"SES knows no identity {self.domain}: apply the environment first"
        if self.is_settled:
            return ""
        lacking = [record for record in self.records if not record.is_right]
        if lacking:
            names = ", ".join(f"{record.type} {record.name} ({record.state})" for record in lacking)
            return f"not in the hosted zone as they should be: {names}"
        if self.has_failed:
            return "SES gave up after 72 hours without the records; it has to be asked again"
        if self.error:
            return WHY.get(self.error, f"SES reports {self.error}")
        return "the records are in the hosted zone; SES has not seen them yet"


def verification(env: Environment, account: Account) -> Reading[Verification]:
    """Learn where the domain stands."""
    steps = together(engine.look(step, env, account, frozenset()) for step in record_steps())
    [identity], plans = yield from both(ask(identity_question(env.region, env.domain)), steps)
    records = tuple(record for plan in plans for record in expected(plan.changes))
    if identity is None:
        return Verification(env.domain, exists=False, records=records)
    return described(env.domain, identity, records)


def record_steps() -> list[Step]:
    """The steps that make DNS records."""
    return [step for step in STEPS if step.id in RECORD_STEPS]


def described(
    domain: str, identity: Mapping[str, Any], records: tuple[ExpectedRecord, ...]
) -> Verification:
    """SES's answer in our words."""
    dkim = identity.get("DkimAttributes", {})
    mail_from = identity.get("MailFromAttributes") or {}
    info = identity.get("VerificationInfo") or {}
    return Verification(
        domain=domain,
        exists=True,
        verification_status=identity.get("VerificationStatus", "NOT_STARTED"),
        verified_for_sending=identity.get("VerifiedForSendingStatus", False),
        dkim_status=dkim.get("Status", "NOT_STARTED"),
        dkim_signing=dkim.get("SigningEnabled", False),
        key_length=dkim.get("CurrentSigningKeyLength", ""),
        mail_from_domain=mail_from.get("MailFromDomain", ""),
        mail_from_status=mail_from.get("MailFromDomainStatus", "NOT_STARTED"),
        error=info.get("ErrorType", ""),
        last_checked=info.get("LastCheckedTimestamp"),
        records=records,
    )


STATES = {
    Action.KEEP: "right",
    Action.CREATE: "missing",
    Action.UPDATE: "wrong",
    Action.BLOCKED: "blocked",
}


def expected(changes: tuple[Change, ...]) -> list[ExpectedRecord]:
    """The records of a step, each with its state in the hosted zone."""
    return [record(change) for change in changes if is_record(change.want)]


def is_record(resource: object) -> bool:
    """Whether a resource is a DNS record."""
    return isinstance(resource, RecordSet | TxtValue | Dmarc)


def record(change: Change) -> ExpectedRecord:
    """One record as it should be, and how it is."""
    want, live = change.want, change.found.live
    kind, value = "TXT", getattr(want, "value", "")
    if isinstance(want, RecordSet):
        kind, value = want.type, " ".join(sorted(want.values))
    found = "; ".join(obstacle.what for obstacle in change.found.obstacles)
    if not found and live is not None and change.action is Action.UPDATE:
        found = "; ".join(f"{d.field} is {plain(d.old)}" for d in change.differences())
    if isinstance(live, Dmarc) and live.served_by:
        found = live.served_by
    return ExpectedRecord(kind, getattr(want, "name", ""), value, STATES[change.action], found)


def plain(value: Any) -> str:
    """A value in a sentence."""
    return " ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
