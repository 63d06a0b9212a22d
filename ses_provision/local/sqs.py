"""SQS: moto's queues, with URLs that lead back here and what moto takes and SQS refuses."""

from __future__ import annotations

import re
import time
from threading import Condition, RLock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.motobridge import MotoService

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.local.motobridge import Universe

_LONGEST_WAIT = 20
_LOOKING = 0.5  # seconds after which a queue is looked at again: delays end without a word
_MOST_MESSAGES = 10
_OF_FIFO = ("FifoQueue", "ContentBasedDeduplication")
_CLIENT_WORDS = re.compile(r"^An error occurred \(\w+\) when calling the \w+ operation: ")
_URLS = ("QueueUrl", "QueueUrls", "queueUrls")


class Patience:
    """Waiting for a message while others are served: the lock of the local AWS is let go of.

    In one process a client waits in the thread that would have to send, so there nothing is waited
    for; SQS may answer empty-handed at any time.
    """

    def __init__(self, lock: RLock, is_served: Callable[[], bool]) -> None:
        self._changed = Condition(lock)
        self.is_real = is_served

    def until(self, seconds: float) -> float:
        """The end of a wait, by the clock that clients wait by."""
        return time.monotonic() + (seconds if self.is_real() else 0)

    def wait(self, until: float) -> bool:
        """Wait for a change, or a while, since a message may also come by itself; whether there
        was time left."""
        left = until - time.monotonic()
        if left <= 0:
            return False
        self._changed.wait(min(left, _LOOKING))
        return True

    def arrived(self) -> None:
        """Wake those who wait."""
        with self._changed:
            self._changed.notify_all()


class Sqs(MotoService):
    """moto's SQS behind the rules of the real one."""

    def __init__(self, universe: Universe, patience: Patience | None = None) -> None:
        super().__init__(universe, "sqs")
        self._patience = patience or Patience(RLock(), lambda: False)

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        if operation.startswith("SendMessage") and params.get("MessageBody") == "":
            raise AwsError(
                "MissingParameter", "The request must contain the parameter MessageBody."
            )
        if params.get("QueueNamePrefix"):
            # moto takes it for a pattern.
            params = params | {"QueueNamePrefix": re.escape(params["QueueNamePrefix"])}
        _check_policy((params.get("Attributes") or {}).get("Policy"))
        if operation == "CreateQueue":
            self._check_new(caller, params)
        if operation == "ReceiveMessage":
            reply = self._received(caller, params)
        else:
            reply = self._asked(caller, operation, params)
        if operation.startswith("SendMessage"):
            self._patience.arrived()
        if operation == "ListQueueTags" and not reply.get("Tags"):
            return {}
        if not caller.origin:
            return reply
        return reply | {name: _here(reply[name], caller.origin) for name in _URLS if name in reply}

    def _received(self, caller: Caller, params: Params) -> Reply:
        """What is there, waited for as long as the caller, or the queue, says."""
        asked = _receiving(params)
        wait = params.get("WaitTimeSeconds")
        if wait is None and self._patience.is_real():
            wait = int(self._own_wait(caller, params["QueueUrl"]))
        until = self._patience.until(wait or 0)
        while True:
            reply = self._asked(caller, "ReceiveMessage", asked)
            if reply.get("Messages") or not self._patience.wait(until):
                return reply

    def _own_wait(self, caller: Caller, url: str) -> str:
        name = "ReceiveMessageWaitTimeSeconds"
        asked = {"QueueUrl": url, "AttributeNames": [name]}
        held = self._asked(caller, "GetQueueAttributes", asked).get("Attributes") or {}
        return str(held.get(name, "0"))

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


def _check_policy(text: object) -> None:
    """Words: hashicorp/terraform-provider-aws#42209."""
    try:
        if text:
            policies.parse(str(text))
    except policies.MalformedPolicyError as error:
        raise AwsError(
            "InvalidAttributeValue", "Invalid value for the parameter Policy."
        ) from error


def _receiving(params: Params) -> Params:
    """What is asked of moto, which would let everybody else wait as well."""
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
