"""Amazon CloudWatch: metric alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ses_provision.engine.model import Found, Resource
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, Reading, ask, question
from ses_provision.resources import tags


def alarm_question(arn: str) -> Ask:
    """The question for an alarm; those of a region are asked for together."""
    return question(
        "cloudwatch",
        region_of(arn),
        "DescribeAlarms",
        pages=True,
        merge="AlarmNames",
        AlarmNames=(arn.partition(":alarm:")[2],),
    )


@dataclass(frozen=True)
class Alarm:
    """An alarm on one metric. Actions that others added stay."""

    arn: str
    metric: str
    dimensions: Mapping[str, str]
    threshold: float
    period: int
    evaluation_periods: int
    missing_data: str
    description: str
    alarm_actions: frozenset[str]
    ok_actions: frozenset[str]
    tags: Mapping[str, str]
    namespace: str = "AWS/SES"
    statistic: str = "Average"
    comparison: str = "GreaterThanThreshold"
    actions_enabled: bool = True
    # Left out they mean: all evaluation periods, and data in whatever unit (PutMetricAlarm). The
    # rates come without a unit, so that an alarm on one would never see data.
    datapoints_to_alarm: int | None = None
    unit: str | None = None
    other_actions: Mapping[str, Sequence[str]] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.partition(":alarm:")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"alarm {self.name} in {region_of(self.arn)} ({self.metric} > {self.threshold:g})"

    def read(self) -> Reading[Found[Alarm]]:
        """Find it by name."""
        [listed] = yield from ask(alarm_question(self.arn))
        found = [one for one in (listed or {})["MetricAlarms"] if one["AlarmName"] == self.name]
        if not found:
            return Found(None)
        [tagged] = yield from ask(
            question("cloudwatch", region_of(self.arn), "ListTagsForResource", ResourceARN=self.arn)
        )
        one = found[0]
        alarm, ok = frozenset(one.get("AlarmActions", ())), frozenset(one.get("OKActions", ()))
        return Found(
            Alarm(
                arn=self.arn,
                metric=one.get("MetricName", ""),
                dimensions={d["Name"]: d["Value"] for d in one.get("Dimensions", ())},
                threshold=one.get("Threshold", 0.0),
                period=one.get("Period", 0),
                evaluation_periods=one.get("EvaluationPeriods", 0),
                missing_data=one.get("TreatMissingData", "missing"),
                description=one.get("AlarmDescription", ""),
                alarm_actions=alarm & self.alarm_actions,
                ok_actions=ok & self.ok_actions,
                tags=tags.ours((tagged or {}).get("Tags", ()), self.tags),
                namespace=one.get("Namespace", ""),
                statistic=one.get("Statistic", ""),
                comparison=one["ComparisonOperator"],
                actions_enabled=one.get("ActionsEnabled", True),
                datapoints_to_alarm=one.get("DatapointsToAlarm"),
                unit=one.get("Unit"),
                other_actions={
                    "AlarmActions": sorted(alarm - self.alarm_actions),
                    "OKActions": sorted(ok - self.ok_actions),
                    "InsufficientDataActions": sorted(one.get("InsufficientDataActions", ())),
                },
            )
        )

    def writes(self, found: Found[Alarm]) -> Sequence[Call]:
        """Put the whole definition, tags included when it is new.

        PutMetricAlarm replaces the definition of an existing alarm but ignores its tags
        (CloudWatch API reference).
        """
        if found.live is None:
            return [self._put({}, Tags=tags.as_list(self.tags))]
        live = found.live
        lacking = tags.missing(self.tags, live.tags)
        calls = (
            [] if self._definition({}) == live._definition({}) else [self._put(live.other_actions)]
        )
        if lacking:
            params = {"ResourceARN": self.arn, "Tags": tags.as_list(lacking)}
            calls.append(Call("cloudwatch", region_of(self.arn), "TagResource", params))
        return calls

    def deletes(self, found: Found[Alarm]) -> Sequence[Call]:
        """Delete the alarm."""
        if found.live is None:
            return []
        return [
            Call("cloudwatch", region_of(self.arn), "DeleteAlarms", {"AlarmNames": [self.name]})
        ]

    def additions(self, live: Alarm, _ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Actions that others gave it."""
        yield from ()
        return tuple(
            f"others gave it the action {action}"
            for action in sorted({one for kind in live.other_actions.values() for one in kind})
        )

    def _put(self, others: Mapping[str, Sequence[str]], **params: Any) -> Call:
        definition = {**self._definition(others), **params}
        return Call("cloudwatch", region_of(self.arn), "PutMetricAlarm", definition)

    def _definition(self, others: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        optional = {"DatapointsToAlarm": self.datapoints_to_alarm, "Unit": self.unit}
        return {
            **{name: value for name, value in optional.items() if value is not None},
            "AlarmName": self.name,
            "AlarmDescription": self.description,
            "ActionsEnabled": self.actions_enabled,
            "AlarmActions": [*sorted(self.alarm_actions), *others.get("AlarmActions", ())],
            "OKActions": [*sorted(self.ok_actions), *others.get("OKActions", ())],
            "InsufficientDataActions": list(others.get("InsufficientDataActions", ())),
            "MetricName": self.metric,
            "Namespace": self.namespace,
            "Statistic": self.statistic,
            "Dimensions": [{"Name": k, "Value": v} for k, v in sorted(self.dimensions.items())],
            "Period": self.period,
            "EvaluationPeriods": self.evaluation_periods,
            "Threshold": self.threshold,
            "ComparisonOperator": self.comparison,
            "TreatMissingData": self.missing_data,
        }
