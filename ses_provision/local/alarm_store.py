"""Where alarms are kept, metric and composite ones: what was put, with state and tags.

Metrics are moto's. Alarms are not: an alarm is looked at whenever somebody asks for any, and moto
writes and reads each answer as the HTTP of a real AWS.
"""

from __future__ import annotations

import json
from collections import defaultdict
from copy import deepcopy
from dataclasses import field
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local import alarm_rules
from ses_provision.local.contract import AwsError
from ses_provision.local.motobridge import MotoService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ses_provision.local.contract import Caller, Params, Reply
    from ses_provision.local.motobridge import Universe

_ACTIONS = ("AlarmActions", "InsufficientDataActions", "OKActions")
_OF_ANY = ("AlarmDescription", "AlarmName", *_ACTIONS)
_OF_COMPOSITES = (*_OF_ANY, "AlarmRule")
_OF_METRIC_ALARMS = (
    *_OF_ANY,
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "MetricName",
    "Metrics",
    "Namespace",
    "Period",
    "Statistic",
    "Threshold",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
)
_OF_STATE = ("StateValue", "StateReason", "StateReasonData")
_NEW = {"StateValue": "INSUFFICIENT_DATA", "StateReason": "Unchecked: Initial alarm creation"}


@dataclass
class Held:
    """The alarms of an account and region: both kinds by name, and the tags of all by ARN."""

    metric_alarms: dict[str, Reply] = field(default_factory=dict)
    composites: dict[str, Reply] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    metrics: set[tuple[str, str]] = field(default_factory=set)
    """The metrics that have had data points, by namespace and name."""

    def named(self, names: Iterable[str]) -> list[Reply]:
        """The alarms of either kind that bear one of the names."""
        kinds = (self.composites, self.metric_alarms)
        return [kind[name] for kind in kinds for name in names if name in kind]


class AlarmStore(MotoService):
    """moto's CloudWatch, with alarms of our own."""

    def __init__(self, universe: Universe) -> None:
        super().__init__(universe, "cloudwatch")
        self._held: defaultdict[tuple[str, str], Held] = defaultdict(Held)
        self._own: dict[str, Callable[[Held, Params], Reply]] = {
            "DeleteAlarms": _delete,
            "DescribeAlarms": _describe,
            "DescribeAlarmsForMetric": _describe_for_metric,
            "DisableAlarmActions": _disable,
            "EnableAlarmActions": _enable,
            "SetAlarmState": _set_state,
        }

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        held = self._held[caller.account, caller.region]
        if operation == "PutMetricAlarm":
            _check(params)
            _put(caller, held, held.metric_alarms, _completed(params), _OF_METRIC_ALARMS)
            return {}
        if operation == "PutCompositeAlarm":
            _put(caller, held, held.composites, params, _OF_COMPOSITES)
            return {}
        if operation in self._own:
            return self._own[operation](held, params)
        if "ResourceARN" in params:
            return _retag(held, operation, params)
        if operation == "PutMetricData":
            points = params.get("MetricData", ())
            held.metrics |= {(params["Namespace"], point["MetricName"]) for point in points}
        return super().handle(caller, operation, params)

    def has_points(self, caller: Caller, namespace: str, metric: str) -> bool:
        """Whether a metric ever had a data point."""
        return (namespace, metric) in self._held[caller.account, caller.region].metrics


def _put(
    caller: Caller,
    held: Held,
    kind: dict[str, Reply],
    params: Params,
    members: Iterable[str],
) -> None:
    name = params["AlarmName"]
    arn = f"arn:{caller.partition}:cloudwatch:{caller.region}:{caller.account}:alarm:{name}"
    made: dict[str, Any] = {key: params[key] for key in members if params.get(key) is not None}
    made |= {key: list(params.get(key) or []) for key in _ACTIONS}
    enabled = params.get("ActionsEnabled")
    kind[name] = (
        made
        | _NEW
        | {
            "AlarmArn": arn,
            "ActionsEnabled": True if enabled is None else enabled,
        }
    )
    held.tags[arn] = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}


