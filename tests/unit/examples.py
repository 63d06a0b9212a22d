"""An example of every resource, with an edit of each field that it manages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Resource
from ses_provision.local import LocalAws
from ses_provision.resources.cloudwatch import Alarm
from ses_provision.resources.dmarc import Dmarc
from ses_provision.resources.iam import RolePolicy
from ses_provision.resources.policies import named
from ses_provision.resources.record_sets import RecordSet, TxtValue
from ses_provision.resources.route53 import Zone
from ses_provision.resources.ses import (
    Archiving,
    ConfigurationSet,
    EmailIdentity,
    EventDestination,
    MailFrom,
    Pool,
    SendingPool,
)
from ses_provision.resources.ses.tenancy import tenant_arn
from ses_provision.resources.ses.tenants import REMEMBERED, Suppression, Tenant
from ses_provision.resources.sns import Subscription, Topic

ACCOUNT = Account("524471258033", "us-east-2")
ZONE = Zone("Z03036173FL99T10J98KK", "starlightpractice.com")
DOMAIN = ZONE.name
ROLE = "application"
TAGS = {"Environment": "prod", "ManagedBy": "ses-provision"}


@dataclass(frozen=True)
class Together:
    """Fields that AWS changes together."""

    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """A resource, what has to stand before it, and how each managed field can be wrong.

    An edit is another value of the field, or what brings the field out of order in the account.
    `identity` are the fields AWS finds it by; `fixed` those it manages elsewhere, but not here.
    """

    name: str
    wanted: Resource
    identity: frozenset[str]
    edits: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[Resource, ...] = ()
    fixed: frozenset[str] = frozenset()


def statement(sid: str, principal: str, **more: Any) -> dict[str, Any]:
    """A statement of a topic policy."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": "SNS:Publish",
        "Resource": TOPIC_ARN,
        **more,
    }


def owner(arn: str) -> dict[str, Any]:
    """The statement without which nobody could change the topic any more."""
    return {
        "Sid": "Owner",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT.id}:root"},
        "Action": ["SNS:Publish", "SNS:SetTopicAttributes", "SNS:GetTopicAttributes"],
        "Resource": arn,
    }


TOPIC_ARN = ACCOUNT.arn("sns", "events")
SET_ARN = ACCOUNT.arn("ses", "configuration-set/rules")
KEY = ACCOUNT.arn("kms", "key/11111111-2222-3333-4444-555555555555")

