"""CloudWatch: what moto accepts and CloudWatch refuses, and how a new alarm begins."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ses_provision.local import alarm_checks, alarm_rules, metric_labels, metric_queries
from ses_provision.local.alarm_store import AlarmStore, retagged
from ses_provision.local.alarms import Evaluator, Verdict
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply, not_served
from ses_provision.local.dashboards import Dashboards
from ses_provision.local.motobridge import Universe
from ses_provision.local.served import page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ses_provision.local.functions import Lambda
    from ses_provision.local.served import Operation
    from ses_provision.local.sns import Sns
    from ses_provision.local.topic_access import TopicAccess

_MOST_POINTS = 1440
_MOST_LOOKED_AT = 200_000
# User Guide, "Metrics retention": how long there are points of a period at least that long.
_HOUR = 3600
_RETENTION = (
    (_HOUR, timedelta(days=455)),
    (300, timedelta(days=63)),
    (60, timedelta(days=15)),
    (0, timedelta(hours=3)),
)
_PAGE = 50  # alarms where MaxRecords is silent (boto/boto#3036)
# Kinds of alarms, and where a listing has each.
ALARMS = {"CompositeAlarm": "CompositeAlarms", "MetricAlarm": "MetricAlarms"}
# What a client may ask of alarms and metrics; the rest of moto's CloudWatch is left out.
_SERVED = frozenset(
    {
        "DeleteAlarms",
        "DeleteDashboards",
        "DescribeAlarmHistory",
        "DescribeAlarms",
        "DescribeAlarmsForMetric",
        "DisableAlarmActions",
        "EnableAlarmActions",
        "GetDashboard",
        "GetMetricData",
        "GetMetricStatistics",
        "ListDashboards",
        "ListMetrics",
        "ListTagsForResource",
        "PutCompositeAlarm",
        "PutDashboard",
        "PutMetricAlarm",
        "PutMetricData",
        "SetAlarmState",
        "TagResource",
        "UntagResource",
    }
)


class CloudWatch:
    """moto's CloudWatch behind the rules of the real one."""

    name = "cloudwatch"
    operations = _SERVED

    def __init__(
        self,
        universe: Universe,
        sns: Sns,
        access: TopicAccess,
        functions: Callable[[], Lambda],
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._store = AlarmStore(universe)
        self._alarms = Evaluator(self._store, sns, access, functions, clock)
        self.dashboards = Dashboards(clock)
        self.before: Callable[[Caller], Mapping[str, float]] | None = None
        """How long the oldest message of each queue waits, which SQS tells each minute."""
        self._own: Mapping[str, Operation] = {
            **self.dashboards.operations,
            "DeleteAlarms": self._delete_alarms,
            "DescribeAlarmHistory": self._alarms.history.describe,
            "DescribeAlarms": self._describe_alarms,
            "DescribeAlarmsForMetric": self._describe_alarms_for_metric,
            "GetMetricData": self._get_metric_data,
            "GetMetricStatistics": self._get_metric_statistics,
            "PutCompositeAlarm": self._put_composite_alarm,
            "PutMetricAlarm": self._put_metric_alarm,
            "PutMetricData": self._put_metric_data,
            "SetAlarmState": self._set_alarm_state,
        }

    def put_own_metric(self, caller: Caller, namespace: str, point: Params) -> None:
        """Record a data point of another AWS service, and let the alarms see it."""
        data = {"Namespace": namespace, "MetricData": [point]}
        self._ask(caller, "PutMetricData", data)
        self.look(caller)

    def look(self, caller: Caller) -> None:
        """Bring the alarms of an account and region up to date."""
        self._alarms.look(caller)

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        if operation.startswith("GetMetric") and self.before is not None:
            self._measure(caller, self.before(caller))
        if operation in self._own:
            return self._own[operation](caller, params)
        if operation not in self.operations:
            raise not_served(self.name, operation)
        tagged = self.dashboards.tags_of(caller, params.get("ResourceARN", ""))
        if tagged is not None:
            return retagged(operation, tagged, params)
        return self._ask(caller, operation, params)

    def _measure(self, caller: Caller, ages: Mapping[str, float]) -> None:
        for queue, age in ages.items():
            point = {
                "MetricName": "ApproximateAgeOfOldestMessage",
                "Value": age,
                "Timestamp": self._clock.now(),
                "Dimensions": [{"Name": "QueueName", "Value": queue}],
            }
            self._ask(caller, "PutMetricData", {"Namespace": "AWS/SQS", "MetricData": [point]})

    def _ask(self, caller: Caller, operation: str, params: Params) -> Reply:
        return self._store.handle(caller, operation, params)

    def _describe_alarms(self, caller: Caller, params: Params) -> Reply:
        self.look(caller)
        reply = self._ask(caller, "DescribeAlarms", params)
        # API Reference, DescribeAlarms: without AlarmTypes only metric alarms.
        types = params.get("AlarmTypes") or ["MetricAlarm"]
        asked = [member for kind, member in ALARMS.items() if kind in types]
        found = [(member, alarm) for member in asked for alarm in reply.get(member, [])]
        size = int(params.get("MaxRecords") or _PAGE)
        more = page(found, params, size, "NextToken", "Alarms", refused_as="InvalidNextToken")
        shown = more.pop("Alarms")
        return {
            member: [self._shown(caller, alarm) for kind, alarm in shown if kind == member]
            for member in ALARMS.values()
        } | more

    def _describe_alarms_for_metric(self, caller: Caller, params: Params) -> Reply:
        self.look(caller)
        reply = self._ask(caller, "DescribeAlarmsForMetric", params)
        return {"MetricAlarms": [self._shown(caller, each) for each in reply["MetricAlarms"]]}

    def _shown(self, caller: Caller, alarm: Reply) -> Reply:
        times = self._alarms.times(caller, alarm["AlarmName"])
        # moto has an empty list of metrics for an alarm of one metric.
        shown = {key: value for key, value in alarm.items() if (key, value) != ("Metrics", [])}
        return shown | {
            "AlarmConfigurationUpdatedTimestamp": times.configured,
            "StateUpdatedTimestamp": times.updated,
            "StateTransitionedTimestamp": times.transitioned,
        }

    def _stamped(self, params: Params) -> Params:
        """Data points without a time are of now, by our clock and not by moto's."""
        now = {"Timestamp": self._clock.now()}
        return params | {"MetricData": [now | point for point in params.get("MetricData", ())]}

    def _put_metric_alarm(self, caller: Caller, params: Params) -> Reply:
        alarm_checks.check_actions(caller, params)
        alarm_checks.check_definition(params)
        alarm_checks.check_period(params)
        return self._put(caller, "PutMetricAlarm", params)

    def _put_composite_alarm(self, caller: Caller, params: Params) -> Reply:
        alarm_checks.check_actions(caller, params)
        try:
            alarm_rules.check(params["AlarmRule"])
        except alarm_rules.BrokenRuleError as error:
            raise alarm_checks.invalid("AlarmRule contains invalid expression") from error
        named = alarm_rules.names(params["AlarmRule"])
        missing = [name for name in named if self._alarm(caller, name) is None]
        if missing:
            # awsdocs/aws-cloudformation-user-guide#911.
            raise alarm_checks.invalid(
                f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm "
                "rule do not exist"
            )
        reply = self._put(caller, "PutCompositeAlarm", params)
        self._alarms.look_at_composites(caller)
        return reply

    def _put(self, caller: Caller, operation: str, params: Params) -> Reply:
        name = params["AlarmName"]
        existing = self._alarm(caller, name)
        if existing:
            # botocore's model of PutMetricAlarm: tags of an existing alarm are left as they are.
            held = self._ask(caller, "ListTagsForResource", {"ResourceARN": existing["AlarmArn"]})
            params = params | {"Tags": held.get("Tags", [])}
        reply = self._ask(caller, operation, params)
        if existing:
            state = {key: existing[key] for key in ("AlarmName", "StateValue", "StateReason")}
            self._ask(caller, "SetAlarmState", state)
        self._alarms.configured(caller, self._existing(caller, name), is_new=not existing)
        return reply

    def _set_alarm_state(self, caller: Caller, params: Params) -> Reply:
        self.look(caller)
        alarm = self._existing(caller, params["AlarmName"])
        verdict = Verdict(
            params["StateValue"], params["StateReason"], params.get("StateReasonData")
        )
        self._alarms.set_by_hand(caller, alarm, verdict)
        return {}

    def _alarm(self, caller: Caller, name: str) -> Reply | None:
        found = self._ask(caller, "DescribeAlarms", {"AlarmNames": [name]})
        return next((alarm for kind in ALARMS.values() for alarm in found.get(kind, [])), None)

    def _existing(self, caller: Caller, name: str) -> Reply:
        alarm = self._alarm(caller, name)
        if alarm is None:
            raise AwsError("ResourceNotFound", "", 404)
        return alarm

    def _delete_alarms(self, caller: Caller, params: Params) -> Reply:
        names = params["AlarmNames"]
        alarms = [alarm for name in names if (alarm := self._alarm(caller, name))]
        # API Reference, DeleteAlarms: ResourceNotFound when any of several does not exist; one
        # alone that does not exist is not an error.
        if len(names) > 1 and len(alarms) < len(names):
            raise AwsError("ResourceNotFound", "One or more alarms do not exist", 404)
        self._refuse_children(caller, names)
        for alarm in alarms:
            arn = {"ResourceARN": alarm["AlarmArn"]}
            tags = self._ask(caller, "ListTagsForResource", arn).get("Tags", [])
            keys = [tag["Key"] for tag in tags]
            if keys:
                self._ask(caller, "UntagResource", arn | {"TagKeys": keys})
        reply = self._ask(caller, "DeleteAlarms", params)
        for alarm in alarms:
            self._alarms.deleted(caller, alarm)
        return reply

    def _refuse_children(self, caller: Caller, names: list[str]) -> None:
        """ekristen/aws-nuke#462, cloud-custodian#7763."""
        composites = self._ask(caller, "DescribeAlarms", {}).get("CompositeAlarms", [])
        children = {
            child
            for alarm in composites
            if alarm["AlarmName"] not in names
            for child in alarm_rules.names(alarm["AlarmRule"])
        }
        held = [name for name in names if name in children]
        if held:
            raise alarm_checks.invalid(
                f"Cannot delete {','.join(held)} as there are composite alarm(s) depending on "
                f"{'it' if len(held) == 1 else 'them'}."
            )

    def _get_metric_data(self, caller: Caller, params: Params) -> Reply:
        metric_queries.check(params)
        reply = self._ask(caller, "GetMetricData", _kept(params))
        labels = metric_labels.labels(params["MetricDataQueries"])
        results = [
            result | ({"Label": labels[result["Id"]]} if result["Id"] in labels else {})
            for result in reply["MetricDataResults"]
        ]
        return {"Messages": []} | reply | {"MetricDataResults": results}

    def _get_metric_statistics(self, caller: Caller, params: Params) -> Reply:
        span = (params["EndTime"] - params["StartTime"]).total_seconds()
        if span <= 0:
            raise AwsError(
                "InvalidParameterValue",
                "The parameter StartTime must be less than the parameter EndTime.",
            )
        points = int(span // params["Period"])
        if points > _MOST_POINTS:
            raise AwsError(
                "InvalidParameterCombination",
                f"You have requested up to {points} datapoints, which exceeds the limit of "
                f"{_MOST_POINTS}. You may reduce the datapoints requested by increasing Period, or "
                "decreasing the time range.",
            )
        return self._ask(caller, "GetMetricStatistics", params)

    def _put_metric_data(self, caller: Caller, params: Params) -> Reply:
        if params["Namespace"].startswith("AWS/"):
            # API Reference, PutMetricData: names that begin with AWS/ are reserved.
            raise AwsError(
                "InvalidParameterValue",
                f"The value {params['Namespace']} for parameter Namespace is invalid.",
            )
        for number, point in enumerate(params.get("MetricData", []), 1):
            for other in ("Values", "StatisticValues"):
                if "Value" in point and other in point:
                    member = f"MetricData.member.{number}"
                    raise AwsError(
                        "InvalidParameterCombination",
                        f"The parameters {member}.Value and {member}.{other} are mutually "
                        "exclusive and you have specified both.",
                    )
            if sum(max(0, count) for count in point.get("Counts", ())) > _MOST_LOOKED_AT:
                raise _too_many(f"values in MetricData.member.{number}.Counts")
        return self._ask(caller, "PutMetricData", self._stamped(params))


def _kept(params: Params) -> Params:
    """What GetMetricData asks for, from where there may still be points of it."""
    stats = [query["MetricStat"] for query in params["MetricDataQueries"] if "MetricStat" in query]
    periods = [stat["Period"] for stat in stats] or [_HOUR]
    kept = next(span for period, span in _RETENTION if max(periods) >= period)
    end, span = params["EndTime"], params["EndTime"] - params["StartTime"]
    if span > kept:
        params, span = params | {"StartTime": end - kept}, kept
    points = sum(int(span.total_seconds() // period) for period in periods)
    if points > _MOST_LOOKED_AT:
        raise _too_many(f"data points at once, not {points}: ask for less time or longer periods")
    return params


def _too_many(what: str) -> AwsError:
    """moto goes through data points one by one, and with it the local AWS."""
    return AwsError(
        "NotImplementedByLocalAws", f"The local AWS serves up to {_MOST_LOOKED_AT} {what}.", 501
    )
