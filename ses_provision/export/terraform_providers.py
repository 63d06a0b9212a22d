"""Who Terraform works as: a provider for each region, and one for DNS elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ses_provision.environment import Environment
from ses_provision.export import hcl
from ses_provision.export.hcl import Block

DNS_ALIAS = "dns"


def providers(env: Environment, aliases: Collection[str]) -> Iterator[str]:
    """One provider for the sending region, one for each other region, one for DNS elsewhere."""
    aws = {"source": "hashicorp/aws", "version": ">= 5.80, < 6.0"}
    yield hcl.block(
        "terraform",
        (),
        {"required_version": ">= 1.5", "required_providers": Block({"aws": aws})},
    )
    account = {"allowed_account_ids": [env.account_id]}
    yield hcl.block("provider", ("aws",), {"region": env.region, **account})
    regions = {alias: alias.replace("_", "-") for alias in sorted(aliases)}
    for alias, region in regions.items():
        if alias != DNS_ALIAS:
            yield hcl.block("provider", ("aws",), {"alias": alias, "region": region, **account})
    if DNS_ALIAS in regions:
        role = env.dns.assume_role_arn
        yield hcl.block(
            "provider",
            ("aws",),
            {
                "alias": DNS_ALIAS,
                "region": env.region,
                "profile": env.dns.profile,
                **({"assume_role": Block({"role_arn": role})} if role else {}),
            },
        )
