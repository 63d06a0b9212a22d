"""What somebody else put into zone and account, and what a plan says to it."""

from __future__ import annotations

from typing import Any

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from tests.conftest import Result

PLAN = ("plan", "--env", "prod", "--json")
APPLY = ("apply", "--env", "prod", "--yes")


def record(name: str, record_type: str, *values: str, **more: Any) -> dict[str, Any]:
    """A record set as Route 53 takes it."""
    plain = {"TTL": 300, "ResourceRecords": [{"Value": value} for value in values]}
    return {"Name": name, "Type": record_type, **(plain if values else {}), **more}


def put(local: LocalAws, env: Environment, *records: dict[str, Any], verb: str = "CREATE") -> None:
    """Let somebody write records."""
    changes = [{"Action": verb, "ResourceRecordSet": one} for one in records]
    params = {"HostedZoneId": env.dns.zone_id, "ChangeBatch": {"Changes": changes}}
    local.call(env.account_id, env.region, "route53", "ChangeResourceRecordSets", params)


def zone(local: LocalAws, env: Environment) -> list[dict[str, Any]]:
    """The record sets of the zone."""
    found: list[dict[str, Any]] = local.snapshot(env.account_id)["route53"][env.dns.zone_id][
        "records"
    ]
    return found


def at(local: LocalAws, env: Environment, name: str, record_type: str) -> list[str]:
    """The values at a name."""
    return [
        value["Value"]
        for one in zone(local, env)
        if one["Name"].rstrip(".") == name and one["Type"] == record_type
        for value in one.get("ResourceRecords", ())
    ]


def changes(result: Result, step: str) -> list[dict[str, Any]]:
    """The changes of a step in a plan."""
    steps = result.json["environments"][0]["plan"]["steps"]
    found: list[dict[str, Any]] = next(one["changes"] for one in steps if one["id"] == step)
    return found


def change(result: Result, step: str, label: str) -> dict[str, Any]:
    """The one change of a step whose label begins so."""
    [found] = [one for one in changes(result, step) if one["label"].startswith(label)]
    return found


def identity(local: LocalAws, env: Environment, **more: Any) -> list[str]:
    """Let somebody create the domain identity; its DKIM tokens."""
    params = {"EmailIdentity": env.domain, **more}
    made = local.call(env.account_id, env.region, "sesv2", "CreateEmailIdentity", params)
    tokens: list[str] = made["DkimAttributes"]["Tokens"]
    return tokens
