"""EventBridge as the local AWS has it: patterns, and what it refuses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.local.contract import AwsError
from ses_provision.local.event_pattern import matches, parse
from tests.local.conftest import HOME, PROD, refused

EVENT = {
    "source": "aws.ses",
    "detail-type": "Email Bounced",
    "account": PROD,
    "resources": ["a", "b"],
    "detail": {
        "n": 7, "on": True, "none": None, "ip": "192.0.2.9",
        "mail": {"tags": {"ses:configuration-set": ["one", "two"]}, "to": "Ann@example.com"},
        "people": [{"name": "ann"}, {"name": "ben"}],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({"source": ["aws.ses"]}, True),
        ({"source": ["aws.s3", "aws.ses"], "account": [PROD]}, True),
        ({"source": ["aws.ses"], "account": ["1"]}, False),
        ({"Source": ["aws.ses"]}, False),
        ({"resources": ["b"]}, True),
        ({"detail": {"mail": {"tags": {"ses:configuration-set": ["two"]}}}}, True),
        ({"detail": {"mail": {"tags": {"ses:configuration-set": ["three"]}}}}, False),
        ({"detail": {"people": {"name": ["ben"]}}}, True),
        ({"detail": {"n": [7]}}, True),
        ({"detail": {"n": ["7"]}}, False),
        ({"detail": {"on": [1]}}, False),
        ({"detail": {"none": [None]}}, True),
        ({"detail": {"gone": [None]}}, False),
        ({"detail": {"gone": [{"exists": False}], "n": [{"exists": True}]}}, True),
        ({"detail": {"n": [{"numeric": [">", 5, "<=", 7]}]}}, True),
        ({"detail": {"n": [{"numeric": [">", 7]}]}}, False),
        ({"detail": {"on": [{"numeric": [">", 0]}]}}, False),
        ({"detail-type": [{"prefix": "Email "}]}, True),
        ({"detail-type": [{"suffix": {"equals-ignore-case": "BOUNCED"}}]}, True),
        ({"detail-type": [{"prefix": {"equals-ignore-case": "email"}}]}, True),
        ({"detail-type": [{"anything-but": ["Email Sent"]}]}, True),
        ({"detail-type": [{"anything-but": {"prefix": "Email"}}]}, False),
        ({"detail": {"mail": {"to": [{"equals-ignore-case": "ann@EXAMPLE.com"}]}}}, True),
        ({"detail": {"mail": {"to": [{"wildcard": "*@example.*"}]}}}, True),
        ({"detail": {"ip": [{"cidr": "192.0.2.0/28"}]}}, True),
        ({"detail": {"ip": [{"cidr": "192.0.2.16/28"}]}}, False),
        ({"$or": [{"source": ["x"]}, {"detail": {"n": [7]}}]}, True),
        ({"$or": [{"source": ["x"]}, {"detail": {"n": [8]}}]}, False),
        ({"detail": {"n": {"deeper": ["x"]}}}, False),
    ],
)
def test_a_pattern_picks_what_it_says(pattern, wanted):
    """EventBridge User Guide, comparison operators."""
    assert matches(parse(json.dumps(pattern)), EVENT) is wanted


@pytest.mark.parametrize(
    "pattern",
    ["", "[]", "{}",
     '{"source": "aws.ses"}', '{"source": []}', '{"source": {}}', '{"source": [[1]]}',
     '{"source": [{"like": "x"}]}', '{"source": [{}]}', '{"$or": [{"a": [1]}]}', '{"$or": [1, 2]}',
     f'{{"source": ["{"x" * 2048}"]}}'],
)  # fmt: skip
def test_what_is_no_pattern_makes_no_rule(client, pattern):
    events = client("events")

    params = {"Name": "r", "EventPattern": pattern}
    code = "ValidationException" if pattern == "" else "InvalidEventPatternException"
    assert refused(events.put_rule, **params).code == code
    assert events.list_rules()["Rules"] == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_no_pattern_that_is_taken_breaks_on_any_event(pattern, event):
    try:
        parsed = parse(json.dumps(pattern))
    except AwsError:
        return
    assert matches(parsed, event) in (True, False)


def rule(events, name="r"):
    events.put_rule(Name=name, EventPattern='{"source": ["shop"]}')
    return name


def test_rules_keep_their_tags_and_are_deleted_after_their_targets(client):
    events = client("events")
    arn = events.put_rule(Name="r", EventPattern='{"source": ["shop"]}',
                          Tags=[{"Key": "a", "Value": "1"}])["RuleArn"]  # fmt: skip
    rule(events)
    events.put_rule(Name="r", EventPattern='{"source": ["x"]}', Tags=[{"Key": "a", "Value": "2"}])
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    targets = [{"Id": str(n), "Arn": f"arn:aws:sqs:{HOME}:{PROD}:q{n}"} for n in range(5)]
    assert events.put_targets(Rule="r", Targets=targets)["FailedEntryCount"] == 0
    more = [{"Id": "more", "Arn": targets[0]["Arn"]}]
    assert refused(events.put_targets, Rule="r", Targets=more).code == "LimitExceededException"
    assert refused(events.delete_rule, Name="r").code == "ValidationException"
    for wrong in ({"Arn": "q"}, {"DeadLetterConfig": {"Arn": "q"}}, {"Input": "{"}):
        target = {**targets[0], **wrong}
        said = refused(events.put_targets, Rule="r", Targets=[target])
        assert said.code == "ValidationException", wrong
    found = client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["events:rule"])
    assert [each["ResourceARN"] for each in found["ResourceTagMappingList"]] == [arn]


def test_nobody_but_aws_puts_events_of_aws(client):
    entries = [
        {"Source": "aws.ses", "DetailType": "Email Sent", "Detail": "{}"},
        {"Source": "shop", "DetailType": "Order", "Detail": "{"},
        {"Source": "shop", "Detail": "{}"},
        {"Source": "shop", "DetailType": "Order", "Detail": "{}"},
    ]
    reply = client("events").put_events(Entries=entries)

    codes = [entry.get("ErrorCode") for entry in reply["Entries"]]
    assert codes == [
        "NotAuthorizedForSourceException", "MalformedDetail", "InvalidArgument", None,
    ]  # fmt: skip
    assert reply["FailedEntryCount"] == 3


def test_a_queue_is_served_a_minute_after_its_name_was_given_up(aws, client):
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)

    again = refused(sqs.create_queue, QueueName="q")
    assert again.code == "AWS.SimpleQueueService.QueueDeletedRecently"
    aws.clock.advance(60)
    assert sqs.create_queue(QueueName="q")["QueueUrl"] == url


def test_a_queue_keeps_what_is_set_beside_its_policy_and_one_encryption(client):
    sqs = client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    allowed = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": ["x"]})
    denied = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    for name, text in (("Policy", policy), ("RedriveAllowPolicy", allowed),
                       ("MessageRetentionPeriod", "60"), ("KmsMasterKeyId", key)):  # fmt: skip
        sqs.set_queue_attributes(QueueUrl=dead, Attributes={name: text})

    found = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]
    wanted = {"Policy": policy, "RedriveAllowPolicy": allowed, "MessageRetentionPeriod": "60",
              "KmsMasterKeyId": key, "SqsManagedSseEnabled": "false"}  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    both = {"KmsMasterKeyId": key, "SqsManagedSseEnabled": "true"}
    said = refused(sqs.set_queue_attributes, QueueUrl=dead, Attributes=both)
    assert said.code == "InvalidAttributeValue"
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:{HOME}:{PROD}:none", "maxReceiveCount": 3}
    attributes = {"RedrivePolicy": json.dumps(redrive)}
    said = refused(sqs.create_queue, QueueName="q", Attributes=attributes)
    assert (said.code, "Dead letter target does not exist" in said.message) == (
        "InvalidParameterValue", True,
    )  # fmt: skip
