"""Amazon Route 53: the public hosted zones of an account, and the one of a domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ses_provision.environment import Environment
from ses_provision.errors import HostedZoneProblem
from ses_provision.names import dns_name, is_within
from ses_provision.outside.reading import Reading, ask, question


@dataclass(frozen=True)
class Zone:
    """A public hosted zone and the name servers that Route 53 gave it."""

    id: str
    name: str
    name_servers: tuple[str, ...] = ()


def surroundings(region: str) -> Reading[tuple[str, list[Zone]]]:
    """Whose credentials these are, and the public hosted zones they may list."""
    caller, listed = yield [
        question("sts", region, "GetCallerIdentity"),
        question("route53", region, "ListHostedZones", pages=True),
    ]
    if isinstance(caller, Exception):
        raise caller
    zones = listed["HostedZones"] if isinstance(listed, dict) else []
    return str((caller or {})["Account"]), [
        Zone(bare_zone_id(one["Id"]), dns_name(one["Name"]))
        for one in zones
        if not one["Config"].get("PrivateZone")
    ]


def zone(env: Environment) -> Reading[Zone | None]:
    """The public hosted zone of the domain: the one named in the file, or the longest match.

    None where DNS is not in Route 53: then no hosted zone is looked for.
    """
    if env.dns.is_external:
        return None
    if env.dns.zone_id:
        return (yield from zone_by_id(env, env.dns.zone_id))
    [listed] = yield from ask(question("route53", env.region, "ListHostedZones", pages=True))
    public = [z for z in (listed or {})["HostedZones"] if not z["Config"].get("PrivateZone")]
    matching = [z for z in public if is_within(env.domain, dns_name(z["Name"]))]
    if not matching:
        raise HostedZoneProblem(
            f"{zone_account(env)} has no public hosted zone for {env.domain}.",
            "Create it (and delegate the domain to it), name another with dns.zone_id in the "
            'environment file, or say dns.provider = "external" where DNS is not in Route 53.',
        )
    longest = max(len(dns_name(z["Name"])) for z in matching)
    best = [z for z in matching if len(dns_name(z["Name"])) == longest]
    if len(best) > 1:
        ids = ", ".join(bare_zone_id(z["Id"]) for z in best)
        raise HostedZoneProblem(
            f"{zone_account(env)} has {len(best)} public hosted zones for "
            f"{dns_name(best[0]['Name'])}: {ids}.",
            "Say which one the domain is delegated to: dns.zone_id in the environment file.",
        )
    return Zone(bare_zone_id(best[0]["Id"]), dns_name(best[0]["Name"]))


def zone_account(env: Environment) -> str:
    """Where hosted zones are looked for, at the beginning of a sentence."""
    if env.dns.assume_role_arn:
        return f"Account {env.dns.assume_role_arn.split(':')[4]} (dns.assume_role_arn)"
    if env.dns.profile:
        return f"The account of profile {env.dns.profile} (dns.profile)"
    return f"Account {env.account_id}"


def zone_by_id(env: Environment, zone_id: str) -> Reading[Zone]:
    """The hosted zone that the environment names, checked to be public and to hold the domain."""
    [found] = yield from ask(question("route53", env.region, "GetHostedZone", Id=zone_id))
    if found is None:
        raise HostedZoneProblem(
            f"{zone_account(env)} has no hosted zone {zone_id}.",
            "Correct dns.zone_id in the environment file, or leave it out to look the zone up.",
        )
    hosted: dict[str, Any] = found["HostedZone"]
    name = dns_name(hosted["Name"])
    if hosted.get("Config", {}).get("PrivateZone"):
        raise HostedZoneProblem(
            f"Hosted zone {zone_id} ({name}) is private: neither SES nor receivers can see it.",
            "Name the public hosted zone in dns.zone_id.",
        )
    if not is_within(env.domain, name):
        raise HostedZoneProblem(
            f"Hosted zone {zone_id} is {name}, which does not hold {env.domain}.",
            "Correct dns.zone_id in the environment file, or leave it out to look the zone up.",
        )
    servers = found.get("DelegationSet", {}).get("NameServers", ())
    return Zone(zone_id, name, tuple(sorted(dns_name(server) for server in servers)))


def bare_zone_id(zone_id: str) -> str:
    """A zone id without the prefix that list answers carry."""
    return zone_id.removeprefix("/hostedzone/")