CONFIGURATION_SET = ConfigurationSet(
    arn=SET_ARN,
    suppressed_reasons=frozenset({"BOUNCE", "COMPLAINT"}),
    tls_policy="REQUIRE",
    reputation_metrics=True,
    tags=TAGS,
    max_delivery_seconds=3600,
)
POOL_ARN = ACCOUNT.arn("ses", "dedicated-ip-pool/warm")
POOL = Pool(POOL_ARN, "MANAGED", TAGS)
OTHER_POOL = Pool(ACCOUNT.arn("ses", "dedicated-ip-pool/others"), "STANDARD", {})
ARCHIVE = ACCOUNT.arn("ses", f"mailmanager-archive/a-{'0' * 24}")
OTHER_SET = ConfigurationSet(
    ACCOUNT.arn("ses", "configuration-set/others"), frozenset(), "OPTIONAL", False, {}
)
NORTH = Tenant(
    tenant_arn(SET_ARN, "north"),
    frozenset({"configuration-set/rules"}),
    "strict",
    Suppression("TENANT", frozenset({"BOUNCE"})),
    {**TAGS, REMEMBERED: "configuration-set/rules configuration-set/others"},
    frozenset({"configuration-set/rules", "configuration-set/others"}),
)
DOMAIN_IDENTITY = EmailIdentity(
    arn=ACCOUNT.arn("ses", f"identity/{DOMAIN}"),
    configuration_set="rules",
    dkim_origin="AWS_SES",
    dkim_key_length="RSA_2048_BIT",
    dkim_signing=True,
    feedback_forwarding=False,
    tags=TAGS,
)
ADDRESS_IDENTITY = EmailIdentity(
    arn=ACCOUNT.arn("ses", f"identity/notifications@{DOMAIN}"),
    configuration_set="rules",
    dkim_origin=None,
    dkim_key_length=None,
    dkim_signing=None,
    feedback_forwarding=False,
    tags=TAGS,
)
PARENT_SET = ConfigurationSet(
    ACCOUNT.arn("ses", "configuration-set/rules", "us-east-1"),
    frozenset(),
    "REQUIRE",
    True,
    {},
)
PARENT_IDENTITY = EmailIdentity(
    ACCOUNT.arn("ses", f"identity/{DOMAIN}", "us-east-1"),
    "rules",
    "AWS_SES",
    "RSA_2048_BIT",
    dkim_signing=True,
    feedback_forwarding=False,
    tags={},
)
REPLICA: Mapping[str, Any] = {"dkim_origin": "AWS_SES_US_EAST_1", "dkim_key_length": None}
MAIL_FROM = MailFrom(DOMAIN_IDENTITY.arn, f"mail.{DOMAIN}", "USE_DEFAULT_VALUE")
TOPIC = Topic(
    arn=TOPIC_ARN,
    statements=named([owner(TOPIC_ARN), statement("Ses", "ses.amazonaws.com")]),
    kms_key="",
    tags=TAGS,
)
EVENT_DESTINATION = EventDestination(
    SET_ARN,
    "sns",
    frozenset({"BOUNCE", "COMPLAINT"}),
    {"SnsDestination": {"TopicArn": TOPIC_ARN}},
)
OTHER_TOPIC_ARN = ACCOUNT.arn("sns", "others")
OTHER_TOPIC = Topic(
    OTHER_TOPIC_ARN,
    named(
        [
            owner(OTHER_TOPIC_ARN),
            {**statement("Ses", "ses.amazonaws.com"), "Resource": OTHER_TOPIC_ARN},
        ]
    ),
    "",
    {},
)
ALARM = Alarm(
    arn=ACCOUNT.arn("cloudwatch", "alarm:bounces"),
    metric="Reputation.BounceRate",
    dimensions={},
    threshold=0.05,
    period=900,
    evaluation_periods=1,
    missing_data="notBreaching",
    description="Too many bounces.",
    alarm_actions=frozenset({TOPIC_ARN}),
    ok_actions=frozenset({TOPIC_ARN}),
    tags=TAGS,
)


def put_alarm(**changes: Any) -> Callable[[LocalAws, Resource], None]:
    """Somebody puts the alarm with other actions."""

    def edit(local: LocalAws, alarm: Resource) -> None:
        [created] = alarm.writes(Found(None))
        definition = {k: v for k, v in created.params.items() if k != "Tags"}
        params = {**definition, **changes}
        local.call(ACCOUNT.id, ACCOUNT.region, "cloudwatch", "PutMetricAlarm", params)

    return edit


ALARM_EDITS: Mapping[str, Any] = {
    "metric": "Reputation.ComplaintRate",
    "dimensions": {"ses:configuration-set": "another"},
    "threshold": 0.5,
    "period": 300,
    "evaluation_periods": 3,
    "missing_data": "breaching",
    "description": "",
    "alarm_actions": put_alarm(AlarmActions=[]),
    "ok_actions": put_alarm(OKActions=[]),
    "tags": {**TAGS, "Environment": "another"},
    "namespace": "AWS/EC2",
    "statistic": "Maximum",
    "comparison": "LessThanThreshold",
    "actions_enabled": False,
    "datapoints_to_alarm": 1,
    "unit": "Percent",
}
SENDING = [
    {
        "Sid": "Send",
        "Effect": "Allow",
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Resource": [DOMAIN_IDENTITY.arn, SET_ARN],
        "Condition": {"StringEquals": {"ses:FromAddress": f"notifications@{DOMAIN}"}},
    }
]
WIDER = [{**SENDING[0], "Resource": "*"}]
SPF = "v=spf1 include:amazonses.com ~all"


