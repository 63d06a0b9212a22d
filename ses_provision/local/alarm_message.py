"""What an alarm tells its topic when its state changes (recorded)."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from ses_provision.local.codec.service import shared_loader

if TYPE_CHECKING:
    from datetime import datetime

    from ses_provision.local.contract import Caller, Reply

_OF_TRIGGER = (
    "MetricName",
    "Namespace",
    "Period",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "ComparisonOperator",
    "Threshold",
    "Unit",
)
_LONGEST_SUBJECT = 100


@cache
def region_name(region: str) -> str:
    """A region as people call it: US East (Ohio)."""
    for partition in shared_loader().load_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return region


def subject(caller: Caller, alarm: Reply, state: str) -> str:
    """The subject of the message."""
    text = f'{state}: "{alarm["AlarmName"]}" in {region_name(caller.region)}'
    return text[:_LONGEST_SUBJECT]


def body(caller: Caller, alarm: Reply, state: str, reason: str, times: dict[str, datetime]) -> str:
    """The message; `times` are those of the change and of the alarm's configuration."""
    told: dict[str, Any] = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription"),
        "AWSAccountId": caller.account,
        "AlarmConfigurationUpdatedTimestamp": stamp(times["configured"]),
        "NewStateValue": state,
        "NewStateReason": reason,
        "StateChangeTime": stamp(times["changed"]),
        "Region": region_name(caller.region),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": alarm["StateValue"],
        "OKActions": alarm.get("OKActions", []),
        "AlarmActions": alarm.get("AlarmActions", []),
        "InsufficientDataActions": alarm.get("InsufficientDataActions", []),
    }
    if "AlarmRule" in alarm:
        return json.dumps(told | {"AlarmRule": alarm["AlarmRule"]})
    return json.dumps(told | {"Trigger": _trigger(alarm)})


def event(
    caller: Caller, alarm: Reply, state: str, reason: str, times: dict[str, datetime]
) -> dict[str, Any]:
    """What an alarm hands to a function (CloudWatch User Guide, Lambda functions as actions);
    `times` are those of the change and of the one before."""
    changed = stamp(times["changed"])
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm["AlarmArn"],
        "accountId": caller.account,
        "time": changed,
        "region": caller.region,
        "alarmData": {
            "alarmName": alarm["AlarmName"],
            "state": {"value": state, "reason": reason, "timestamp": changed},
            "previousState": {
                "value": alarm["StateValue"],
                "reason": alarm.get("StateReason", ""),
                "timestamp": stamp(times["before"]),
            },
            "configuration": {
                "description": alarm.get("AlarmDescription", ""),
                **_watched(alarm),
            },
        },
    }


def _watched(alarm: Reply) -> dict[str, Any]:
    if "AlarmRule" in alarm:
        return {"alarmRule": alarm["AlarmRule"]}
    metric = {
        "namespace": alarm.get("Namespace", ""),
        "name": alarm.get("MetricName", ""),
        "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])},
    }
    stat = {"metric": metric, "period": alarm.get("Period"), "stat": alarm.get("Statistic")}
    return {"metrics": [{"id": alarm["AlarmName"], "metricStat": stat, "returnData": True}]}


def _trigger(alarm: Reply) -> dict[str, Any]:
    trigger: dict[str, Any] = {key: alarm[key] for key in _OF_TRIGGER if key in alarm}
    if "Statistic" in alarm:
        trigger |= {"StatisticType": "Statistic", "Statistic": alarm["Statistic"].upper()}
    trigger["Dimensions"] = [
        {"name": each["Name"], "value": each["Value"]} for each in alarm.get("Dimensions", [])
    ]
    trigger["TreatMissingData"] = alarm.get("TreatMissingData", "")
    trigger["EvaluateLowSampleCountPercentile"] = ""
    return trigger


def stamp(moment: datetime) -> str:
    """A time as alarm messages write it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"
