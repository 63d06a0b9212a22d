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
    from datetime import datetime

    from ses_provision.local.contract import Clock
    from ses_provision.local.motobridge import Universe

    Place = tuple[str, str, str]

_LONGEST_WAIT = 20
_LOOKING = 0.5  # seconds after which a queue is looked at again: delays end without a word
_MOST_MESSAGES = 10
_OF_FIFO = ("FifoQueue", "ContentBasedDeduplication")
_CLIENT_WORDS = re.compile(r"^An error occurred \(\w+\) when calling the \w+ operation: ")
_ALLOWED = "RedriveAllowPolicy"
_SETTING = ("CreateQueue", "SetQueueAttributes")
_NO_DEAD_LETTERS = "Could not find DLQ"
_NAME_LOCKED = 60  # seconds after a deletion (API reference, CreateQueue)
_REMEMBERED = 1000
_WAITING = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
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

    def __init__(self, universe: Universe, patience: Patience, clock: Clock) -> None:
        super().__init__(universe, "sqs")
        self._patience = patience
        self._clock = clock
        self._deleted: dict[Place, datetime] = {}
        self._sent: dict[Place, list[datetime]] = {}
        """When the last messages were sent to the queues that are there."""
        self._allowed: dict[Place, str] = {}
        """Whose dead letters a queue takes, which moto does not know."""

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        if operation.startswith("SendMessage") and params.get("MessageBody") == "":
            raise AwsError(
                "MissingParameter", "The request must contain the parameter MessageBody."
            )
        if params.get("QueueNamePrefix"):
            # moto takes it for a pattern.
            params = params | {"QueueNamePrefix": re.escape(params["QueueNamePrefix"])}
        _check_attributes(params.get("Attributes") or {})
        if operation == "CreateQueue":
            self._check_new(caller, params)
        if operation == "ReceiveMessage":
            reply = self._received(caller, params)
        elif operation == "GetQueueAttributes":
            reply = self._told(caller, params)
        elif operation in _SETTING:
            reply = self._set(caller, operation, params)
        else:
            reply = self._asked(caller, operation, params)
        self._note(caller, operation, params)
        if operation == "ListQueueTags" and not reply.get("Tags"):
            return {}
        if not caller.origin:
            return reply
        return reply | {name: _here(reply[name], caller.origin) for name in _URLS if name in reply}

    def _set(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Let moto set attributes; it knows not all, and forgets the policy where it gets none."""
        given = dict(params.get("Attributes") or {})
        allowed = given.pop(_ALLOWED, None)
        if operation == "SetQueueAttributes" and "Policy" not in given:
            held = self._asked(caller, "GetQueueAttributes", _all_of(params["QueueUrl"]))
            policy = (held.get("Attributes") or {}).get("Policy")
            given |= {"Policy": policy} if policy else {}
        reply: Reply = {}
        if given or operation == "CreateQueue":
            reply = self._asked(caller, operation, params | {"Attributes": given})
        if allowed is not None:
            self._allowed[_place(caller, params)] = allowed
        return reply

    def _told(self, caller: Caller, params: Params) -> Reply:
        """What moto says of a queue, and what it does not know. A queue has one kind of encryption
        (SQS Developer Guide, encryption at rest)."""
        names = params.get("AttributeNames") or []
        asked = params | {"AttributeNames": [name for name in names if name != _ALLOWED]}
        reply = self._asked(caller, "GetQueueAttributes", asked)
        found = {name: text for name, text in (reply.get("Attributes") or {}).items() if text}
        allowed = self._allowed.get(_place(caller, params))
        if allowed and {"All", _ALLOWED} & set(names):
            found[_ALLOWED] = allowed
        if found.get("KmsMasterKeyId") and "SqsManagedSseEnabled" in found:
            found["SqsManagedSseEnabled"] = "false"
        return {"Attributes": found} if found else {}

    def _note(self, caller: Caller, operation: str, params: Params) -> None:
        """Remember what moto does not: when queues came, went, and were sent something."""
        place = _place(caller, params)
        if operation == "CreateQueue":
            self._sent.setdefault(place, [])
        elif operation == "DeleteQueue":
            self._sent.pop(place, None)
            self._allowed.pop(place, None)
            self._deleted[place] = self._clock.now()
        elif operation.startswith("SendMessage"):
            count = len(params.get("Entries") or [params])
            held = self._sent.setdefault(place, [])
            self._sent[place] = [*held, *[self._clock.now()] * count][-_REMEMBERED:]
            self._patience.arrived()

    def tagged(self, caller: Caller) -> dict[str, dict[str, str]]:
        """The tags of each queue of a caller, by ARN."""
        arn = f"arn:{caller.partition}:sqs:{caller.region}:{caller.account}:"
        return {
            f"{arn}{name}": dict(self._of(caller, name, "ListQueueTags").get("Tags") or {})
            for name in self._names(caller)
        }

    def measured(self, caller: Caller) -> dict[str, float]:
        """How many seconds the oldest message of each queue waits. As many as there are, the last
        that were sent are there: what is read is taken to be read in turn."""
        found = {}
        for name in self._names(caller):
            held = self._attributes(caller, name)
            waiting = sum(int(held.get(count) or 0) for count in _WAITING)
            sent = self._sent[caller.account, caller.region, name][-waiting:] if waiting else []
            age = (self._clock.now() - sent[0]).total_seconds() if sent else 0.0
            found[name] = max(age, 0.0)
        return found

    def _names(self, caller: Caller) -> list[str]:
        place = (caller.account, caller.region)
        return sorted(name for *where, name in self._sent if (*where,) == place)

    def _of(self, caller: Caller, name: str, operation: str) -> Reply:
        url = self._asked(caller, "GetQueueUrl", {"QueueName": name})["QueueUrl"]
        return self._asked(caller, operation, {"QueueUrl": url})

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
            if message.startswith(_NO_DEAD_LETTERS):
                # Words: hashicorp/terraform-provider-aws#23043.
                given = (params.get("Attributes") or {}).get("RedrivePolicy")
                raise AwsError(
                    "InvalidParameterValue",
                    f"Value {given} for parameter RedrivePolicy is invalid. Reason: Dead letter "
                    "target does not exist.",
                ) from error
            raise AwsError(error.code, message, error.status, **error.extra) from error

    def _check_new(self, caller: Caller, params: Params) -> None:
        name, given = params["QueueName"], params.get("Attributes") or {}
        gone = self._deleted.get((caller.account, caller.region, name))
        if gone is not None and (self._clock.now() - gone).total_seconds() < _NAME_LOCKED:
            raise AwsError(
                "AWS.SimpleQueueService.QueueDeletedRecently",
                "You must wait 60 seconds after deleting a queue before you can create another "
                "with the same name.",
            )
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
        found: dict[str, str] = self._told(caller, _all_of(url))["Attributes"]
        return found


def _all_of(url: str) -> Params:
    return {"QueueUrl": url, "AttributeNames": ["All"]}


def _place(caller: Caller, params: Params) -> Place:
    name = params.get("QueueName") or str(params.get("QueueUrl", "")).rpartition("/")[2]
    return (caller.account, caller.region, name)


def _check_attributes(given: Params) -> None:
    """Words of the first: hashicorp/terraform-provider-aws#42209."""
    try:
        if given.get("Policy"):
            policies.parse(str(given["Policy"]))
        if given.get("KmsMasterKeyId") and given.get("SqsManagedSseEnabled") == "true":
            raise AwsError(
                "InvalidAttributeValue",
                "You can use one type of server-side encryption (SSE) at one time. You can either "
                "enable KMS SSE or SQS SSE.",
            )
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
