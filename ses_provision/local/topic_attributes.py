"""What may be set on an SNS topic, what is refused, and what a topic shows of it."""

from __future__ import annotations

import json
import re
from typing import Any

from ses_provision.local import policies, strict_json
from ses_provision.local.contract import AwsError

_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,251}\.fifo")
_LONGEST_DISPLAY_NAME = 100
# API Reference, SetTopicAttributes: delivery logs of five kinds of endpoint, three attributes each.
_FEEDBACK = frozenset(
    f"{endpoint}{what}"
    for endpoint in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
    for what in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
)
_ATTRIBUTES = _FEEDBACK | {
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DeliveryPolicy",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "Policy",
    "SignatureVersion",
    "TracingConfig",
}
OWNER_ACTIONS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)
# SNS refuses wildcards and all other actions in a topic policy (seen by many, e.g. in Terraform
# modules that list the eight for this reason). Receive stood in the policies of older topics.
_POLICY_ACTIONS = frozenset(f"sns:{action}".lower() for action in (*OWNER_ACTIONS, "Receive"))
_DOCUMENTS = ("Policy", "DeliveryPolicy")
_RETRIES: dict[str, Any] = {
    "defaultHealthyRetryPolicy": {
        "minDelayTarget": 20,
        "maxDelayTarget": 20,
        "numRetries": 3,
        "numMaxDelayRetries": 0,
        "numNoDelayRetries": 0,
        "numMinDelayRetries": 0,
        "backoffFunction": "linear",
    },
    "disableSubscriptionOverrides": False,
    "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
}


def check_name(name: str, *, fifo: bool) -> None:
    """Refuse a name that a topic may not have."""
    if not (_FIFO_NAME if fifo else _NAME).fullmatch(name):
        raise AwsError("InvalidParameter", "Invalid parameter: Topic Name")


def check(name: str, value: str) -> None:
    """Refuse an attribute that does not exist, or a value that it may not have."""
    if name not in _ATTRIBUTES:
        raise AwsError("InvalidParameter", "Invalid parameter: AttributeName")
    fault = _fault(name, value)
    if fault:
        raise AwsError("InvalidParameter", f"Invalid parameter: {fault}")


def _fault(name: str, value: str) -> str | None:
    if name == "Policy" and value:
        return _policy_fault(value)
    if name == "DisplayName" and len(value) > _LONGEST_DISPLAY_NAME:
        return "DisplayName Reason: Display name must be between 0 and 100 characters"
    if name.endswith("SampleRate") and value and not (value.isdecimal() and int(value) <= 100):
        return f"{name} Reason: the rate is a percentage between 0 and 100"
    return None


def default_policy(arn: str) -> str:
    """The access policy of a topic on which none was set, as GetTopicAttributes shows it."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in OWNER_ACTIONS],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": arn.split(":")[4]}},
    }
    document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    return json.dumps(document, separators=(",", ":"))


def effective_delivery_policy(given: str | None) -> str:
    """The retries in force: what is set, over what every topic has."""
    http = dict(_RETRIES)
    try:
        set_on_topic = strict_json.loads(given)["http"] if given else {}
        for key, value in set_on_topic.items():
            http[key] = http[key] | value if isinstance(value, dict) else value
    except (ValueError, TypeError, KeyError, AttributeError):
        return str(given)
    return json.dumps({"http": http}, separators=(",", ":"))


def shown(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes as GetTopicAttributes shows them: a standard topic has no word on FIFO."""
    if attributes.get("FifoTopic") == "true":
        return {"ContentBasedDeduplication": "false"} | attributes
    return {key: value for key, value in attributes.items() if key != "FifoTopic"}


def refuse_difference(held: dict[str, str], given: dict[str, str]) -> None:
    """API Reference, CreateTopic: idempotent on the name, unless an attribute differs."""
    defaults = {"FifoTopic": "false", "DisplayName": "", "ContentBasedDeduplication": "false"}
    held = defaults | held
    if any(not _equal(key, held.get(key, ""), value) for key, value in given.items()):
        raise AwsError(
            "InvalidParameter",
            "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
        )


def _equal(key: str, one: str, other: str) -> bool:
    if key not in _DOCUMENTS:
        return one == other
    try:
        return bool(strict_json.loads(one) == strict_json.loads(other))
    except ValueError:
        return False


def _policy_fault(text: str) -> str | None:
    try:
        statements = policies.parse(text)
    except policies.MalformedPolicyError as error:
        return f"Policy Error: {error}"
    for statement in statements:
        if not {"Principal", "NotPrincipal"} & set(statement):
            return "Policy Error: null"
        if any(
            action.lower() not in _POLICY_ACTIONS
            for action in policies.listed(statement.get("Action", []))
        ):
            return "Policy statement action out of service scope!"
    return None
