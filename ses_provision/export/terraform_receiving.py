"""Receipt rules as Terraform: registered beside the other resources.

Argument names and import ids are those of the AWS provider (registry documentation of
hashicorp/aws). A statement in the policy of somebody else's topic has no resource of its own.
"""

from __future__ import annotations

from ses_provision.environment import Environment
from ses_provision.export.hcl import Block
from ses_provision.export.terraform_blocks import Managed, name, resources
from ses_provision.export.terraform_ignored import ignoring
from ses_provision.resources.ses.receipt_rules import ActiveRuleSet, ReceiptRule, ReceiptRuleSet

PLACE = ("after",)
"""Where a rule stands among those of others: it moves when they do, and Terraform would put one
without `after` at the head."""


@resources.register
def _(resource: ReceiptRuleSet, env: Environment) -> list[Managed]:
    del env
    arguments = {"rule_set_name": resource.name}
    kind = "aws_ses_receipt_rule_set"
    return [Managed(kind, name(resource.name), resource.name, arguments)]


@resources.register
def _(resource: ActiveRuleSet, env: Environment) -> list[Managed]:
    del env
    arguments = {"rule_set_name": resource.name}
    kind = "aws_ses_active_receipt_rule_set"
    return [Managed(kind, name(resource.name), resource.name, arguments)]


@resources.register
def _(resource: ReceiptRule, env: Environment) -> list[Managed]:
    del env
    kept = {
        "position": 1,
        "bucket_name": resource.bucket,
        "object_key_prefix": resource.prefix,
        "topic_arn": resource.topic_arn or None,
    }
    called = {
        "position": 2,
        "function_arn": resource.function_arn,
        "invocation_type": "Event",
    }
    return [
        Managed(
            "aws_ses_receipt_rule",
            name(resource.rule_set, resource.name),
            f"{resource.rule_set}:{resource.name}",
            {
                "name": resource.name,
                "rule_set_name": resource.rule_set,
                "enabled": resource.enabled,
                "recipients": sorted(resource.recipients),
                "scan_enabled": resource.scan,
                "tls_policy": resource.tls,
                "s3_action": Block(kept),
                "lambda_action": Block(called) if resource.function_arn else None,
                "lifecycle": ignoring(PLACE),
            },
        )
    ]
