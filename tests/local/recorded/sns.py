"""SNS: topics, subscriptions, messages, as AWS answered them."""

import json
from typing import Any

from tests.local.recorded.table import (
    ABSENT,
    ANYTHING,
    Act,
    Call,
    Json,
    Like,
    Only,
    Refusal,
    Row,
    Wait,
)

_RECORDED = "localstack, tests/aws/services/sns/test_sns.snapshot.json"
_GUIDE = "SNS Developer Guide"
_ARN = "arn:aws:sns:$region:$account:events"
_QUEUE = "arn:aws:sqs:$region:$account:events"
_OPS = "ops@example.com"


def _topic(name: str = "events", **attributes: str) -> Call:
    given = {"Attributes": attributes} if attributes else {}
    return Call("sns", "CreateTopic", {"Name": name, **given})


def _set(name: str, value: str, arn: str = _ARN) -> Call:
    return Call(
        "sns",
        "SetTopicAttributes",
        {"TopicArn": arn, "AttributeName": name, "AttributeValue": value},
    )


def _subscribe(protocol: str = "sqs", endpoint: str = _QUEUE, **more: Any) -> Call:
    params = {"TopicArn": _ARN, "Protocol": protocol, "Endpoint": endpoint, **more}
    return Call("sns", "Subscribe", params, keep={"subscription": "SubscriptionArn"})


def _attributes(arn: str = _ARN) -> Call:
    return Call("sns", "GetTopicAttributes", {"TopicArn": arn})


def _publish(**params: Any) -> Call:
    return Call("sns", "Publish", {"TopicArn": _ARN, "Message": "hello"} | params)


def _of_subscription(operation: str, **params: Any) -> Call:
    return Call("sns", operation, {"SubscriptionArn": "$subscription"} | params)


def _invalid(what: str) -> Refusal:
    return Refusal("InvalidParameter", f"Invalid parameter: {what}", 400)


_NO_TOPIC = Refusal("NotFound", "Topic does not exist", 404)
_ADMITTING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": "*",
            }
        ],
    }
)
_LISTENING = (
    _topic(),
    Call(
        "sqs",
        "CreateQueue",
        {"QueueName": "events", "Attributes": {"Policy": _ADMITTING}},
        keep={"queue": "QueueUrl"},
    ),
)
_RECEIVE = Call("sqs", "ReceiveMessage", {"QueueUrl": "$queue"})
_TOO_SHORT = "TopicArn Reason: An ARN must have at least 6 elements, not {}"

