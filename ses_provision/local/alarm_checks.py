"""What CloudWatch refuses of an alarm and moto does not."""

from __future__ import annotations

from ses_provision.local.contract import AwsError, Caller, Params

_MOST_ACTIONS = 5
_HOUR, _DAY, _WEEK = 3600, 86400, 604800
# API Reference, PutMetricAlarm, AlarmActions: the services whose ARNs it lists.
_IN_ITS_REGION = frozenset({"lambda", "sns", "ssm", "ssm-incidents"})
_ACTION_VENDORS = _IN_ITS_REGION | {"aiops", "automate", "autoscaling", "swf"}
_ACTION_LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions")


def check_actions(caller: Caller, params: Params) -> None:
    """Refuse actions that an alarm may not have."""
    for member in _ACTION_LISTS:
        actions = params.get(member) or []
        if len(actions) > _MOST_ACTIONS:
            raise invalid(
                f"The collection {member} must not have a size greater than {_MOST_ACTIONS}."
            )
        for action in actions:
            _check_action(caller, action)


def _check_action(caller: Caller, action: str) -> None:
    """V-real: cds-snc/notification-terraform#128; amazon-cloudwatch-auto-alarms#61."""
    parts = action.split(":")
    if len(parts) < 6 or parts[0] != "arn":
        raise invalid(f"Invalid arn syntax: {action}")
    _, partition, service, region, *_ = parts
    if service not in _ACTION_VENDORS:
        raise invalid(f"Unsupported action: CloudWatch alarms have no actions of {service}")
    if partition != caller.partition:
        raise invalid(f"Invalid partition {partition} specified. Only {caller.partition} is "
                       "supported.")  # fmt: skip
    if service in _IN_ITS_REGION and region != caller.region:
        raise invalid(f"Invalid region {region} specified. Only {caller.region} is supported.")


def check_definition(params: Params) -> None:
    """Words: cfn-lint#771, hashicorp/terraform-provider-aws#11105."""
    needed = ["EvaluationPeriods", "ComparisonOperator"]
    if not params.get("Metrics"):
        needed = ["MetricName", "Namespace", *needed]
    for name in needed:
        if params.get(name) is None:
            raise invalid(f"{name} must not be null")


def check_period(params: Params) -> None:
    """API Reference, PutMetricAlarm: 10, 20, 30 and any multiple of 60; within a day, or a week
    for periods of an hour and more."""
    if params.get("Metrics"):
        return
    period = params.get("Period")
    if not period or (period not in (10, 20, 30) and period % 60):
        raise invalid("Period must be 10, 20, 30 or a multiple of 60")
    longest = _WEEK if period >= _HOUR else _DAY
    if period * params["EvaluationPeriods"] > longest:
        raise invalid(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be "
            f"<= {longest})."
        )


def invalid(message: str) -> AwsError:
    """The refusal of a parameter."""
    return AwsError("ValidationError", message)
