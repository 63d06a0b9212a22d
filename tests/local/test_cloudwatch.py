"""CloudWatch as strict as the real one. Rows of D2 (where moto is too kind) by their numbers."""

from __future__ import annotations

import pytest

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
    assert refused(cloudwatch.list_dashboards).code == "NotImplementedByLocalAws"