_TOPICS = [
    Row("a topic is named by its ARN", _topic(), Only({"TopicArn": _ARN}), _RECORDED),
    Row(
        "a new topic shows these attributes and no others",
        _attributes(),
        {
            "Attributes": Only(
                {
                    "DisplayName": "",
                    "EffectiveDeliveryPolicy": Json(
                        {"http": {"defaultHealthyRetryPolicy": {"numRetries": 3}}}
                    ),
                    "Owner": "$account",
                    "Policy": Json({"Id": "__default_policy_ID", "Version": "2008-10-17"}),
                    "SubscriptionsConfirmed": "0",
                    "SubscriptionsDeleted": "0",
                    "SubscriptionsPending": "0",
                    "TopicArn": _ARN,
                }
            )
        },
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a FIFO topic shows its two switches, as text",
        _attributes(f"{_ARN}.fifo"),
        {"Attributes": {"FifoTopic": "true", "ContentBasedDeduplication": "false"}},
        _RECORDED,
        before=(_topic("events.fifo", FifoTopic="true"),),
    ),
    Row(
        "a topic made with FifoTopic=false does not show it",
        _attributes(),
        {"Attributes": {"FifoTopic": ABSENT}},
        _RECORDED,
        before=(_topic(FifoTopic="false"),),
    ),
    Row(
        "FifoTopic cannot be set later",
        _set("FifoTopic", "false"),
        _invalid("AttributeName"),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "creating again without attributes gives the same topic",
        _topic(),
        {"TopicArn": _ARN},
        _RECORDED,
        before=(_topic(DisplayName="Events"),),
    ),
    Row(
        "creating again with FifoTopic=false gives the same topic",
        _topic(FifoTopic="false"),
        {"TopicArn": _ARN},
        _RECORDED,
        before=(_topic(DisplayName="Events"),),
    ),
    Row(
        "creating again with another display name is refused",
        _topic(DisplayName="Others"),
        _invalid("Attributes Reason: Topic already exists with different attributes"),
        _RECORDED,
        before=(_topic(DisplayName="Events"),),
    ),
    Row(
        "creating again with an attribute that was never set is refused",
        _topic(SignatureVersion="2", DisplayName="Events"),
        _invalid("Attributes Reason: Topic already exists with different attributes"),
        _RECORDED,
        before=(_topic(DisplayName="Events"),),
    ),
    Row(
        "creating again as FIFO is refused for its name",
        _topic(FifoTopic="true"),
        _invalid("Topic Name"),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "creating again with some of the tags gives the same topic",
        Call("sns", "CreateTopic", {"Name": "events", "Tags": [{"Key": "a", "Value": "1"}]}),
        {"TopicArn": _ARN},
        _RECORDED,
        before=(
            Call(
                "sns",
                "CreateTopic",
                {
                    "Name": "events",
                    "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
                },
            ),
        ),
    ),
    Row(
        "creating again with more tags is refused",
        Call("sns", "CreateTopic", {"Name": "events", "Tags": [{"Key": "a", "Value": "1"}]}),
        _invalid("Tags Reason: Topic already exists with different tags"),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a tag key given twice is refused",
        Call(
            "sns",
            "CreateTopic",
            {"Name": "t", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]},
        ),
        _invalid("Duplicated keys are not allowed."),
        _RECORDED,
    ),
    Row("a name of 256 characters is taken", _topic("a" * 256), {"TopicArn": ANYTHING}, _RECORDED),
    *(
        Row(f"a topic is not called {said}", _topic(name), _invalid("Topic Name"), _RECORDED)
        for said, name in (
            ("by 257 characters", "a" * 257),
            ("with nothing", ""),
            ("like a FIFO topic when it is none", "events.fifo"),
            ("with a space", "bad name"),
            ("with a percent sign", "bad%name"),
        )
    ),
    Row("a topic that is not there has no attributes", _attributes(), _NO_TOPIC, _RECORDED),
    Row(
        "text without colons is one element of an ARN",
        _attributes("events"),
        _invalid(_TOO_SHORT.format(1)),
        _RECORDED,
    ),
    Row(
        "an ARN of five elements is too short to subscribe to",
        Call(
            "sns",
            "Subscribe",
            {"TopicArn": "arn:aws:sns:$region:events", "Protocol": "email", "Endpoint": _OPS},
        ),
        _invalid(_TOO_SHORT.format(5)),
        _RECORDED,
    ),
    Row(
        "a topic of another region is an invalid ARN to read",
        Call("sns", "GetTopicAttributes", {"TopicArn": _ARN}, region="eu-west-1"),
        _invalid("TopicArn"),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a topic of another region is an invalid ARN to delete",
        Call("sns", "DeleteTopic", {"TopicArn": _ARN}, region="eu-west-1"),
        _invalid("TopicArn"),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "deleting a topic that is not there is no error",
        Call("sns", "DeleteTopic", {"TopicArn": _ARN}),
        {},
        _RECORDED,
    ),
    Row(
        "tags go with their topic",
        Call("sns", "ListTagsForResource", {"ResourceArn": _ARN}),
        {"Tags": []},
        _RECORDED,
        before=(
            Call("sns", "CreateTopic", {"Name": "events", "Tags": [{"Key": "a", "Value": "1"}]}),
            Call("sns", "DeleteTopic", {"TopicArn": _ARN}),
            _topic(),
        ),
    ),
    Row(
        "a display name of 101 characters is refused",
        _topic(DisplayName="x" * 101),
        Refusal("InvalidParameter", Like("^Invalid parameter: .*DisplayName"), 400),
        "API Reference, CreateTopic: at most 100 characters",
    ),
    *(
        Row(
            f"a topic takes and shows {name}",
            _attributes(),
            {"Attributes": {name: value}},
            "terraform-provider-aws, resource aws_sns_topic: sets it on creation",
            before=(_topic(), _set(name, value)),
        )
        for endpoint in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
        for name, value in (
            (f"{endpoint}SuccessFeedbackSampleRate", "100"),
            (f"{endpoint}SuccessFeedbackRoleArn", "arn:aws:iam::$account:role/logs"),
            (f"{endpoint}FailureFeedbackRoleArn", "arn:aws:iam::$account:role/logs"),
        )
    ),
]