def without_records_for_three_days(local: LocalAws, _: Resource) -> None:
    """SES looks for the MX record for 72 hours, then gives up."""
    local.clock.advance(73 * 3600)


def cname(number: int) -> RecordSet:
    """A CNAME as DKIM wants them."""
    return RecordSet(
        ZONE,
        f"token{number}._domainkey.{DOMAIN}",
        "CNAME",
        frozenset({f"token{number}.dkim.amazonses.com"}),
        300,
    )


def dmarc(policy: str, **changes: Any) -> Dmarc:
    """A DMARC record of the domain."""
    value = f"v=DMARC1; p={policy}; rua=mailto:ops@{DOMAIN}"
    return replace(Dmarc.of(ZONE, DOMAIN, value, 300), **changes)


def weakened(local: LocalAws, _: Resource) -> None:
    """Somebody writes a record that asks for less; ours never would."""
    weak = dmarc("none")
    records = [{"Value": f'"{weak.value}"'}]
    new = {"Name": weak.name, "Type": "TXT", "TTL": 300, "ResourceRecords": records}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": new}]}
    params = {"HostedZoneId": ZONE.id, "ChangeBatch": batch}
    local.call(ACCOUNT.id, ACCOUNT.region, "route53", "ChangeResourceRecordSets", params)


