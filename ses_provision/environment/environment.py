"""One environment: what its file may say, and the names that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ses_provision.environment import (
    alarm_names,
    archive,
    dkim,
    events,
    limits,
    partitions,
    pausing,
    pools,
    receiving,
    set_options,
    smtp,
    tenants,
)
from ses_provision.environment.archive import ArchiveNames, ArchiveSettings
from ses_provision.environment.bimi import BimiSettings
from ses_provision.environment.dkim import DkimSettings
from ses_provision.environment.dns import Dns
from ses_provision.environment.events import EventSettings
from ses_provision.environment.pools import Pools
from ses_provision.environment.receiving import ReceivingSettings
from ses_provision.environment.report import ReportSettings
from ses_provision.environment.sections import (
    AccountWideSettings,
    AlarmSettings,
    ConfigurationSetSettings,
    DashboardSettings,
    DmarcSettings,
    MailFromSettings,
    ProductionAccessSettings,
    Section,
    SenderSettings,
    VdmSettings,
    accepted,
    contradiction,
    insist_on_none,
)
from ses_provision.environment.shapes import (
    AccountId,
    Domain,
    ProfileName,
    Region,
    Suffix,
    TagKey,
    TagValue,
    matching,
)
from ses_provision.environment.smtp import SmtpUserSettings, Users
from ses_provision.environment.tenants import TableFile, Tenants
from ses_provision.names import is_within

EVENT_TOPIC = "ses-events-"
BOUNCE_ALARM = "ses-bounce-rate-"
COMPLAINT_ALARM = "ses-complaint-rate-"
PAUSE_FUNCTION = "ses-pause-"
"""What names begin with that the file leaves to us."""


def ending_of(data: Mapping[str, Any]) -> str:
    """What the names of topics, alarms and policies end in, by the settings seen so far."""
    return str(data.get("suffix") or data.get("name", ""))


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
        {},
        description="Tags beside Environment, Project, ManagedBy, CreatedBy and AlarmRegions.",
    )
    dns: Dns = Dns()
    configuration_set: ConfigurationSetSettings
    dkim: DkimSettings = DkimSettings()
    mail_from: MailFromSettings = Field(MailFromSettings(), validate_default=True)
    dmarc: DmarcSettings | None = None
    bimi: BimiSettings | None = None
    sender: SenderSettings = SenderSettings()
    events: EventSettings = EventSettings()
    alarms: AlarmSettings = AlarmSettings()
    dashboard: DashboardSettings | None = None
    account: AccountWideSettings | None = None
    vdm: VdmSettings | None = None
    archive: ArchiveSettings | None = None
    receiving: ReceivingSettings | None = None
    report: ReportSettings | None = None
    production_access: ProductionAccessSettings | None = None
    smtp_users: Users = Field(
        (), description="Programs that send by SMTP, each as an IAM user of its own."
    )
    pools: Pools = Field((), description="Dedicated IP pools, which cost as long as they stand.")
    tenants: Tenants = Field((), description="Senders whom SES judges and stops one by one.")
    tenants_file: TableFile | None = Field(
        None, description="More of them, a line each; relative to the environment file."
    )

    @field_validator("region")
    @classmethod
    def has_ses(cls, value: str) -> str:
        """Mail can only leave where there is SES."""
        return accepted(value, limits.without_ses(value))

    @field_validator("domain")
    @classmethod
    def leaves_room_for_dkim(cls, value: str) -> str:
        """A DNS name has at most 253 characters."""
        return accepted(value, limits.too_long_for_dkim(value))

    @field_validator("tags")
    @classmethod
    def can_be_set(cls, value: dict[str, str]) -> dict[str, str]:
        """What AWS takes beside our own."""
        return accepted(value, limits.tags(value))

    @model_validator(mode="after")
    def one_partition(self) -> Environment:
        """Regions, roles and keys are of one partition."""
        for setting, problem in partitions.mistakes(self):
            raise contradiction(setting, problem)
        return self

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
    def fits_the_method(cls, value: DkimSettings, info: ValidationInfo) -> DkimSettings:
        """Each way to sign has settings of its own."""
        insist_on_none(dkim.mistakes(value, info.data), "dkim")
        return value

    @field_validator("mail_from")
    @classmethod
    def fits_under_the_domain(
        cls, value: MailFromSettings, info: ValidationInfo
    ) -> MailFromSettings:
        """A DNS name has at most 253 characters."""
        problem = limits.too_long(f"{value.subdomain}.{info.data.get('domain', '')}")
        if problem:
            raise contradiction("subdomain", problem)
        return value

    @field_validator("bimi")
    @classmethod
    def name_fits(cls, value: BimiSettings | None, info: ValidationInfo) -> BimiSettings | None:
        """A DNS name has at most 253 characters."""
        domain = info.data.get("domain", "")
        problem = limits.too_long(f"{value.selector}._bimi.{domain}") if value else ""
        if problem:
            raise contradiction("selector", problem)
        return value

    @field_validator("sender")
    @classmethod
    def sends_for_the_domain(cls, value: SenderSettings, info: ValidationInfo) -> SenderSettings:
        """The domain identity covers its own addresses and those of its subdomains."""
        domain = info.data.get("domain")
        if value.address and domain and not is_within(value.address.rpartition("@")[2], domain):
            raise contradiction("address", f"must be an address at {domain}, not {value.address}")
        below = info.data.get("mail_from")
        if value.address and domain and below:
            mail_from = f"{below.subdomain}.{domain}"
            problem = limits.sender_without_mail_from(value.address, mail_from)
            if problem:
                raise contradiction("address", problem)
        return value

    @field_validator("alarms")
    @classmethod
    def distinct_alarms(cls, value: AlarmSettings, info: ValidationInfo) -> AlarmSettings:
        """Alarm names are unique in an account and region, and have at most 255 characters."""
        ending = ending_of(info.data)
        bounce = value.bounce_name or BOUNCE_ALARM + ending
        complaint = value.complaint_name or COMPLAINT_ALARM + ending
        sets = info.data.get("configuration_set")
        problem = alarm_names.mistake(bounce, complaint)
        if not problem and value.per_configuration_set and sets:
            problem = alarm_names.mistake_of_the_set(bounce, complaint, sets.name)
        if problem:
            raise contradiction(*problem)
        return value

    @field_validator("alarms")
    @classmethod
    def pauses_where_it_sends(cls, value: AlarmSettings, info: ValidationInfo) -> AlarmSettings:
        """Only the sending region has the rates of the set, and only where they are published."""
        problem = pausing.as_one(pausing.beside(value, info.data))
        if problem:
            raise contradiction(*problem)
        return value

    @field_validator("alarms")
    @classmethod
    def tells_everybody(cls, value: AlarmSettings, info: ValidationInfo) -> AlarmSettings:
        """Where alarms share the topic of the events, whoever is told is in events.emails."""
        told, region = info.data.get("events"), info.data.get("region")
        if value.emails is None or told is None or region not in (value.regions or (region,)):
            return value
        event_topic = told.topic or EVENT_TOPIC + ending_of(info.data)
        if (value.topic or event_topic) == event_topic:
            problem = limits.untold(value.emails, told.emails)
            if problem:
                raise contradiction("emails", problem)
        return value

    @field_validator("pools")
    @classmethod
    def each_pool_once(cls, value: Pools) -> Pools:
        """A pool and an address are named once."""
        return accepted(value, "; ".join(pools.mistakes(value)))

    @field_validator("tenants")
    @classmethod
    def each_tenant_fits(cls, value: Tenants, info: ValidationInfo) -> Tenants:
        """A tenant and a set of its own are named once, and its pool is of the file."""
        insist_on_none(tenants.mistakes(value, info.data), "tenants")
        return value

    @model_validator(mode="after")
    def set_options_fit(self) -> Environment:
        """What sections say beside the rest of the file."""
        setting, problem = set_options.mistake(self)
        if problem:
            raise contradiction(setting, problem, "configuration_set")
        for section, found in ("events", events), ("archive", archive), ("receiving", receiving):
            for setting, problem in found.mistakes(self):
                raise contradiction(setting, problem, section)
        return self

    @field_validator("smtp_users")
    @classmethod
    def send_for_the_domain(cls, value: Users, info: ValidationInfo) -> Users:
        """The policy of each user names identities of the domain, and fits into IAM."""
        problem = smtp.one_user_a_name(value)
        if problem:
            raise ValueError(problem)
        if not {"domain", "configuration_set", "account_id"} <= info.data.keys():
            return value
        insist_on_none(smtp.mistakes_of_all(value, info.data), "smtp_users")
        return value

    @field_validator("vdm")
    @classmethod
    def keeps_patients_untracked(
        cls, value: VdmSettings | None, info: ValidationInfo
    ) -> VdmSettings | None:
        """Opens and clicks tell who read what."""
        if value and value.engagement_metrics and info.data.get("hipaa"):
            raise contradiction(
                "engagement_metrics",
                "would follow what patients read and click; leave it out where hipaa = true",
            )
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
        return self.events.topic or EVENT_TOPIC + self.ending

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
        return self.alarms.bounce_name or BOUNCE_ALARM + self.ending

    @property
    def complaint_alarm(self) -> str:
        """The name of the complaint rate alarm."""
        return self.alarms.complaint_name or COMPLAINT_ALARM + self.ending

    @property
    def dashboard_name(self) -> str:
        """The dashboard, where there is to be one."""
        return (self.dashboard and self.dashboard.name) or f"ses-{self.ending}"

    @property
    def pause_function(self) -> str:
        """The function that pauses the set when its alarms ring; its role bears the same name."""
        return self.alarms.pause_function or PAUSE_FUNCTION + self.ending

    @property
    def archive_names(self) -> ArchiveNames:
        """What the parts of the archive are called, of the section or as it would be by default."""
        settings = self.archive or ArchiveSettings()
        return archive.names(settings, self.account_id, self.region, self.ending)

    @property
    def sends_without_role(self) -> bool:
        """No role sends, and that is meant: nothing about one is missing."""
        return self.sender.role is False

    @property
    def selector_prefix(self) -> str:
        """What the selectors of own keys begin with: no other account or region has it."""
        return self.dkim.selector_prefix or f"ses-{self.region}-{self.account_id[-4:]}-"

    def smtp_addresses(self, user: SmtpUserSettings) -> tuple[str, ...]:
        """The addresses that an SMTP user may send from."""
        return user.addresses or (self.from_address,)

    def smtp_secret(self, user: SmtpUserSettings) -> str:
        """What the password of an SMTP user is called in its store."""
        return user.secret_name or f"/ses-smtp/{self.ending}/{user.name}/login"

    def with_role(self, role: str) -> Environment:
        """The same environment with a role given on the command line. Checks it as the file's."""
        section = SenderSettings.model_validate({**self.sender.model_dump(), "role": role})
        return self.model_copy(update={"sender": section})
