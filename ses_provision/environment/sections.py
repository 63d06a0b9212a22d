"""The sections of an environment file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ses_provision.environment.complaints import shown
from ses_provision.environment.limits import looks_back_too_far, role_of_aws, unmemorable
from ses_provision.environment.pausing import LogDays, Runtime, as_one, pausing
from ses_provision.environment.shapes import (
    LABEL,
    Address,
    Addresses,
    AlarmName,
    ArchiveArn,
    Domain,
    FunctionName,
    HttpsPolicy,
    PolicyName,
    PoolName,
    Region,
    RoleOrNone,
    SesName,
    TopicName,
    each_once,
    matching,
)
from ses_provision.names import SHARED, SHARED_POOL

T = TypeVar("T")


def contradiction(setting: str, message: str, section: str = "") -> PydanticCustomError:
    """A mistake in one setting of a section that shows only beside other settings.

    `section` names it where the mistake shows only in the whole file.
    """
    where = f"{section}.{setting}" if section else setting
    return PydanticCustomError("contradiction", "{message}", {"setting": where, "message": message})


def accepted(value: T, problem: str) -> T:
    """The value, where nothing is wrong with it."""
    if problem:
        raise ValueError(problem)
    return value


def insist_on_none(mistakes: Iterable[tuple[str, str]], section: str) -> None:
    """Raise where there are mistakes in a section, with all of them: setting, and why."""
    found = list(mistakes)
    if found:
        [(setting, wrong), *others] = found
        beside = (f"; {section}.{where}: {other}" for where, other in others)
        raise contradiction(setting, "".join([wrong, *beside]))


class Section(BaseModel):
    """A part of the file: unknown settings are mistakes, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


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
    max_delivery_seconds: int | None = Field(
        None,
        strict=True,
        ge=300,
        le=50400,
        description="How long SES tries to deliver a mail; as it is when left out.",
    )
    pool: PoolName | None = Field(
        None,
        description='The dedicated IP pool that mail leaves through, or "shared"; as it is when '
        "left out.",
    )
    tracking_domain: Domain | None = Field(
        None,
        description="Domain of links and pixels that track opens and clicks; as it is when left "
        "out.",
    )
    tracking_https: HttpsPolicy | None = Field(
        None, description="Whether they use HTTPS, by a CDN of your own; as it is when left out."
    )
    tracking_target: Domain | None = Field(
        None,
        description="Host name of that CDN; r.<region>.awstrack.me, which speaks HTTP alone, when "
        "left out.",
    )
    archive_arn: ArchiveArn | None = Field(
        None,
        description="The Mail Manager archive that keeps a copy of each mail; as it is when left "
        "out.",
    )

    @property
    def pool_name(self) -> str:
        """The pool as SES calls it; empty where the file says nothing of it."""
        return SHARED_POOL if self.pool == SHARED else self.pool or ""

    @model_validator(mode="after")
    def tracks_by_a_domain(self) -> ConfigurationSetSettings:
        """SES takes an HTTPS policy with a redirect domain alone, and has no certificate for it
        (SES Developer Guide, custom domains to handle open and click tracking)."""
        if self.tracking_domain is None:
            for setting in ("tracking_https", "tracking_target"):
                if getattr(self, setting) is not None:
                    raise contradiction(setting, "only with configuration_set.tracking_domain")
        if self.tracking_https not in {None, "OPTIONAL"} and self.tracking_target is None:
            raise contradiction(
                "tracking_target",
                f"missing; with tracking_https = {shown(self.tracking_https)} a CDN of yours has "
                "to answer for the domain, for awstrack.me has no certificate for it",
            )
        return self


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
    role: RoleOrNone = Field(
        None, description="IAM role that may send, or false where none does; skipped until known."
    )
    policy_name: PolicyName | None = Field(None, description="ses-send-<suffix> when left out.")
    feedback_forwarding: bool = Field(
        True, strict=True, description="Mail bounces and complaints back to the sender as well."
    )

    @field_validator("role")
    @classmethod
    def ours_to_change(cls, value: str | Literal[False] | None) -> str | Literal[False] | None:
        """The policy is put on the role."""
        problem = role_of_aws(value or "")
        if problem:
            raise ValueError(problem)
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
    evaluation_periods: int = Field(1, strict=True, ge=1, le=1440, description="Periods in a row.")
    missing_data: Literal["notBreaching", "ignore", "missing", "breaching"] = Field(
        "notBreaching", description="What no data means; there is none before the first mail."
    )
    per_configuration_set: bool = Field(
        False, strict=True, description="The same two alarms for this configuration set alone."
    )
    pause: bool = Field(
        False,
        strict=True,
        description="The alarms of the set pause the set; only `ses-provision resume` ends it.",
    )
    pause_function: FunctionName | None = Field(
        None, description="The Lambda function that pauses; ses-pause-<suffix> when left out."
    )
    pause_runtime: Runtime = Field("python3.13", description="What the function runs on.")
    pause_log_days: LogDays = Field(90, description="Days that its log is kept.")

    @field_validator("regions")
    @classmethod
    def each_region_once(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Each region holds the alarms once."""
        if value is not None and not value:
            raise ValueError("must name at least one region, or be left out")
        if value and len(set(value)) < len(value):
            raise ValueError("names a region twice")
        problem = unmemorable(value or ())
        if problem:
            raise ValueError(problem)
        return value

    @model_validator(mode="after")
    def can_be_evaluated(self) -> AlarmSettings:
        """CloudWatch looks back only so far."""
        problem = looks_back_too_far(self.period, self.evaluation_periods)
        if problem:
            raise contradiction("evaluation_periods", problem)
        return self

    @model_validator(mode="after")
    def can_pause(self) -> AlarmSettings:
        """What pauses has to measure the set alone, and only what it sends."""
        problem = as_one(pausing(self))
        if problem:
            raise contradiction(*problem)
        return self


class DashboardSettings(Section):
    """[dashboard]: a CloudWatch dashboard of what is sent and what becomes of it."""

    name: (
        Annotated[str, matching(r"[A-Za-z0-9_-]{1,255}", "1 to 255 of A-Z a-z 0-9 _ -")] | None
    ) = Field(None, description="ses-<suffix> when left out.")
    runbook: (
        Annotated[str, matching(r"https?://[^\s\x00-\x1f()]{1,990}", "an http(s) URL")] | None
    ) = Field(None, description="What to do when a line is crossed: shown as a link.")


class AccountWideSettings(Section):
    """[account]: settings that all environments of the account and region share."""

    suppressed_reasons: frozenset[Literal["BOUNCE", "COMPLAINT"]] | None = Field(
        None,
        description="Why a recipient lands on the account's list, for sets that say nothing.",
    )
    auto_validation: Literal["off", "medium", "high", "managed"] | None = Field(
        None, description="Hold mail to addresses back that SES thinks do not exist; priced."
    )
    auto_warmup: bool | None = Field(
        None, strict=True, description="Let mail to new dedicated IPs grow slowly."
    )
    pricing_plan: Literal["NONE", "ESSENTIALS", "PRO", "ENTERPRISE"] | None = Field(
        None, description="The plan of the account; NONE is pay as you go."
    )


class VdmSettings(Section):
    """[vdm]: Virtual Deliverability Manager, for the whole account and region."""

    enabled: bool = Field(True, strict=True, description="Whether it is on; priced by the mail.")
    engagement_metrics: bool = Field(
        False, strict=True, description="Count opens and clicks: every link is rewritten."
    )
    optimized_shared_delivery: bool = Field(
        False, strict=True, description="Let SES delay mail to get it delivered."
    )

    @model_validator(mode="after")
    def on_where_it_does_something(self) -> VdmSettings:
        """SES keeps what belongs to it only while it is on."""
        for setting in ("engagement_metrics", "optimized_shared_delivery"):
            if getattr(self, setting) and not self.enabled:
                raise contradiction(setting, "does nothing with enabled = false; leave one out")
        return self


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
