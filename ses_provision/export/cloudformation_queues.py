"""Queues and rules in a CloudFormation template; policies of queues cannot be imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ses_provision.resources import tags
from ses_provision.resources.eventbridge import Rule
from ses_provision.resources.sqs import Queue, queue_url

Form = tuple[str, dict[str, str], dict[str, Any]]
"""A type, what identifies it to an import, and its properties."""


def queue(one: Queue) -> Form:
    """A queue."""
    redrive = {"deadLetterTargetArn": one.dead_letters, "maxReceiveCount": one.max_receives}
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": list(one.sources)}
    properties = {
        "QueueName": one.name,
        "MessageRetentionPeriod": one.keeps,
        **(
            {"KmsMasterKeyId": one.kms_key}
            if one.kms_key
            else {"SqsManagedSseEnabled": one.encrypted}
        ),
        **({"RedrivePolicy": redrive} if one.dead_letters else {}),
        **({"RedriveAllowPolicy": allowed} if one.sources else {}),
        "Tags": tags.as_list(one.tags),
    }
    return "AWS::SQS::Queue", {"QueueUrl": queue_url(one.arn)}, properties


def rule(one: Rule) -> Form:
    """A rule with its targets."""
    properties = {
        "Name": one.name,
        "Description": one.description,
        "EventPattern": dict(one.pattern),
        "State": one.state,
        "Targets": [held.written(name) for name, held in sorted(one.targets.items())],
        "Tags": tags.as_list(one.tags),
    }
    return "AWS::Events::Rule", {"Arn": one.arn}, properties


FORMS: Mapping[type, Callable[[Any], Form]] = {Queue: queue, Rule: rule}
