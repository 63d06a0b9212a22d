"""What SES remembers: one Place for each account and region, and everything in it."""

from dataclasses import field
from datetime import datetime
from typing import Any, Self

from ses_provision.dataclass import dataclass

PENDING = "PENDING"
SUCCESS = "SUCCESS"
TEMPORARY_FAILURE = "TEMPORARY_FAILURE"
FAILED = "FAILED"


@dataclass
class Watch:
    """SES looking for DNS records: since when, with what result."""

    started: datetime
    absent_at: datetime
    status: str = PENDING
    lost_at: datetime | None = None
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    error: str | None = None

    @classmethod
    def begin(cls, now: datetime) -> Self:
        """A search that starts now, before anything was found."""
        return cls(started=now, absent_at=now)


@dataclass
class Dkim:
    """How a domain identity signs."""

    watch: Watch
    generation: int
    generated_at: datetime
    origin: str = "AWS_SES"
    signing_enabled: bool = True
    next_length: str = "RSA_2048_BIT"
    current_length: str = "RSA_2048_BIT"
    length_changed_at: datetime | None = None
    selector: str | None = None
    public_key: str | None = None


@dataclass
class MailFrom:
    """A custom MAIL FROM domain."""

    domain: str
    watch: Watch


@dataclass
class Identity:
    """A domain, or an e-mail address, one may send from."""

    name: str
    dkim: Dkim | None = None
    # The TXT record that the API v1 has for a domain; None where it was not asked for.
    ownership: Watch | None = None
    verified: bool = False
    # Of an address: when SES last mailed the link to it.
    link_sent_at: datetime | None = None
    link_expired: bool = False
    mail_from: MailFrom | None = None
    on_mx_failure: str = "USE_DEFAULT_VALUE"
    forward_feedback: bool = True
    configuration_set: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    # Of the API v1: topics by notification type, and the types that tell headers too.
    topics: dict[str, str] = field(default_factory=dict)
    headers_told: set[str] = field(default_factory=set)

    @property
    def is_domain(self) -> bool:
        """Whether this is a domain identity, not an address."""
        return self.dkim is not None


@dataclass
class Reputation:
    """What the bounce and complaint rates are computed from."""

    fresh_start: datetime | None = None
    sent: int = 0
    bounced: int = 0
    complained: int = 0


@dataclass
class ConfigurationSet:
    """A configuration set; options are kept as the reply shows them."""

    name: str
    sending_enabled: bool = True
    reputation_metrics: bool = False
    delivery: dict[str, Any] | None = None
    tracking: dict[str, Any] | None = None
    suppression: dict[str, Any] | None = None
    vdm: dict[str, Any] | None = None
    archiving: dict[str, Any] | None = None
    message_security: dict[str, Any] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    destinations: dict[str, dict[str, Any]] = field(default_factory=dict)
    reputation: Reputation = field(default_factory=Reputation)


@dataclass
class Pool:
    """A dedicated IP pool."""

    name: str
    scaling_mode: str
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Lease:
    """A leased IP address: where it is, and from when and where on it is being warmed up."""

    ip: str
    since: datetime
    pool: str = "ses-default-dedicated-pool"
    from_percentage: int = 0


@dataclass
class Template:
    """A stored e-mail template."""

    name: str
    content: dict[str, str]
    created_at: datetime
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Suppressed:
    """One address on a suppression list."""

    address: str
    reason: str
    updated_at: datetime


@dataclass
class Tenant:
    """A tenant, what belongs to it, and its own suppression list."""

    name: str
    id: str
    created_at: datetime
    suppression: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    resources: dict[str, datetime] = field(default_factory=dict)
    suppressed: dict[str, Suppressed] = field(default_factory=dict)
    # facts-sending A2: a new tenant has the policy "standard".
    reputation_policy: str = "standard"
    customer_status: str = "ENABLED"
    ses_status: str = "ENABLED"
    impact: str | None = None
    status_changed_at: datetime | None = None