EXAMPLES = (
    Example(
        "configuration set",
        CONFIGURATION_SET,
        frozenset({"arn"}),
        {
            "suppressed_reasons": frozenset({"BOUNCE"}),
            "tls_policy": "OPTIONAL",
            "reputation_metrics": False,
            "tags": {**TAGS, "Environment": "another"},
            "max_delivery_seconds": 300,
        },
    ),
    Example(
        "pool",
        POOL,
        frozenset({"arn"}),
        {"tags": {**TAGS, "Environment": "another"}},
        fixed=frozenset({"scaling"}),
    ),
    Example(
        "sending pool",
        SendingPool(SET_ARN, "warm", declared=True),
        frozenset({"set_arn"}),
        {"pool": "others"},
        before=(CONFIGURATION_SET, POOL, OTHER_POOL),
    ),
    Example(
        "tenant",
        NORTH,
        frozenset({"arn"}),
        {
            "resources": frozenset({"configuration-set/rules", "configuration-set/others"}),
            "policy": "none",
            "suppression": Suppression("ACCOUNT", frozenset({"COMPLAINT"})),
            "tags": {**NORTH.tags, "Environment": "another"},
        },
        before=(CONFIGURATION_SET, OTHER_SET),
    ),
    Example(
        "archiving",
        Archiving(SET_ARN, ARCHIVE),
        frozenset({"set_arn"}),
        {"archive_arn": f"{ARCHIVE}0"},
        before=(CONFIGURATION_SET,),
    ),
    Example(
        "domain identity",
        DOMAIN_IDENTITY,
        frozenset({"arn"}),
        {
            "configuration_set": "others",
            "dkim_origin": Together(REPLICA),
            "dkim_key_length": "RSA_1024_BIT",
            "dkim_signing": False,
            "feedback_forwarding": True,
            "tags": {**TAGS, "Environment": "another"},
        },
        before=(CONFIGURATION_SET, OTHER_SET, PARENT_SET, PARENT_IDENTITY),
    ),
    Example(
        "replicated identity",
        replace(DOMAIN_IDENTITY, **REPLICA),
        frozenset({"arn"}),
        {
            "configuration_set": "others",
            "dkim_signing": False,
            "feedback_forwarding": True,
            "tags": {**TAGS, "Environment": "another"},
        },
        before=(CONFIGURATION_SET, OTHER_SET, PARENT_SET, PARENT_IDENTITY),
        fixed=frozenset({"dkim_origin", "dkim_key_length"}),
    ),
    Example(
        "address identity",
        ADDRESS_IDENTITY,
        frozenset({"arn"}),
        {
            "configuration_set": "others",
            "feedback_forwarding": True,
            "tags": {**TAGS, "Environment": "another"},
        },
        before=(CONFIGURATION_SET, OTHER_SET, DOMAIN_IDENTITY),
        fixed=frozenset({"dkim_origin", "dkim_key_length", "dkim_signing"}),
    ),
    Example(
        "MAIL FROM",
        MAIL_FROM,
        frozenset({"identity_arn"}),
        {
            "domain": f"bounce.{DOMAIN}",
            "on_mx_failure": "REJECT_MESSAGE",
            "given_up": without_records_for_three_days,
        },
        before=(CONFIGURATION_SET, DOMAIN_IDENTITY),
    ),
    Example(
        "event destination",
        EVENT_DESTINATION,
        frozenset({"configuration_set_arn", "name"}),
        {
            "types": frozenset({"BOUNCE", "COMPLAINT", "SEND"}),
            "target": {"SnsDestination": {"TopicArn": OTHER_TOPIC_ARN}},
            "enabled": False,
        },
        before=(CONFIGURATION_SET, TOPIC, OTHER_TOPIC),
    ),
    Example(
        "topic",
        TOPIC,
        frozenset({"arn"}),
        {
            "statements": named([owner(TOPIC_ARN), statement("Ses", "s3.amazonaws.com")]),
            "kms_key": KEY,
            "tags": {**TAGS, "Environment": "another"},
        },
    ),
    Example(
        "topic with a key",
        Topic(TOPIC.arn, TOPIC.statements, KEY, TAGS),
        frozenset({"arn"}),
        {
            "statements": named([owner(TOPIC_ARN), statement("Ses", "s3.amazonaws.com")]),
            "kms_key": "",
            "tags": {**TAGS, "Environment": "another"},
        },
    ),
    Example(
        "subscription",
        Subscription(TOPIC_ARN, "email", f"ops@{DOMAIN}"),
        frozenset({"topic_arn", "protocol", "endpoint"}),
        before=(TOPIC,),
    ),
    Example(
        "role policy",
        RolePolicy(ROLE, "send", named(SENDING), ACCOUNT.region, ACCOUNT),
        frozenset({"role", "name", "region"}),
        {"statements": named(WIDER)},
    ),
    Example("alarm", ALARM, frozenset({"arn"}), ALARM_EDITS),
    Example(
        "alarm of a configuration set",
        Alarm(**{**vars(ALARM), "dimensions": {"ses:configuration-set": "rules"}}),
        frozenset({"arn"}),
        {**ALARM_EDITS, "dimensions": {}},
    ),
    Example(
        "CNAME",
        cname(1),
        frozenset({"name", "type"}),
        {"values": frozenset({"elsewhere.example.net"}), "ttl": 60},
    ),
    Example(
        "MX",
        RecordSet(
            ZONE,
            f"mail.{DOMAIN}",
            "MX",
            frozenset({"10 feedback-smtp.us-east-2.amazonses.com"}),
            300,
            ours=r"\d+ feedback-smtp\..*",
        ),
        frozenset({"name", "type"}),
        {"values": frozenset({"20 feedback-smtp.eu-west-1.amazonses.com"}), "ttl": 60},
    ),
    Example(
        "TXT value",
        TxtValue(ZONE, f"mail.{DOMAIN}", SPF, "v=spf1", 300, ours=r"v=spf1 include:amazonses.*"),
        frozenset({"name", "tag"}),
        {"value": "v=spf1 include:amazonses.com -all", "ttl": 60},
    ),
    Example(
        "DMARC",
        dmarc("quarantine"),
        frozenset({"domain"}),
        {"policy": weakened, "ttl": 60},
        fixed=frozenset({"reports_to"}),  # reports that go elsewhere are somebody else's
    ),
)
