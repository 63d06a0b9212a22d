"""One environment: what its file may say, and the names that follow from it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from ses_provision.names import is_within

EventType = Literal[
    "SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "OPEN", "CLICK",
    "RENDERING_FAILURE", "DELIVERY_DELAY", "SUBSCRIPTION",
]  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """What a whole string has to match, and what that is in words.

    `in_schema`: editors may check it too; not where a value is brought into form before.
    """

    pattern: str
    meaning: str
    in_schema: bool = True

    def check(self, value: str) -> str:
        """Let a value pass, or say what it must be."""
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"must be {self.meaning}, not {value!r}")
        return value

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = handler(schema)
        return {**found, "pattern": f"^(?:{self.pattern})$"} if self.in_schema else found


def matching(pattern: str, meaning: str, *, in_schema: bool = True) -> Shape:
    """Require a shape, and say in words what it is."""
    return Shape(pattern, meaning, in_schema)


def to_ascii(value: object) -> object:
    """A domain in the form that DNS and SES take: lower case, IDNA-encoded, no trailing dot."""
    if not isinstance(value, str):
        return value
    plain = value.rstrip(".").lower()
    try:
        return plain.encode("idna").decode() if not plain.isascii() else plain
    except UnicodeError as error:
        raise ValueError(f"is not a domain name: {value!r} ({error})") from error


def address_to_ascii(value: object) -> object:
    """An address whose domain is in the form that DNS takes. The local part keeps its case."""
    if not isinstance(value, str) or "@" not in value:
        return value
    local, _, domain = value.rpartition("@")
    return f"{local}@{to_ascii(domain)}"


LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
DOMAIN = rf"(?=.{{1,253}}$)({LABEL}\.)+(?!\d+$){LABEL}"
LOCAL_PART = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"

AccountId = Annotated[str, matching(r"[0-9]{12}", "12 digits in quotes")]
Region = Annotated[str, matching(r"[a-z]{2}(-[a-z]+)+-[0-9]", 'an AWS region such as "us-east-2"')]
Domain = Annotated[
    str,
    BeforeValidator(to_ascii),
    matching(DOMAIN, 'a domain such as "example.com"', in_schema=False),
]
Address = Annotated[
    str,
    BeforeValidator(address_to_ascii),
    matching(
        rf"(?=.{{1,64}}@){LOCAL_PART}@{DOMAIN[DOMAIN.index(')') + 1 :]}",
        "an e-mail address",
        in_schema=False,
    ),
]
# Names of configuration sets and event destinations: at most 64 of [A-Za-z0-9_-]. The SESv2
# model gives neither length nor pattern; the text of the v1 model (ConfigurationSet.Name) does.
SesName = Annotated[str, matching(r"[A-Za-z0-9_-]{1,64}", "1 to 64 of A-Z a-z 0-9 _ -")]
TopicName = Annotated[
    str,
    matching(
        r"(?!.*\.fifo$)[A-Za-z0-9_-]{1,256}",
        "1 to 256 of A-Z a-z 0-9 _ - (SES takes no FIFO topic)",
    ),
]
RoleName = Annotated[
    str, matching(r"[A-Za-z0-9_+=,.@-]{1,64}", "the name of an IAM role, not its ARN")
]
RoleArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:role/([\x21-\x7e]+/)?[A-Za-z0-9_+=,.@-]{1,64}",
        "the ARN of an IAM role",
    ),
]
PolicyName = Annotated[str, matching(r"[A-Za-z0-9_+=,.@-]{1,128}", "the name of an IAM policy")]
LONGEST_ALARM = 255  # characters (PutMetricAlarm)
AlarmName = Annotated[str, matching(r"[^\x00-\x1f\x7f]{1,255}", "1 to 255 printable characters")]
ProfileName = Annotated[
    str, matching(r"[^\s\x00-\x1f\x7f\[\]]{1,128}", "the name of an AWS profile")
]
ZoneId = Annotated[
    str, matching(r"[A-Z0-9]{1,32}", "a hosted zone id such as Z03036173FL99T10J98KK")
]
Suffix = Annotated[str, matching(r"[A-Za-z0-9_-]{1,32}", "1 to 32 of A-Z a-z 0-9 _ -")]
# AWS tag values: letters, digits, spaces and _ . : / = + - @, at most 256; keys at most 128 and
# not beginning with aws: (Tagging AWS Resources User Guide).
TagKey = Annotated[
    str, matching(r"(?!aws:)[\w .:/=+@-]{1,128}", "a tag key (letters, digits, _ . : / = + - @)")
]
TagValue = Annotated[
    str, matching(r"[\w .:/=+@-]{0,256}", "a tag value (letters, digits, _ . : / = + - @)")
]
PrintableText = Annotated[str, matching(r"[^\x00-\x1f\x7f]{1,1024}", "one line of printable text")]
Ttl = Annotated[int, Field(ge=0, le=604800, strict=True)]
Resolver = Annotated[
    str,
    matching(
        r"(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|[0-9a-fA-F:]*:[0-9a-fA-F:]*|\[[0-9a-fA-F:]+\](:\d{1,5})?)",
        "the IP address of a DNS resolver, such as 1.1.1.1, 1.1.1.1:53 or [2606:4700::1111]:53",
    ),
]


def each_once(found: tuple[str, ...]) -> tuple[str, ...]:
    """Nobody is told twice; the case of an address tells no two people apart."""
    twice = sorted(one for one, count in Counter(map(str.lower, found)).items() if count > 1)
    if twice:
        raise ValueError(f"names {', '.join(twice)} twice")
    return found


Addresses = Annotated[tuple[Address, ...], AfterValidator(each_once)]


def contradiction(setting: str, message: str) -> PydanticCustomError:
    """A mistake in one setting of a section that shows only beside other settings."""
    return PydanticCustomError(
        "contradiction", "{message}", {"setting": setting, "message": message}
    )


class Section(BaseModel):
    """A part of the file: unknown settings are mistakes, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class Dns(Section):
    """[dns]: where the records go."""

    provider: Literal["route53", "external"] = Field(
        "route53",
        description="external: DNS that is not in Route 53; `ses-provision dns` shows its records.",
    )
    zone_id: ZoneId | None = Field(None, description="Hosted zone id; looked up when left out.")
    profile: ProfileName | None = Field(
        None, description="AWS profile of the account that holds the hosted zone, if another."
    )
    assume_role_arn: RoleArn | None = Field(
        None, description="Role to take on for the hosted zone, in whatever account it is."
    )
    zone: Domain | None = Field(
        None,
        description="External DNS: the zone in the provider's panel; the domain when left out.",
    )
    ttl: Ttl = Field(300, description="Seconds that resolvers may keep our records.")
    resolvers: tuple[Resolver, ...] = Field(
        ("1.1.1.1", "8.8.8.8"), description="Public resolvers that `dkim-status` compares with."
    )

    @model_validator(mode="after")
    def one_provider(self) -> Dns:
        """Route 53 is found by id, profile and role; external DNS only by the zone's name."""
        if self.is_external:
            given = [n for n in ("zone_id", "profile", "assume_role_arn") if getattr(self, n)]
            if given:
                raise ValueError(f'{", ".join(given)}: only with provider = "route53"')
        elif self.zone is not None:
            raise ValueError('zone: only with provider = "external"; zone_id names a hosted zone')
        return self

    @property
    def is_external(self) -> bool:
        """The records are published by hand, or by another tool."""
        return self.provider == "external"

    @property
    def elsewhere(self) -> str:
        """How DNS differs from "a hosted zone in the environment's account", in a few words."""
        if self.is_external:
            return "external DNS"
        if self.assume_role_arn:
            return f"DNS as {self.assume_role_arn}"
        return f"DNS in profile {self.profile}" if self.profile else ""


