"""[receiving]: mail that arrives below the domain, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from ses_provision.dataclass import dataclass
from ses_provision.environment.archive import (
    BucketName,
    account_regional,
    mistakes_of_bucket,
    plainly,
)
from ses_provision.environment.keys import ObjectKey
from ses_provision.environment.sections import Section
from ses_provision.environment.shapes import (
    LABEL,
    LOCAL_PART,
    FunctionName,
    TopicName,
    each_once,
    matching,
)
from ses_provision.names import LONGEST_NAME, LONGEST_TAG

if TYPE_CHECKING:
    from ses_provision.environment.environment import Environment

APEX = "@"
LONGEST_ADDRESS = 254
"""Characters of an address (RFC 5321 section 4.5.3.1.3, without the angle brackets)."""

ReceivingName = Annotated[
    str, matching(rf"{APEX}|{LABEL}(\.{LABEL})*", 'a subdomain such as "in", or "@" for the domain')
]
LocalPart = Annotated[
    str,
    matching(
        rf"(?=.{{1,64}}$){LOCAL_PART}", 'what stands before the @ of an address, such as "support"'
    ),
]
Prefix = Annotated[
    str,
    matching(r"(?=.{1,200}$)([A-Za-z0-9_.=-]+/)+", 'a folder of the bucket, such as "inbox/"'),
]
# Whether rule sets may have dots in their names is told in two ways; without them both take it.
RuleName = Annotated[
    str,
    matching(
        r"[A-Za-z0-9]([A-Za-z0-9_-]{0,62}[A-Za-z0-9])?",
        "1 to 64 of A-Z a-z 0-9 _ -, the first and the last a letter or a digit",
    ),
]


class ReceivingSettings(Section):
    """[receiving]: mail to a name below the domain, put into a bucket; costs a little."""

    name: ReceivingName = Field(
        "in", description='The subdomain that receives; "@" the domain, where it has no MX.'
    )
    recipients: Annotated[tuple[LocalPart, ...], AfterValidator(each_once)] = Field(
        (), description="What stands before the @; every address of the name when left out."
    )
    bucket: BucketName | None = Field(
        None, description="ses-inbound-<suffix>-<account>-<region>-an when left out."
    )
    prefix: Prefix = Field("inbox/", description="The folder that mail is put into.")
    days: int = Field(30, strict=True, ge=1, le=3660, description="Days that S3 keeps a mail.")
    kms_key: ObjectKey | None = Field(
        None, description="Customer managed key (id, ARN or alias); a key of S3 when left out."
    )
    topic: TopicName | None = Field(
        None, description="An SNS topic that is told of each mail; it exists already."
    )
    function: FunctionName | None = Field(
        None, description="A Lambda function that is called for each mail; it exists already."
    )
    tls: Literal["REQUIRE", "OPTIONAL"] = Field(
        "REQUIRE", description="REQUIRE: mail that comes in clear text is turned away."
    )
    scan: bool = Field(True, strict=True, description="Look for spam and viruses.")
    enabled: bool = Field(True, strict=True, description="Whether the rule holds.")
    rule: RuleName | None = Field(
        None, description="ses-<suffix> when left out; a rule set is called so as well."
    )

    def domain_below(self, domain: str) -> str:
        """The name that receives."""
        return domain if self.name == APEX else f"{self.name}.{domain}"


@dataclass(frozen=True)
class ReceivingNames:
    """What the parts are called. `domain` is where mail goes to, `recipients` what a rule looks
    for: the whole domain, or addresses of it."""

    domain: str
    recipients: frozenset[str]
    bucket: str
    prefix: str
    rule: str

    @property
    def probe(self) -> str:
        """An address that the rule takes mail for, to try it."""
        named = min((one for one in self.recipients if "@" in one), default="")
        return named or f"receive-test@{self.domain}"


def names(env: Environment) -> ReceivingNames:
    """The names that the file gives, and those that follow; of the section as it would be by
    default where there is none."""
    settings = env.receiving or ReceivingSettings()
    domain = settings.domain_below(env.domain)
    own = account_regional(env.account_id, env.region)
    return ReceivingNames(
        domain,
        frozenset(f"{local}@{domain}" for local in settings.recipients) or frozenset({domain}),
        settings.bucket or f"ses-inbound-{plainly(env.ending)}{own}",
        settings.prefix,
        settings.rule or f"ses-{env.ending}",
    )


def remembered(env: Environment) -> list[str]:
    """What was made that carries no tags: the configuration set remembers it."""
    settings = env.receiving
    if settings is None:
        return []
    found = names(env)
    told = [f"topic:{settings.topic}"] if settings.topic else []
    called = [f"function:{settings.function}"] if settings.function else []
    return [
        f"name:{found.domain}",
        f"rule:{found.rule}",
        f"bucket:{found.bucket}",
        *told,
        *called,
    ]


def mistakes(env: Environment) -> Iterator[tuple[str, str]]:
    """What is wrong beside the rest of the file: setting, and why."""
    settings = env.receiving
    if settings is None:
        return
    found = names(env)
    yield from mistakes_of_name(env, found)
    yield from mistakes_of_bucket(found.bucket, settings.kms_key, env.account_id, env.region)
    if env.archive is not None and found.bucket == env.archive_names.bucket:
        yield "bucket", "is that of the archive, which mail must not be mixed with"
    if settings.rule is None and not found.rule[-1].isalnum():
        yield (
            "rule",
            (
                f"missing: {found.rule} follows from the suffix, and SES takes names that end in a "
                "letter or a digit; name the rule"
            ),
        )
    if settings.topic in {env.event_topic, env.alarm_topic}:
        yield (
            "topic",
            (
                f"{settings.topic} is told of events: what it is told of mail holds senders and "
                "subjects, which others must not get by subscribing to events; name another"
            ),
        )
    length = len(" ".join(remembered(env)))
    if length > LONGEST_TAG:
        yield (
            "bucket",
            (
                f"the names of bucket, rule, topic and function have {length} characters together; "
                f"the tag that remembers them holds {LONGEST_TAG}"
            ),
        )


def mistakes_of_name(env: Environment, found: ReceivingNames) -> Iterator[tuple[str, str]]:
    """What is wrong with the name that receives. SES uses a MAIL FROM domain for nothing else (SES
    Developer Guide, custom MAIL FROM), and a CNAME stands alone at its name (RFC 1034)."""
    if len(found.domain) > LONGEST_NAME:
        yield "name", f"{found.domain} is longer than {LONGEST_NAME} characters"
    if found.domain == env.mail_from_domain:
        yield (
            "name",
            (
                f"{found.domain} is the MAIL FROM domain, whose MX record takes bounces to SES; "
                "receive at another name"
            ),
        )
    if found.domain == env.configuration_set.tracking_domain:
        yield "name", f"{found.domain} is the redirect domain, a CNAME that stands alone there"
    longest = max(map(len, found.recipients))
    if longest > LONGEST_ADDRESS and len(found.domain) <= LONGEST_NAME:
        yield "recipients", f"has an address of {longest} characters; {LONGEST_ADDRESS} are allowed"
