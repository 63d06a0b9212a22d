"""Who may publish to our topics."""

from typing import Any

from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.resources import policies
from ses_provision.resources.sns import Topic
from ses_provision.steps import arns

OWNER_ACTIONS = [
    "SNS:AddPermission",
    "SNS:DeleteTopic",
    "SNS:GetTopicAttributes",
    "SNS:ListSubscriptionsByTopic",
    "SNS:Publish",
    "SNS:RemovePermission",
    "SNS:SetTopicAttributes",
    "SNS:Subscribe",
]


def carries_events(env: Environment, region: str, name: str) -> bool:
    """Whether SES publishes to a topic: the event topic, in the sending region."""
    return (region, name) == (env.region, env.event_topic)


def topic(env: Environment, account: Account, region: str, name: str) -> Topic:
    """A topic with the statements that its publishers need."""
    arn = account.arn("sns", name, region)
    always = [owner(arn, account), plain_http(arn)]
    events, alarm = ses(arn, env, account), alarms(arn, region, account)
    wanted = [
        *always,
        *([events] if carries_events(env, region, name) else []),
        *([alarm] if region in env.alarm_regions and name == env.alarm_topic else []),
    ]
    return Topic(
        arn,
        policies.named(wanted),
        env.events.kms_key,
        env.all_tags,
        sids=frozenset(policies.named([*always, events, alarm])),
    )


def owner(arn: str, account: Account) -> dict[str, Any]:
    """The account keeps its rights: a policy of our own replaces the default one."""
    return {
        "Sid": "OwnerMayEverything",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{account.partition}:iam::{account.id}:root"},
        "Action": OWNER_ACTIONS,
        "Resource": arn,
    }


def plain_http(arn: str) -> dict[str, Any]:
    """Nobody publishes in clear text."""
    return {
        "Sid": "NobodyOverPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


MOST_SETS = 20
"""Sets that the policy of a topic names one by one; of more it names the account alone."""


def ses(arn: str, env: Environment, account: Account) -> dict[str, Any]:
    """SES may publish for the configuration sets of the file (SES Developer Guide, event
    destination for Amazon SNS)."""
    own = [each.configuration_set for each in env.tenants if each.configuration_set]
    named = [account.arn("ses", f"configuration-set/{name}") for name in own]
    shared = arns.configuration_set(env, account)
    sources: str | list[str] = [shared, *named] if named else shared
    sender = {"AWS:SourceAccount": account.id}
    condition: dict[str, Any] = {"StringEquals": {**sender, "AWS:SourceArn": sources}}
    if len(named) >= MOST_SETS:
        every = account.arn("ses", "configuration-set/*")
        condition = {"StringEquals": sender, "StringLike": {"AWS:SourceArn": every}}
    return {
        "Sid": "SesMayPublishEvents",
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": condition,
    }


def alarms(arn: str, region: str, account: Account) -> dict[str, Any]:
    """CloudWatch may publish for the alarms of this account (CloudWatch User Guide, notifying
    users on alarm changes)."""
    return {
        "Sid": "AlarmsMayPublish",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {
            "ArnLike": {"AWS:SourceArn": account.arn("cloudwatch", "alarm:*", region)},
            "StringEquals": {"AWS:SourceAccount": account.id},
        },
    }
