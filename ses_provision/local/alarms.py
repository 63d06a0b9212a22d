"""How CloudWatch alarms change state with the data points of their metric, and tell SNS."""

from __future__ import annotations

import json
import operator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ses_provision.local import policies
from ses_provision.local.contract import Caller, Clock, Params

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.local.contract import Reply, Service
    from ses_provision.local.sns import Sns, Topic

_BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_ACTIONS = {
    "ALARM": "AlarmActions",
    "OK": "OKActions",
    "INSUFFICIENT_DATA": "InsufficientDataActions",
}
# A new alarm is looked at for the first time some seconds after it was made.
_FIRST_LOOK = timedelta(seconds=60)


@dataclass(frozen=True)
class Verdict:
    """The state an alarm should have, and why."""

    state: str
    reason: str


class Evaluator:
    """Looks at simple alarms whenever somebody asks for them, as of the clock's time."""

    def __init__(self, cloudwatch: Service, sns: Sns, clock: Clock) -> None:
        self._cloudwatch = cloudwatch
        self._sns = sns
        self._clock = clock
        self._born: dict[tuple[str, str, str], datetime] = {}

    def created(self, caller: Caller, name: str) -> None:
        """Note when an alarm was made."""
        self._born[caller.account, caller.region, name] = self._clock.now()

    def look(self, caller: Caller) -> None:
        """Bring the alarms of an account and region up to date, with their actions."""
        for alarm in self._ask(caller, "DescribeAlarms", {}).get("MetricAlarms", []):
            born = self._born.get((caller.account, caller.region, alarm["AlarmName"]))
            known = all(key in alarm for key in ("MetricName", "Statistic", "Threshold"))
            if not known or born is None or self._clock.now() - born < _FIRST_LOOK:
                continue
            verdict = self._judge(caller, alarm)
            if verdict and verdict.state != alarm["StateValue"]:
                self._change(caller, alarm, verdict)

    def _ask(self, caller: Caller, operation: str, params: Params) -> Reply:
        return self._cloudwatch.handle(caller, operation, params)

    def _judge(self, caller: Caller, alarm: Reply) -> Verdict | None:
        """User Guide, "Evaluating an alarm" and "Configuring how alarms treat missing data"."""
        periods = int(alarm["EvaluationPeriods"])
        needed = int(alarm.get("DatapointsToAlarm") or periods)
        values = self._values(caller, alarm, periods)
        breaches = _BREACHES.get(alarm["ComparisonOperator"])
        if breaches is None:
            return None
        treat = alarm.get("TreatMissingData") or "missing"
        missing = periods - len(values)
        if not values and treat == "ignore":
            return None
        if not values and treat == "missing":
            return Verdict(
                "INSUFFICIENT_DATA",
                f"Insufficient Data: {periods} datapoint{'s were' if periods > 1 else ' was'} "
                "unknown.",
            )
        breaching = sum(breaches(value, alarm["Threshold"]) for value in values)
        breaching += missing if treat == "breaching" else 0
        shown = ", ".join(str(value) for value in values) or "none"
        crossed = breaching >= needed
        return Verdict(
            "ALARM" if crossed else "OK",
            f"Threshold Crossed: {breaching} of the last {periods} datapoints [{shown}] "
            f"{'crossed' if crossed else 'did not cross'} the threshold ({alarm['Threshold']}).",
        )

    def _values(self, caller: Caller, alarm: Reply, periods: int) -> list[float]:
        period = int(alarm["Period"])
        now = self._clock.now()
        found = self._ask(
            caller,
            "GetMetricStatistics",
            {
                "Namespace": alarm["Namespace"],
                "MetricName": alarm["MetricName"],
                "Dimensions": alarm.get("Dimensions", []),
                "StartTime": now - timedelta(seconds=period * periods),
                # The end is not part of the span; a point made this very moment counts.
                "EndTime": now + timedelta(seconds=1),
                "Period": period,
                "Statistics": [alarm["Statistic"]],
            },
        ).get("Datapoints", [])
        ordered = sorted(found, key=lambda point: point["Timestamp"])[-periods:]
        return [float(point[alarm["Statistic"]]) for point in ordered]

    def _change(self, caller: Caller, alarm: Reply, verdict: Verdict) -> None:
        self._ask(
            caller,
            "SetAlarmState",
            {
                "AlarmName": alarm["AlarmName"],
                "StateValue": verdict.state,
                "StateReason": verdict.reason,
            },
        )
        if not alarm.get("ActionsEnabled", True):
            return
        for action in alarm.get(_ACTIONS[verdict.state], []):
            topic = self._sns.find(action)
            if topic is not None and _may_publish(caller, topic, alarm["AlarmArn"]):
                subject = f'{verdict.state}: "{alarm["AlarmName"]}" in {caller.region}'
                self._sns.publish(topic, self._message(caller, alarm, verdict), subject[:100])

    def _message(self, caller: Caller, alarm: Reply, verdict: Verdict) -> str:
        trigger: dict[str, Any] = {
            "MetricName": alarm["MetricName"],
            "Namespace": alarm["Namespace"],
            "Statistic": alarm["Statistic"].upper(),
            "Period": alarm["Period"],
            "EvaluationPeriods": alarm["EvaluationPeriods"],
            "ComparisonOperator": alarm["ComparisonOperator"],
            "Threshold": alarm["Threshold"],
        }
        stamp = self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return json.dumps(
            {
                "AlarmName": alarm["AlarmName"],
                "AlarmDescription": alarm.get("AlarmDescription"),
                "AWSAccountId": caller.account,
                "NewStateValue": verdict.state,
                "NewStateReason": verdict.reason,
                "StateChangeTime": stamp,
                "AlarmArn": alarm["AlarmArn"],
                "OldStateValue": alarm["StateValue"],
                "Trigger": trigger,
            }
        )


def _may_publish(caller: Caller, topic: Topic, alarm_arn: str) -> bool:
    """User Guide, US_SetupSNS.md; an action that fails does not fail the alarm (hyp3#762)."""
    if topic.attributes.get("KmsMasterKeyId", "").endswith("alias/aws/sns"):
        return False
    ask = policies.Ask(
        "sns:Publish",
        topic.arn,
        ("Service:cloudwatch.amazonaws.com",),
        {
            "aws:SourceAccount": (caller.account,),
            # Within one account CloudWatch counts as its owner: the policy that every topic is
            # born with (AWS:SourceOwner) admits its alarms.
            "aws:SourceOwner": (caller.account,),
            "aws:SourceArn": (alarm_arn,),
            "aws:SecureTransport": ("true",),
        },
    )
    try:
        statements = policies.parse(topic.policy)
    except policies.MalformedPolicyError:
        return False
    return policies.decide(statements, ask)[0] is policies.Decision.ALLOWED
