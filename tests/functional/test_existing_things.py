"""What stands in the account already: adopted, merged, or mended in the open."""

from __future__ import annotations

import json
from typing import Any

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from tests.conftest import Cli
from tests.functional.existing import APPLY, PLAN, change, identity


def call(local: LocalAws, env: Environment, service: str, operation: str, **params: Any) -> Any:
    """Let somebody do something in the account."""
    return local.call(env.account_id, env.region, service, operation, params)


def test_an_identity_with_another_default_set_is_shown_old_to_new(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    call(local, env, "sesv2", "CreateConfigurationSet", ConfigurationSetName="theirs")
    tokens = identity(local, env, ConfigurationSetName="theirs", Tags=[{"Key": "a", "Value": "b"}])

    shown = change(cli(*PLAN), "identity", "domain identity")

    assert {"field": "configuration_set", "old": "theirs", "new": "starlight-prod"} in shown[
        "differences"
    ]
    assert cli(*APPLY).status == 0
    held = call(local, env, "sesv2", "GetEmailIdentity", EmailIdentity=env.domain)
    assert held["ConfigurationSetName"] == "starlight-prod"
    assert {"Key": "a", "Value": "b"} in held["Tags"]
    assert held["DkimAttributes"]["Tokens"] == tokens, "the identity was not made anew"


def test_options_of_a_set_that_we_do_not_manage_are_kept(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    name = env.configuration_set.name
    call(local, env, "sesv2", "CreateDedicatedIpPool", PoolName="pool")
    call(
        local,
        env,
        "sesv2",
        "CreateConfigurationSet",
        ConfigurationSetName=name,
        DeliveryOptions={"TlsPolicy": "OPTIONAL", "SendingPoolName": "pool"},
        VdmOptions={"DashboardOptions": {"EngagementMetrics": "DISABLED"}},
    )

    assert cli(*APPLY).status == 0

    held = call(local, env, "sesv2", "GetConfigurationSet", ConfigurationSetName=name)
    assert held["DeliveryOptions"]["SendingPoolName"] == "pool"
    assert held["DeliveryOptions"]["TlsPolicy"] == "REQUIRE"
    assert held["VdmOptions"]["DashboardOptions"]["EngagementMetrics"] == "DISABLED"


def test_statements_and_subscribers_of_others_on_our_topic_are_kept(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    theirs = {
        "Sid": "Theirs",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "SNS:Subscribe",
        "Resource": f"arn:aws:sns:{env.region}:{env.account_id}:{env.event_topic}",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [theirs]})
    topic = call(
        local, env, "sns", "CreateTopic", Name=env.event_topic, Attributes={"Policy": policy}
    )["TopicArn"]
    who = {"Protocol": "https", "Endpoint": "https://x.example/hook"}
    call(local, env, "sns", "Subscribe", TopicArn=topic, **who)

    assert cli(*APPLY).status == 0

    held = call(local, env, "sns", "GetTopicAttributes", TopicArn=topic)["Attributes"]
    sids = [one["Sid"] for one in json.loads(held["Policy"])["Statement"]]
    assert "Theirs" in sids
    assert "SesMayPublishEvents" in sids
    subscribers = call(local, env, "sns", "ListSubscriptionsByTopic", TopicArn=topic)
    endpoints = {one["Endpoint"] for one in subscribers["Subscriptions"]}
    assert endpoints == {"https://x.example/hook", *env.events.emails}


def test_a_role_policy_edited_by_hand_is_shown_statement_by_statement_and_mended(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    local.seed(env.account_id, roles=["app"])
    cli(*APPLY, "--role", "app")
    wide = {"Effect": "Allow", "Action": "ses:*", "Resource": "*", "Sid": "Wide"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [wide]})
    names = {"RoleName": "app", "PolicyName": env.policy_name}
    call(local, env, "iam", "PutRolePolicy", **names, PolicyDocument=policy)

    shown = change(cli(*PLAN, "--role", "app"), "role", "policy")

    fields = {one["field"] for one in shown["differences"]}
    assert shown["action"] == "update"
    assert "statements.Wide" in fields
    assert cli(*APPLY, "--role", "app").status == 0
    held = json.dumps(call(local, env, "iam", "GetRolePolicy", **names)["PolicyDocument"])
    assert "ses:*" not in held


def test_actions_of_others_on_our_alarm_survive_its_mending(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    cli(*APPLY)
    other = call(local, env, "sns", "CreateTopic", Name="pager")["TopicArn"]
    ours = f"arn:aws:sns:{env.region}:{env.account_id}:{env.alarm_topic}"
    definition = {
        "MetricName": "Reputation.BounceRate",
        "Namespace": "AWS/SES",
        "Statistic": "Average",
        "Period": 900,
        "EvaluationPeriods": 1,
        "Threshold": 0.5,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    call(
        local,
        env,
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName=env.bounce_alarm,
        AlarmActions=[ours, other],
        InsufficientDataActions=[other],
        **definition,
    )

    assert cli(*APPLY).status == 0

    listed = call(local, env, "cloudwatch", "DescribeAlarms", AlarmNames=[env.bounce_alarm])
    [held] = listed["MetricAlarms"]
    assert held["Threshold"] == 0.05
    assert set(held["AlarmActions"]) == {ours, other}
    assert held["InsufficientDataActions"] == [other]


def test_an_event_destination_of_another_name_on_our_topic_stays_beside_ours(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    cli(*APPLY)
    name = {"ConfigurationSetName": env.configuration_set.name}
    topic = f"arn:aws:sns:{env.region}:{env.account_id}:{env.event_topic}"
    theirs = {
        "Enabled": True,
        "MatchingEventTypes": ["SEND"],
        "SnsDestination": {"TopicArn": topic},
    }
    operation = "CreateConfigurationSetEventDestination"
    extra = {"EventDestinationName": "theirs", "EventDestination": theirs}
    call(local, env, "sesv2", operation, **name, **extra)

    assert cli(*APPLY).writes == []
    held = call(local, env, "sesv2", "GetConfigurationSetEventDestinations", **name)
    assert {one["Name"] for one in held["EventDestinations"]} == {
        "theirs",
        env.events.destination,
    }
