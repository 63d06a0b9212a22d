"""Any single change made behind its back is shown as that difference, and mended by that write."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ses_provision.local import LocalAws
from tests.conftest import CONFIG, Cli, Result
from tests.prepared import prepared_by

ACCOUNT = "524471258033"
DOMAIN = "starlightpractice.com"
ADDRESS = f"notifications@{DOMAIN}"
SES = f"arn:aws:ses:us-east-2:{ACCOUNT}"
ALARM_TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:ses-alarms-prod"
TOPIC = f"arn:aws:sns:us-east-2:{ACCOUNT}:ses-events-prod"
ROLE = "application"
DEFINITION = (
    "AlarmName",
    "AlarmDescription",
    "ActionsEnabled",
    "OKActions",
    "AlarmActions",
    "MetricName",
    "Namespace",
    "Statistic",
    "Dimensions",
    "Period",
    "EvaluationPeriods",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
)


class Somebody:
    """Somebody with rights in the account, who does not use ses-provision."""

    def __init__(self, local: LocalAws) -> None:
        self.local = local

    def __call__(
        self, service: str, operation: str, region: str = "us-east-2", **params: Any
    ) -> Any:
        """Call AWS."""
        return self.local.call(ACCOUNT, region, service, operation, params)

    def change_records(self, *changes: tuple[str, str, str, list[str]]) -> None:
        """Change record sets: verb, name, type, values."""
        zone = "Z03036173FL99T10J98KK"
        batch = {
            "Changes": [
                {
                    "Action": verb,
                    "ResourceRecordSet": {
                        "Name": name,
                        "Type": kind,
                        "TTL": 300,
                        "ResourceRecords": [{"Value": value} for value in values],
                    },
                }
                for verb, name, kind, values in changes
            ]
        }
        self("route53", "ChangeResourceRecordSets", HostedZoneId=zone, ChangeBatch=batch)

    def token(self) -> str:
        """One of the DKIM tokens."""
        found = self("sesv2", "GetEmailIdentity", EmailIdentity=DOMAIN)
        return str(found["DkimAttributes"]["Tokens"][0])

    def alarm(self, name: str, region: str) -> dict[str, Any]:
        """The definition of an alarm, as PutMetricAlarm takes it."""
        [found] = self("cloudwatch", "DescribeAlarms", region, AlarmNames=[name])["MetricAlarms"]
        return {name: found[name] for name in DEFINITION if name in found}


@dataclass(frozen=True)
class Drift:
    """A change by somebody else: how it shows, and what mends it."""

    name: str
    make: Callable[[Somebody], object]
    resource: str
    differences: dict[str, tuple[Any, Any]]
    writes: list[str]
    action: str = "update"
    after: Callable[[Somebody], object] = field(default=lambda _: None)


def without_statement(somebody: Somebody) -> None:
    """Take SES's right to publish away."""
    attributes = somebody("sns", "GetTopicAttributes", TopicArn=TOPIC)["Attributes"]
    policy = json.loads(attributes["Policy"])
    policy["Statement"] = [s for s in policy["Statement"] if s["Sid"] != "SesMayPublishEvents"]
    somebody(
        "sns",
        "SetTopicAttributes",
        TopicArn=TOPIC,
        AttributeName="Policy",
        AttributeValue=json.dumps(policy),
    )


def wider_role_policy(somebody: Somebody) -> None:
    """Let the role send as anybody."""
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "SendAsTheFromAddress",
                "Effect": "Allow",
                "Action": ["ses:SendEmail", "ses:SendRawEmail"],
                "Resource": "*",
            },
            {
                "Sid": "SeeTheQuota",
                "Effect": "Allow",
                "Action": ["ses:GetSendQuota", "ses:GetAccount"],
                "Resource": ["*"],
            },
        ],
    }
    somebody(
        "iam",
        "PutRolePolicy",
        RoleName=ROLE,
        PolicyName="ses-send-prod",
        PolicyDocument=json.dumps(document),
    )


def unsubscribe(somebody: Somebody) -> None:
    """End the subscription."""
    somebody.local.confirm_subscriptions()
    [one] = somebody("sns", "ListSubscriptionsByTopic", TopicArn=TOPIC)["Subscriptions"]
    somebody("sns", "Unsubscribe", SubscriptionArn=one["SubscriptionArn"])


