"""CloudWatch: alarms, their messages and their history, and metrics, as AWS answered them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.local.recorded.table import ABSENT, ANYTHING, Call, Json, Like, Only, Refusal, Row

_RECORDED = "localstack, tests/aws/services/cloudwatch/test_cloudwatch.snapshot.json"
_ALARM = "arn:aws:cloudwatch:$region:$account:alarm:{}"
_TOPIC = "arn:aws:sns:$region:$account:events"
_UNCHECKED = "Unchecked: Initial alarm creation"
_STAMP = "2026-04-03T12:00:00.000+0000"
NOON = datetime(2026, 4, 3, 12, 0, tzinfo=UTC)


def _put(name: str = "high", **more: Any) -> Call:
    params = {
        "AlarmName": name,
        "Namespace": "App",
        "MetricName": "errors",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 30.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return Call("cloudwatch", "PutMetricAlarm", params | more)


def _composite(name: str, rule: str, **more: Any) -> Call:
    return Call("cloudwatch", "PutCompositeAlarm", {"AlarmName": name, "AlarmRule": rule} | more)


def _set(state: str, name: str = "high", reason: str = "testing") -> Call:
    params = {"AlarmName": name, "StateValue": state, "StateReason": reason}
    return Call("cloudwatch", "SetAlarmState", params)


def _describe(**params: Any) -> Call:
    return Call("cloudwatch", "DescribeAlarms", params)


def _delete(*names: str) -> Call:
    return Call("cloudwatch", "DeleteAlarms", {"AlarmNames": list(names)})


def _query(identity: str, stat: str = "Sum", period: int = 60, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "App", "MetricName": more.pop("metric", "errors")}
    stats = {"Metric": metric, "Period": period, "Stat": stat}
    return {"Id": identity, "MetricStat": stats} | more


def _data(*queries: dict[str, Any]) -> Call:
    params = {
        "MetricDataQueries": list(queries),
        "StartTime": NOON - timedelta(hours=1),
        "EndTime": NOON + timedelta(minutes=1),
    }
    return Call("cloudwatch", "GetMetricData", params)


def _statistics(**more: Any) -> Call:
    params = {
        "Namespace": "App",
        "MetricName": "errors",
        "StartTime": NOON - timedelta(hours=1),
        "EndTime": NOON,
        "Period": 60,
        "Statistics": ["Sum"],
    }
    return Call("cloudwatch", "GetMetricStatistics", params | more)


def _point(value: float, name: str = "errors") -> Call:
    data = [{"MetricName": name, "Value": value, "Timestamp": NOON}]
    return Call("cloudwatch", "PutMetricData", {"Namespace": "App", "MetricData": data})


def _invalid(message: Any) -> Refusal:
    return Refusal("ValidationError", message, 400)


def _labelled(**labels: str) -> dict[str, Any]:
    results = [
        {"Id": name, "Label": label, "StatusCode": "Complete"} for name, label in labels.items()
    ]
    return {"Messages": [], "MetricDataResults": results}


def _history(**more: Any) -> Call:
    return Call("cloudwatch", "DescribeAlarmHistory", {"AlarmName": "high"} | more)


_ADMITTING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": "*",
            }
        ],
    }
)
_LISTENING = (
    Call("sns", "CreateTopic", {"Name": "events"}),
    Call(
        "sqs",
        "CreateQueue",
        {"QueueName": "events", "Attributes": {"Policy": _ADMITTING}},
        keep={"queue": "QueueUrl"},
    ),
    Call(
        "sns",
        "Subscribe",
        {
            "TopicArn": _TOPIC,
            "Protocol": "sqs",
            "Endpoint": "arn:aws:sqs:$region:$account:events",
            "Attributes": {"RawMessageDelivery": "true"},
        },
    ),
)
_RECEIVE = Call("sqs", "ReceiveMessage", {"QueueUrl": "$queue"})

_ALARMS = [
    Row(
        "a new alarm shows these members and no others",
        _describe(AlarmNames=["high"]),
        {
            "CompositeAlarms": [],
            "MetricAlarms": [
                Only(
                    {
                        "ActionsEnabled": True,
                        "AlarmActions": [],
                        "AlarmArn": _ALARM.format("high"),
                        "AlarmConfigurationUpdatedTimestamp": NOON,
                        "AlarmName": "high",
                        "ComparisonOperator": "GreaterThanThreshold",
                        "Dimensions": [],
                        "EvaluationPeriods": 1,
                        "InsufficientDataActions": [],
                        "MetricName": "errors",
                        "Namespace": "App",
                        "OKActions": [],
                        "Period": 60,
                        "StateReason": _UNCHECKED,
                        "StateTransitionedTimestamp": NOON,
                        "StateUpdatedTimestamp": NOON,
                        "StateValue": "INSUFFICIENT_DATA",
                        "Statistic": "Sum",
                        "Threshold": 30.0,
                    }
                )
            ],
        },
        _RECORDED,
        (_put(),),
    ),
    Row("a description comes back unescaped", _describe(),
        {"MetricAlarms": [{"AlarmDescription": "<"}]}, _RECORDED,
        (_put(AlarmDescription="<"),)),
    Row("an alarm that was deleted is gone", _describe(),
        {"CompositeAlarms": [], "MetricAlarms": []}, _RECORDED, (_put(), _delete("high"))),
    Row("the tags of an alarm go with it",
        Call("cloudwatch", "ListTagsForResource", {"ResourceARN": _ALARM.format("high")}),
        {"Tags": []}, _RECORDED,
        (_put(Tags=[{"Key": "Environment", "Value": "Production"}]), _delete("high"))),
    Row("tags are added to those from creation",
        Call("cloudwatch", "ListTagsForResource", {"ResourceARN": _ALARM.format("high")}),
        {"Tags": [{"Key": "Environment", "Value": "Production"}, {"Key": "a", "Value": "1"}]},
        _RECORDED,
        (_put(Tags=[{"Key": "Environment", "Value": "Production"}]),
         Call("cloudwatch", "TagResource", {"ResourceARN": _ALARM.format("high"),
                                            "Tags": [{"Key": "a", "Value": "1"}]}))),
    Row("an alarm is put into a state by hand", _describe(),
        {"MetricAlarms": [{"StateValue": "ALARM", "StateReason": "testing"}]}, _RECORDED,
        (_put(), _set("ALARM"))),
    Row("an alarm that is not there has no state", _set("OK"),
        Refusal("ResourceNotFound", "", 404), _RECORDED),
    Row("there are three states", _set("INVALID"),
        _invalid(Like("^1 validation error detected: Value 'INVALID' at 'stateValue' failed to "
                      "satisfy constraint: Member must satisfy enum value set: \\[")),
        _RECORDED, (_put(),)),
    Row(
        "an alarm set by hand tells its topic, in these words",
        _RECEIVE,
        {
            "Messages": [
                {
                    "Body": Json(
                        Only(
                            {
                                "AWSAccountId": "$account",
                                "AlarmActions": [_TOPIC],
                                "AlarmArn": _ALARM.format("high"),
                                "AlarmConfigurationUpdatedTimestamp": _STAMP,
                                "AlarmDescription": "errors of the app",
                                "AlarmName": "high",
                                "InsufficientDataActions": [],
                                "NewStateReason": "testing",
                                "NewStateValue": "ALARM",
                                "OKActions": [_TOPIC],
                                "OldStateValue": "INSUFFICIENT_DATA",
                                "Region": "US East (Ohio)",
                                "StateChangeTime": _STAMP,
                                "Trigger": Only(
                                    {
                                        "ComparisonOperator": "GreaterThanThreshold",
                                        "Dimensions": [{"name": "Host", "value": "abc"}],
                                        "EvaluateLowSampleCountPercentile": "",
                                        "EvaluationPeriods": 1,
                                        "MetricName": "errors",
                                        "Namespace": "App",
                                        "Period": 60,
                                        "Statistic": "SUM",
                                        "StatisticType": "Statistic",
                                        "Threshold": 30.0,
                                        "TreatMissingData": "ignore",
                                        "Unit": "Seconds",
                                    }
                                ),
                            }
                        )
                    )
                }
            ]
        },
        _RECORDED,
        (
            *_LISTENING,
            _put(
                AlarmActions=[_TOPIC],
                OKActions=[_TOPIC],
                AlarmDescription="errors of the app",
                Dimensions=[{"Name": "Host", "Value": "abc"}],
                TreatMissingData="ignore",
                Unit="Seconds",
            ),
            _set("ALARM"),
        ),
    ),
    Row("an alarm whose actions are off tells nobody", _RECEIVE, {"Messages": ABSENT}, _RECORDED,
        (*_LISTENING, _put(AlarmActions=[_TOPIC]),
         Call("cloudwatch", "DisableAlarmActions", {"AlarmNames": ["high"]}), _set("ALARM"))),
    Row("an alarm set to the state it has tells nobody", _RECEIVE, {"Messages": ABSENT},
        "API Reference, SetAlarmState: actions run when the state differs",
        (*_LISTENING, _put(AlarmActions=[_TOPIC]), _set("INSUFFICIENT_DATA"))),
    Row(
        "the history has the change of state with both states",
        _history(HistoryItemType="StateUpdate"),
        {
            "AlarmHistoryItems": [
                Only(
                    {
                        "AlarmName": "high",
                        "AlarmType": "MetricAlarm",
                        "HistoryItemType": "StateUpdate",
                        "HistorySummary": "Alarm updated from INSUFFICIENT_DATA to ALARM",
                        "Timestamp": NOON,
                        "HistoryData": Json(
                            {
                                "version": "1.0",
                                "oldState": {
                                    "stateValue": "INSUFFICIENT_DATA",
                                    "stateReason": _UNCHECKED,
                                },
                                "newState": {"stateValue": "ALARM", "stateReason": "testing"},
                            }
                        ),
                    }
                )
            ]
        },
        _RECORDED,
        (_put(), _set("ALARM")),
    ),
    Row("the history has the action that was executed", _history(HistoryItemType="Action"),
        {"AlarmHistoryItems": [{"HistorySummary": f"Successfully executed action {_TOPIC}"}]},
        "ASFHyP3/hyp3#762, an alarm's history",
        (*_LISTENING, _put(AlarmActions=[_TOPIC]), _set("ALARM"))),
    Row(
        "the history has the action that was refused, and why",
        _history(HistoryItemType="Action"),
        {
            "AlarmHistoryItems": [
                {
                    "HistorySummary": f'Failed to execute action {_TOPIC}. Received error: '
                    f'"Resource: {_ALARM.format("high")} is not authorized to perform: SNS:Publish '
                    f"on resource: {_TOPIC} because no resource-based policy allows the "
                    'SNS:Publish action"'
                }
            ]
        },
        "aws-solutions/automated-security-response-on-aws#43, an alarm's history",
        (
            *_LISTENING,
            Call(
                "sns",
                "SetTopicAttributes",
                {
                    "TopicArn": _TOPIC,
                    "AttributeName": "Policy",
                    "AttributeValue": _ADMITTING.replace("sqs:SendMessage", "SNS:Publish"),
                },
            ),
            _put(AlarmActions=[_TOPIC]),
            _set("ALARM"),
        ),
    ),
    Row("an alarm's action lies in its region",
        _put(AlarmActions=["arn:aws:sns:ca-central-1:$account:events"]),
        _invalid("Invalid region ca-central-1 specified. Only $region is supported."),
        "cds-snc/notification-terraform#128, an error of AWS"),
    Row("an alarm's action lies in its partition",
        _put(AlarmActions=["arn:aws-us-gov:sns:$region:$account:events"]),
        _invalid("Invalid partition aws-us-gov specified. Only aws is supported."),
        "aws-samples/amazon-cloudwatch-auto-alarms#61, an error of AWS"),
    Row("an alarm's action is an ARN", _put(AlarmActions=["events"]),
        Refusal("ValidationError", status=400),
        "hashicorp/terraform#19015, an error of AWS"),
    Row("an alarm does not send to a queue by itself",
        _put(AlarmActions=["arn:aws:sqs:$region:$account:events"]),
        Refusal("ValidationError", status=400),
        "API Reference, PutMetricAlarm: the services that AlarmActions lists"),
]  # fmt: skip

_COMPOSITES = [
    Row("composite alarms are listed only when asked for", _describe(),
        {"CompositeAlarms": [], "MetricAlarms": [{"AlarmName": "high"}]},
        "API Reference, DescribeAlarms: AlarmTypes",
        (_put(), _composite("any", "ALARM(high)"))),
    Row(
        "a composite alarm rings when its rule is met",
        _describe(AlarmTypes=["CompositeAlarm"]),
        {
            "CompositeAlarms": [
                {
                    "AlarmName": "any",
                    "AlarmArn": _ALARM.format("any"),
                    "AlarmRule": f'ALARM("{_ALARM.format("high")}") OR '
                    f'ALARM("{_ALARM.format("low")}")',
                    "StateValue": "ALARM",
                    "ActionsEnabled": True,
                }
            ],
            "MetricAlarms": [],
        },
        _RECORDED,
        (
            _put(),
            _put("low"),
            _composite(
                "any",
                f'ALARM("{_ALARM.format("high")}") OR ALARM("{_ALARM.format("low")}")',
            ),
            _set("ALARM", "low"),
        ),
    ),
    Row("a composite alarm is well again with its children",
        _describe(AlarmTypes=["CompositeAlarm"]),
        {"CompositeAlarms": [{"StateValue": "OK"}]}, _RECORDED,
        (_put(), _composite("any", "ALARM(high)"), _set("ALARM"), _set("OK"))),
    Row("a child cannot be deleted before its parent", _delete("high"),
        _invalid("Cannot delete high as there are composite alarm(s) depending on it."),
        "ekristen/aws-nuke#462, an error of AWS", (_put(), _composite("any", "ALARM(high)"))),
    Row("two children cannot either", _delete("high", "low"),
        _invalid("Cannot delete high,low as there are composite alarm(s) depending on them."),
        "cloud-custodian/cloud-custodian#7763, an error of AWS",
        (_put(), _put("low"), _composite("any", "ALARM(high) AND NOT OK(low)"))),
    Row("after the parent the child can be deleted", _delete("high"), {},
        "hashicorp/terraform-provider-aws#34807, the order of destruction",
        (_put(), _composite("any", "ALARM(high)"), _delete("any"))),
    Row("the children must exist before the parent", _composite("any", "ALARM(high)"),
        _invalid("Could not save the composite alarm as alarms [high] in the alarm rule do not "
                 "exist"),
        "awsdocs/aws-cloudformation-user-guide#911, an error of AWS"),
    Row("the tags of a composite alarm go with it",
        Call("cloudwatch", "ListTagsForResource", {"ResourceARN": _ALARM.format("any")}),
        {"Tags": []}, _RECORDED,
        (_put(), _composite("any", "ALARM(high)", Tags=[{"Key": "a", "Value": "1"}]),
         _delete("any"))),
]  # fmt: skip

_METRICS = [
    Row("a series is called after its metric", _data(_query("one")),
        _labelled(one="errors"), _RECORDED, (_point(1.0),)),
    Row("series of several metrics are called after them",
        _data(_query("one"), _query("two", metric="calls")),
        _labelled(one="errors", two="calls"), _RECORDED),
    Row("series of several statistics are called after those too",
        _data(_query("one"), _query("two", "Minimum")),
        _labelled(one="errors Sum", two="errors Minimum"), _RECORDED),
    Row("series of several periods are called after those too",
        _data(_query("one"), _query("two", period=300)),
        _labelled(one="errors 60", two="errors 300"), _RECORDED),
    Row("series that differ in both are called after both",
        _data(_query("one"), _query("two", "Minimum", 300)),
        _labelled(one="errors Sum 60", two="errors Minimum 300"), _RECORDED),
    Row("a series without points is complete and empty", _data(_query("one")),
        {"Messages": [], "MetricDataResults": [{"Id": "one", "StatusCode": "Complete",
                                                "Timestamps": [], "Values": []}]}, _RECORDED),
    Row("a label of one's own stays", _data(_query("one", Label="mine")),
        _labelled(one="mine"), "API Reference, MetricDataQuery: Label"),
    Row("zero is a value", _data(_query("one", "Minimum")),
        {"MetricDataResults": [{"Values": [0.0]}]}, _RECORDED, (_point(0.0), _point(100.0))),
    Row("too many datapoints are refused",
        _statistics(StartTime=NOON - timedelta(days=1), Period=1),
        Refusal("InvalidParameterCombination", "You have requested up to 86400 datapoints, which "
                "exceeds the limit of 1440. You may reduce the datapoints requested by increasing "
                "Period, or decreasing the time range.", 400), _RECORDED),
    Row("the end does not come before the start", _statistics(EndTime=NOON - timedelta(hours=2)),
        Refusal("InvalidParameterValue",
                "The parameter StartTime must be less than the parameter EndTime.", 400),
        _RECORDED),
    Row("statistics of a metric that was never put are empty", _statistics(),
        Only({"Datapoints": [], "Label": "errors"}), _RECORDED),
    Row("a value does not come with values",
        Call("cloudwatch", "PutMetricData", {"Namespace": "App", "MetricData": [
            {"MetricName": "errors", "Value": 1.0, "Values": [1.0]}]}),
        Refusal("InvalidParameterCombination", "The parameters MetricData.member.1.Value and "
                "MetricData.member.1.Values are mutually exclusive and you have specified both.",
                400), _RECORDED),
    Row("values come with as many counts",
        Call("cloudwatch", "PutMetricData", {"Namespace": "App", "MetricData": [
            {"MetricName": "errors", "Values": [1.0, 2.0], "Counts": [1.0]}]}),
        Refusal("InvalidParameterValue", "The parameters MetricData.member.1.Values and "
                "MetricData.member.1.Counts must be of the same size.", 400), _RECORDED),
    Row("a metric that was put is listed", Call("cloudwatch", "ListMetrics", {"Namespace": "App"}),
        {"Metrics": [{"Namespace": "App", "MetricName": "errors", "Dimensions": ANYTHING}]},
        _RECORDED, (_point(1.0),)),
]  # fmt: skip

ROWS = [*_ALARMS, *_COMPOSITES, *_METRICS]
