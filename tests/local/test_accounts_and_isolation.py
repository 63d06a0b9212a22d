"""Several accounts and regions in one local AWS, and several local AWSs in one process."""

from __future__ import annotations

import json
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from ses_provision.local import Knobs, LocalAws
from tests.local.conftest import AWAY, DOMAIN, HOME, PROD, STAGING, change, record, refused

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ses:GetAccount", "Resource": "*"}],
}
CREATIONS = {
    "sesv2": (
        lambda c: c.create_configuration_set(ConfigurationSetName="s"),
        lambda c: c.list_configuration_sets()["ConfigurationSets"],
    ),
    "sns": (lambda c: c.create_topic(Name="t"), lambda c: c.list_topics()["Topics"]),
    "sqs": (
        lambda c: c.create_queue(QueueName="q"),
        lambda c: c.list_queues().get("QueueUrls", []),
    ),
    "kms": (lambda c: c.create_key(), lambda c: c.list_keys()["Keys"]),
    "events": (
        lambda c: c.create_event_bus(Name="b"),
        lambda c: c.list_event_buses()["EventBuses"][1:],
    ),
}


@pytest.mark.parametrize("service", CREATIONS)
def test_what_one_account_and_region_has_no_other_sees(aws, service):
    create, seen = CREATIONS[service]
    create(aws.session(PROD, HOME).client(service))
    assert len(seen(aws.session(PROD, HOME).client(service))) == 1
    for account, region in ((PROD, AWAY), (STAGING, HOME), (STAGING, AWAY)):
        assert seen(aws.session(account, region).client(service)) == []


@pytest.mark.parametrize("service", CREATIONS)
def test_what_one_local_aws_has_no_other_sees(aws, service):
    create, seen = CREATIONS[service]
    create(aws.session(PROD, HOME).client(service))
    other = LocalAws()
    assert seen(other.session(PROD, HOME).client(service)) == []
    create(other.session(PROD, HOME).client(service))
    assert len(seen(aws.session(PROD, HOME).client(service))) == 1


def test_roles_belong_to_an_account_in_all_regions(aws):
    assert aws.session(PROD, AWAY).client("iam").get_role(RoleName="app")
    assert refused(aws.session(STAGING, HOME).client("iam").get_role, RoleName="app").status == 404


def test_motos_own_decorator_lives_beside_a_local_aws(aws):
    with mock_aws():
        elsewhere = boto3.Session("testing", "testing", region_name=HOME)
        elsewhere.client("sqs").create_queue(QueueName="of-moto")
        ours = aws.session(PROD, HOME).client("sqs")
        ours.create_queue(QueueName="of-ours")
        assert [url.rpartition("/")[2] for url in ours.list_queues()["QueueUrls"]] == ["of-ours"]
        urls = elsewhere.client("sqs").list_queues()["QueueUrls"]
        assert [url.rpartition("/")[2] for url in urls] == ["of-moto"]
    assert len(ours.list_queues()["QueueUrls"]) == 1


