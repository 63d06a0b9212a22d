"""One receipt rule: what its actions may be, and how it is kept.

Sentences were recorded 2026-09-24 (cdk-preflight) and by floci-io/floci. Buckets, topics and
functions are tried, as SES does: their policies have to admit it for this very rule.
"""

import copy
import re
from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params
from ses_provision.local.ses.names import arn
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.v1.refusals import invalid

MAX_ACTIONS = 10
NOTE = "AMAZON_SES_SETUP_NOTIFICATION"
_TOPIC = re.compile(r"arn:aws[a-zA-Z-]*:sns:[a-z0-9-]+:\d{12}:.+")
_FUNCTION = re.compile(r"arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:function:.+")
_REPLY_CODE = re.compile(r"[45]\d\d")
_STATUS_CODE = re.compile(r"[45]\.\d\.\d")
# RFC 5322, 3.6.8: ftext.
_HEADER = re.compile(r"[!-9;-~]+")


def checked(v2: SesV2, caller: Caller, rule_set: str, rule: Params) -> dict[str, Any]:
    """A rule as it is kept, with the values that SES fills in."""
    source = source_arn(caller, rule_set, rule["Name"])
    for recipient in rule.get("Recipients", []):
        domain = recipient.rpartition("@")[2].removeprefix(".")
        if not v2.may_send(caller, f"{recipient.rpartition('@')[0] or 'any'}@{domain}"):
            raise invalid(f"Identity is not verified: {recipient}")
    actions = rule.get("Actions", [])
    if len(actions) > MAX_ACTIONS:
        raise AwsError("LimitExceeded", "Too many actions", 400)
    for action in actions:
        if len(action) != 1:
            raise invalid("Exactly one action type must be specified for each ReceiptAction")
        [(kind, given)] = action.items()
        _check(v2, caller, kind, given)
        _try(v2, caller, given, source)
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
    if kind == "S3Action" and not given["BucketName"]:
        raise invalid("Bucket name must not be empty")
    if kind == "LambdaAction" and not _FUNCTION.fullmatch(given["FunctionArn"]):
        message = f"Invalid Lambda function: {given['FunctionArn']}"
        raise AwsError("InvalidLambdaFunction", message, 400)
    if kind == "BounceAction":
        _check_bounce(v2, caller, given)


def source_arn(caller: Caller, rule_set: str, rule: str) -> str:
    """What SES says that it acts for ([D23] receiving-email-permissions.md)."""
    return arn(caller, "receipt-rule-set", f"{rule_set}:receipt-rule/{rule}")


def _try(v2: SesV2, caller: Caller, given: Params, source: str) -> None:
    """Write, publish and call, as SES does when a rule names something; it leaves a note in the
    bucket. In a role (IamRoleArn) it is not tried here."""
    if "TopicArn" in given:
        _check_topic(v2, caller, given["TopicArn"], source)
    door = v2.world.inbound
    if door is None:
        return
    if "BucketName" in given and "IamRoleArn" not in given:
        note = f"{given.get('ObjectKeyPrefix', '')}{NOTE}"
        refused = door.bucket_refusal(caller, given["BucketName"], note, source)
        if refused:
            raise AwsError("InvalidS3Configuration", refused, 400)
        door.put(given["BucketName"], note, b"This is a test of Amazon SES: it can write here.\n")
    if "FunctionArn" in given:
        refused = door.function_refusal(caller, given["FunctionArn"], source)
        if refused:
            raise AwsError("InvalidLambdaFunction", refused, 400)


def _check_topic(v2: SesV2, caller: Caller, topic: str, source: str) -> None:
    if not _TOPIC.fullmatch(topic):
        raise AwsError("InvalidSnsTopic", f"Invalid SNS topic: {topic}", 400)
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
