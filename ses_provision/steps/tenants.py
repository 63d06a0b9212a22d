"""Tenants: senders whom SES judges and stops one by one; and the sets that are theirs alone.

They come after the chain by which mail may be sent, which they must not hold up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.environment.tenants import TenantSettings
from ses_provision.resources.ses import SendingPool
from ses_provision.resources.ses.tenancy import tenant_arn
from ses_provision.resources.ses.tenants import REMEMBERED, Suppression, Tenant, remembered, short
from ses_provision.steps import alarms, arns, configuration_set, events

BOTH = frozenset({"BOUNCE", "COMPLAINT"})


def arn(account: Account, name: str) -> str:
    """A tenant, as far as its ARN is known before it is made."""
    return tenant_arn(account.arn("ses", ""), name)


def set_arn(env: Environment, account: Account, tenant: TenantSettings) -> str:
    """The set that a tenant sends with: its own, or that of the file."""
    if tenant.configuration_set is None:
        return arns.configuration_set(env, account)
    return account.arn("ses", f"configuration-set/{tenant.configuration_set}")


def identities(env: Environment, account: Account, tenant: TenantSettings) -> frozenset[str]:
    """What a tenant sends as. An address that is an identity is one of its own beside its domain,
    and mail from it is checked on that (SES Developer Guide, creating and verifying identities)."""
    if tenant.identities is None:
        return frozenset({arns.identity(env, account), arns.sender(env, account)})
    return frozenset(account.arn("ses", f"identity/{name}") for name in tenant.identities)


def templates(account: Account, tenant: TenantSettings) -> frozenset[str]:
    """The templates that it may send."""
    return frozenset(account.arn("ses", f"template/{name}") for name in tenant.templates)


def desired(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """The pools of their own sets, then each tenant with what it may use.

    A set is told its pool only once it stands: that call replaces what else the set says of
    delivery, and gives back what it has read there (`SendingPool`).
    """
    if not env.tenants:
        return Unasked("no [[tenants]] in the environment file")
    account = facts.account
    pools = [
        SendingPool(set_arn(env, account, tenant), tenant.pool, declared=True)
        for tenant in env.tenants
        if tenant.pool is not None
    ]
    return [*pools, *(wanted(env, account, tenant) for tenant in env.tenants)]


def wanted(env: Environment, account: Account, tenant: TenantSettings) -> Tenant:
    """One tenant."""
    of_its_set = set_arn(env, account, tenant)
    resources = frozenset(map(short, sending(env, account, tenant)))
    made_here = {of_its_set, arns.identity(env, account), arns.sender(env, account)}
    return Tenant(
        arn=arn(account, tenant.name),
        resources=resources,
        policy=tenant.reputation_policy,
        suppression=suppression(tenant),
        tags={**env.all_tags, REMEMBERED: remembered(resources)},
        made_here=frozenset(map(short, made_here)),
    )


def suppression(tenant: TenantSettings) -> Suppression | None:
    """What it suppresses; None where the file says nothing of it."""
    if tenant.suppression is None:
        return None
    reasons = tenant.suppressed_reasons
    return Suppression(tenant.suppression.upper(), BOTH if reasons is None else reasons)


def own_sets(env: Environment) -> list[TenantSettings]:
    """The tenants that have a set of their own."""
    return [tenant for tenant in env.tenants if tenant.configuration_set is not None]


def sets(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """The sets of tenants, each with its destination and its alarms."""
    found = [each for tenant in own_sets(env) for each in of_one_set(env, facts, tenant)]
    return found or Unasked("no tenant has a configuration set of its own")


def of_one_set(env: Environment, facts: Facts, tenant: TenantSettings) -> Iterator[Resource]:
    """A set with the rules of the file's own, and what belongs to it."""
    own = set_arn(env, facts.account, tenant)
    yield configuration_set.with_rules(env, own, env.all_tags)
    yield events.destination(env, facts.account, own)
    if tenant.alarms:
        yield from alarms.of_a_set(env, facts, own)


def requires(env: Environment) -> Sequence[str]:
    """Where events and alarms of the sets go."""
    told = any(tenant.alarms for tenant in env.tenants)
    return ["events", *(["alarms"] if told else [])]


def strays(env: Environment, account: Account, arn: str) -> Sequence[Resource]:
    """A tenant that no setting names any more."""
    del account
    if ":tenant/" not in arn:
        return []
    return [Tenant(arn, frozenset(), "", None, env.all_tags)]


MOST_NAMED = 20
"""Tenants that the policy of the sending role names one by one: all inline policies of a role have
10,240 characters together (IAM User Guide, quotas)."""


def statements(env: Environment, account: Account) -> list[dict[str, Any]]:
    """What the sending role may send for tenants beside what is common to all: from identities,
    with sets and templates of their own.

    SendBulkEmail knows no condition on the sender, SendRawEmail none on the tenant; raw mail and
    SMTP are checked as the latter (Service Authorization Reference, Amazon SES v2).
    """
    own = [tenant for tenant in env.tenants if differs(tenant)]
    if not own:
        return []
    few = len(own) <= MOST_NAMED
    used = [sending(env, account, tenant) for tenant in own]
    resources = sorted({arn for each in used for arn in each})
    kinds = sorted({f"{arn.split('/', 1)[0]}/*" for arn in resources})
    senders = sorted({one for tenant in own for one in addresses(env, tenant)})
    whose: dict[str, Any] = {"Null": {"ses:TenantName": "false"}}
    sent: dict[str, Any] = {}
    if few:
        whose = {"StringEquals": {"ses:TenantName": sorted(tenant.name for tenant in own)}}
        sent = {"StringLike": {"ses:FromAddress": senders}}
    shared = {"Effect": "Allow", "Resource": resources if few else kinds}
    bulk = any(tenant.templates for tenant in own)
    return [
        {"Sid": "SendForTenants", "Action": "ses:SendEmail", **shared, "Condition": whose | sent},
        *(
            [
                {
                    "Sid": "SendInBulkForTenants",
                    "Action": "ses:SendBulkEmail",
                    **shared,
                    "Condition": whose,
                }
            ]
            if bulk
            else []
        ),
        *(
            [
                {
                    "Sid": "SendRawForTenants",
                    "Action": "ses:SendRawEmail",
                    **shared,
                    "Condition": sent,
                }
            ]
            if few
            else []
        ),
    ]


def differs(tenant: TenantSettings) -> bool:
    """Whether a tenant sends what the file's own mail does not."""
    return bool(tenant.identities or tenant.configuration_set or tenant.templates)


def sending(env: Environment, account: Account, tenant: TenantSettings) -> frozenset[str]:
    """All that its mail touches."""
    own = {set_arn(env, account, tenant)}
    return identities(env, account, tenant) | templates(account, tenant) | own


def addresses(env: Environment, tenant: TenantSettings) -> list[str]:
    """The addresses that it sends from; of the file's own domain, its sender alone."""
    if tenant.identities is None:
        return [env.from_address]
    return [
        env.from_address if name == env.domain else name if "@" in name else f"*@{name}"
        for name in tenant.identities
    ]
