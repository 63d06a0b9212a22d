"""Dedicated IP pools, and what a configuration set has as blocks of its own, as Terraform."""

from __future__ import annotations

from ses_provision.environment import Environment
from ses_provision.export.terraform_blocks import Managed, name, resources
from ses_provision.resources.ses import Pool, PoolMember, SendingPool, Tracking


@resources.register(SendingPool)
@resources.register(Tracking)
def _(resource: SendingPool | Tracking, env: Environment) -> list[Managed]:
    """The configuration set has them as blocks of its own."""
    del resource, env
    return []


@resources.register
def _(resource: Pool, env: Environment) -> list[Managed]:
    del env
    return [
        Managed(
            "aws_sesv2_dedicated_ip_pool",
            name(resource.name),
            resource.name,
            {
                "pool_name": resource.name,
                "scaling_mode": resource.scaling,
                "tags": resource.tags,
            },
        )
    ]


@resources.register
def _(resource: PoolMember, env: Environment) -> list[Managed]:
    del env
    return [
        Managed(
            "aws_sesv2_dedicated_ip_assignment",
            name(resource.ip),
            f"{resource.ip},{resource.pool}",
            {"ip": resource.ip, "destination_pool_name": resource.pool},
        )
    ]
