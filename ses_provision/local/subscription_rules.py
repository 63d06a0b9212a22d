"""What SNS takes of a subscription: its endpoint for each protocol, and its attributes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_provision.local import filter_policy, strict_json
from ses_provision.local.contract import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SETTABLE = frozenset(
    {
        "DeliveryPolicy",
        "FilterPolicy",
        "FilterPolicyScope",
        "RawMessageDelivery",
        "RedrivePolicy",
        "SubscriptionRoleArn",
    }
)
_DEFAULTS = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageAttributes"}
_QUEUE = re.compile(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w.-]+")


def _email(endpoint: str) -> str | None:
    good = re.fullmatch(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", endpoint)
    return None if good else "Email address"


def _sqs(endpoint: str) -> str | None:
    return None if _QUEUE.fullmatch(endpoint) else "SQS endpoint ARN"


def _url(scheme: str) -> Callable[[str], str | None]:
    def fault(endpoint: str) -> str | None:
        good = endpoint.startswith(f"{scheme}://")
        return None if good else "Endpoint must match the specified protocol"

    return fault


def _sms(endpoint: str) -> str | None:
    good = re.fullmatch(r"\+?[1-9][\d -]{5,18}", endpoint)
    return None if good else f"Invalid SMS endpoint: {endpoint}"


def _lambda(endpoint: str) -> str | None:
    if not re.fullmatch(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:.+", endpoint):
        return "Lambda endpoint ARN"
    return "Endpoint Reason: no such function (the local AWS has no Lambda)"


def _firehose(endpoint: str) -> str | None:
    good = re.fullmatch(r"arn:aws[a-z-]*:firehose:[a-z0-9-]+:\d{12}:deliverystream/.+", endpoint)
    return None if good else "Firehose endpoint ARN"


_ENDPOINT_FAULTS: dict[str, Callable[[str], str | None]] = {
    "email": _email,
    "email-json": _email,
    "http": _url("http"),
    "https": _url("https"),
    "sqs": _sqs,
    "sms": _sms,
    "lambda": _lambda,
    "firehose": _firehose,
}


def check_endpoint(topic_arn: str, protocol: str, endpoint: str) -> None:
    """Refuse an endpoint that does not fit its protocol, or its topic."""
    if protocol not in _ENDPOINT_FAULTS:
        raise _invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    fault = _ENDPOINT_FAULTS[protocol](endpoint)
    if fault:
        raise _invalid(fault)
    if endpoint.endswith(".fifo") and not topic_arn.endswith(".fifo"):
        raise _invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard "
            "SNS topics"
        )


def normal(name: str, value: str, *, on_creation: bool) -> str:
    """An attribute's value as SNS keeps it; refused where SNS refuses it."""
    where = "Attributes Reason: " if on_creation else ""
    if name not in _SETTABLE:
        raise _invalid("AttributeName")
    if name == "FilterPolicyScope" and value not in (filter_policy.BODY, filter_policy.ATTRIBUTES):
        raise _invalid(
            f"{where}FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or "
            "MessageAttributes"
        )
    if name == "RawMessageDelivery":
        if value.lower() not in ("true", "false"):
            raise _invalid(f"{where}{name}: Invalid value [{value}]. Must be true or false.")
        return value.lower()
    if name == "RedrivePolicy" and value:
        _check_redrive(value, where)
    return value


def check_filter(attributes: Mapping[str, str], *, on_creation: bool) -> None:
    """Refuse a filter policy that SNS does not take, in its scope."""
    text = attributes.get("FilterPolicy")
    scope = attributes.get("FilterPolicyScope", filter_policy.ATTRIBUTES)
    fault = filter_policy.fault(text, scope) if text else None
    if fault:
        raise _invalid(f"{'Attributes Reason: ' if on_creation else ''}{fault}")


def _check_redrive(text: str, where: str) -> None:
    try:
        target = strict_json.loads(text)["deadLetterTargetArn"]
    except (ValueError, KeyError, TypeError):
        raise _invalid(f"{where}RedrivePolicy: failed to parse JSON.") from None
    if not _QUEUE.fullmatch(str(target)):
        raise _invalid(f"{where}RedrivePolicy: deadLetterTargetArn is an invalid arn")


def refuse_difference(held: dict[str, str], given: dict[str, str]) -> None:
    """Recorded: subscribing again may name the same attributes, defaults, or none."""
    held = _DEFAULTS | held
    if any(held.get(name) != value for name, value in given.items()):
        raise _invalid("Attributes Reason: Subscription already exists with different attributes")


def _invalid(what: str) -> AwsError:
    return AwsError("InvalidParameter", f"Invalid parameter: {what}")
