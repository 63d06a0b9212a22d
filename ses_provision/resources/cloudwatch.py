"""Amazon CloudWatch: metric alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key, Resource
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, both, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import tagging, tags

ABSENT = (Refusal("ResourceNotFound"), Refusal("ResourceNotFoundException"))


def alarm_question(arn: str) -> Ask:
    """The question for an alarm; those of a region are asked for together.

    DescribeAlarms is checked on all alarms of the region (Service Authorization Reference).
    """
    where, _, name = arn.partition(":alarm:")
    return question(
        "cloudwatch",
        region_of(arn),
        "DescribeAlarms",
        on=(f"{where}:alarm:*",),
        nothing={"MetricAlarms": []},
        pages=True,
        merge="AlarmNames",
        AlarmNames=(name,),
    )


def tags_question(arn: str) -> Ask:
    """The question for an alarm's tags."""
    return question(
        "cloudwatch",
        region_of(arn),
        "ListTagsForResource",
        on=(arn,),
        absent=ABSENT,
        nothing={"Tags": []},
        ResourceARN=arn,
    )


def parents_question(arn: str) -> Ask:
    """The question for the composite alarms that watch an alarm."""
    where, _, name = arn.partition(":alarm:")
    return question(
        "cloudwatch",
        region_of(arn),
        "DescribeAlarms",
        on=(f"{where}:alarm:*",),
        absent=ABSENT,
        nothing={"CompositeAlarms": []},
        ParentsOfAlarmName=name,
        AlarmTypes=("CompositeAlarm",),
    )


@dataclass(frozen=True)
class AlarmState:
    """An alarm of DescribeAlarms in our words: what it watches, whom it tells, how it stands."""

    name: str
    definition: Mapping[str, Any]
    metric: str
    threshold: float
    actions_enabled: bool
    alarm_actions: tuple[str, ...]
    state: str


def alarm(arn: str) -> Reading[AlarmState | None]:
    """What CloudWatch has under the name of an alarm."""
    [listed] = yield from ask(alarm_question(arn))
    name = arn.partition(":alarm:")[2]
    alike = (found for found in (listed or {})["MetricAlarms"] if found["AlarmName"] == name)
    found = next(alike, None)
    if found is None:
        return None
    return AlarmState(
        name=name,
        definition=found,
        metric=found.get("MetricName", ""),
        threshold=found.get("Threshold", 0.0),
        actions_enabled=found.get("ActionsEnabled", True),
        alarm_actions=tuple(found.get("AlarmActions") or ()),
        state=found.get("StateValue", "unknown"),
    )


