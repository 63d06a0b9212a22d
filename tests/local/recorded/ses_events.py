"""What SES tells a topic of a message, as it reached queues behind real topics."""

import json
from typing import Any

from tests.local.conftest import DOMAIN
from tests.local.recorded.ses_words import (
    ADDRESS,
    BOUNCE,
    LOCALSTACK,
    SENDER,
    SET,
    SIMPLE,
    SUCCESS,
    mail,
    v1,
    v2,
)
from tests.local.recorded.table import ABSENT, ANYTHING, Call, Json, Like, Only, Row

_RECORDED = f"{LOCALSTACK}, 2023-08-25 and 08-26"
_TOPIC, _QUEUE = "arn:aws:sns:$region:$account:events", "arn:aws:sqs:$region:$account:events"
_OPEN = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                   "Action": "sqs:SendMessage", "Resource": "*"}],
})  # fmt: skip
_TEMPLATE = {"TemplateName": "hello", "SubjectPart": "Hello", "TextPart": "Hi"}
_TAG = [{"Name": "custom-tag", "Value": "tag-value"}]


def _listening(*types: str) -> tuple[Any, ...]:
    """A set that tells some types of events to a topic with a queue behind it."""
    return (
        *SENDER,
        SET,
        Call("sns", "CreateTopic", {"Name": "events"}),
        Call("sqs", "CreateQueue", {"QueueName": "events", "Attributes": {"Policy": _OPEN}},
             keep={"queue": "QueueUrl"}),
        Call("sns", "Subscribe", {"TopicArn": _TOPIC, "Protocol": "sqs", "Endpoint": _QUEUE,
                                  "Attributes": {"RawMessageDelivery": "true"}}),
        v2("CreateConfigurationSetEventDestination", ConfigurationSetName="set",
           EventDestinationName="events",
           EventDestination={"Enabled": True, "MatchingEventTypes": list(types),
                             "SnsDestination": {"TopicArn": _TOPIC}}),
    )  # fmt: skip


_READ = Call("sqs", "ReceiveMessage", {"QueueUrl": "$queue", "MaxNumberOfMessages": 10})
_VALIDATION = {"Body": "Successfully validated SNS topic for Amazon SES event publishing."}


def _told(event: dict[str, Any]) -> dict[str, Any]:
    return {"Messages": [_VALIDATION, {"Body": Json(event)}]}


def _header(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "value": value}


_FROM, _TO = _header("From", ADDRESS), _header("To", SUCCESS)
_MIME, _SUBJECT = _header("MIME-Version", "1.0"), _header("Subject", "Hello")
_BOTH = {"Simple": {**SIMPLE["Simple"], "Body": {"Text": {"Data": "Hi"}, "Html": {"Data": "Hi"}}}}
_RAW = b"SOME RAW TEXT"

ROWS = [
    Row("a new destination says that it is there, in plain words", _READ,
        {"Messages": [_VALIDATION]}, _RECORDED, _listening("SEND")),
    Row("a message that was accepted", _READ,
        _told({"eventType": "Send", "send": {}, "mail": {
            "source": ADDRESS, "sourceArn": f"arn:aws:ses:$region:$account:identity/{DOMAIN}",
            "sendingAccountId": "$account", "destination": [SUCCESS], "headersTruncated": False,
            "headers": [_FROM, _TO, _SUBJECT, _MIME,
                        _header("Content-Type",
                                Like('^multipart/alternative;  boundary="----=_Part_'))],
            "commonHeaders": Only({"from": [ADDRESS], "to": [SUCCESS], "messageId": ANYTHING,
                                   "subject": "Hello"}),
            "tags": Only({"ses:operation": ["SendEmail"], "ses:configuration-set": ["set"],
                          "ses:source-ip": ANYTHING, "ses:from-domain": [DOMAIN],
                          "custom-tag": ["tag-value"], "ses:caller-identity": ANYTHING})}}),
        _RECORDED,
        (*_listening("SEND"),
         mail(Content=_BOTH, ConfigurationSetName="set", EmailTags=_TAG))),
    Row("a message that was delivered", _READ,
        _told({"eventType": "Delivery",
               "mail": {"tags": {"ses:outgoing-ip": ANYTHING}},
               "delivery": Only({"timestamp": ANYTHING, "processingTimeMillis": ANYTHING,
                                 "recipients": [SUCCESS], "smtpResponse": Like("^250 "),
                                 "reportingMTA": Like("smtp-out")})}),
        _RECORDED, (*_listening("DELIVERY"), mail(ConfigurationSetName="set"))),
    Row("a templated message that was accepted has no subject and no source ARN yet", _READ,
        _told({"eventType": "Send", "mail": {
            "sourceArn": ABSENT, "headers": [_FROM, _TO, _MIME],
            "commonHeaders": Only({"from": [ADDRESS], "to": [SUCCESS], "messageId": ANYTHING}),
            "tags": {"ses:operation": ["SendTemplatedEmail"]}}}),
        _RECORDED,
        (*_listening("SEND"), v1("CreateTemplate", Template=_TEMPLATE),
         v1("SendTemplatedEmail", Source=ADDRESS, Destination={"ToAddresses": [SUCCESS]},
            Template="hello", TemplateData="{}", ConfigurationSetName="set"))),
    Row("a templated message that was delivered has a date, a subject and a body", _READ,
        _told({"eventType": "Delivery", "mail": {
            "sourceArn": ABSENT,
            "headers": [_header("Date", ANYTHING), _FROM, _TO, _SUBJECT, _MIME,
                        _header("Content-Type", "text/plain; charset=UTF-8"),
                        _header("Content-Transfer-Encoding", "7bit")],
            "commonHeaders": Only({"from": [ADDRESS], "date": ANYTHING, "to": [SUCCESS],
                                   "messageId": ANYTHING, "subject": "Hello"})}}),
        _RECORDED,
        (*_listening("DELIVERY"), v1("CreateTemplate", Template=_TEMPLATE),
         v1("SendTemplatedEmail", Source=ADDRESS, Destination={"ToAddresses": [SUCCESS]},
            Template="hello", TemplateData="{}", ConfigurationSetName="set"))),
    Row("a raw message without headers tells none, and not whence it comes", _READ,
        _told({"eventType": "Send", "mail": {
            "headers": [], "commonHeaders": Only({"messageId": ANYTHING}),
            "tags": Only({"ses:operation": ["SendRawEmail"], "ses:configuration-set": ["set"],
                          "ses:source-ip": ANYTHING, "custom-tag": ["tag-value"],
                          "ses:caller-identity": ANYTHING})}}),
        _RECORDED,
        (*_listening("SEND"),
         v1("SendRawEmail", Source=ADDRESS, Destinations=[SUCCESS], RawMessage={"Data": _RAW},
            Tags=_TAG, ConfigurationSetName="set"))),
    Row("a topic that was deleted is told nothing, and the mail goes", _READ,
        {"Messages": [_VALIDATION]}, f"{LOCALSTACK}, 2023-08-26",
        (*_listening("SEND"), Call("sns", "DeleteTopic", {"TopicArn": _TOPIC}),
         mail(ConfigurationSetName="set"))),
    Row("a bounce has the kind that the simulator plays", _READ,
        _told({"eventType": "Bounce", "bounce": {"bounceType": "Permanent",
                                                 "bounceSubType": "General"}}),
        "SES Developer Guide, send-an-email-from-console.md",
        (*_listening("BOUNCE"),
         mail(ConfigurationSetName="set", Destination={"ToAddresses": [BOUNCE]}))),
]  # fmt: skip
