"""How SES is asked and called: one service, one region an ARN, one word for "not there"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answer, Ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import tags

ABSENT = (Refusal("NotFoundException"),)
ALREADY = (Refusal("AlreadyExistsException"),)


def question_about(arn: str, operation: str, nothing: Answer = None, **params: Any) -> Ask:
    """A question that IAM checks on one resource."""
    region = region_of(arn)
    return question("sesv2", region, operation, on=(arn,), absent=ABSENT, nothing=nothing, **params)


def call_on(
    arn: str, operation: str, params: Mapping[str, Any], *more: str, **declared: Any
) -> Call:
    """A call that IAM checks on a resource, and on others where it names them."""
    return Call("sesv2", region_of(arn), operation, params, on=(arn, *more), **declared)


def deletion(arn: str, operation: str, **params: Any) -> Call:
    """A call that removes something; it may be gone already."""
    return call_on(arn, operation, params, already=ABSENT)


def tagged_creation(arn: str) -> tuple[Right, ...]:
    """What IAM checks where tags come with a creation (Service Authorization Reference)."""
    return (Right("ses:TagResource", (arn,)),)


def tag_calls(arn: str, wanted: Mapping[str, str], live: Mapping[str, str]) -> list[Call]:
    """Set the tags that differ; others stay."""
    lacking = tags.missing(wanted, live)
    if not lacking:
        return []
    return [call_on(arn, "TagResource", {"ResourceArn": arn, "Tags": tags.as_list(lacking)})]
