"""What belongs to a function as Terraform has it; its code is a file, which no export holds."""

from __future__ import annotations

import json

from ses_provision.environment import Environment
from ses_provision.export.hcl import Json
from ses_provision.export.terraform_blocks import Managed, elsewhere, name, resources
from ses_provision.resources import policies
from ses_provision.resources.functions import FunctionPermission, name_in
from ses_provision.resources.logs import LogGroup
from ses_provision.resources.service_role import ServiceRole


@resources.register
def _(resource: ServiceRole, env: Environment) -> list[Managed]:
    """A role, and its policy where it has that."""
    del env
    named = name(resource.name)
    role = {
        "name": resource.name,
        "assume_role_policy": Json(json.loads(policies.document(resource.trust.values()))),
        "permissions_boundary": resource.bound_by or None,
        "tags": resource.tags,
    }
    policy = {
        "role": resource.name,
        "name": resource.policy,
        "policy": Json(json.loads(policies.document(resource.statements.values()))),
    }
    inline = f"{resource.name}:{resource.policy}"
    whole = [Managed("aws_iam_role", named, resource.name, role)]
    if resource.statements:
        whole.append(Managed("aws_iam_role_policy", named, inline, policy))
    return whole


@resources.register
def _(resource: LogGroup, env: Environment) -> list[Managed]:
    """A log group."""
    arguments = {
        "name": resource.name,
        "retention_in_days": resource.retention_days,
        "tags": resource.tags,
    }
    kind, provider = "aws_cloudwatch_log_group", elsewhere(resource.arn, env)
    return [Managed(kind, name(resource.name, provider), resource.name, arguments, provider)]


@resources.register
def _(resource: FunctionPermission, env: Environment) -> list[Managed]:
    """Who may call a function."""
    function, caller = name_in(resource.function_arn), resource.caller
    provider = elsewhere(resource.function_arn, env)
    return [
        Managed(
            "aws_lambda_permission",
            name(function, resource.sid, provider),
            f"{function}/{resource.sid}",
            {
                "function_name": function,
                "statement_id": resource.sid,
                "action": caller.action,
                "principal": caller.principal,
                "source_account": caller.account or None,
                "source_arn": caller.source_arn or None,
            },
            provider,
        )
    ]