SET = {"ConfigurationSetName": "starlight-prod"}
EVENTS = {**SET, "EventDestinationName": "sns-bounce-complaint"}
DRIFTS = (
    Drift(
        "mail may leave in clear text",
        lambda they: they(
            "sesv2", "PutConfigurationSetDeliveryOptions", **SET, TlsPolicy="OPTIONAL"
        ),
        "ConfigurationSet",
        {"tls_policy": ("OPTIONAL", "REQUIRE")},
        ["sesv2:PutConfigurationSetDeliveryOptions"],
    ),
    Drift(
        "complaints are not suppressed any more",
        lambda they: they(
            "sesv2",
            "PutConfigurationSetSuppressionOptions",
            **SET,
            SuppressedReasons=["BOUNCE"],
        ),
        "ConfigurationSet",
        {"suppressed_reasons": (["BOUNCE"], ["BOUNCE", "COMPLAINT"])},
        ["sesv2:PutConfigurationSetSuppressionOptions"],
    ),
    Drift(
        "a tag was removed",
        lambda they: they(
            "sesv2",
            "UntagResource",
            ResourceArn=f"{SES}:identity/{DOMAIN}",
            TagKeys=["Project"],
        ),
        "EmailIdentity",
        {"tags.Project": (None, "starlightpractice")},
        ["sesv2:TagResource"],
    ),
    Drift(
        "the domain lost its default configuration set",
        lambda they: they(
            "sesv2", "PutEmailIdentityConfigurationSetAttributes", EmailIdentity=DOMAIN
        ),
        "EmailIdentity",
        {"configuration_set": ("", "starlight-prod")},
        ["sesv2:PutEmailIdentityConfigurationSetAttributes"],
    ),
    Drift(
        "DKIM signing was switched off",
        lambda they: they(
            "sesv2", "PutEmailIdentityDkimAttributes", EmailIdentity=DOMAIN, SigningEnabled=False
        ),
        "EmailIdentity",
        {"dkim_signing": (False, True)},
        ["sesv2:PutEmailIdentityDkimAttributes"],
    ),
    Drift(
        "a DKIM record points elsewhere",
        lambda they: they.change_records(
            ("UPSERT", f"{they.token()}._domainkey.{DOMAIN}", "CNAME", ["elsewhere.example.net"])
        ),
        "RecordSet",
        {"values": (["elsewhere.example.net"], ["<token>.dkim.amazonses.com"])},
        ["route53:ChangeResourceRecordSets"],
    ),
    Drift(
        "the MX record was deleted",
        lambda they: they.change_records(
            ("DELETE", f"mail.{DOMAIN}", "MX", ["10 feedback-smtp.us-east-2.amazonses.com"])
        ),
        "RecordSet",
        {},
        ["route53:ChangeResourceRecordSets"],
        action="create",
    ),
    Drift(
        "the SPF string was deleted among others",
        lambda they: they.change_records(
            ("UPSERT", f"mail.{DOMAIN}", "TXT", ['"theirs=1"']),
        ),
        "TxtValue",
        {"value": ("", "v=spf1 include:amazonses.com ~all")},
        ["route53:ChangeResourceRecordSets"],
    ),
    Drift(
        "the address identity lost its MAIL FROM",
        lambda they: they("sesv2", "PutEmailIdentityMailFromAttributes", EmailIdentity=ADDRESS),
        "MailFrom",
        {},
        ["sesv2:PutEmailIdentityMailFromAttributes"],
        action="create",
    ),
    Drift(
        "the role may send as anybody",
        wider_role_policy,
        "RolePolicy",
        {"statements.SendAsTheFromAddress": (..., ...)},
        ["iam:PutRolePolicy"],
    ),
    Drift(
        "SES may not publish to the topic any more",
        without_statement,
        "Topic",
        {"statements.SesMayPublishEvents": (None, ...)},
        ["sns:SetTopicAttributes"],
    ),
    Drift(
        "somebody unsubscribed",
        unsubscribe,
        "Subscription",
        {},
        ["sns:Subscribe"],
        action="create",
    ),
    Drift(
        "complaints are not reported any more",
        lambda they: they(
            "sesv2",
            "UpdateConfigurationSetEventDestination",
            **EVENTS,
            EventDestination={
                "Enabled": True,
                "MatchingEventTypes": ["BOUNCE", "DELIVERY_DELAY"],
                "SnsDestination": {"TopicArn": TOPIC},
            },
        ),
        "EventDestination",
        {"types": (["BOUNCE", "DELIVERY_DELAY"], ["BOUNCE", "COMPLAINT", "DELIVERY_DELAY"])},
        ["sesv2:UpdateConfigurationSetEventDestination"],
    ),
    Drift(
        "the event destination was deleted",
        lambda they: they("sesv2", "DeleteConfigurationSetEventDestination", **EVENTS),
        "EventDestination",
        {},
        ["sesv2:CreateConfigurationSetEventDestination"],
        action="create",
    ),
    Drift(
        "an alarm wakes nobody up",
        lambda they: they(
            "cloudwatch",
            "PutMetricAlarm",
            "us-east-1",
            **{**they.alarm("ses-bounce-rate-prod", "us-east-1"), "AlarmActions": []},
        ),
        "Alarm",
        {"alarm_actions": ([], [ALARM_TOPIC])},
        ["cloudwatch:PutMetricAlarm"],
    ),
    Drift(
        "an alarm was deleted",
        lambda they: they("cloudwatch", "DeleteAlarms", AlarmNames=["ses-complaint-rate-prod"]),
        "Alarm",
        {},
        ["cloudwatch:PutMetricAlarm"],
        action="create",
    ),
)


@pytest.fixture
def settled(cli: Cli, local: LocalAws) -> Somebody:
    """An account as prod wants it, and somebody in it."""
    local.seed(ACCOUNT, roles=[ROLE])
    prepared_by(cli, local, "apply", "--env", "prod", "--yes", "--role", ROLE)
    return Somebody(local)


