"""Tenants, and what they may use, as CloudFormation, which knows no reputation policy and no
suppression of a tenant (AWS::SES::Tenant)."""

from __future__ import annotations

from ses_provision.environment import Environment
from ses_provision.export.cloudformation_blocks import Imported, resource
from ses_provision.resources import tags
from ses_provision.resources.ses.tenants import Tenant


@resource.register
def _(one: Tenant, env: Environment) -> Imported:
    del env
    given = [{"ResourceArn": one.beside(each)} for each in sorted(one.resources)]
    return Imported(
        "AWS::SES::Tenant",
        {"TenantName": one.name},
        {
            "TenantName": one.name,
            "ResourceAssociations": given,
            "Tags": tags.as_list(one.tags),
        },
    )