_SUBSCRIPTIONS = [
    Row(
        "the subscription of a queue is confirmed at once",
        _of_subscription("GetSubscriptionAttributes"),
        {
            "Attributes": Only(
                {
                    "ConfirmationWasAuthenticated": "true",
                    "Endpoint": _QUEUE,
                    "Owner": "$account",
                    "PendingConfirmation": "false",
                    "Protocol": "sqs",
                    "RawMessageDelivery": "false",
                    "SubscriptionArn": "$subscription",
                    "SubscriptionPrincipal": Like(r"^arn:aws:iam::$account:"),
                    "TopicArn": _ARN,
                }
            )
        },
        _RECORDED,
        before=(*_LISTENING, _subscribe()),
    ),
    Row(
        "subscribing again gives the same ARN",
        _subscribe(),
        {"SubscriptionArn": "$first"},
        _RECORDED,
        before=(
            *_LISTENING,
            Call(
                "sns",
                "Subscribe",
                {
                    "TopicArn": _ARN,
                    "Protocol": "sqs",
                    "Endpoint": _QUEUE,
                    "Attributes": {"RawMessageDelivery": "True"},
                },
                keep={"first": "SubscriptionArn"},
            ),
        ),
    ),
    *(
        Row(
            f"subscribing again with {said} gives the same ARN",
            _subscribe(Attributes=given),
            {"SubscriptionArn": Like(f"^{_ARN}:")},
            _RECORDED,
            before=(*_LISTENING, _subscribe(Attributes={"RawMessageDelivery": "True"})),
        )
        for said, given in (
            ("the same attribute in lower case", {"RawMessageDelivery": "true"}),
            ("no attribute at all", {}),
            ("a default", {"FilterPolicyScope": "MessageAttributes"}),
        )
    ),
    Row(
        "subscribing again with another attribute is refused",
        _subscribe(Attributes={"RawMessageDelivery": "false"}),
        _invalid("Attributes Reason: Subscription already exists with different attributes"),
        _RECORDED,
        before=(*_LISTENING, _subscribe(Attributes={"RawMessageDelivery": "true"})),
    ),
    Row(
        "RawMessageDelivery is true or false, on creation",
        _subscribe(Attributes={"RawMessageDelivery": "maybe"}),
        _invalid(
            "Attributes Reason: RawMessageDelivery: Invalid value [maybe]. Must be true or false."
        ),
        _RECORDED,
        before=_LISTENING,
    ),
    *(
        Row(
            f"RawMessageDelivery={value!r} is refused later too",
            _of_subscription(
                "SetSubscriptionAttributes",
                AttributeName="RawMessageDelivery",
                AttributeValue=value,
            ),
            _invalid(f"RawMessageDelivery: Invalid value [{value}]. Must be true or false."),
            _RECORDED,
            before=(*_LISTENING, _subscribe()),
        )
        for value in ("Perhaps", "")
    ),
    Row(
        "a subscription has no attributes of our invention",
        _of_subscription("SetSubscriptionAttributes", AttributeName="Colour", AttributeValue="red"),
        _invalid("AttributeName"),
        _RECORDED,
        before=(*_LISTENING, _subscribe()),
    ),
    Row(
        "a dead-letter target is the ARN of a queue",
        _of_subscription(
            "SetSubscriptionAttributes",
            AttributeName="RedrivePolicy",
            AttributeValue='{"deadLetterTargetArn": "somewhere"}',
        ),
        _invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn"),
        _RECORDED,
        before=(*_LISTENING, _subscribe()),
    ),
    Row(
        "a redrive policy is JSON",
        _of_subscription(
            "SetSubscriptionAttributes", AttributeName="RedrivePolicy", AttributeValue="{none}"
        ),
        Refusal(
            "InvalidParameter",
            Like("^Invalid parameter: RedrivePolicy: failed to parse JSON\\."),
            400,
        ),
        _RECORDED,
        before=(*_LISTENING, _subscribe()),
    ),
    Row(
        "a protocol that SNS does not have",
        _subscribe("pigeon", "coop"),
        _invalid("Amazon SNS does not support this protocol string: pigeon"),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a queue that does not exist can be subscribed",
        _subscribe(endpoint="arn:aws:sqs:$region:$account:none"),
        {"SubscriptionArn": Like(f"^{_ARN}:")},
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a queue is subscribed by ARN, not by URL",
        _subscribe(endpoint="https://sqs.us-east-2.amazonaws.com/111122223333/events"),
        _invalid("SQS endpoint ARN"),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a FIFO queue does not listen to a standard topic",
        _subscribe(endpoint=f"{_QUEUE}.fifo"),
        _invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard "
            "SNS topics"
        ),
        _RECORDED,
        before=(_topic(),),
    ),
    Row("nobody subscribes to a topic that is not there", _subscribe(), _NO_TOPIC, _RECORDED),
    Row(
        "the subscription of an address is pending",
        _subscribe("email", _OPS),
        Only({"SubscriptionArn": "pending confirmation"}),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a pending subscription shows its ARN on request",
        _subscribe("https", "https://hooks.example.com/", ReturnSubscriptionArn=True),
        Only({"SubscriptionArn": Like(f"^{_ARN}:")}),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a subscription that ended is not found",
        _of_subscription(
            "SetSubscriptionAttributes", AttributeName="RawMessageDelivery", AttributeValue="true"
        ),
        Refusal("NotFound", "Subscription does not exist", 404),
        _RECORDED,
        before=(*_LISTENING, _subscribe(), _of_subscription("Unsubscribe")),
    ),
    Row(
        "the ended subscription of a queue is not listed",
        Call("sns", "ListSubscriptionsByTopic", {"TopicArn": _ARN}),
        {"Subscriptions": []},
        _RECORDED,
        before=(*_LISTENING, _subscribe(), _of_subscription("Unsubscribe")),
    ),
    Row(
        "the ended subscription of an address is listed as Deleted",
        Call("sns", "ListSubscriptionsByTopic", {"TopicArn": _ARN}),
        {"Subscriptions": [{"SubscriptionArn": "Deleted", "Protocol": "email", "Endpoint": _OPS}]},
        "ansible/ansible#20086, an answer of AWS",
        before=(
            _topic(),
            _subscribe("email", _OPS, ReturnSubscriptionArn=True),
            Act(lambda aws: aws.confirm_subscriptions()),
            _of_subscription("Unsubscribe"),
        ),
    ),
    Row(
        "an unconfirmed subscription is gone after two days",
        Call("sns", "ListSubscriptionsByTopic", {"TopicArn": _ARN}),
        {"Subscriptions": []},
        f"{_GUIDE}, confirmation links are good for two days",
        before=(_topic(), _subscribe("email", _OPS), Wait(48 * 3600)),
    ),
    Row(
        "unsubscribing twice is no error",
        _of_subscription("Unsubscribe"),
        {},
        _RECORDED,
        before=(*_LISTENING, _subscribe(), _of_subscription("Unsubscribe")),
    ),
    *(
        Row(
            f"unsubscribing {said} is refused",
            Call("sns", "Unsubscribe", params),
            _invalid(reason),
            _RECORDED,
        )
        for said, params, reason in (
            (
                "a word",
                {"SubscriptionArn": "events"},
                "SubscriptionArn Reason: An ARN must have at least 6 elements, not 1",
            ),
            (
                "five elements",
                {"SubscriptionArn": "arn:aws:sns:us-east-2:events"},
                "SubscriptionArn Reason: An ARN must have at least 6 elements, not 5",
            ),
            ("the ARN of a topic", {"SubscriptionArn": _ARN}, "SubscriptionId"),
            ("nothing", {}, "SubscriptionArn Reason: no value for required parameter"),
        )
    ),
    Row(
        "a token that is none",
        Call("sns", "ConfirmSubscription", {"TopicArn": _ARN, "Token": "word"}),
        Refusal("InvalidParameter", "Invalid token", 400),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a token that nobody was given",
        Call("sns", "ConfirmSubscription", {"TopicArn": _ARN, "Token": "5a" * 144}),
        _invalid("Token"),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a token for a topic that is not there",
        Call("sns", "ConfirmSubscription", {"TopicArn": f"{_ARN}x", "Token": "5a" * 144}),
        _invalid("Token"),
        _RECORDED,
        before=(_topic(),),
    ),
]

