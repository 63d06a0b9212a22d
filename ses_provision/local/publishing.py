"""What SNS takes of a message before it goes out: its text, subject, attributes, and batches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ses_provision.local import strict_json
from ses_provision.local.contract import AwsError, Params

if TYPE_CHECKING:
    from ses_provision.local.sns import Topic

_LONGEST = 262144
_LONGEST_SUBJECT = 100
_MOST_ENTRIES = 10
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_KINDS = ("Binary", "Number", "String")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def invalid(what: str) -> AwsError:
    """The refusal of a parameter."""
    return AwsError("InvalidParameter", f"Invalid parameter: {what}")


def check(topic: Topic, params: Params) -> None:
    """Refuse what may not be published to a topic."""
    text, subject = params["Message"], params.get("Subject")
    fault = None
    if not text:
        fault = "Empty message"
    elif len(text.encode()) > _LONGEST:
        fault = "Message too long"
    elif subject is not None and not _subject_is_good(subject):
        fault = "Subject"
    elif topic.arn.endswith(".fifo"):
        fault = _fifo_fault(topic, params)
    elif params.get("MessageDeduplicationId"):
        fault = (
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter "
            "that is not valid for this topic type"
        )
    if fault:
        raise invalid(fault)
    for name, attribute in (params.get("MessageAttributes") or {}).items():
        _check_attribute(name, attribute)
    texts(params)


def _subject_is_good(subject: str) -> bool:
    """API Reference, Publish: at most 100 characters, no line breaks or control characters."""
    return 0 < len(subject) <= _LONGEST_SUBJECT and subject.isprintable()


def _fifo_fault(topic: Topic, params: Params) -> str | None:
    if not params.get("MessageGroupId"):
        return "The MessageGroupId parameter is required for FIFO topics"
    by_content = topic.attributes.get("ContentBasedDeduplication") == "true"
    if not by_content and not params.get("MessageDeduplicationId"):
        return (
            "The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )
    return None


def _check_attribute(name: str, attribute: Mapping[str, Any]) -> None:
    kind = attribute.get("DataType") or ""
    stem = kind.partition(".")[0]
    of_name = f"The message attribute '{name}'"
    value = attribute.get("BinaryValue" if stem == "Binary" else "StringValue")
    fault = None
    if not _ATTRIBUTE_NAME.fullmatch(name):
        fault = (
            f"The message attribute name '{name}' is invalid. Attribute name can contain A-Z, a-z, "
            "0-9, underscore (_), hyphen (-), and period (.) characters."
        )
    elif stem not in _KINDS:
        fault = (
            f"{of_name} has an invalid message attribute type, the set of supported type prefixes "
            "is Binary, Number, and String."
        )
    elif not value:
        fault = (
            f"{of_name} must contain non-empty message attribute value for message attribute type "
            f"'{kind}'."
        )
    elif stem == "Number" and not _is_number(str(value)):
        fault = f"Could not cast message attribute '{name}' value to number."
    if fault:
        raise AwsError("ParameterValueInvalid", fault)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def texts(params: Params) -> dict[str, str]:
    """The text for each protocol, and under "default" for all others."""
    structure = params.get("MessageStructure")
    if structure is None:
        return {"default": params["Message"]}
    if structure != "json":
        raise invalid("MessageStructure")
    try:
        held = strict_json.loads(params["Message"])
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise invalid("Message Structure - JSON message body failed to parse")
    if not isinstance(held.get("default"), str):
        raise invalid("Message Structure - No default entry in JSON message body")
    return {name: text for name, text in held.items() if isinstance(text, str)}


def entries(params: Params) -> list[Params]:
    """The messages of a batch; refused as a whole where it is none."""
    given: list[Params] = params["PublishBatchRequestEntries"]
    ids = [entry["Id"] for entry in given]
    if not given:
        raise AwsError("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(given) > _MOST_ENTRIES:
        raise AwsError(
            "TooManyEntriesInBatchRequest",
            "The batch request contains more entries than permissible.",
        )
    if not all(map(_ENTRY_ID.fullmatch, ids)):
        raise AwsError(
            "InvalidBatchEntryId",
            "The Id of a batch entry in a batch request doesn't abide by the specification.",
        )
    if len(set(ids)) < len(ids):
        raise AwsError(
            "BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id."
        )
    if sum(len(entry["Message"].encode()) for entry in given) > _LONGEST:
        raise AwsError(
            "BatchRequestTooLong",
            "The length of all the messages put together is more than the limit.",
        )
    return given
