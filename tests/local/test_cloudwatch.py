"""CloudWatch as strict as the real one. Rows of D2 (where moto is too kind) by their numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from ses_provision.local.contract import Caller
from tests.local.conftest import AWAY, HOME, PROD, STAGING, refused

TOPIC = f"arn:aws:sns:{HOME}:{PROD}:events"


def alarm(**changes):
    return {
        "AlarmName": "ses-bounce-rate-prod",
        "Namespace": "AWS/SES",
        "MetricName": "Reputation.BounceRate",
        "Statistic": "Average",
        "Period": 900,
        "EvaluationPeriods": 1,
        "Threshold": 0.05,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [TOPIC],
        "Tags": [{"Key": "Environment", "Value": "prod"}],
    } | changes


@pytest.fixture
def cloudwatch(client):
    return client("cloudwatch")


def held(cloudwatch, name="ses-bounce-rate-prod"):
    return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]


def tags(cloudwatch):
    found = cloudwatch.list_tags_for_resource(ResourceARN=held(cloudwatch)["AlarmArn"])["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


@pytest.mark.parametrize("member", ["AlarmActions", "OKActions", "InsufficientDataActions"])
def test_an_action_in_another_region_is_refused(client, member):
    """aws-facts 2; the words are real: cds-snc/notification-terraform#128."""
    abroad = client("cloudwatch", PROD, AWAY)
    found = refused(abroad.put_metric_alarm, **alarm(AlarmActions=[]) | {member: [TOPIC]})
    assert (found.code, found.status) == ("ValidationError", 400)
    assert found.message == f"Invalid region {HOME} specified. Only {AWAY} is supported."
    assert abroad.describe_alarms()["MetricAlarms"] == []


def test_an_action_in_another_partition_is_refused(cloudwatch):
    """aws-samples/amazon-cloudwatch-auto-alarms#61."""
    actions = [f"arn:aws-us-gov:sns:{HOME}:{PROD}:events"]
    found = refused(cloudwatch.put_metric_alarm, **alarm(AlarmActions=actions))
    assert found.message == "Invalid partition aws-us-gov specified. Only aws is supported."


def test_a_new_alarm_has_insufficient_data(cloudwatch):
    """D2 row 18."""
    cloudwatch.put_metric_alarm(**alarm())
    assert held(cloudwatch)["StateValue"] == "INSUFFICIENT_DATA"
    assert held(cloudwatch)["StateReason"] == "Unchecked: Initial alarm creation"


def test_tags_of_an_existing_alarm_are_not_changed_by_put(cloudwatch):
    """D2 row 18; botocore's model of PutMetricAlarm."""
    cloudwatch.put_metric_alarm(**alarm())
    cloudwatch.put_metric_alarm(**alarm(Threshold=0.04, Tags=[{"Key": "x", "Value": "y"}]))
    assert held(cloudwatch)["Threshold"] == 0.04
    assert tags(cloudwatch) == {"Environment": "prod"}
    cloudwatch.tag_resource(
        ResourceARN=held(cloudwatch)["AlarmArn"], Tags=[{"Key": "x", "Value": "y"}]
    )
    assert tags(cloudwatch) == {"Environment": "prod", "x": "y"}


@pytest.mark.parametrize("period", [7, 15, 61, 90])
def test_a_period_that_is_no_multiple_of_a_minute_is_refused(cloudwatch, period):
    """D2 row 18; API Reference, PutMetricAlarm: 10, 20, 30 and any multiple of 60."""
    assert refused(cloudwatch.put_metric_alarm, **alarm(Period=period)).code == "ValidationError"


@pytest.mark.parametrize("period", [10, 20, 30, 60, 900])
def test_other_periods_are_taken(cloudwatch, period):
    cloudwatch.put_metric_alarm(**alarm(Period=period))
    assert held(cloudwatch)["Period"] == period


@pytest.mark.parametrize(
    "member", ["MetricName", "Namespace", "EvaluationPeriods", "ComparisonOperator"]
)
def test_an_alarm_without_what_it_compares_is_refused(cloudwatch, member):
    """cfn-lint#771."""
    asked = alarm()
    del asked[member]
    found = refused(cloudwatch.put_metric_alarm, **asked)
    assert (found.code, found.message) == ("ValidationError", f"{member} must not be null")


