"""What SES remembers: one Place for each account and region, and everything in it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

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
    created_at: datetime
    dkim: Dkim | None = None
    verified: bool = False
    link_expired: bool = False
    mail_from: MailFrom | None = None
    on_mx_failure: str = "USE_DEFAULT_VALUE"
    forward_feedback: bool = True
    configuration_set: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)

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
    delivery: dict[str, Any] = field(default_factory=lambda: {"TlsPolicy": "OPTIONAL"})
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
    vdm: dict[str, Any] = field(default_factory=lambda: {"VdmEnabled": "DISABLED"})
    reputation: Reputation = field(default_factory=Reputation)


@dataclass(frozen=True)
class VerificationMail:
    """The mail SES sends to an address that is to be verified."""

    address: str
    sent_at: datetime
    link: str


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

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everyone the message is addressed to."""
        return self.to + self.cc + self.bcc


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
    templates: dict[str, Template] = field(default_factory=dict)
    suppressed: dict[str, Suppressed] = field(default_factory=dict)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    recommended_since: dict[tuple[str, str], datetime] = field(default_factory=dict)
    sent: list[SentMessage] = field(default_factory=list)
    verification_mails: list[VerificationMail] = field(default_factory=list)
    case_number: int = 0
    message_number: int = 0
