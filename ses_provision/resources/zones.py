"""The zone of an environment, whoever keeps it."""

from __future__ import annotations

from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.outside.reading import Reading
from ses_provision.resources import hosted_zones, updated_zone
from ses_provision.resources.dns_zone import DnsZone


def zone(env: Environment, account: Account) -> Reading[DnsZone | None]:
    """The zone that the records are written into; None where they are published by hand."""
    if env.dns.is_by_hand:
        return None
    if env.dns.provider == updated_zone.SERVICE:
        return (yield from updated_zone.zone(env))
    return (yield from hosted_zones.zone(env, account))


def rehearsed(env: Environment, account: Account) -> DnsZone | None:
    """The zone as far as the environment says."""
    if env.dns.is_by_hand:
        return None
    if env.dns.provider == updated_zone.SERVICE:
        return updated_zone.rehearsed(env)
    return hosted_zones.rehearsed(env, account)