@dataclass(frozen=True)
class Alarm:
    """An alarm on one metric. Actions that others added stay; those that tell another topic of the
    environment, such as the one that alarms had before, are ours."""

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
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def at(cls, arn: str, tags: Mapping[str, str]) -> Alarm | None:
        """An alarm that no setting names any more."""
        if ":alarm:" not in arn:
            return None
        nobody: frozenset[str] = frozenset()
        return cls(arn, "", {}, 0.0, 0, 0, "", "", nobody, nobody, tags)

    @property
    def key(self) -> Key:
        """One alarm of a name in an account and region."""
        return Key.of("alarm", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.partition(":alarm:")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        watched = f" ({self.metric} > {self.threshold:g})" if self.metric else ""
        return f"alarm {self.name} in {region_of(self.arn)}{watched}"

    def read(self) -> Reading[Found[Alarm]]:
        """Find it by name."""
        live = yield from alarm(self.arn)
        if live is None:
            return Found(None)
        all_tags = yield from tagging.shown(self.arn, self.tags)
        if all_tags is None:
            [tagged] = yield from ask(tags_question(self.arn))
            all_tags = tags.as_mapping((tagged or {}).get("Tags"))
        made = yield from tagging.made(region_of(self.arn), self.tags)
        return Found(self._described(live.definition, all_tags, made))

    def _described(
        self, found: Mapping[str, Any], all_tags: Mapping[str, str], made: frozenset[str]
    ) -> Alarm:
        ringing = frozenset(found.get("AlarmActions") or ())
        calm = frozenset(found.get("OKActions") or ())
        return Alarm(
            arn=self.arn,
            metric=found.get("MetricName", ""),
            dimensions={d["Name"]: d["Value"] for d in found.get("Dimensions") or ()},
            threshold=found.get("Threshold", 0.0),
            period=found.get("Period", 0),
            evaluation_periods=found.get("EvaluationPeriods", 0),
            missing_data=found.get("TreatMissingData", "missing"),
            description=found.get("AlarmDescription", ""),
            alarm_actions=ringing & (self.alarm_actions | made),
            ok_actions=calm & (self.ok_actions | made),
            tags=tags.ours(all_tags, self.tags),
            namespace=found.get("Namespace", ""),
            statistic=found.get("Statistic", ""),
            comparison=found.get("ComparisonOperator", ""),
            actions_enabled=found.get("ActionsEnabled", True),
            datapoints_to_alarm=found.get("DatapointsToAlarm"),
            unit=found.get("Unit"),
            other_actions={
                "AlarmActions": sorted(ringing - self.alarm_actions - made),
                "OKActions": sorted(calm - self.ok_actions - made),
                "InsufficientDataActions": sorted(found.get("InsufficientDataActions") or ()),
            },
            all_tags=all_tags,
        )

    def writes(self, found: Found[Alarm]) -> Sequence[Call]:
        """Put the whole definition, tags included when it is new.

        PutMetricAlarm replaces the definition of an existing alarm but ignores its tags
        (CloudWatch API reference).
        """
        live = found.live
        if live is None:
            also = (Right("cloudwatch:TagResource", (self.arn,)),)
            return [replace(self._put({}, Tags=tags.at_creation(self.tags)), also=also)]
        same = self._definition({}) == live._definition({})
        calls = [] if same else [self._put(live.other_actions)]
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            params = {"ResourceARN": self.arn, "Tags": tags.as_list(lacking)}
            calls.append(self._call("TagResource", params))
        return calls

    def deletes(self, found: Found[Alarm]) -> Sequence[Call]:
        """Delete the alarm."""
        if found.live is None:
            return []
        call = self._call("DeleteAlarms", {"AlarmNames": [self.name]})
        return [replace(call, already=ABSENT)]

    def additions(self, live: Alarm, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Actions that others gave it, and composite alarms that hang on it.

        CloudWatch does not delete an alarm that a composite alarm names (CloudWatch User Guide,
        combining alarms).
        """
        [listed], late = yield from both(
            ask(parents_question(self.arn)),
            tagging.confirmed(live.all_tags, tags_question(self.arn)),
        )
        known = {getattr(resource, "arn", "") for resource in ours}
        actions = {action for kind in live.other_actions.values() for action in kind} - known
        composites = [found["AlarmName"] for found in (listed or {}).get("CompositeAlarms") or ()]
        return (
            *late,
            *(f"others gave it the action {action}" for action in sorted(actions)),
            *(f"composite alarm {name} hangs on it" for name in sorted(composites)),
        )

    def settled(self) -> Answers:
        """CloudWatch's answers where it stands."""
        return {
            alarm_question(self.arn): {
                "MetricAlarms": [{**self._definition({}), "StateValue": "OK"}]
            },
            tags_question(self.arn): {"Tags": tags.at_creation(self.tags)},
        }

    def strayed(self) -> Sequence[Alarm]:
        """Every setting otherwise than it should be."""
        return [replace(self, threshold=self.threshold + 1, tags={})]

    def _put(self, others: Mapping[str, Sequence[str]], **params: Any) -> Call:
        return self._call("PutMetricAlarm", {**self._definition(others), **params})

    def _call(self, operation: str, params: Mapping[str, Any]) -> Call:
        return Call("cloudwatch", region_of(self.arn), operation, params, on=(self.arn,))

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
