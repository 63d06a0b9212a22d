"""Where alarms are kept: metric alarms by moto, composite ones, which moto lacks, here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.local import alarm_rules
from ses_provision.local.motobridge import MotoService

if TYPE_CHECKING:
    from ses_provision.local.contract import Caller, Params, Reply
    from ses_provision.local.motobridge import Universe

_OF_COMPOSITES = ("AlarmDescription", "AlarmName", "AlarmRule")
_ACTIONS = ("AlarmActions", "InsufficientDataActions", "OKActions")
_OF_STATE = ("StateValue", "StateReason", "StateReasonData")


class AlarmStore(MotoService):
    """moto's CloudWatch, with composite alarms beside its own."""

    def __init__(self, universe: Universe) -> None:
        super().__init__(universe, "cloudwatch")
        self._composites: dict[tuple[str, str], dict[str, Reply]] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        held = self._composites.setdefault((caller.account, caller.region), {})
        if operation == "PutCompositeAlarm":
            return self._put(caller, held, params)
        if operation == "DescribeAlarms":
            reply = super().handle(caller, operation, params)
            if "ParentsOfAlarmName" in params:
                reply["MetricAlarms"] = []
            return reply | {"CompositeAlarms": _chosen(held, params)}
        if operation == "SetAlarmState" and params["AlarmName"] in held:
            state = {key: params[key] for key in _OF_STATE if key in params}
            held[params["AlarmName"]].update(state)
            return {}
        if operation.endswith("AlarmActions"):
            for name in set(params["AlarmNames"]) & set(held):
                held[name]["ActionsEnabled"] = operation.startswith("Enable")
        if operation == "DeleteAlarms":
            for name in set(params["AlarmNames"]) & set(held):
                self._tags.pop(held.pop(name)["AlarmArn"], None)
        arn = params.get("ResourceARN")
        if arn in self._tags:
            return retagged(operation, self._tags[arn], params)
        return super().handle(caller, operation, params)

    def _put(self, caller: Caller, held: dict[str, Reply], params: Params) -> Reply:
        name = params["AlarmName"]
        arn = f"arn:{caller.partition}:cloudwatch:{caller.region}:{caller.account}:alarm:{name}"
        made: dict[str, Any] = {key: params[key] for key in _OF_COMPOSITES if key in params}
        made |= {key: list(params.get(key, [])) for key in _ACTIONS}
        held[name] = made | {
            "AlarmArn": arn,
            "ActionsEnabled": params.get("ActionsEnabled", True),
        }
        self._tags[arn] = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}
        return {}


def retagged(operation: str, tags: dict[str, str], params: Params) -> Reply:
    """Answer an operation on the tags of one thing."""
    if operation == "ListTagsForResource":
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    tags.update({tag["Key"]: tag["Value"] for tag in params.get("Tags") or []})
    for key in params.get("TagKeys") or []:
        tags.pop(key, None)
    return {}


def _chosen(held: dict[str, Reply], params: Params) -> list[Reply]:
    names, prefix = params.get("AlarmNames"), params.get("AlarmNamePrefix", "")
    state, child = params.get("StateValue"), params.get("ParentsOfAlarmName")
    return [
        dict(alarm)
        for name, alarm in sorted(held.items())
        if (not names or name in names)
        and name.startswith(prefix)
        and (child is None or child in alarm_rules.names(alarm["AlarmRule"]))
        and (state is None or alarm["StateValue"] == state)
    ]
