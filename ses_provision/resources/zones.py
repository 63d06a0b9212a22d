"""The zone of an environment, whoever keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.outside.providers import CLOUDFLARE, OCTODNS, RFC2136
from ses_provision.outside.reading import Reading
from ses_provision.resources import cloudflare_zone, hosted_zones, octodns_zone, updated_zone
from ses_provision.resources.dns_zone import DnsZone, Reach


class Keeper(Protocol):
    """The module of a provider that keeps zones outside AWS."""

    def zone(self, env: Environment) -> Reading[DnsZone]:
        """The zone that the environment names."""

    def rehearsed(self, env: Environment) -> DnsZone:
        """The zone as far as the environment says."""


ELSEWHERE: Mapping[str, Keeper] = {
    RFC2136: updated_zone,
    CLOUDFLARE: cloudflare_zone,
    OCTODNS: octodns_zone,
}
"""Who keeps zones outside AWS, by the service that it is asked by."""

REACH: Mapping[str, Callable[[Environment], Reading[Reach]]] = {
    CLOUDFLARE: cloudflare_zone.reach,
    OCTODNS: octodns_zone.reach,
}
"""Who tells what our key could do beside what it has to, by the same."""


def zone(env: Environment, account: Account) -> Reading[DnsZone | None]:
    """The zone that the records are written into; None where they are published by hand."""
    if env.dns.is_by_hand:
        return None
    if env.dns.service in ELSEWHERE:
        return (yield from ELSEWHERE[env.dns.service].zone(env))
    return (yield from hosted_zones.zone(env, account))


def rehearsed(env: Environment, account: Account) -> DnsZone | None:
    """The zone as far as the environment says."""
    if env.dns.is_by_hand:
        return None
    return outside(env) or hosted_zones.rehearsed(env, account)


def outside(env: Environment) -> DnsZone | None:
    """The same where the zone is kept outside AWS, and is not changed by hand."""
    keeper = ELSEWHERE.get(env.dns.service)
    return keeper.rehearsed(env) if keeper else None
