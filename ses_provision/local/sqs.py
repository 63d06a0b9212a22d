"""SQS: moto's queues, with URLs that lead back here and what moto takes and SQS refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.motobridge import MotoService

if TYPE_CHECKING:
    from ses_provision.local.motobridge import Universe

_LONGEST_WAIT = 20
_MOST_MESSAGES = 10
_OF_FIFO = ("FifoQueue", "ContentBasedDeduplication")
_CLIENT_WORDS = re.compile(r"^An error occurred \(\w+\) when calling the \w+ operation: ")
_URLS = ("QueueUrl", "QueueUrls", "queueUrls")


class Sqs(MotoService):
    """moto's SQS behind the rules of the real one."""

    def __init__(self, universe: Universe) -> None:
        super().__init__(universe, "sqs")

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        if operation.startswith("SendMessage") and params.get("MessageBody") == "":
            raise AwsError(
                "MissingParameter", "The request must contain the parameter MessageBody."
            )
        if operation == "ReceiveMessage":
            params = _receiving(params)
        if operation == "CreateQueue":
            self._check_new(caller, params)
        reply = self._asked(caller, operation, params)
        if operation == "ListQueueTags" and not reply.get("Tags"):
            return {}
        if not caller.origin:
            return reply
        return reply | {name: _here(reply[name], caller.origin) for name in _URLS if name in reply}

    def _asked(self, caller: Caller, operation: str, params: Params) -> Reply:
        try:
            return super().handle(caller, operation, params)
        except AwsError as error:
            # moto puts the words of a client library before some of its messages.
            message = _CLIENT_WORDS.sub("", error.message)
            raise AwsError(error.code, message, error.status, **error.extra) from error

    def _check_new(self, caller: Caller, params: Params) -> None:
        name, given = params["QueueName"], params.get("Attributes") or {}
        for attribute in _OF_FIFO if given.get("FifoQueue") != "true" else ():
            if attribute in given:
                raise AwsError("InvalidAttributeName", f"Unknown Attribute {attribute}.")
        held = self._attributes(caller, name)
        for attribute in given if held else ():
            if held.get(attribute) != given[attribute]:
                raise AwsError(
                    "QueueAlreadyExists",
                    "A queue already exists with the same name and a different value for "
                    f"attribute {attribute}",
                )

    def _attributes(self, caller: Caller, name: str) -> dict[str, str]:
        """The attributes of a queue, none where there is no such queue."""
        try:
            url = self._asked(caller, "GetQueueUrl", {"QueueName": name})["QueueUrl"]
        except AwsError:
            return {}
        asked = {"QueueUrl": url, "AttributeNames": ["All"]}
        found: dict[str, str] = self._asked(caller, "GetQueueAttributes", asked)["Attributes"]
        return found


def _receiving(params: Params) -> Params:
    """What is asked of moto: it would wait while everybody else has to, and an empty answer at
    once is allowed."""
    wait, most = params.get("WaitTimeSeconds", 0), params.get("MaxNumberOfMessages", 1)
    if not 0 <= wait <= _LONGEST_WAIT:
        raise _invalid("WaitTimeSeconds", wait, f"Must be >= 0 and <= {_LONGEST_WAIT}")
    if not 1 <= most <= _MOST_MESSAGES:
        raise _invalid("MaxNumberOfMessages", most, f"Must be between 1 and {_MOST_MESSAGES}")
    return params | {"WaitTimeSeconds": 0}


def _invalid(parameter: str, value: int, reason: str) -> AwsError:
    return AwsError(
        "InvalidParameterValue",
        f"Value {value} for parameter {parameter} is invalid. Reason: {reason}, if provided.",
    )


def _here(urls: str | list[str], origin: str) -> str | list[str]:
    """The URL of a queue under the address by which its owner reached the local AWS."""
    if isinstance(urls, str):
        return origin + urlsplit(urls).path
    return [origin + urlsplit(url).path for url in urls]
