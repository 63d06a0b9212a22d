"""Knobs for what AWS does a little later: lists, effects, the end of a session."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ses_provision.local.contract import Caller
from tests.local.conftest import DOMAIN, HOME, PROD, STAGING, refused

TOPIC = f"arn:aws:sns:{HOME}:{PROD}:events"
SET = f"arn:aws:ses:{HOME}:{PROD}:configuration-set/starlight-prod"
OPS = f"ops@{DOMAIN}"


@pytest.fixture
def sns(client):
    return client("sns")


def turn(aws, **knobs):
    aws.knobs = replace(aws.knobs, **knobs)


def topics(sns):
    return [each["TopicArn"] for each in sns.list_topics()["Topics"]]


def subscribers(sns):
    found = sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    return [each["Endpoint"] for each in found]


def test_nothing_is_late_unless_a_knob_says_so(sns):
    sns.create_topic(Name="events")
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=OPS)
    assert (topics(sns), subscribers(sns)) == ([TOPIC], [OPS])


def test_lists_show_what_was_written_only_after_a_while(aws, sns):
    turn(aws, lists_after=30.0)
    sns.create_topic(Name="events")
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=OPS)
    aws.clock.advance(29)
    assert (topics(sns), subscribers(sns), sns.list_subscriptions()["Subscriptions"]) == (
        [], [], [],
    )  # fmt: skip
    assert sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["SubscriptionsPending"] == "1"
    aws.clock.advance(1)
    assert (topics(sns), subscribers(sns)) == ([TOPIC], [OPS])


def test_lists_still_show_what_was_removed_for_a_while(aws, sns):
    sns.create_topic(Name="events")
    turn(aws, lists_after=30.0)
    sns.delete_topic(TopicArn=TOPIC)
    assert topics(sns) == [TOPIC]
    aws.clock.advance(30)
    assert topics(sns) == []


def test_lists_show_what_was_written_only_after_some_readings(aws, sns):
    sns.create_topic(Name="events")
    turn(aws, lists_after_reads=2)
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=OPS)
    assert [subscribers(sns) for _ in range(3)] == [[], [], [OPS]]


def test_each_write_is_late_by_itself(aws, sns):
    sns.create_topic(Name="events")
    turn(aws, lists_after=30.0)
    sns.create_topic(Name="first")
    aws.clock.advance(20)
    sns.create_topic(Name="second")
    aws.clock.advance(10)
    assert [arn.split(":")[5] for arn in topics(sns)] == ["events", "first"]
    aws.clock.advance(20)
    assert [arn.split(":")[5] for arn in topics(sns)] == ["events", "first", "second"]


def test_lists_of_another_account_are_their_own(aws, client, sns):
    turn(aws, lists_after=30.0)
    sns.create_topic(Name="events")
    other = client("sns", STAGING)
    aws.clock.advance(30)
    other.create_topic(Name="theirs")
    assert topics(sns) == [TOPIC]
    assert topics(other) == []


def test_a_policy_is_heeded_after_a_while_though_it_is_shown_at_once(aws, sns):
    sns.create_topic(Name="events")
    turn(aws, effect_after=30.0)
    closed = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": "SNS:Publish",
                    "Resource": TOPIC,
                }
            ],
        }
    )
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=closed)
    assert sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Policy"] == closed
    here = Caller(PROD, HOME)
    assert aws.surroundings.sns_topic_refusal(here, TOPIC, SET) is None
    aws.clock.advance(30)
    assert "Could not publish" in aws.surroundings.sns_topic_refusal(here, TOPIC, SET)
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue="")
    assert "Could not publish" in aws.surroundings.sns_topic_refusal(here, TOPIC, SET)
    aws.clock.advance(30)
    assert aws.surroundings.sns_topic_refusal(here, TOPIC, SET) is None


def test_a_new_subscription_hears_nothing_for_a_while(aws, sns):
    sns.create_topic(Name="events")
    turn(aws, effect_after=30.0)
    sns.subscribe(TopicArn=TOPIC, Protocol="sms", Endpoint="+15555550100")
    for message in ("early", "late"):
        sns.publish(TopicArn=TOPIC, Message=message)
        aws.clock.advance(30)
    assert [mail.body for mail in aws.outbox] == ["late"]


def as_session(aws, client, service, **params):
    keys = client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{PROD}:role/app", RoleSessionName="ci", DurationSeconds=900
    )["Credentials"]
    return aws.session(STAGING, HOME).client(
        service,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("sts", "get_caller_identity", "ExpiredToken"),
        ("sesv2", "get_account", "ExpiredTokenException"),
    ],
)
def test_a_session_ends_when_its_time_is_over(aws, client, service, call, code):
    turn(aws, sessions_expire=True)
    session = as_session(aws, client, service)
    aws.clock.advance(899)
    getattr(session, call)()
    aws.clock.advance(1)
    found = refused(getattr(session, call))
    assert (found.code, found.status) == (code, 403)


def test_sessions_last_for_ever_unless_the_knob_says_otherwise(aws, client):
    session = as_session(aws, client, "sts")
    aws.clock.advance(10 * 3600)
    assert session.get_caller_identity()["Account"] == PROD
    turn(aws, sessions_expire=True)
    assert refused(session.get_caller_identity).code == "ExpiredToken"
    assert client("sts").get_caller_identity()["Account"] == PROD
