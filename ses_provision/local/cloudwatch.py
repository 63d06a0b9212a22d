"""CloudWatch: what moto accepts and CloudWatch refuses, and how a new alarm begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.local.alarms import Evaluator
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.motobridge import MotoService, Universe

if TYPE_CHECKING:
    from ses_provision.local.sns import Sns

_MOST_ACTIONS = 5
_HOUR, _DAY, _WEEK = 3600, 86400, 604800
_ACTION_LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions")
# What a client may ask of alarms and metrics; the rest of moto's CloudWatch is left out.
_SERVED = frozenset(
    {
        "DeleteAlarms",
        "DescribeAlarms",
        "DescribeAlarmsForMetric",
        "DisableAlarmActions",
        "EnableAlarmActions",
        "GetMetricData",
        "GetMetricStatistics",
        "ListMetrics",
        "ListTagsForResource",
        "PutMetricAlarm",
        "PutMetricData",
        "SetAlarmState",
        "TagResource",
        "UntagResource",
    }
)


class CloudWatch(MotoService):
    """moto's CloudWatch behind the rules of the real one."""

    def __init__(self, universe: Universe, sns: Sns, clock: Clock) -> None:
        super().__init__(universe, "cloudwatch", _SERVED)
        self._clock = clock
        self._alarms = Evaluator(MotoService(universe, "cloudwatch"), sns, clock)

    def put_own_metric(self, caller: Caller, namespace: str, point: Params) -> None:
        """Record a data point of another AWS service, and let the alarms see it."""
        data = {"Namespace": namespace, "MetricData": [point]}
        super().handle(caller, "PutMetricData", data)
        self.look(caller)

    def look(self, caller: Caller) -> None:
        """Bring the alarms of an account and region up to date."""
        self._alarms.look(caller)

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        if operation in ("DescribeAlarms", "DescribeAlarmsForMetric"):
            self.look(caller)
        if operation == "PutMetricAlarm":
            return self._put_metric_alarm(caller, params)
        if operation == "PutMetricData" and params["Namespace"].startswith("AWS/"):
            # API Reference, PutMetricData: names that begin with AWS/ are reserved.
            raise AwsError(
                "InvalidParameterValue",
                f"The value {params['Namespace']} for parameter Namespace is invalid.",
            )
        if operation == "PutMetricData":
            params = self._stamped(params)
        if operation == "DeleteAlarms":
            self._refuse_missing(caller, params["AlarmNames"])
        return super().handle(caller, operation, params)

    def _stamped(self, params: Params) -> Params:
        """Data points without a time are of now, by our clock and not by moto's."""
        now = {"Timestamp": self._clock.now()}
        return params | {"MetricData": [now | point for point in params.get("MetricData", ())]}

    def _put_metric_alarm(self, caller: Caller, params: Params) -> Reply:
        _check_actions(caller, params)
        _check_period(params)
        name = params["AlarmName"]
        existing = self._alarm(caller, name)
        if existing:
            # botocore's model of PutMetricAlarm: tags of an existing alarm are left as they are.
            held = super().handle(
                caller, "ListTagsForResource", {"ResourceARN": existing["AlarmArn"]}
            )
            params = params | {"Tags": held.get("Tags", [])}
        reply = super().handle(caller, "PutMetricAlarm", params)
        state = {
            "AlarmName": name,
            "StateValue": existing["StateValue"] if existing else "INSUFFICIENT_DATA",
            "StateReason": (
                existing["StateReason"] if existing else "Unchecked: Initial alarm creation"
            ),
        }
        super().handle(caller, "SetAlarmState", state)
        if not existing:
            self._alarms.created(caller, name)
        return reply

    def _alarm(self, caller: Caller, name: str) -> Reply | None:
        found = super().handle(caller, "DescribeAlarms", {"AlarmNames": [name]})
        alarms = found.get("MetricAlarms") or []
        return alarms[0] if alarms else None

    def _refuse_missing(self, caller: Caller, names: list[str]) -> None:
        # API Reference, DeleteAlarms: ResourceNotFound when any of several does not exist; one
        # alone that does not exist is not an error.
        if len(names) > 1 and any(self._alarm(caller, name) is None for name in names):
            raise AwsError("ResourceNotFound", "One or more alarms do not exist", 404)


def _check_actions(caller: Caller, params: Params) -> None:
    for member in _ACTION_LISTS:
        actions = params.get(member) or []
        if len(actions) > _MOST_ACTIONS:
            raise _invalid(
                f"The collection {member} must not have a size greater than {_MOST_ACTIONS}."
            )
        for action in actions:
            _check_action(caller, action)


def _check_action(caller: Caller, action: str) -> None:
    """V-real: cds-snc/notification-terraform#128; amazon-cloudwatch-auto-alarms#61."""
    parts = action.split(":")
    if len(parts) < 6 or parts[0] != "arn":
        raise _invalid(f"Invalid arn syntax: {action}")
    _, partition, service, region, *_ = parts
    if partition != caller.partition:
        raise _invalid(f"Invalid partition {partition} specified. Only {caller.partition} is "
                       "supported.")  # fmt: skip
    if service == "sns" and region != caller.region:
        raise _invalid(f"Invalid region {region} specified. Only {caller.region} is supported.")


def _check_period(params: Params) -> None:
    """API Reference, PutMetricAlarm: 10, 20, 30 and any multiple of 60; within a day, or a week
    for periods of an hour and more."""
    if "Metrics" in params:
        return
    period = params.get("Period")
    if not period or (period not in (10, 20, 30) and period % 60):
        raise _invalid("Period must be 10, 20, 30 or a multiple of 60")
    longest = _WEEK if period >= _HOUR else _DAY
    if period * params["EvaluationPeriods"] > longest:
        raise _invalid(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be "
            f"<= {longest})."
        )


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)
