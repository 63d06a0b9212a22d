"""SQS: queues as AWS answered for them."""

from typing import Any

from tests.local.recorded.table import ABSENT, ANYTHING, Call, Like, Only, Refusal, Row

_RECORDED = "localstack, tests/aws/services/sqs/test_sqs.snapshot.json"
_URL = "https://sqs.$region.amazonaws.com/$account/jobs"


def _queue(name: str = "jobs", **attributes: str) -> Call:
    params: dict[str, Any] = {"QueueName": name, "Attributes": attributes}
    return Call("sqs", "CreateQueue", params, keep={"queue": "QueueUrl"})


def _of_queue(operation: str, **params: Any) -> Call:
    return Call("sqs", operation, {"QueueUrl": "$queue"} | params)


def _invalid(parameter: str, value: object, reason: str) -> Refusal:
    return Refusal(
        "InvalidParameterValue",
        f"Value {value} for parameter {parameter} is invalid. Reason: {reason}",
        400,
    )


_GONE = Refusal(
    "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.", 400
)
_TEN = [{"Id": str(number), "MessageBody": "x"} for number in range(10)]

ROWS = [
    Row("a queue has a URL", _queue(), Only({"QueueUrl": _URL}), _RECORDED),
    Row("a queue's URL follows from its name", Call("sqs", "GetQueueUrl", {"QueueName": "jobs"}),
        Only({"QueueUrl": _URL}), _RECORDED, (_queue(),)),
    Row("a queue that is not there has no URL", Call("sqs", "GetQueueUrl", {"QueueName": "jobs"}),
        _GONE, _RECORDED),
    Row("a queue that is not there has no attributes",
        Call("sqs", "GetQueueAttributes", {"QueueUrl": _URL}), _GONE, _RECORDED),
    Row(
        "a new queue has these attributes",
        _of_queue("GetQueueAttributes", AttributeNames=["All"]),
        {
            "Attributes": {
                "ApproximateNumberOfMessages": "0",
                "ApproximateNumberOfMessagesDelayed": "0",
                "ApproximateNumberOfMessagesNotVisible": "0",
                "CreatedTimestamp": ANYTHING,
                "DelaySeconds": "0",
                "LastModifiedTimestamp": ANYTHING,
                "MaximumMessageSize": "1048576",
                "MessageRetentionPeriod": "345600",
                "Policy": ABSENT,
                "QueueArn": "arn:aws:sqs:$region:$account:jobs",
                "ReceiveMessageWaitTimeSeconds": "0",
                "SqsManagedSseEnabled": "true",
                "VisibilityTimeout": "30",
            }
        },
        _RECORDED,
        (_queue(),),
    ),
    Row("attributes that were set come back", _of_queue("GetQueueAttributes",
        AttributeNames=["DelaySeconds", "VisibilityTimeout"]),
        {"Attributes": Only({"DelaySeconds": "420", "VisibilityTimeout": "69"})}, _RECORDED,
        (_queue(), _of_queue("SetQueueAttributes",
                             Attributes={"DelaySeconds": "420", "VisibilityTimeout": "69"}))),
    Row("creating again with another attribute is refused", _queue(DelaySeconds="2"),
        Refusal("QueueAlreadyExists", "A queue already exists with the same name and a different "
                "value for attribute DelaySeconds", 400), _RECORDED, (_queue(DelaySeconds="1"),)),
    Row("creating again gives the same queue", _queue(), {"QueueUrl": _URL}, _RECORDED,
        (_queue(),)),
    Row("a standard queue does not know FifoQueue", _queue(FifoQueue="false"),
        Refusal("InvalidAttributeName", "Unknown Attribute FifoQueue.", 400), _RECORDED),
    Row("an empty queue gives nothing", _of_queue("ReceiveMessage"), Only({}), _RECORDED,
        (_queue(),)),
    Row("a message comes with its digest",
        _of_queue("ReceiveMessage"),
        {"Messages": [Only({"Body": "message", "MD5OfBody": "78e731027d8fd50ed642340b7c9a63b3",
                            "MessageId": ANYTHING, "ReceiptHandle": ANYTHING})]},
        _RECORDED, (_queue(), _of_queue("SendMessage", MessageBody="message"))),
    Row("an empty message is a missing one", _of_queue("SendMessage", MessageBody=""),
        Refusal("MissingParameter", "The request must contain the parameter MessageBody.", 400),
        _RECORDED, (_queue(),)),
    Row("a message of more than a mebibyte",
        _of_queue("SendMessage", MessageBody="x" * (1024 * 1024 + 1)),
        Refusal("InvalidParameterValue", "One or more parameters are invalid. Reason: Message must "
                "be shorter than 1048576 bytes.", 400), _RECORDED, (_queue(),)),
    *(
        Row(f"waiting for {wait} seconds is refused",
            _of_queue("ReceiveMessage", WaitTimeSeconds=wait),
            _invalid("WaitTimeSeconds", wait, "Must be >= 0 and <= 20, if provided."),
            _RECORDED, (_queue(),))
        for wait in (21, -1)
    ),
    Row("eleven messages at once are refused", _of_queue("ReceiveMessage", MaxNumberOfMessages=11),
        _invalid("MaxNumberOfMessages", 11, "Must be between 1 and 10, if provided."),
        _RECORDED, (_queue(),)),
    Row("twenty entries in a batch are refused",
        _of_queue("SendMessageBatch", Entries=[
            {"Id": str(number), "MessageBody": "x"} for number in range(20)]),
        Refusal("AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
                "Maximum number of entries per request are 10. You have sent 20.", 400),
        _RECORDED, (_queue(),)),
    Row("ten entries in a batch are taken", _of_queue("SendMessageBatch", Entries=_TEN),
        {"Successful": [ANYTHING] * 10}, _RECORDED, (_queue(),)),
    Row("an entry's id is a plain word",
        _of_queue("SendMessageBatch", Entries=[{"Id": "an:id", "MessageBody": "x"}]),
        Refusal("AWS.SimpleQueueService.InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and "
                "underscores. It can be at most 80 letters long.", 400), _RECORDED, (_queue(),)),
    Row("purging twice within a minute is refused", _of_queue("PurgeQueue"),
        Refusal("AWS.SimpleQueueService.PurgeQueueInProgress",
                "Only one PurgeQueue operation on jobs is allowed every 60 seconds.", 403),
        _RECORDED, (_queue(), _of_queue("PurgeQueue"))),
    Row("tags come back, empty ones too", _of_queue("ListQueueTags"),
        Only({"Tags": {"a": "1", "b": ""}}), _RECORDED,
        (_queue(), _of_queue("TagQueue", Tags={"a": "1", "b": ""}))),
    Row("a queue without tags shows none", _of_queue("ListQueueTags"), Only({}), _RECORDED,
        (_queue(), _of_queue("TagQueue", Tags={"a": "1"}),
         _of_queue("UntagQueue", TagKeys=["a"]))),
    Row("a FIFO queue wants a message group",
        _of_queue("SendMessage", MessageBody="x", MessageDeduplicationId="d"),
        Refusal("MissingParameter", "The request must contain the parameter MessageGroupId.", 400),
        _RECORDED, (_queue("jobs.fifo", FifoQueue="true"),)),
    Row("queues are listed two by two", Call("sqs", "ListQueues", {"MaxResults": 2}),
        {"QueueUrls": [Like("/jobs-1$"), Like("/jobs-2$")], "NextToken": ANYTHING}, _RECORDED,
        (_queue("jobs-1"), _queue("jobs-2"), _queue("jobs-3"))),
]  # fmt: skip
