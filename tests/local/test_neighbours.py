"""What SES sees of DNS, topics, metrics and buses: `contract.Neighbours`."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ses_provision.local.contract import AwsError, Caller
from tests.local.conftest import AWAY, DOMAIN, HOME, PROD, STAGING, ZONE, change, record, refused

HERE = Caller(PROD, HOME)
SET = f"arn:aws:ses:{HOME}:{PROD}:configuration-set/starlight-prod"
TOPIC = f"arn:aws:sns:{HOME}:{PROD}:events"


@pytest.fixture
def r53(client):
    return client("route53")


@pytest.fixture
def beside(aws):
    return aws.surroundings


@pytest.mark.parametrize(
    ("kind", "written", "seen"),
    [
        ("TXT", ['"v=spf1 include:amazonses.com ~all"'], ["v=spf1 include:amazonses.com ~all"]),
        ("TXT", ['"a" "b"', r'"c\"d"'], ["ab", 'c"d']),
        ("CNAME", ["Token.DKIM.amazonses.com."], ["token.dkim.amazonses.com"]),
        ("MX", ["10 Feedback-SMTP.us-east-2.amazonses.com."],
         ["10 feedback-smtp.us-east-2.amazonses.com"]),
        ("A", ["192.0.2.1"], ["192.0.2.1"]),
    ],
)  # fmt: skip
def test_dns_answers_every_account_from_the_zones_of_all(beside, r53, kind, written, seen):
    change(r53, "CREATE", record(f"Mail.{DOMAIN}", kind, *written))
    assert beside.dns(PROD, f"mail.{DOMAIN}", kind) == seen
    assert beside.dns(PROD, f"MAIL.{DOMAIN}.", kind) == seen
    assert beside.dns(STAGING, f"mail.{DOMAIN}", kind) == seen


def test_dns_has_no_answer_where_there_is_no_record(beside):
    assert beside.dns(PROD, f"nothing.{DOMAIN}", "TXT") is None
    assert beside.dns(PROD, "example.org", "TXT") is None


def test_private_zones_are_not_public_dns(aws, beside, client):
    aws.seed(PROD, private_zones=[("ZPRIVATE", f"inner.{DOMAIN}")])
    change(client("route53"), "CREATE", record(f"a.inner.{DOMAIN}", "TXT", '"x"'), zone="ZPRIVATE")
    assert beside.dns(PROD, f"a.inner.{DOMAIN}", "TXT") is None


def test_the_most_specific_zone_answers(aws, beside, r53):
    aws.seed(PROD, zones=[("ZINNER", f"inner.{DOMAIN}")])
    change(r53, "CREATE", record(f"a.inner.{DOMAIN}", "TXT", '"outer"'))
    assert beside.dns(PROD, f"a.inner.{DOMAIN}", "TXT") is None
    change(r53, "CREATE", record(f"a.inner.{DOMAIN}", "TXT", '"inner"'), zone="ZINNER")
    assert beside.dns(PROD, f"a.inner.{DOMAIN}", "TXT") == ["inner"]


def test_a_delegation_hides_what_lies_below_it(beside, r53):
    """RFC 1034, 4.3.2."""
    change(r53, "CREATE", record(f"a.dev.{DOMAIN}", "TXT", '"x"'))
    assert beside.dns(PROD, f"a.dev.{DOMAIN}", "TXT") == ["x"]
    change(r53, "CREATE", record(f"dev.{DOMAIN}", "NS", "ns-1.awsdns-01.org"))
    assert beside.dns(PROD, f"a.dev.{DOMAIN}", "TXT") is None


def test_a_wildcard_answers_only_for_names_that_do_not_exist(beside, r53):
    """RFC 4592."""
    change(r53, "CREATE", record(f"*.{DOMAIN}", "TXT", '"any"'))
    change(r53, "CREATE", record(f"a.b.{DOMAIN}", "A", "192.0.2.1"))
    assert beside.dns(PROD, f"x.{DOMAIN}", "TXT") == ["any"]
    assert beside.dns(PROD, f"x.y.{DOMAIN}", "TXT") == ["any"]
    assert beside.dns(PROD, f"a.b.{DOMAIN}", "TXT") is None
    assert beside.dns(PROD, f"b.{DOMAIN}", "TXT") is None


def test_external_dns_counts_where_the_account_has_no_zone(aws, beside):
    aws.declare_dns("Mail.Example.ORG.", "mx", ["10 a.example.org"])
    assert beside.dns(PROD, "mail.example.org", "MX") == ["10 a.example.org"]
    assert beside.dns(STAGING, "mail.example.org", "MX") == ["10 a.example.org"]
    aws.declare_dns("mail.example.org", "MX", [])
    assert beside.dns(PROD, "mail.example.org", "MX") is None
    aws.declare_dns("only.example.org", "TXT", ["x"], account=STAGING)
    assert beside.dns(PROD, "only.example.org", "TXT") is None
    assert beside.dns(STAGING, "only.example.org", "TXT") == ["x"]


def allowing(**changes):
    statement = {
        "Sid": "AllowSES",
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": TOPIC,
        "Condition": {"StringEquals": {"AWS:SourceAccount": PROD, "AWS:SourceArn": SET}},
    } | changes
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def sns(client):
    made = client("sns")
    made.create_topic(Name="events")
    return made


def under(sns, text):
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=text)


def test_ses_may_publish_where_the_topic_policy_names_this_set_and_account(beside, sns):
    """SES Developer Guide, event-publishing-add-event-destination-sns.md."""
    under(sns, allowing())
    assert beside.sns_topic_refusal(HERE, TOPIC, SET) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"Service": "cloudwatch.amazonaws.com"}},
        {"Principal": {"AWS": f"arn:aws:iam::{PROD}:root"}},
        {"Action": "SNS:Subscribe"},
        {"Resource": f"{TOPIC}-2"},
        {"Effect": "Deny"},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": STAGING}}},
        {"Condition": {"StringEquals": {"AWS:SourceArn": f"{SET}-2"}}},
        {"Condition": {"StringLike": {"aws:PrincipalOrgID": "o-*"}}},
    ],
)
def test_ses_may_not_publish_under_another_policy(beside, sns, changes):
    under(sns, allowing(**changes))
    assert beside.sns_topic_refusal(HERE, TOPIC, SET) == f"Could not publish to SNS topic: {TOPIC}"


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": "*"},
        {"Action": ["SNS:Subscribe", "sns:publish"]},
        {"Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:ses:*:{PROD}:configuration-set/*"}}},
        {"Condition": {}},
    ],
)
def test_ses_may_publish_under_wider_policies(beside, sns, changes):
    under(sns, allowing(**changes))
    assert beside.sns_topic_refusal(HERE, TOPIC, SET) is None


def test_the_policy_that_every_topic_is_born_with_admits_the_ses_of_its_owner(beside, sns):
    """localstack, test_ses_sns_topic_integration_send_email: SES sets aws:SourceOwner."""
    assert beside.sns_topic_refusal(HERE, TOPIC, SET) is None
    stranger = Caller(STAGING, HOME)
    assert "Could not publish" in beside.sns_topic_refusal(stranger, TOPIC, SET)


def test_a_deny_of_plain_http_does_not_hit_ses(beside, sns):
    document = json.loads(allowing())
    document["Statement"].append({
        "Effect": "Deny", "Principal": "*", "Action": "SNS:Publish", "Resource": TOPIC,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })  # fmt: skip
    under(sns, json.dumps(document))
    assert beside.sns_topic_refusal(HERE, TOPIC, SET) is None


def test_the_topic_has_to_be_a_standard_topic_in_the_same_region(beside, sns):
    """SES Developer Guide: regions.md; event-publishing-add-event-destination-sns.md."""
    under(sns, allowing())
    assert "not in region" in beside.sns_topic_refusal(Caller(PROD, AWAY), TOPIC, SET)
    assert "not found" in beside.sns_topic_refusal(HERE, f"{TOPIC}-2", SET)
    assert "FIFO" in beside.sns_topic_refusal(HERE, f"{TOPIC}.fifo", SET)
    assert "Invalid" in beside.sns_topic_refusal(HERE, "events", SET)


def test_the_key_of_aws_for_sns_keeps_ses_out_and_a_key_of_ones_own_lets_it_in(beside, sns, client):
    """aws-facts 3: alias/aws/sns cannot be used; ses needs GenerateDataKey and Decrypt."""
    under(sns, allowing())
    kms = client("kms")

    def encrypt(key):
        sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue=key)
        return beside.sns_topic_refusal(HERE, TOPIC, SET)

    assert "Could not publish" in encrypt("alias/aws/sns")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert "Could not publish" in encrypt(key)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "Resource": "*",
    }
    kms.put_key_policy(
        KeyId=key,
        PolicyName="default",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    assert encrypt(key) is None
    kms.create_alias(AliasName="alias/events", TargetKeyId=key)
    assert encrypt("alias/events") is None
    assert "Could not publish" in encrypt("alias/unknown")
    assert encrypt("") is None


def test_an_event_destination_is_refused_until_the_topic_lets_ses_publish(aws, sns, client):
    ses = client("sesv2")
    ses.create_configuration_set(ConfigurationSetName="starlight-prod")
    under(sns, allowing(Principal={"Service": "cloudwatch.amazonaws.com"}))
    asked = {
        "ConfigurationSetName": "starlight-prod",
        "EventDestinationName": "sns",
        "EventDestination": {
            "Enabled": True,
            "MatchingEventTypes": ["BOUNCE"],
            "SnsDestination": {"TopicArn": TOPIC},
        },
    }
    assert refused(ses.create_configuration_set_event_destination, **asked).kind == (
        "BadRequestException"
    )
    under(sns, allowing())
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="ops@example.org")
    aws.confirm_subscriptions()
    ses.create_configuration_set_event_destination(**asked)
    assert [mail.body for mail in aws.outbox if mail.kind == "notification"] == [
        "Successfully validated SNS topic for Amazon SES event publishing."
    ]


def test_metrics_of_ses_are_seen_in_the_region_where_they_were_put(aws, beside, client):
    beside.put_metric(HERE, "Reputation.BounceRate", 0.25, {"ses:configuration-set": "s"})
    seen = client("cloudwatch").list_metrics(Namespace="AWS/SES")["Metrics"]
    assert seen[0]["Dimensions"] == [{"Name": "ses:configuration-set", "Value": "s"}]
    points = client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SES",
        MetricName="Reputation.BounceRate",
        Dimensions=seen[0]["Dimensions"],
        StartTime=aws.clock.now() - timedelta(minutes=15),
        EndTime=aws.clock.now() + timedelta(minutes=15),
        Period=900,
        Statistics=["Average"],
    )["Datapoints"]
    assert [point["Average"] for point in points] == [0.25]
    assert client("cloudwatch", PROD, AWAY).list_metrics()["Metrics"] == []


def test_events_of_ses_reach_a_queue_through_a_rule_of_the_bus(beside, client):
    sqs, events = client("sqs"), client("events")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    pattern = json.dumps({"source": ["aws.ses"]})
    rule = events.put_rule(Name="r", EventPattern=pattern)["RuleArn"]
    target = {"Id": "q", "Arn": f"arn:aws:sqs:{HOME}:{PROD}:q"}
    events.put_targets(Rule="r", Targets=[target])
    beside.put_event(HERE, "Email Bounced", {"mail": {"messageId": "lost"}}, SET)
    admitted = {
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": target["Arn"],
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allowing(**admitted)})
    beside.put_event(HERE, "Email Bounced", {"mail": {"messageId": "m"}}, SET)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    body = json.loads(message["Body"])
    assert (body["source"], body["detail-type"]) == ("aws.ses", "Email Bounced")
    assert body["detail"] == {"mail": {"messageId": "m"}}


def test_dkim_is_verified_over_the_zone_and_exactly_when_the_records_stood_long_enough(
    aws, client, r53
):
    ses = client("sesv2")
    made = ses.create_email_identity(EmailIdentity=DOMAIN)["DkimAttributes"]
    aws.clock.advance(100)
    change(r53, "CREATE", *[
        record(f"{token}._domainkey.{DOMAIN}", "CNAME", f"{token}.{made['SigningHostedZone']}")
        for token in made["Tokens"]
    ], zone=ZONE)  # fmt: skip
    delay = aws.sesv2.verification_delay.total_seconds()

    def status():
        return ses.get_email_identity(EmailIdentity=DOMAIN)["DkimAttributes"]["Status"]

    aws.clock.advance(delay - 1)
    assert status() == "PENDING"
    aws.clock.advance(1)
    assert status() == "SUCCESS"


def test_records_reach_a_stream_that_exists(aws, beside, client):
    stream = f"arn:aws:firehose:{HOME}:{PROD}:deliverystream/s"
    with pytest.raises(AwsError, match="not found"):
        beside.put_firehose_record(HERE, stream, b"{}")
    trust = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "firehose.amazonaws.com"},
    }]}  # fmt: skip
    client("iam").create_role(RoleName="writer", AssumeRolePolicyDocument=json.dumps(trust))
    where = {"LocationConstraint": HOME}
    client("s3").create_bucket(Bucket="mail-archive", CreateBucketConfiguration=where)
    client("firehose").create_delivery_stream(
        DeliveryStreamName="s",
        ExtendedS3DestinationConfiguration={
            "RoleARN": f"arn:aws:iam::{PROD}:role/writer",
            "BucketARN": "arn:aws:s3:::mail-archive",
        },
    )
    with pytest.raises(AwsError, match="not in ACTIVE state"):
        beside.put_firehose_record(HERE, stream, b"{}")
    aws.clock.advance(aws.knobs.stream_after)
    beside.put_firehose_record(HERE, stream, b"{}")
    assert beside.stream_records == [(stream, b"{}")]
