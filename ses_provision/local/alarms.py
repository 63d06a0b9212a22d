"""How CloudWatch alarms change state with the data points of their metric, and tell SNS."""

from __future__ import annotations

import operator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.local import alarm_message, alarm_rules, topic_access
from ses_provision.local.alarm_history import History
from ses_provision.local.contract import Caller, Clock, Params

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.local.alarm_store import AlarmStore
    from ses_provision.local.contract import Reply
    from ses_provision.local.functions import Lambda as Functions
    from ses_provision.local.sns import Sns, Topic
    from ses_provision.local.topic_access import TopicAccess

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
_BETWEEN_LOOKS = timedelta(seconds=60)


@dataclass(frozen=True)
class Verdict:
    """The state an alarm should have, and why."""

    state: str
    reason: str
    data: str | None = None


@dataclass
class Times:
    """When things happened to an alarm. `look_from`: CloudWatch evaluates about once a minute, so
    a new alarm, and one whose state was set by hand, is left as it is until then."""

    configured: datetime
    updated: datetime
    transitioned: datetime
    look_from: datetime


class Evaluator:
    """Looks at simple alarms whenever somebody asks for them, as of the clock's time, and changes
    the states of all."""

    def __init__(
        self,
        cloudwatch: AlarmStore,
        sns: Sns,
        access: TopicAccess,
        functions: Callable[[], Functions],
        clock: Clock,
    ) -> None:
        self._cloudwatch = cloudwatch
        self._sns = sns
        self._access = access
        self._functions = functions
        self._clock = clock
        self._times: dict[tuple[str, str, str], Times] = {}
        self.history = History(clock)

    def configured(self, caller: Caller, alarm: Reply, *, is_new: bool) -> None:
        """Note that an alarm was made or put again."""
        now, name = self._clock.now(), alarm["AlarmName"]
        self.history.configured(caller, alarm, "created" if is_new else "updated")
        if is_new:
            made = Times(now, now, now, now + _BETWEEN_LOOKS)
            self._times[caller.account, caller.region, name] = made
        else:
            self.times(caller, name).configured = now

    def deleted(self, caller: Caller, alarm: Reply) -> None:
        """Note that an alarm is gone."""
        self.history.configured(caller, alarm, "deleted")
        self._times.pop((caller.account, caller.region, alarm["AlarmName"]), None)

    def times(self, caller: Caller, name: str) -> Times:
        """When things happened to an alarm."""
        return self._times[caller.account, caller.region, name]

    def look(self, caller: Caller) -> None:
        """Bring the alarms of an account and region up to date, with their actions."""
        now = self._clock.now()
        for alarm in self._ask(caller, "DescribeAlarms", {}).get("MetricAlarms", []):
            simple = all(key in alarm for key in ("MetricName", "Statistic", "Threshold"))
            if not simple or now < self.times(caller, alarm["AlarmName"]).look_from:
                continue
            verdict = self._judge(caller, alarm)
            if verdict and verdict.state != alarm["StateValue"]:
                self.change(caller, alarm, verdict)

    def look_at_composites(self, caller: Caller) -> None:
        """Bring composite alarms to the state that their rules give them."""
        held = self._ask(caller, "DescribeAlarms", {})
        composites = {alarm["AlarmName"]: alarm for alarm in held.get("CompositeAlarms", [])}
        alarms = [*held.get("MetricAlarms", []), *composites.values()]
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
        rules = {name: alarm["AlarmRule"] for name, alarm in composites.items()}
        for name in alarm_rules.children_first(rules):
            state = "ALARM" if alarm_rules.holds(rules[name], states) else "OK"
            if state != states[name]:
                states[name] = state
                reason = f"The alarm rule is {'met' if state == 'ALARM' else 'not met'}"
                self._switch(caller, composites[name], Verdict(state, reason))

    def set_by_hand(self, caller: Caller, alarm: Reply, verdict: Verdict) -> None:
        """SetAlarmState: the actions run, and CloudWatch sets it right at its next evaluation."""
        times = self.times(caller, alarm["AlarmName"])
        times.look_from = self._clock.now() + _BETWEEN_LOOKS
        self.change(caller, alarm, verdict)

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
        if not self._cloudwatch.has_points(caller, alarm["Namespace"], alarm["MetricName"]):
            return []
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

    def change(self, caller: Caller, alarm: Reply, verdict: Verdict) -> None:
        """Put an alarm into a state, and those that its new state concerns."""
        self._switch(caller, alarm, verdict)
        if verdict.state != alarm["StateValue"]:
            self.look_at_composites(caller)

    def _switch(self, caller: Caller, alarm: Reply, verdict: Verdict) -> None:
        """Put one alarm into a state; where that is another one, its actions run."""
        times, now = self.times(caller, alarm["AlarmName"]), self._clock.now()
        state = {"StateValue": verdict.state, "StateReason": verdict.reason}
        if verdict.data is not None:
            state["StateReasonData"] = verdict.data
        self._ask(caller, "SetAlarmState", {"AlarmName": alarm["AlarmName"]} | state)
        times.updated = now
        if verdict.state == alarm["StateValue"]:
            return
        before, times.transitioned = times.transitioned, now
        self.history.changed(caller, alarm, verdict.state, verdict.reason)
        for action in alarm.get(_ACTIONS[verdict.state], []) if alarm["ActionsEnabled"] else ():
            failure = self._act(caller, alarm, verdict, action, before)
            self.history.acted(caller, alarm, action, failure)

    def _act(
        self, caller: Caller, alarm: Reply, verdict: Verdict, action: str, before: datetime
    ) -> str | None:
        """Tell a topic, or call a function; why that failed, None when it did not."""
        if action.split(":")[2] == "lambda":
            moments = {"changed": self._clock.now(), "before": before}
            event = alarm_message.event(caller, alarm, verdict.state, verdict.reason, moments)
            return self._functions().call(caller, action, event, alarm["AlarmArn"])
        topic = self._sns.find(action)
        if topic is None:
            return f"Resource {action} cannot be reached from the local AWS, or does not exist"
        failure = self._refusal(caller, topic, alarm["AlarmArn"])
        if failure is None:
            times = {
                "configured": self.times(caller, alarm["AlarmName"]).configured,
                "changed": self._clock.now(),
            }
            message = alarm_message.body(caller, alarm, verdict.state, verdict.reason, times)
            self._sns.publish(topic, message, alarm_message.subject(caller, alarm, verdict.state))
        return failure

    def _refusal(self, caller: Caller, topic: Topic, alarm_arn: str) -> str | None:
        """Why CloudWatch may not publish (US_SetupSNS.md); the alarm itself does not fail.

        Words: aws-solutions/automated-security-response-on-aws#43, ASFHyP3/hyp3#762.
        """
        asked = (caller, topic, topic_access.CLOUDWATCH, alarm_arn)
        if not self._access.key_admits(*asked):
            key = topic.attributes["KmsMasterKeyId"]
            return f"The topic's key {key} does not let CloudWatch use it (AWSKMS, AccessDenied)"
        if self._access.policy_admits(*asked):
            return None
        return (
            f"Resource: {alarm_arn} is not authorized to perform: SNS:Publish on resource: "
            f"{topic.arn} because no resource-based policy allows the SNS:Publish action"
        )