@pytest.mark.parametrize("member", ["Namespace", "MetricName"])
def test_metric_data_without_the_name_of_a_metric_are_refused(aws, cloudwatch, member):
    metric = {"Namespace": "Mine", "MetricName": "Sent"}
    del metric[member]
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    now = aws.clock.now()
    found = refused(
        cloudwatch.get_metric_data,
        StartTime=now - timedelta(hours=1),
        EndTime=now,
        MetricDataQueries=[{"Id": "a", "MetricStat": stat}],
    )
    assert found.code == "MissingParameter"
    assert f"MetricDataQueries.member.1.MetricStat.Metric.{member}" in found.message


def stat(name="a", **changes):
    metric = {"Namespace": "AWS/SES", "MetricName": "Send"}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"} | changes}


@pytest.mark.parametrize(
    ("queries", "hours"),
    [
        ([stat(f"q{number}") for number in range(501)], 1),
        ([stat(), stat()], 1),
        ([stat("1st")], 1),
        ([stat("Sends")], 1),
        ([stat(Period=90)], 1),
        ([stat()], 0),
    ],
)
def test_metric_data_that_make_no_sense_are_refused(aws, cloudwatch, queries, hours):
    now = aws.clock.now()
    asked = {"StartTime": now - timedelta(hours=hours), "EndTime": now}
    found = refused(cloudwatch.get_metric_data, **asked, MetricDataQueries=queries)
    assert found.code == "ValidationError"


def test_metric_data_reach_back_as_far_as_points_are_kept(aws, cloudwatch):
    """User Guide, "Metrics retention": points of a minute for 15 days."""
    now = aws.clock.now()
    for days in (14, 16):
        point = {"MetricName": "Sent", "Value": 1, "Timestamp": now - timedelta(days=days)}
        cloudwatch.put_metric_data(Namespace="Mine", MetricData=[point])

    def found(period, start=datetime(1, 1, 1, tzinfo=UTC), queries=1):
        metric = {"Namespace": "Mine", "MetricName": "Sent"}
        stat = {"Metric": metric, "Period": period, "Stat": "Sum"}
        asked = [{"Id": f"q{number}", "MetricStat": stat} for number in range(queries)]
        [series, *_] = cloudwatch.get_metric_data(
            StartTime=start, EndTime=now, MetricDataQueries=asked
        )["MetricDataResults"]
        return sum(series["Values"])

    assert (found(60), found(3600)) == (1, 2)
    assert refused(found, period=60, queries=10).code == "NotImplementedByLocalAws"


def test_values_are_counted_as_far_as_they_can_be_kept_apart(cloudwatch):
    def put(*counts):
        point = {"MetricName": "Sent", "Values": [1.0] * len(counts), "Counts": counts}
        cloudwatch.put_metric_data(Namespace="Mine", MetricData=[point])

    put(3, 4)
    found = refused(lambda: put(1e30, -1e30))
    assert (found.code, found.status) == ("NotImplementedByLocalAws", 501)


def composites(cloudwatch):
    found = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    return {each["AlarmName"]: each["StateValue"] for each in found}


def test_composite_alarms_in_a_circle_are_not_evaluated_any_more(cloudwatch):
    """API Reference, PutCompositeAlarm: a circle may be made, and ends the evaluation."""
    cloudwatch.put_metric_alarm(**alarm())
    cloudwatch.put_composite_alarm(AlarmName="one", AlarmRule="ALARM(ses-bounce-rate-prod)")
    cloudwatch.put_composite_alarm(AlarmName="two", AlarmRule="NOT ALARM(one)")
    assert composites(cloudwatch) == {"one": "OK", "two": "ALARM"}
    cloudwatch.put_composite_alarm(AlarmName="one", AlarmRule="ALARM(two)")
    cloudwatch.put_composite_alarm(AlarmName="own", AlarmRule="TRUE")
    cloudwatch.put_composite_alarm(AlarmName="own", AlarmRule="NOT ALARM(own)")
    assert composites(cloudwatch) == {"one": "OK", "own": "ALARM", "two": "ALARM"}
    cloudwatch.put_composite_alarm(AlarmName="one", AlarmRule="TRUE")
    assert composites(cloudwatch) == {"one": "ALARM", "own": "ALARM", "two": "OK"}


