"""One receipt rule: what its actions may be, and how it is kept.

Sentences were recorded 2026-09-24 (cdk-preflight) and by floci-io/floci. Buckets and functions
are not part of the local AWS: whether they are there is not looked at.
"""

import copy
import re
from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params
from ses_provision.local.ses.names import arn
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.v1.refusals import invalid

MAX_ACTIONS = 10
_TOPIC = re.compile(r"arn:aws[a-zA-Z-]*:sns:[a-z0-9-]+:\d{12}:.+")
_FUNCTION = re.compile(r"arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:function:.+")
_REPLY_CODE = re.compile(r"[45]\d\d")
_STATUS_CODE = re.compile(r"[45]\.\d\.\d")
# RFC 5322, 3.6.8: ftext.
_HEADER = re.compile(r"[!-9;-~]+")


def checked(v2: SesV2, caller: Caller, rule: Params) -> dict[str, Any]:
    """A rule as it is kept, with the values that SES fills in."""
    actions = rule.get("Actions", [])
    if len(actions) > MAX_ACTIONS:
        raise AwsError("LimitExceeded", "Too many actions", 400)
    for action in actions:
        if len(action) != 1:
            raise invalid("Exactly one action type must be specified for each ReceiptAction")
        [(kind, given)] = action.items()
        _check(v2, caller, kind, given)
    kept = copy.deepcopy(rule)
    kept.setdefault("Enabled", False)
    kept.setdefault("ScanEnabled", False)
    kept.setdefault("TlsPolicy", "Optional")
    for action in kept.get("Actions", []):
        if "SNSAction" in action:
            action["SNSAction"].setdefault("Encoding", "UTF-8")
    return kept


def _check(v2: SesV2, caller: Caller, kind: str, given: Params) -> None:
    if kind == "AddHeaderAction" and not _HEADER.fullmatch(given["HeaderName"]):
        raise invalid(f"Invalid header name: {given['HeaderName']}")
    if "TopicArn" in given:
        _check_topic(v2, caller, given["TopicArn"])
    if kind == "S3Action" and not given["BucketName"]:
        raise invalid("Bucket name must not be empty")
    if kind == "LambdaAction" and not _FUNCTION.fullmatch(given["FunctionArn"]):
        message = f"Invalid Lambda function: {given['FunctionArn']}"
        raise AwsError("InvalidLambdaFunction", message, 400)
    if kind == "BounceAction":
        _check_bounce(v2, caller, given)


def _check_topic(v2: SesV2, caller: Caller, topic: str) -> None:
    if not _TOPIC.fullmatch(topic):
        raise AwsError("InvalidSnsTopic", f"Invalid SNS topic: {topic}", 400)
    source = arn(caller, "receipt-rule-set", "*")
    if v2.world.neighbours.sns_topic_refusal(caller, topic, source) is not None:
        raise AwsError("InvalidSnsTopic", f"Could not publish to SNS topic: {topic}", 400)


def _check_bounce(v2: SesV2, caller: Caller, given: Params) -> None:
    if not _REPLY_CODE.fullmatch(given["SmtpReplyCode"]):
        raise invalid(f"Invalid SMTP reply code: {given['SmtpReplyCode']}")
    if "StatusCode" in given and not _STATUS_CODE.fullmatch(given["StatusCode"]):
        raise invalid(f"Invalid status code: {given['StatusCode']}")
    if not given["Message"]:
        raise invalid("Invalid SMTP response message: ")
    if not v2.may_send(caller, given["Sender"]):
        raise invalid(f"Identity is not verified: {given['Sender']}")