def changes(planned: Result) -> list[dict[str, Any]]:
    """What a plan would change."""
    [report] = planned.json["environments"]
    every = [change for step in report["plan"]["steps"] for change in step["changes"]]
    return [change for change in every if change["action"] != "unchanged"]


def differences(change: dict[str, Any], somebody: Somebody) -> dict[str, Any]:
    """The differences of a change, with the token of this run named as such."""
    text = json.dumps(change["differences"]).replace(somebody.token(), "<token>")
    return {one["field"]: (one["old"], one["new"]) for one in json.loads(text)}


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_a_change_behind_its_back_is_shown_and_mended_as_exactly_that(
    drift: Drift, settled: Somebody, cli: Cli
) -> None:
    drift.make(settled)

    planned = cli("plan", "--env", "prod", "--role", ROLE, "--json")

    [change] = changes(planned)
    assert (change["kind"], change["action"]) == (drift.resource, drift.action)
    found = differences(change, settled)
    assert set(found) == set(drift.differences)
    for name, expected in drift.differences.items():
        for one, wanted in zip(found[name], expected, strict=True):
            assert wanted is ... or one == wanted
    mended = cli("apply", "--env", "prod", "--role", ROLE, "--yes")
    assert mended.status == 0
    assert [f"{call.service}:{call.operation}" for call in mended.writes] == drift.writes
    settled_again = cli("plan", "--env", "prod", "--role", ROLE, "--detailed-exitcode")
    assert settled_again.status == 0, settled_again.stdout


def test_mending_the_spf_string_leaves_the_strings_of_others(settled: Somebody, cli: Cli) -> None:
    settled.change_records(("UPSERT", f"mail.{DOMAIN}", "TXT", ['"theirs=1"']))

    cli("apply", "--env", "prod", "--yes")

    found = settled.local.route53.lookup(ACCOUNT, f"mail.{DOMAIN}", "TXT")
    assert sorted(found or ()) == ["theirs=1", "v=spf1 include:amazonses.com ~all"]


def test_several_changes_are_mended_together_in_the_order_of_the_steps(
    settled: Somebody, cli: Cli
) -> None:
    for drift in (DRIFTS[0], DRIFTS[6], DRIFTS[9], DRIFTS[13]):
        drift.make(settled)

    mended = cli("apply", "--env", "prod", "--role", ROLE, "--yes")

    assert [call.operation for call in mended.writes] == [
        "PutConfigurationSetDeliveryOptions",
        "ChangeResourceRecordSets",
        "PutRolePolicy",
        "CreateConfigurationSetEventDestination",
    ]


def test_a_deleted_identity_comes_back_with_its_records_in_one_apply(
    settled: Somebody, cli: Cli
) -> None:
    settled("sesv2", "DeleteEmailIdentity", EmailIdentity=DOMAIN)

    assert cli("apply", "--env", "prod", "--role", ROLE, "--yes").status == 0

    again = cli("apply", "--env", "prod", "--role", ROLE, "--yes")
    assert (again.status, again.writes) == (0, [])


def test_a_shorter_key_is_made_long_again_and_its_records_follow(
    settled: Somebody, cli: Cli
) -> None:
    settled(
        "sesv2",
        "PutEmailIdentityDkimSigningAttributes",
        EmailIdentity=DOMAIN,
        SigningAttributesOrigin="AWS_SES",
        SigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"},
    )
    settled.local.clock.advance(48 * 3600)  # SES changes a key length at most once a day

    assert cli("apply", "--env", "prod", "--role", ROLE, "--yes").status == 0

    again = cli("apply", "--env", "prod", "--role", ROLE, "--yes")
    assert (again.status, again.writes) == (0, [])


def test_a_key_that_is_to_be_longer_renews_its_records_in_the_same_apply(
    cli: Cli, local: LocalAws, tmp_path: Path
) -> None:
    prod = (CONFIG / "prod.toml").read_text(encoding="utf-8")
    short = f'{prod}\n[dkim]\nkey_length = "RSA_1024_BIT"\n'
    (tmp_path / "prod.toml").write_text(short, encoding="utf-8")
    here = ("--env", "prod", "--config-dir", str(tmp_path))
    assert cli("apply", *here, "--yes").status == 0
    local.clock.advance(48 * 3600)
    (tmp_path / "prod.toml").write_text(prod, encoding="utf-8")

    assert cli("apply", *here, "--yes").status == 0

    again = cli("apply", *here, "--yes")
    assert (again.status, again.writes) == (0, [])


def test_what_somebody_paused_stays_paused_and_is_said(settled: Somebody, cli: Cli) -> None:
    settled("sesv2", "PutConfigurationSetSendingOptions", **SET, SendingEnabled=False)

    again = cli("apply", "--env", "prod", "--role", ROLE, "--yes")

    assert (again.status, again.writes) == (0, [])
    shown = cli("plan", "--env", "prod", "--role", ROLE, "--verbose").stdout
    assert "configuration set starlight-prod (paused: it sends nothing)" in shown