def test_alarms_are_listed_page_by_page(cloudwatch):
    """boto/boto#3036: 50, unless MaxRecords says otherwise."""
    for number in range(53):
        cloudwatch.put_metric_alarm(**alarm(AlarmName=f"a{number}"))
    cloudwatch.put_composite_alarm(AlarmName="top", AlarmRule="ALARM(a1)")
    first = cloudwatch.describe_alarms()
    assert len(first["MetricAlarms"]) == 50
    rest = cloudwatch.describe_alarms(NextToken=first["NextToken"])
    assert (len(rest["MetricAlarms"]), "NextToken" in rest) == (3, False)
    both = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmTypes=["CompositeAlarm", "MetricAlarm"], PaginationConfig={"PageSize": 20}
    )
    pages = [(len(page["CompositeAlarms"]), len(page["MetricAlarms"])) for page in both]
    assert pages == [(1, 19), (0, 20), (0, 14)]
    for token in ("x", "-1", "9" * 5000):
        assert refused(cloudwatch.describe_alarms, NextToken=token).code == "InvalidNextToken"
        found = refused(cloudwatch.describe_alarm_history, NextToken=token)
        assert found.code == "InvalidNextToken"


def test_an_alarm_has_at_most_five_actions_a_state(cloudwatch):
    """API Reference, PutMetricAlarm."""
    actions = [f"{TOPIC}-{number}" for number in range(6)]
    assert refused(cloudwatch.put_metric_alarm, **alarm(OKActions=actions)).code == (
        "ValidationError"
    )
    cloudwatch.put_metric_alarm(**alarm(OKActions=actions[:5]))


def test_put_replaces_the_whole_definition_but_not_the_state(cloudwatch):
    """aws-facts 2."""
    cloudwatch.put_metric_alarm(**alarm(AlarmDescription="d", OKActions=[TOPIC]))
    cloudwatch.set_alarm_state(
        AlarmName="ses-bounce-rate-prod", StateValue="OK", StateReason="seen"
    )
    cloudwatch.put_metric_alarm(**alarm())
    now = held(cloudwatch)
    assert "AlarmDescription" not in now
    assert now["OKActions"] == []
    assert (now["StateValue"], now["StateReason"]) == ("OK", "seen")


def test_deleting_alarms(cloudwatch):
    """API Reference, DeleteAlarms: one unknown name is no error, one among several is."""
    cloudwatch.put_metric_alarm(**alarm())
    cloudwatch.delete_alarms(AlarmNames=["unknown"])
    found = refused(cloudwatch.delete_alarms, AlarmNames=["unknown", "ses-bounce-rate-prod"])
    assert found.code == "ResourceNotFound"
    cloudwatch.delete_alarms(AlarmNames=["ses-bounce-rate-prod"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_a_customer_cannot_write_metrics_of_aws(cloudwatch):
    """API Reference, PutMetricData: names that begin with AWS/ are reserved."""
    data = [{"MetricName": "Reputation.BounceRate", "Value": 0.0}]
    found = refused(cloudwatch.put_metric_data, Namespace="AWS/SES", MetricData=data)
    assert found.code == "InvalidParameterValue"
    cloudwatch.put_metric_data(Namespace="Mine", MetricData=data)
    assert cloudwatch.list_metrics(Namespace="Mine")["Metrics"][0]["MetricName"] == (
        "Reputation.BounceRate"
    )


def test_alarms_belong_to_one_account_and_region(client, cloudwatch):
    cloudwatch.put_metric_alarm(**alarm())
    for account, region in ((STAGING, HOME), (PROD, AWAY)):
        assert client("cloudwatch", account, region).describe_alarms()["MetricAlarms"] == []


def test_what_moto_has_beyond_alarms_and_metrics_is_left_out(cloudwatch):
    assert refused(cloudwatch.list_metric_streams).code == "NotImplementedByLocalAws"


def allow_alarms(sns):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": TOPIC,
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{HOME}:{PROD}:alarm:*"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sns.set_topic_attributes(
        TopicArn=TOPIC, AttributeName="Policy", AttributeValue=json.dumps(policy)
    )


@pytest.fixture
def mails(aws, client):
    sns = client("sns")
    sns.create_topic(Name="events")
    allow_alarms(sns)
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="ops@example.org")
    aws.confirm_subscriptions()
    return lambda: [mail for mail in aws.outbox if mail.kind == "notification"]