_MESSAGES = [
    Row(
        "a message reaches a queue in a signed envelope",
        _RECEIVE,
        {
            "Messages": [
                {
                    "Body": Json(
                        Only(
                            {
                                "Type": "Notification",
                                "MessageId": Like("^[0-9a-f-]{36}$"),
                                "TopicArn": _ARN,
                                "Message": "hello",
                                "Timestamp": Like(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$$"),
                                "SignatureVersion": "1",
                                "Signature": Like("^[A-Za-z0-9+/=]{300,}$"),
                                "SigningCertURL": Like(
                                    r"^https://sns\..*/SimpleNotificationService-\w+\.pem$"
                                ),
                                "UnsubscribeURL": Like(
                                    r"^https://.*/\?Action=Unsubscribe&SubscriptionArn="
                                    r"$subscription$$"
                                ),
                            }
                        )
                    )
                }
            ]
        },
        _RECORDED,
        before=(*_LISTENING, _subscribe(), _publish()),
    ),
    Row(
        "raw delivery leaves the envelope out",
        _RECEIVE,
        {"Messages": [{"Body": "hello"}]},
        _RECORDED,
        before=(
            *_LISTENING,
            _subscribe(Attributes={"RawMessageDelivery": "true"}),
            _publish(),
        ),
    ),
    Row(
        "a subject stands in the envelope",
        _RECEIVE,
        {"Messages": [{"Body": Json({"Subject": "greeting"})}]},
        _RECORDED,
        before=(*_LISTENING, _subscribe(), _publish(Subject="greeting")),
    ),
    Row(
        "a topic can be the TargetArn",
        Call("sns", "Publish", {"TargetArn": _ARN, "Message": "hello"}),
        Only({"MessageId": ANYTHING}),
        _RECORDED,
        before=(_topic(),),
    ),
    Row(
        "a target that is no endpoint",
        Call(
            "sns",
            "Publish",
            {"TargetArn": "arn:aws:sqs:$region:$account:events", "Message": "hello"},
        ),
        _invalid("TargetArn Reason: No endpoint found for the target arn specified"),
        _RECORDED,
    ),
    Row("an empty subject", _publish(Subject=""), _invalid("Subject"), _RECORDED, (_topic(),)),
    Row(
        "a subject of two lines",
        _publish(Subject="one\ntwo"),
        _invalid("Subject"),
        "API Reference, Publish: no line breaks or control characters",
        (_topic(),),
    ),
    Row(
        "a subject of 101 characters",
        _publish(Subject="x" * 101),
        _invalid("Subject"),
        "API Reference, Publish: at most 100 characters",
        (_topic(),),
    ),
    Row(
        "an empty message", _publish(Message=""), _invalid("Empty message"), _RECORDED, (_topic(),)
    ),
    Row(
        "a message of more than 256 KiB",
        _publish(Message="x" * (256 * 1024 + 1)),
        _invalid("Message too long"),
        _RECORDED,
        (_topic(),),
    ),
    Row("publishing to a topic that is not there", _publish(), _NO_TOPIC, _RECORDED),
    Row(
        "publishing to a topic of another region",
        Call("sns", "Publish", {"TopicArn": _ARN, "Message": "m"}, region="eu-west-1"),
        _invalid("TopicArn"),
        _RECORDED,
        (_topic(),),
    ),
    Row(
        "a FIFO topic wants a message group",
        _publish(TopicArn=f"{_ARN}.fifo"),
        _invalid("The MessageGroupId parameter is required for FIFO topics"),
        _RECORDED,
        (_topic("events.fifo", FifoTopic="true"),),
    ),
    Row(
        "a FIFO topic wants to tell messages apart",
        _publish(TopicArn=f"{_ARN}.fifo", MessageGroupId="g"),
        _invalid(
            "The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        ),
        _RECORDED,
        (_topic("events.fifo", FifoTopic="true"),),
    ),
    Row(
        "a standard topic does not tell messages apart",
        _publish(MessageDeduplicationId="d"),
        _invalid(
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter "
            "that is not valid for this topic type"
        ),
        _RECORDED,
        (_topic(),),
    ),
    Row(
        "a topic with the policy that it is born with takes events of SES, and is told so",
        _RECEIVE,
        {
            "Messages": [
                {"Body": "Successfully validated SNS topic for Amazon SES event publishing."}
            ]
        },
        "localstack, tests/aws/services/ses/test_ses.snapshot.json: test_ses_sns_topic_integration",
        before=(
            *_LISTENING,
            _subscribe(Attributes={"RawMessageDelivery": "true"}),
            Call("sesv2", "CreateConfigurationSet", {"ConfigurationSetName": "mail"}),
            Call(
                "sesv2",
                "CreateConfigurationSetEventDestination",
                {
                    "ConfigurationSetName": "mail",
                    "EventDestinationName": "topic",
                    "EventDestination": {
                        "Enabled": True,
                        "MatchingEventTypes": ["BOUNCE"],
                        "SnsDestination": {"TopicArn": _ARN},
                    },
                },
            ),
        ),
    ),
]

ROWS = [*_TOPICS, *_SUBSCRIPTIONS, *_MESSAGES]