def test_a_session_ignores_the_profile_and_endpoint_of_the_developer(aws, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    session = aws.session(PROD)
    assert session.region_name is None
    assert session.client("sts", HOME).get_caller_identity()["Account"] == PROD


def test_other_sessions_are_left_alone(aws):
    aws.session(PROD, HOME)
    own = boto3.Session("LOCAL000" + PROD, "local", region_name=HOME)
    own.events.register_first("before-send", lambda **_: pytest.fail("sent"))
    with pytest.raises(pytest.fail.Exception):
        own.client("sts").get_caller_identity()


def test_a_reset_brings_back_what_was_seeded_and_nothing_else(aws):
    session = aws.session(PROD, HOME)
    before = aws.snapshot(PROD)
    session.client("sns").create_topic(Name="t")
    session.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    change(session.client("route53"), "CREATE", record(f"a.{DOMAIN}", "A", "192.0.2.1"))
    assert aws.snapshot(PROD) != before
    aws.reset()
    assert aws.snapshot(PROD) == before
    assert session.client("sns").list_topics()["Topics"] == []


def test_a_snapshot_sees_everything_an_account_has(aws):
    session = aws.session(PROD, HOME)
    seen = [aws.snapshot(PROD)]
    topic = session.client("sns").create_topic(Name="t")["TopicArn"]
    steps = (
        lambda: session.client("sns").subscribe(
            TopicArn=topic, Protocol="email", Endpoint="ops@example.org"
        ),
        lambda: session.client("sns").tag_resource(
            ResourceArn=topic, Tags=[{"Key": "a", "Value": "b"}]
        ),
        lambda: session.client("sesv2").create_email_identity(EmailIdentity=DOMAIN),
        lambda: session.client("iam").put_role_policy(
            RoleName="app", PolicyName="p", PolicyDocument=json.dumps(POLICY)
        ),
        lambda: session.client("cloudwatch", AWAY).put_metric_alarm(
            AlarmName="a", Namespace="N", MetricName="m", Statistic="Average", Period=60,
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        ),
        lambda: session.client("cloudwatch", AWAY).put_composite_alarm(
            AlarmName="c", AlarmRule="ALARM(a)"
        ),
        lambda: session.client("kms").create_key(),
        lambda: session.client("kms").create_alias(
            AliasName="alias/k",
            TargetKeyId=session.client("kms").list_keys()["Keys"][0]["KeyId"],
        ),
        lambda: change(session.client("route53"), "CREATE", record(f"a.{DOMAIN}", "TXT", '"x"')),
    )  # fmt: skip
    for step in steps:
        step()
        seen.append(aws.snapshot(PROD))
        assert seen[-1] != seen[-2]
    session.client("sns").get_topic_attributes(TopicArn=topic)
    assert aws.snapshot(PROD) == seen[-1]


def test_a_snapshot_has_the_alarms_of_all_pages(aws):
    cloudwatch = aws.session(PROD, HOME).client("cloudwatch")
    names = {f"a{number}" for number in range(101)}
    for name in names:
        cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace="N", MetricName="m", Statistic="Average", Period=60,
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
    assert set(aws.snapshot(PROD)["cloudwatch"][HOME]) == names


def test_what_is_made_and_deleted_again_leaves_the_snapshot_as_it_was(aws):
    session = aws.session(PROD, HOME)
    before = aws.snapshot(PROD)
    sns, r53, ses = (session.client(name) for name in ("sns", "route53", "sesv2"))
    topic = sns.create_topic(Name="t")["TopicArn"]
    ses.create_configuration_set(ConfigurationSetName="s")
    change(r53, "CREATE", entry := record(f"a.{DOMAIN}", "TXT", '"x"'))
    change(r53, "DELETE", entry)
    ses.delete_configuration_set(ConfigurationSetName="s")
    sns.delete_topic(TopicArn=topic)
    assert aws.snapshot(PROD) == before


def test_a_snapshot_does_not_depend_on_what_the_journal_remembers(aws):
    session = aws.session(PROD, "eu-central-1")
    session.client("sqs").create_queue(QueueName="q")
    before = aws.snapshot(PROD)
    aws.journal.clear()
    assert aws.snapshot(PROD) == before
    assert list(before["sqs"]) == ["eu-central-1"]


def test_dns_declared_for_an_account_without_zones_counts_from_that_moment(aws):
    other = "111122223333"
    ses = aws.session(other, HOME).client("sesv2")
    dkim = ses.create_email_identity(EmailIdentity="example.org")["DkimAttributes"]
    aws.clock.advance(600)
    for token in dkim["Tokens"]:
        aws.declare_dns(
            f"{token}._domainkey.example.org", "CNAME", [f"{token}.{dkim['SigningHostedZone']}"]
        )
    aws.clock.advance(aws.sesv2.verification_delay.total_seconds())
    assert ses.get_email_identity(EmailIdentity="example.org")["VerifiedForSendingStatus"]


def test_a_reset_takes_faults_away_and_leaves_the_other_knobs(aws):
    aws.knobs = Knobs(rate=5, verify_after=7)
    aws.fault("throttle")
    aws.reset()
    assert aws.knobs == Knobs(rate=5, verify_after=7)
    assert aws.sesv2.verification_delay == timedelta(seconds=7)
