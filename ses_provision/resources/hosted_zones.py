"""Amazon Route 53: the public hosted zones of an account, and the one of a domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ses_provision.engine.account import Account, caller_question, partition
from ses_provision.environment import Environment
from ses_provision.errors import HostedZoneProblem
from ses_provision.names import dns_name, is_within
from ses_provision.outside.reading import Ask, Reading, ask, question
from ses_provision.outside.rights import EVERYTHING, Credentials
from ses_provision.resources.route53 import ABSENT, HOME, Zone

WITHOUT_PUBLIC_ZONES = "aws-us-gov"
"""GovCloud has no public hosted zones (AWS GovCloud User Guide, Route 53)."""


def partition_of(env: Environment, account: Account) -> str:
    """The partition of the credentials that hosted zones are looked up with.

    A profile of its own for them is of the commercial partition where the sending one has no public
    zones, and of that of the account otherwise.
    """
    if env.dns.assume_role_arn:
        return env.dns.assume_role_arn.split(":")[1]
    elsewhere = env.dns.profile and account.partition == WITHOUT_PUBLIC_ZONES
    return "aws" if elsewhere else account.partition


def list_question(partition: str, holding: str = "") -> Ask:
    """The question for all hosted zones; something that would be found holds a domain."""
    return question(
        "route53",
        HOME.get(partition, HOME["aws"]),
        "ListHostedZones",
        on=EVERYTHING,
        nothing={"HostedZones": []},
        something={"HostedZones": [{"Id": "<zone>", "Name": holding, "Config": {}}]},
        credentials=Credentials.ZONES,
        pages=True,
    )


def zone_question(zone_id: str, partition: str, holding: str) -> Ask:
    """The question for one hosted zone; something that would be found holds a domain."""
    asked = Zone(zone_id, "", partition=partition)
    return question(
        "route53",
        asked.region,
        "GetHostedZone",
        on=(asked.arn,),
        absent=ABSENT,
        something={"HostedZone": {"Id": zone_id, "Name": holding, "Config": {}}},
        credentials=Credentials.ZONES,
        Id=zone_id,
    )


def surroundings(region: str) -> Reading[tuple[str, list[Zone]]]:
    """Whose credentials these are, and the public hosted zones they may list."""
    caller, listed = yield [caller_question(region), list_question(partition(region))]
    if isinstance(caller, Exception):
        raise caller
    zones = listed if isinstance(listed, dict) else {}
    return str((caller or {})["Account"]), public(zones, partition(region))


def public(listed: Mapping[str, Any], partition: str) -> list[Zone]:
    """The public zones in a list."""
    return [
        Zone(bare_zone_id(found["Id"]), dns_name(found["Name"]), partition=partition)
        for found in listed.get("HostedZones") or ()
        if not found["Config"].get("PrivateZone")
    ]


def zone(env: Environment, account: Account) -> Reading[Zone]:
    """The public hosted zone of the domain: the one named in the file, or the longest match."""
    where = partition_of(env, account)
    if env.dns.zone_id:
        return (yield from zone_by_id(env, env.dns.zone_id, where))
    [listed] = yield from ask(list_question(where, env.domain))
    matching = [found for found in public(listed or {}, where) if is_within(env.domain, found.name)]
    if not matching:
        raise HostedZoneProblem(
            f"{zone_account(env)} has no public hosted zone for {env.domain}.",
            "Create it (and delegate the domain to it), name another with dns.zone_id in the "
            'environment file, or say dns.provider = "external" where DNS is not in Route 53.',
        )
    longest = max(len(found.name) for found in matching)
    best = [found for found in matching if len(found.name) == longest]
    if len(best) > 1:
        ids = ", ".join(found.id for found in best)
        raise HostedZoneProblem(
            f"{zone_account(env)} has {len(best)} public hosted zones for {best[0].name}: {ids}.",
            "Say which one the domain is delegated to: dns.zone_id in the environment file.",
        )
    return best[0]


def rehearsed(env: Environment, account: Account) -> Zone:
    """The hosted zone as far as the environment says."""
    where = partition_of(env, account)
    return Zone(env.dns.zone_id or "<zone>", env.dns.zone or env.domain, partition=where)


def zone_account(env: Environment) -> str:
    """Where hosted zones are looked for, at the beginning of a sentence."""
    if env.dns.assume_role_arn:
        return f"Account {env.dns.assume_role_arn.split(':')[4]} (dns.assume_role_arn)"
    if env.dns.profile:
        return f"The account of profile {env.dns.profile} (dns.profile)"
    return f"Account {env.account_id}"


def zone_by_id(env: Environment, zone_id: str, partition: str) -> Reading[Zone]:
    """The hosted zone that the environment names, checked to be public and to hold the domain."""
    [found] = yield from ask(zone_question(zone_id, partition, env.domain))
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
    return Zone(zone_id, name, tuple(sorted(dns_name(server) for server in servers)), partition)


def bare_zone_id(zone_id: str) -> str:
    """A zone id without the prefix that list answers carry."""
    return zone_id.removeprefix("/hostedzone/")
