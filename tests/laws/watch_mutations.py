"""What somebody may change behind the tool's back of what tells, watches and pauses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from ses_provision.outside import functions
from tests.functional.test_drift import DEFINITION
from tests.laws.somebody import OUR_TAG, Kinds, Made, Somebody


def topic(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A topic: who may publish, its key, its tags."""
    arn, region = wanted["arn"], wanted["arn"].split(":")[3]

    def attribute(name: str, value: Callable[[], str]) -> Callable[[], object]:
        return lambda: they(
            "sns",
            "SetTopicAttributes",
            region,
            TopicArn=arn,
            AttributeName=name,
            AttributeValue=value(),
        )

    def without(sid: str) -> Callable[[], str]:
        def text() -> str:
            held = they("sns", "GetTopicAttributes", region, TopicArn=arn)["Attributes"]["Policy"]
            policy = json.loads(held)
            policy["Statement"] = [s for s in policy["Statement"] if s["Sid"] != sid]
            return json.dumps(policy)

        return text

    for sid in sorted(wanted["statements"]):
        yield (
            f"no statement {sid}",
            {f"statements.{sid}"},
            "sns:SetTopicAttributes",
            attribute("Policy", without(sid)),
        )
    if wanted["kms_key"]:
        yield (
            "no key",
            {"kms_key"},
            "sns:SetTopicAttributes",
            attribute("KmsMasterKeyId", lambda: ""),
        )
    yield (
        "tag",
        {"tags.Environment"},
        "sns:TagResource",
        lambda: they("sns", "UntagResource", region, ResourceArn=arn, TagKeys=OUR_TAG),
    )


def subscription(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """Somebody unsubscribes."""
    arn, region = wanted["topic_arn"], wanted["topic_arn"].split(":")[3]

    def unsubscribe() -> None:
        listed = they("sns", "ListSubscriptionsByTopic", region, TopicArn=arn)["Subscriptions"]
        for held in listed:
            if held["Endpoint"] == wanted["endpoint"]:
                they("sns", "Unsubscribe", region, SubscriptionArn=held["SubscriptionArn"])

    yield "unsubscribed", set(), "sns:Subscribe", unsubscribe


def alarm(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """An alarm: each part of its definition, its tags, gone."""
    arn, region = wanted["arn"], wanted["arn"].split(":")[3]
    name = arn.partition(":alarm:")[2]

    def put(**changed: Any) -> Callable[[], object]:
        def make() -> None:
            [held] = they("cloudwatch", "DescribeAlarms", region, AlarmNames=[name])["MetricAlarms"]
            definition = {part: held[part] for part in DEFINITION if part in held}
            they("cloudwatch", "PutMetricAlarm", region, **{**definition, **changed})

        return make

    changed = {
        "threshold": put(Threshold=0.5),
        "period": put(Period=3600),
        "evaluation_periods": put(EvaluationPeriods=2),
        "alarm_actions": put(AlarmActions=[]),
        "actions_enabled": put(ActionsEnabled=False),
        "missing_data": put(TreatMissingData="ignore"),
        "description": put(AlarmDescription="mine"),
        "unit": put(Unit="Percent"),
        "statistic": put(Statistic="Maximum"),
        "comparison": put(ComparisonOperator="LessThanThreshold"),
    }
    for part, make in changed.items():
        yield part, {part}, "cloudwatch:PutMetricAlarm", make
    yield (
        "tag",
        {"tags.Environment"},
        "cloudwatch:TagResource",
        lambda: they("cloudwatch", "UntagResource", region, ResourceARN=arn, TagKeys=OUR_TAG),
    )
    yield (
        "no alarm",
        set(),
        "cloudwatch:PutMetricAlarm",
        lambda: they("cloudwatch", "DeleteAlarms", region, AlarmNames=[name]),
    )


def dashboard(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A dashboard: its tags, what it shows."""
    name = wanted["arn"].rpartition("/")[2]

    def put(body: dict[str, Any]) -> Callable[[], object]:
        named = {"DashboardName": name, "DashboardBody": json.dumps(body)}
        return lambda: they("cloudwatch", "PutDashboard", **named)

    yield (
        "tag",
        {"tags.Environment"},
        "cloudwatch:TagResource",
        lambda: they("cloudwatch", "UntagResource", ResourceARN=wanted["arn"], TagKeys=OUR_TAG),
    )
    shown = wanted["widgets"]
    fewer = [each for title, each in shown.items() if title != "Alarms"]
    yield "a widget less", {"widgets.Alarms"}, "cloudwatch:PutDashboard", put({"widgets": fewer})
    note = {"type": "text", "properties": {"markdown": "mine"}}
    more = {"widgets": [*shown.values(), note]}
    yield "a widget more", {f"widgets.widget {len(shown)}"}, "cloudwatch:PutDashboard", put(more)
    yield (
        "no dashboard",
        set(),
        "cloudwatch:PutDashboard",
        lambda: they("cloudwatch", "DeleteDashboards", DashboardNames=[name]),
    )


def log_group(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A log group: how long it keeps, its tags."""
    name = wanted["arn"].partition(":log-group:")[2]
    yield (
        "kept for ever",
        {"retention_days"},
        "logs:PutRetentionPolicy",
        lambda: they("logs", "DeleteRetentionPolicy", logGroupName=name),
    )
    yield (
        "tag",
        {"tags.Environment"},
        "logs:TagResource",
        lambda: they("logs", "UntagResource", resourceArn=wanted["arn"], tagKeys=OUR_TAG),
    )


def function(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A function: its code, its settings, its tags."""
    named = {"FunctionName": wanted["arn"].rpartition(":")[2]}
    other = functions.zipped("def handler(event, context):\n    return None\n")
    yield (
        "other code",
        {"code_sha256"},
        "lambda:UpdateFunctionCode",
        lambda: they("lambda", "UpdateFunctionCode", **named, ZipFile=other),
    )
    yield (
        "no time",
        {"timeout"},
        "lambda:UpdateFunctionConfiguration",
        lambda: they("lambda", "UpdateFunctionConfiguration", **named, Timeout=1),
    )
    yield (
        "tag",
        {"tags.Environment"},
        "lambda:TagResource",
        lambda: they("lambda", "UntagResource", Resource=wanted["arn"], TagKeys=OUR_TAG),
    )


def function_permission(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """Who may call a function."""
    name = wanted["function_arn"].rpartition(":")[2]
    yield (
        "nobody may call it",
        set(),
        "lambda:AddPermission",
        lambda: they("lambda", "RemovePermission", FunctionName=name, StatementId=wanted["sid"]),
    )


KINDS: Kinds = {
    "Topic": topic,
    "Subscription": subscription,
    "Alarm": alarm,
    "Dashboard": dashboard,
    "LogGroup": log_group,
    "Function": function,
    "FunctionPermission": function_permission,
}