def test_an_alarm_goes_off_and_comes_back_and_tells_its_topic(aws, cloudwatch, mails):
    """CloudWatch User Guide, "Using Amazon CloudWatch alarms": actions on a change of state."""
    here = Caller(PROD, HOME)
    cloudwatch.put_metric_alarm(**alarm(OKActions=[TOPIC]))
    assert held(cloudwatch)["StateValue"] == "INSUFFICIENT_DATA"
    aws.clock.advance(120)
    aws.surroundings.put_metric(here, "Reputation.BounceRate", 0.2, {})
    assert len(mails()) == 1
    assert held(cloudwatch)["StateValue"] == "ALARM"
    assert [mail.subject for mail in mails()] == ['ALARM: "ses-bounce-rate-prod" in US East (Ohio)']
    told = json.loads(mails()[0].body)
    assert (told["OldStateValue"], told["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert told["Trigger"]["Threshold"] == 0.05
    assert held(cloudwatch)["StateValue"] == "ALARM"
    assert len(mails()) == 1
    aws.clock.advance(3600)
    aws.surroundings.put_metric(here, "Reputation.BounceRate", 0.01, {})
    assert held(cloudwatch)["StateValue"] == "OK"
    assert [json.loads(mail.body)["NewStateValue"] for mail in mails()] == ["ALARM", "OK"]


@pytest.mark.parametrize(
    ("treat", "state"),
    [
        ("notBreaching", "OK"),
        ("breaching", "ALARM"),
        ("missing", "INSUFFICIENT_DATA"),
        ("ignore", "INSUFFICIENT_DATA"),
    ],
)
def test_an_alarm_without_data_ends_as_missing_data_is_treated(aws, cloudwatch, treat, state):
    """CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data"."""
    cloudwatch.put_metric_alarm(**alarm(TreatMissingData=treat))
    aws.clock.advance(59)
    assert held(cloudwatch)["StateValue"] == "INSUFFICIENT_DATA"
    aws.clock.advance(1)
    assert held(cloudwatch)["StateValue"] == state


def test_an_action_that_may_not_publish_does_not_fail_the_alarm(aws, cloudwatch, client, mails):
    """aws-facts 3: alias/aws/sns keeps CloudWatch out; ASFHyP3/hyp3#762."""
    client("sns").set_topic_attributes(
        TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns"
    )
    cloudwatch.put_metric_alarm(**alarm(TreatMissingData="breaching"))
    aws.clock.advance(60)
    assert held(cloudwatch)["StateValue"] == "ALARM"
    assert mails() == []


@pytest.mark.parametrize(
    ("service", "told"), [("ses.amazonaws.com", False), ("cloudwatch.amazonaws.com", True)]
)
def test_an_alarm_tells_a_topic_with_a_key_that_lets_cloudwatch_use_it(
    aws, cloudwatch, client, mails, service, told
):
    """aws-facts 3: the key's policy names the service, and may name the account it acts for."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": PROD}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    key = client("kms").create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    client("sns").set_topic_attributes(
        TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue=key
    )
    cloudwatch.put_metric_alarm(**alarm(TreatMissingData="breaching"))
    aws.clock.advance(60)
    assert held(cloudwatch)["StateValue"] == "ALARM"
    assert len(mails()) == told
    [acted, *_] = cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    assert ("AWSKMS" in acted["HistorySummary"]) is not told


def test_a_data_point_without_a_time_is_of_now_by_the_clock_of_the_local_aws(aws, client):
    aws.clock.advance(-4000 * 24 * 3600)
    cloudwatch, now = client("cloudwatch"), aws.clock.now()

    cloudwatch.put_metric_data(Namespace="Mine", MetricData=[{"MetricName": "Sent", "Value": 3}])
    found = cloudwatch.get_metric_statistics(
        Namespace="Mine",
        MetricName="Sent",
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=300,
        Statistics=["Sum"],
    )

    assert [point["Sum"] for point in found["Datapoints"]] == [3]