class ConfigurationSetSettings(Section):
    """[configuration_set]: the rules for mail sent under its name."""

    name: SesName = Field(description="The name that applications pass with every mail.")
    tls_policy: Literal["REQUIRE", "OPTIONAL"] = Field(
        "REQUIRE", description="REQUIRE: no mail leaves in clear text; it bounces instead."
    )
    suppressed_reasons: frozenset[Literal["BOUNCE", "COMPLAINT"]] = Field(
        frozenset({"BOUNCE", "COMPLAINT"}),
        description="Why a recipient lands on the suppression list.",
    )
    reputation_metrics: bool = Field(
        True, strict=True, description="Publish bounce and complaint rates of this set."
    )


class DkimSettings(Section):
    """[dkim]: how SES signs."""

    key_length: Literal["RSA_2048_BIT", "RSA_1024_BIT"] = Field(
        "RSA_2048_BIT", description="Length of the Easy DKIM key."
    )
    replica_of: Region | None = Field(
        None,
        description="Sign with the key of the same identity in this region (Deterministic Easy "
        "DKIM): one set of records serves both.",
    )


class MailFromSettings(Section):
    """[mail_from]: the envelope sender, which makes SPF align with the From domain."""

    subdomain: Annotated[str, matching(LABEL + rf"(\.{LABEL})*", "a subdomain such as mail")] = (
        Field("mail", description="In front of the domain; used for nothing else.")
    )
    on_mx_failure: Literal["USE_DEFAULT_VALUE", "REJECT_MESSAGE"] = Field(
        "USE_DEFAULT_VALUE", description="What SES does while the MX record is missing."
    )