def _check(params: Params) -> None:
    """API Reference, PutMetricAlarm."""
    percentile = params.get("ExtendedStatistic")
    if percentile and not percentile.startswith("p"):
        raise AwsError(
            "InvalidParameterValue",
            f"The value {percentile} for parameter ExtendedStatistic is not supported.",
        )
    low = params.get("EvaluateLowSampleCountPercentile")
    if low and low not in ("evaluate", "ignore"):
        raise AwsError(
            "ValidationError",
            f"Option {low} is not supported. Supported options for parameter "
            "EvaluateLowSampleCountPercentile are evaluate and ignore.",
        )


def _completed(params: Params) -> Params:
    """What an answer has where the definition was silent, and a threshold as it is written."""
    params = deepcopy(params)
    stats = [query["MetricStat"] for query in params.get("Metrics") or () if "MetricStat" in query]
    for metric in [params, *(stat["Metric"] for stat in stats)]:
        metric.setdefault("Dimensions", [])
    if params.get("Threshold") is not None:
        params["Threshold"] = float(params["Threshold"])
    return params


def _delete(held: Held, params: Params) -> Reply:
    for alarm in held.named(params["AlarmNames"]):
        held.tags.pop(alarm["AlarmArn"], None)
    for name in params["AlarmNames"]:
        held.metric_alarms.pop(name, None)
        held.composites.pop(name, None)
    return {}


def _describe(held: Held, params: Params) -> Reply:
    of_metrics = {} if "ParentsOfAlarmName" in params else held.metric_alarms
    return {
        "MetricAlarms": _chosen(of_metrics, params),
        "CompositeAlarms": _chosen(dict(sorted(held.composites.items())), params),
    }


def _chosen(alarms: dict[str, Reply], params: Params) -> list[Reply]:
    names, prefix = params.get("AlarmNames"), params.get("AlarmNamePrefix") or ""
    state, child = params.get("StateValue"), params.get("ParentsOfAlarmName")
    action = params.get("ActionPrefix") or ""
    return [
        dict(alarm)
        for name, alarm in alarms.items()
        if (not names or name in names)
        and name.startswith(prefix)
        and (child is None or child in alarm_rules.names(alarm["AlarmRule"]))
        and (state is None or alarm["StateValue"] == state)
        and (not action or any(held.startswith(action) for held in alarm["AlarmActions"]))
    ]


def _describe_for_metric(held: Held, params: Params) -> Reply:
    asked = {key: params[key] for key in ("MetricName", "Namespace")}
    alarms = held.metric_alarms.values()
    return {"MetricAlarms": [dict(each) for each in alarms if asked.items() <= each.items()]}


def _enable(held: Held, params: Params, *, enabled: bool = True) -> Reply:
    for alarm in held.named(params["AlarmNames"]):
        alarm["ActionsEnabled"] = enabled
    return {}


def _disable(held: Held, params: Params) -> Reply:
    return _enable(held, params, enabled=False)


def _set_state(held: Held, params: Params) -> Reply:
    data = params.get("StateReasonData")
    if data is not None:
        try:
            json.loads(data)
        except ValueError as error:
            raise AwsError("InvalidFormat", "Unknown") from error
    for alarm in held.named([params["AlarmName"]])[:1]:
        alarm.pop("StateReasonData", None)
        alarm.update({key: params[key] for key in _OF_STATE if params.get(key) is not None})
    return {}


def _retag(held: Held, operation: str, params: Params) -> Reply:
    tags = held.tags.get(params["ResourceARN"])
    if tags is None and operation != "ListTagsForResource":
        raise AwsError("ResourceNotFoundException", "Unknown", 404)
    return retagged(operation, {} if tags is None else tags, params)


def retagged(operation: str, tags: dict[str, str], params: Params) -> Reply:
    """Answer an operation on the tags of one thing."""
    if operation == "ListTagsForResource":
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    tags.update({tag["Key"]: tag["Value"] for tag in params.get("Tags") or []})
    for key in params.get("TagKeys") or []:
        tags.pop(key, None)
    return {}
