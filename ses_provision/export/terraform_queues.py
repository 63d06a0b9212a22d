"""Queues and rules as Terraform: registered beside the other resources.

Argument names and import ids are those of the AWS provider (registry documentation of
hashicorp/aws).
"""

from __future__ import annotations

import json

from ses_provision.environment import Environment
from ses_provision.export.hcl import Block, Json
from ses_provision.export.terraform_blocks import Managed, name, resources
from ses_provision.resources import policies
from ses_provision.resources.eventbridge import Rule
from ses_provision.resources.sqs import Queue, queue_url


@resources.register
def _(resource: Queue, env: Environment) -> list[Managed]:
    del env
    url, named = queue_url(resource.arn), name(resource.name)
    stated = [*resource.other_statements.values(), *resource.statements.values()]
    redrive = {
        "deadLetterTargetArn": resource.dead_letters,
        "maxReceiveCount": resource.max_receives,
    }
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": list(resource.sources)}
    encryption = (
        {"kms_master_key_id": resource.kms_key}
        if resource.kms_key
        else {"sqs_managed_sse_enabled": True}
    )
    return [
        Managed(
            "aws_sqs_queue",
            named,
            url,
            {
                "name": resource.name,
                "message_retention_seconds": resource.keeps,
                **encryption,
                "redrive_policy": Json(redrive) if resource.dead_letters else None,
                "redrive_allow_policy": Json(allowed) if resource.sources else None,
                "tags": resource.tags,
            },
        ),
        Managed(
            "aws_sqs_queue_policy",
            named,
            url,
            {"queue_url": url, "policy": Json(json.loads(policies.document(stated)))},
        ),
    ]


@resources.register
def _(resource: Rule, env: Environment) -> list[Managed]:
    del env
    rule = Managed(
        "aws_cloudwatch_event_rule",
        name(resource.name),
        f"default/{resource.name}",
        {
            "name": resource.name,
            "description": resource.description,
            "event_pattern": Json(dict(resource.pattern)),
            "state": resource.state,
            "tags": resource.tags,
        },
    )
    targets = [
        Managed(
            "aws_cloudwatch_event_target",
            name(resource.name, target),
            f"{resource.name}/{target}",
            {
                "rule": resource.name,
                "target_id": target,
                "arn": held.arn,
                "dead_letter_config": Block({"arn": held.dead_letters}),
                "retry_policy": Block(
                    {
                        "maximum_event_age_in_seconds": held.retries["MaximumEventAgeInSeconds"],
                        "maximum_retry_attempts": held.retries["MaximumRetryAttempts"],
                    }
                ),
            },
        )
        for target, held in sorted(resource.targets.items())
    ]
    return [rule, *targets]