@dataclass
class Account:
    """The account-wide settings of one region."""

    production: bool = False
    sending_enabled: bool = True
    enforcement: str = "HEALTHY"
    auto_warmup: bool = True
    details: dict[str, Any] | None = None
    review: dict[str, str] | None = None
    suppression: dict[str, Any] = field(
        default_factory=lambda: {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    )
    # Absent until it was ever put (facts-sending 0.14).
    vdm: dict[str, Any] | None = None
    # New accounts since 2026-07-21 (facts-sending 0.9).
    plan: str = "ESSENTIALS"
    plan_is_default: bool = True
    # A plan that was given up goes on until the month is over.
    next_plan: tuple[str, datetime] | None = None
    # What Service Quotas has granted a day and a second; usual quotas until then.
    quota: tuple[float, float] | None = None
    reputation: Reputation = field(default_factory=Reputation)


@dataclass(frozen=True)
class VerificationMail:
    """The mail SES sends to an address that is to be verified."""

    address: str
    sent_at: datetime
    link: str


@dataclass(frozen=True)
class Happening:
    """One thing that happened to a message on its way to one recipient."""

    type: str
    at: datetime
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Timeline:
    """What happened to a message on its way to one recipient."""

    destination: str
    happenings: tuple[Happening, ...]


@dataclass(frozen=True)
class SentMessage:
    """A message SES accepted."""

    message_id: str
    sent_at: datetime
    source: str
    identity: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    text: str
    html: str
    configuration_set: str | None
    mail_from: str
    tags: tuple[tuple[str, str], ...]
    suppressed: tuple[str, ...]
    counted: int
    raw: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    tenant: str | None = None
    timelines: tuple["Timeline", ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everyone the message is addressed to."""
        return self.to + self.cc + self.bcc


@dataclass
class Contact:
    """An address on a contact list, and what it wants to be sent."""

    address: str
    created_at: datetime
    updated_at: datetime
    preferences: dict[str, str] = field(default_factory=dict)
    unsubscribed_from_all: bool = False
    attributes: str | None = None


@dataclass
class ContactList:
    """Topics, and the contacts who do or do not want them."""

    name: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    topics: list[dict[str, str]] = field(default_factory=list)
    contacts: dict[str, Contact] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UnsubscribeLink:
    """The link that one recipient of a message got to leave a list or a topic."""

    address: str
    contact_list: str
    topic: str | None
    message: Any


@dataclass
class ExportJob:
    """Insights or metrics on their way into a file."""

    id: str
    created_at: datetime
    source: dict[str, Any]
    data_format: str
    payload: str
    processed: int
    cancelled_at: datetime | None = None


@dataclass
class Endpoint:
    """A multi-region endpoint."""

    name: str
    id: str
    created_at: datetime
    regions: tuple[str, ...]
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class CustomVerificationTemplate:
    """What a mail to an address that is to be verified says, in the sender's own words."""

    name: str
    sender: str
    subject: str
    content: str
    success_url: str
    failure_url: str
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class RuleSet:
    """Receipt rules in their order."""

    name: str
    created_at: datetime
    rules: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Receiving:
    """What SES does with mail that arrives (the API v1 alone knows of it)."""

    rule_sets: dict[str, RuleSet] = field(default_factory=dict)
    active: str | None = None
    filters: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Place:
    """SES of one account in one region."""

    account_id: str
    region: str
    account: Account = field(default_factory=Account)
    identities: dict[str, Identity] = field(default_factory=dict)
    generations: dict[str, int] = field(default_factory=dict)
    configuration_sets: dict[str, ConfigurationSet] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    leased: dict[str, Lease] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    suppressed: dict[str, Suppressed] = field(default_factory=dict)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    recommended_since: dict[tuple[str, str], datetime] = field(default_factory=dict)
    sent: list[SentMessage] = field(default_factory=list)
    verification_mails: list[VerificationMail] = field(default_factory=list)
    contact_lists: dict[str, ContactList] = field(default_factory=dict)
    accepted: dict[str, Any] = field(default_factory=dict)
    links: dict[str, UnsubscribeLink] = field(default_factory=dict)
    export_jobs: dict[str, ExportJob] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    verification_templates: dict[str, CustomVerificationTemplate] = field(default_factory=dict)
    receiving: Receiving = field(default_factory=Receiving)
    case_number: int = 0
    message_number: int = 0
