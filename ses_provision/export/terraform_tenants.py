"""Tenants, and what they may use, as Terraform. The provider knows no reputation policy and no
suppression of a tenant (hashicorp/aws 6.x)."""

from __future__ import annotations

from ses_provision.environment import Environment
from ses_provision.export.terraform_blocks import Managed, name, resources
from ses_provision.resources.ses.tenants import Tenant


@resources.register
def _(resource: Tenant, env: Environment) -> list[Managed]:
    del env
    # Tenants may differ in capitals alone, which an identifier may have as well.
    known_as = f"tenant_{resource.name}"
    tenant = Managed(
        "aws_sesv2_tenant",
        known_as,
        resource.name,
        {"tenant_name": resource.name, "tags": resource.tags},
    )
    return [
        tenant,
        *(
            Managed(
                "aws_sesv2_tenant_resource_association",
                f"{known_as}_{name(each)}",
                f"{resource.name}|{resource.beside(each)}",
                {"tenant_name": resource.name, "resource_arn": resource.beside(each)},
            )
            for each in sorted(resource.resources)
        ),
    ]