class DmarcSettings(Section):
    """[dmarc]: created where there is none; never weakened."""

    policy: Literal["none", "quarantine", "reject"] = Field(
        "none", description="What receivers should do with mail that fails."
    )
    reports_to: Addresses = Field((), description="Addresses for aggregate reports.")


class SenderSettings(Section):
    """[sender]: the from address, and who may send as it."""

    address: Address | None = Field(None, description="notifications@<domain> when left out.")
    role: RoleName | None = Field(
        None, description="IAM role that may send; the policy is skipped until it is known."
    )
    policy_name: PolicyName | None = Field(None, description="ses-send-<suffix> when left out.")
    feedback_forwarding: bool = Field(
        True, strict=True, description="Mail bounces and complaints back to the sender as well."
    )


class EventSettings(Section):
    """[events]: where SES reports what became of each mail."""

    topic: TopicName | None = Field(None, description="ses-events-<suffix> when left out.")
    destination: SesName = Field("sns-bounce-complaint", description="Name of the destination.")
    types: frozenset[EventType] = Field(
        frozenset({"BOUNCE", "COMPLAINT", "DELIVERY_DELAY"}),
        min_length=1,
        description="What is reported.",
    )
    emails: Addresses = Field((), description="Subscribers; each has to confirm once.")
    kms_key: str | None = Field(
        None, description="Customer managed key (id, ARN or alias) that encrypts the topic."
    )

    @field_validator("kms_key")
    @classmethod
    def usable_by_ses(cls, value: str | None) -> str | None:
        """SES cannot use the AWS managed key: its policy cannot be edited (SNS Developer Guide)."""
        if value is not None and value.endswith("alias/aws/sns"):
            raise ValueError(
                "alias/aws/sns cannot work: its key policy cannot be edited, so SES and CloudWatch "
                "can never publish to the topic; use a customer managed key"
            )
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_:/-]{1,2048}", value):
            raise ValueError(f"must be a KMS key id, ARN or alias/NAME, not {value!r}")
        return value


