"""What SES says about an identity, taken apart once; and the key that signs for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.names import dns_name, region_of
from ses_provision.outside.reading import Ask, Reading, ask
from ses_provision.resources import tags
from ses_provision.resources.ses.asking import question_about
from ses_provision.resources.ses.own_key import EXTERNAL, OwnKeys, remembered

# The zone differs by region for identities that do not report SigningHostedZone (AWS General
# Reference, Amazon SES endpoints, "DKIM domains"); newer ones say it in DkimAttributes.
REGIONAL_DKIM_ZONES = frozenset(
    {
        "af-south-1",
        "ap-northeast-3",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-5",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "il-central-1",
        "me-central-1",
        "us-gov-east-1",
    }
)


@dataclass(frozen=True)
class Dkim:
    """What SES issued for the domain: the tokens, the zone their targets lie in, and the key they
    stand for: whose it is and how long, where that is known. Where a key of one's own signs, there
    are no tokens: `selector` names it, and `own` is what the identity remembers of such keys."""

    tokens: tuple[str, ...]
    signing_zone: str
    origin: str = ""
    key_length: str = ""
    selector: str = ""
    own: OwnKeys = field(default_factory=OwnKeys)


@dataclass(frozen=True)
class Identity:
    """GetEmailIdentity in our words. Statuses are AWS's own, NOT_STARTED where it says nothing."""

    verification_status: str = "NOT_STARTED"
    verified_for_sending: bool = False
    configuration_set: str = ""
    feedback_forwarding: bool = False
    dkim_status: str = "NOT_STARTED"
    dkim_signing: bool = False
    dkim_origin: str = "AWS_SES"
    current_key_length: str = ""
    next_key_length: str = ""
    key_made_at: datetime | None = None
    tokens: tuple[str, ...] = ()
    signing_zone: str = ""
    mail_from_domain: str = ""
    mail_from_status: str = "NOT_STARTED"
    on_mx_failure: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    error: str = ""
    last_checked: datetime | None = None
    soa_server: str = ""

    @property
    def dkim(self) -> Dkim | None:
        """What signs; None where SES has issued no tokens for its own key."""
        if self.has_own_key:
            selector = self.own.in_use(self.shown_selector)
            return Dkim((), "", self.dkim_origin, selector=selector, own=self.own)
        if not self.tokens:
            return None
        length = self.next_key_length or self.current_key_length
        return Dkim(self.tokens, self.signing_zone, self.dkim_origin, length, own=self.own)

    @property
    def has_own_key(self) -> bool:
        """Whether a key that somebody brought signs."""
        return self.dkim_origin == EXTERNAL

    @property
    def shown_selector(self) -> str:
        """The selector of a key that somebody brought, where SES shows it: the API reference says
        that Tokens holds it, and answers were seen in which Tokens is empty."""
        return self.tokens[0] if self.has_own_key and self.tokens else ""

    @property
    def own(self) -> OwnKeys:
        """What the identity remembers of keys that we put."""
        return remembered(self.tags)


def identity_question(arn: str) -> Ask:
    """The question that answers most of what there is to know about an identity."""
    return question_about(arn, "GetEmailIdentity", EmailIdentity=arn.rpartition("identity/")[2])


def identity(arn: str) -> Reading[Identity | None]:
    """What SES says about an identity; None where there is none."""
    [answer] = yield from ask(identity_question(arn))
    return None if answer is None else described(answer, region_of(arn))


def described(answer: Mapping[str, Any], region: str) -> Identity:
    """An answer of GetEmailIdentity in our words."""
    dkim = answer.get("DkimAttributes") or {}
    mail_from = answer.get("MailFromAttributes") or {}
    info = answer.get("VerificationInfo") or {}
    return Identity(
        verification_status=answer.get("VerificationStatus", "NOT_STARTED"),
        verified_for_sending=answer.get("VerifiedForSendingStatus", False),
        configuration_set=answer.get("ConfigurationSetName") or "",
        feedback_forwarding=answer.get("FeedbackForwardingStatus", False),
        dkim_status=dkim.get("Status", "NOT_STARTED"),
        dkim_signing=dkim.get("SigningEnabled", False),
        dkim_origin=dkim.get("SigningAttributesOrigin", "AWS_SES"),
        current_key_length=dkim.get("CurrentSigningKeyLength") or "",
        next_key_length=dkim.get("NextSigningKeyLength") or "",
        key_made_at=dkim.get("LastKeyGenerationTimestamp"),
        tokens=tuple(dkim.get("Tokens") or ()),
        signing_zone=dkim.get("SigningHostedZone") or fallback_zone(region),
        mail_from_domain=mail_from.get("MailFromDomain") or "",
        mail_from_status=mail_from.get("MailFromDomainStatus", "NOT_STARTED"),
        on_mx_failure=mail_from.get("BehaviorOnMxFailure", ""),
        tags=tags.as_mapping(answer.get("Tags")),
        policies=tuple(sorted(answer.get("Policies") or ())),
        error=info.get("ErrorType", ""),
        last_checked=info.get("LastCheckedTimestamp"),
        soa_server=dns_name((info.get("SOARecord") or {}).get("PrimaryNameServer", "")),
    )


def fallback_zone(region: str) -> str:
    """The DKIM zone of a region, for answers that do not name it."""
    return f"dkim.{region}.amazonses.com" if region in REGIONAL_DKIM_ZONES else "dkim.amazonses.com"