class AlarmSettings(Section):
    """[alarms]: when to wake somebody up."""

    regions: tuple[Region, ...] | None = Field(
        None, description="Where the alarms stand; the sending region when left out."
    )
    topic: TopicName | None = Field(
        None, description="Topic that alarms notify, in each region; events.topic when left out."
    )
    emails: Addresses | None = Field(
        None, description="Subscribers of alarm topics; events.emails when left out."
    )
    bounce_name: AlarmName | None = Field(None, description="ses-bounce-rate-<suffix>.")
    complaint_name: AlarmName | None = Field(None, description="ses-complaint-rate-<suffix>.")
    bounce_rate: float = Field(
        0.05,
        strict=True,
        gt=0,
        lt=1,
        description="A fraction: 0.05 is 5 %. Review at 5 %, pause at 10 %.",
    )
    complaint_rate: float = Field(
        0.001,
        strict=True,
        gt=0,
        lt=1,
        description="A fraction: 0.001 is 0.1 %. Review at 0.1 %, pause at 0.5 %.",
    )
    period: int = Field(900, strict=True, ge=60, le=86400, multiple_of=60, description="Seconds.")
    evaluation_periods: int = Field(1, strict=True, ge=1, le=96, description="Periods in a row.")
    missing_data: Literal["notBreaching", "ignore", "missing", "breaching"] = Field(
        "notBreaching", description="What no data means; there is none before the first mail."
    )
    per_configuration_set: bool = Field(
        False, strict=True, description="The same two alarms for this configuration set alone."
    )

    @field_validator("regions")
    @classmethod
    def each_region_once(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Each region holds the alarms once."""
        if value is not None and not value:
            raise ValueError("must name at least one region, or be left out")
        if value and len(set(value)) < len(value):
            raise ValueError("names a region twice")
        return value


class ProductionAccessSettings(Section):
    """[production_access]: what AWS is told when asked to lift the sandbox."""

    website: Annotated[str, matching(r"https?://[^\s\x00-\x1f]{1,990}", "an http(s) URL")] = Field(
        description="The site the mails belong to."
    )
    mail_type: Literal["TRANSACTIONAL", "MARKETING"] = Field(
        "TRANSACTIONAL", description="Kind of mail."
    )
    use_case: Annotated[str, Field(min_length=1, max_length=5000)] = Field(
        description="How recipients are obtained, bounces handled, opt-outs honoured; "
        "no patient data."
    )
    language: Literal["EN", "JA"] = Field("EN", description="Language of AWS's answer.")
    contacts: Annotated[tuple[Address, ...], Field(max_length=4), AfterValidator(each_once)] = (
        Field((), description="Additional addresses AWS writes to (at most 4).")
    )


class Environment(Section):
    """One AWS account and region that sends for one domain."""

    name: Suffix = Field(exclude=True, json_schema_extra={"readOnly": True})
    account_id: AccountId = Field(description="The account; nothing happens in any other.")
    region: Region = Field(description="The region that sends.")
    domain: Domain = Field(description="The domain that mail comes from.")
    profile: ProfileName | None = Field(
        None, description="AWS profile, used when neither --profile nor credentials are given."
    )
    suffix: Suffix | None = Field(
        None,
        description="Ends the names of topics, alarms and policies; the file's name if left out.",
    )
    project: Annotated[str, matching(r"[\w .:/=+@-]{1,256}", "a tag value")] | None = Field(
        None, description="Value of the tag Project."
    )
    protect: bool = Field(False, strict=True, description="Refuse `destroy`.")
    hipaa: bool = Field(False, strict=True, description="Mails may concern patients: check more.")
    tags: dict[TagKey, TagValue] = Field(
        {}, description="Tags beside Environment, Project, ManagedBy."
    )
    dns: Dns = Dns()
    configuration_set: ConfigurationSetSettings
    dkim: DkimSettings = DkimSettings()
    mail_from: MailFromSettings = Field(MailFromSettings(), validate_default=True)
    dmarc: DmarcSettings | None = None
    sender: SenderSettings = SenderSettings()
    events: EventSettings = EventSettings()
    alarms: AlarmSettings = AlarmSettings()
    production_access: ProductionAccessSettings | None = None

    @field_validator("dns")
    @classmethod
    def zone_holds_the_domain(cls, value: Dns, info: ValidationInfo) -> Dns:
        """The records of the domain can only stand in a zone at or above it."""
        domain = info.data.get("domain")
        if value.zone and domain and not is_within(domain, value.zone):
            raise ValueError(f"zone {value.zone} does not hold {domain}")
        return value

    @field_validator("dkim")
    @classmethod
    def replica_elsewhere(cls, value: DkimSettings, info: ValidationInfo) -> DkimSettings:
        """A replica takes the key of another region, with the length it has there."""
        if value.replica_of and value.replica_of == info.data.get("region"):
            raise ValueError("replica_of must name another region than the environment's own")
        if value.replica_of and "key_length" in value.model_fields_set:
            raise ValueError("key_length: a replica has the key of replica_of; leave it out")
        return value

    @field_validator("mail_from")
    @classmethod
    def fits_under_the_domain(
        cls, value: MailFromSettings, info: ValidationInfo
    ) -> MailFromSettings:
        """A DNS name has at most 253 characters."""
        domain = info.data.get("domain", "")
        if len(f"{value.subdomain}.{domain}") > 253:
            raise contradiction(
                "subdomain", f"{value.subdomain}.{domain} is longer than 253 characters"
            )
        return value

    @field_validator("sender")
    @classmethod
    def sends_for_the_domain(cls, value: SenderSettings, info: ValidationInfo) -> SenderSettings:
        """The domain identity covers its own addresses and those of its subdomains."""
        domain = info.data.get("domain")
        if value.address and domain and not is_within(value.address.rpartition("@")[2], domain):
            raise contradiction("address", f"must be an address at {domain}, not {value.address}")
        return value

    @field_validator("alarms")
    @classmethod
    def distinct_alarms(cls, value: AlarmSettings, info: ValidationInfo) -> AlarmSettings:
        """Alarm names are unique in an account and region, and have at most 255 characters."""
        ending = info.data.get("suffix") or info.data.get("name", "")
        bounce = value.bounce_name or f"ses-bounce-rate-{ending}"
        complaint = value.complaint_name or f"ses-complaint-rate-{ending}"
        if bounce == complaint:
            raise contradiction("complaint_name", f"must differ from the bounce alarm, {bounce!r}")
        sets = info.data.get("configuration_set")
        if value.per_configuration_set and sets and len(f"{bounce}-{sets.name}") > LONGEST_ALARM:
            raise contradiction("bounce_name", f"is too long to be followed by -{sets.name}")
        if value.per_configuration_set and sets and len(f"{complaint}-{sets.name}") > LONGEST_ALARM:
            raise contradiction("complaint_name", f"is too long to be followed by -{sets.name}")
        return value

    @property
    def ending(self) -> str:
        """What the names of topics, alarms and policies end in."""
        return self.suffix or self.name

    @property
    def zone_account_id(self) -> str:
        """The account of the hosted zone, as far as the file says it: a profile does not."""
        role = self.dns.assume_role_arn
        return role.split(":")[4] if role else self.account_id

    @property
    def all_tags(self) -> dict[str, str]:
        """The tags on everything that can carry them."""
        project = {"Project": self.project} if self.project else {}
        return {"Environment": self.ending, **project, "ManagedBy": "ses-provision", **self.tags}

    @property
    def mail_from_domain(self) -> str:
        """The custom MAIL FROM domain."""
        return f"{self.mail_from.subdomain}.{self.domain}"

    @property
    def from_address(self) -> str:
        """The address that mail comes from."""
        return self.sender.address or f"notifications@{self.domain}"

    @property
    def policy_name(self) -> str:
        """The inline policy on the sending role."""
        return self.sender.policy_name or f"ses-send-{self.ending}"

    @property
    def event_topic(self) -> str:
        """The topic that SES publishes events to."""
        return self.events.topic or f"ses-events-{self.ending}"

    @property
    def alarm_topic(self) -> str:
        """The topic that alarms notify, in each alarm region."""
        return self.alarms.topic or self.event_topic

    @property
    def alarm_emails(self) -> tuple[str, ...]:
        """Who subscribes to the topics that only alarms publish to."""
        return self.events.emails if self.alarms.emails is None else self.alarms.emails

    @property
    def alarm_regions(self) -> tuple[str, ...]:
        """Where the alarms stand."""
        return self.alarms.regions or (self.region,)

    @property
    def bounce_alarm(self) -> str:
        """The name of the bounce rate alarm."""
        return self.alarms.bounce_name or f"ses-bounce-rate-{self.ending}"

    @property
    def complaint_alarm(self) -> str:
        """The name of the complaint rate alarm."""
        return self.alarms.complaint_name or f"ses-complaint-rate-{self.ending}"

    def with_role(self, role: str) -> Environment:
        """The same environment with a role given on the command line. Checks it as the file's."""
        section = SenderSettings.model_validate({**self.sender.model_dump(), "role": role})
        return self.model_copy(update={"sender": section})
