"""Broken zones on real name servers: each way of being broken gets its own verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.outside import aws, dns
from ses_provision.outside.reading import Ask, Outcome
from ses_provision.worlds.in_process import InProcess
from ses_provision.worlds.real import Trace
from tests.conftest import Cli, Result
from tests.functional.zone_server import ZoneServer, serving
from tests.prepared import prepared_by

RESOLVER, SERVER, SECOND, ELSEWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
NAMES = {"ns1.ours.example": SERVER, "ns2.ours.example": SECOND, "ns.registrar.example": ELSEWHERE}


class RealDns(InProcess):
    """The local AWS, with its DNS asked of real servers."""

    def __init__(self, local: LocalAws, port: int) -> None:
        super().__init__(local)
        self.port = port

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> aws.Connections:
        """Connect, with questions to DNS going over the network."""
        session = self.local.session(env.account_id)
        return aws.Connections(session, trace=trace, resolve=self.resolve)

    def resolve(self, asked: Ask) -> Outcome:
        """Ask the real servers, on their port."""
        return dns.answer(asked, [f"{RESOLVER}:{self.port}"], port=self.port)


@dataclass
class Internet:
    """The servers of this test, and the tool that asks them."""

    world: RealDns
    servers: dict[str, ZoneServer]
    env: Environment
    cli: Cli

    def everywhere(self, name: str, kind: str, values: list[str]) -> None:
        """Let the resolver and both name servers say something; nothing where empty."""
        for host in (RESOLVER, SERVER, SECOND):
            self.at(host, name, kind, values)

    def at(self, host: str, name: str, kind: str, values: list[str]) -> None:
        """Let one server say something; nothing where empty."""
        self.servers[host].records.pop((f"{name}.", kind), None)
        if values:
            self.servers[host].records[f"{name}.", kind] = values

    @property
    def keys(self) -> list[str]:
        """The names of the DKIM records."""
        held = self.servers[SERVER].records
        return [name.rstrip(".") for name, kind in held if "_domainkey" in name and kind == "CNAME"]

    def status(self, *arguments: str) -> Result:
        """Run dkim-status."""
        resolver = f"{RESOLVER}:{self.world.port}"
        return self.cli(
            "dkim-status", "--env", "prod", "--resolver", resolver, *arguments, world=self.world
        )

    def verdict(self) -> dict[str, Any]:
        """The verdict of dkim-status."""
        [report] = self.status("--json").json["environments"]
        found: dict[str, Any] = report["verification"]["verdict"]
        return found


def records(local: LocalAws, env: Environment) -> dict[tuple[str, str], list[str]]:
    """What the hosted zone holds, as a server's records."""
    params = {"HostedZoneId": env.dns.zone_id}
    listed = local.call(env.account_id, env.region, "route53", "ListResourceRecordSets", params)
    found: dict[tuple[str, str], list[str]] = {}
    for one in listed["ResourceRecordSets"]:
        values = [absolute(one["Type"], value["Value"]) for value in one["ResourceRecords"]]
        found[one["Name"], one["Type"]] = values
    return found


def absolute(kind: str, value: str) -> str:
    """A value as in a zone file."""
    return value if kind in {"TXT", "SOA"} or value.endswith(".") else f"{value}."


@pytest.fixture
def internet(local: LocalAws, env: Environment, cli: Cli) -> Iterator[Internet]:
    """Prod applied; its zone on two name servers, and what the resolver knows of them."""
    local.knobs = replace(local.knobs, verify_after=10**9)
    prepared_by(cli, local, "apply", "--env", "prod", "--yes")
    zone = records(local, env)
    apex = f"{env.domain}."
    zone[apex, "NS"] = ["ns1.ours.example.", "ns2.ours.example."]
    hosted = next(one for one in local.route53.zones(env.account_id) if one.id == env.dns.zone_id)
    hosted.name_servers = ("ns1.ours.example.", "ns2.ours.example.")
    addresses = {(f"{name}.", "A"): [address] for name, address in NAMES.items()}
    zones = {RESOLVER: {**zone, **addresses}, SERVER: zone, SECOND: zone, ELSEWHERE: {}}
    with serving(zones) as (port, servers):
        yield Internet(RealDns(local, port), servers, env, cli)


def test_a_right_zone_is_right_in_the_eyes_of_all(internet: Internet) -> None:
    shown = internet.status()

    assert "hosted zone right, 2 of 2 name servers right, 1 of 1 resolvers right" in shown.stdout
    assert shown.stdout.count("= right") == 6
    found = internet.verdict()
    assert found["code"] == "not-looked"
    assert "published; SES has not looked again since 12:00 UTC" in found["cause"]


def test_missing_in_the_zone(internet: Internet) -> None:
    name = internet.keys[0]
    internet.everywhere(name, "CNAME", [])
    drop(internet, name, "CNAME")

    found = internet.verdict()

    assert found["code"] == "missing"
    assert name in found["cause"]
    assert found["fix"] == "ses-provision apply --env prod"


def drop(internet: Internet, name: str, kind: str) -> None:
    """Take a record out of the hosted zone."""
    env, local = internet.env, internet.world.local
    params = {"HostedZoneId": env.dns.zone_id}
    call = local.call
    listed = call(env.account_id, env.region, "route53", "ListResourceRecordSets", params)
    [held] = [
        one
        for one in listed["ResourceRecordSets"]
        if (one["Name"], one["Type"]) == (f"{name}.", kind)
    ]
    batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": held}]}
    changed = {**params, "ChangeBatch": batch}
    call(env.account_id, env.region, "route53", "ChangeResourceRecordSets", changed)


def test_in_the_zone_but_the_domain_is_delegated_elsewhere(internet: Internet) -> None:
    internet.at(RESOLVER, internet.env.domain, "NS", ["ns.registrar.example."])

    found = internet.verdict()

    assert found["code"] == "delegated-elsewhere"
    assert "delegated to ns.registrar.example, not to hosted zone Z03036173" in found["cause"]
    assert "set the name servers of starlightpractice.com to ns1.ours.example" in found["fix"]


def test_only_some_name_servers_are_the_zones(internet: Internet) -> None:
    both = ["ns1.ours.example.", "ns.registrar.example."]
    internet.at(RESOLVER, internet.env.domain, "NS", both)

    found = internet.verdict()

    assert found["code"] == "mixed-delegation"
    assert "leave only ns1.ours.example, ns2.ours.example" in found["fix"]


def test_the_domain_was_written_twice(internet: Internet) -> None:
    name = internet.keys[0]
    values = internet.servers[SERVER].records[f"{name}.", "CNAME"]
    internet.everywhere(name, "CNAME", [])
    internet.everywhere(f"{name}.{internet.env.domain}", "CNAME", values)
    drop(internet, name, "CNAME")

    found = internet.verdict()

    assert found["code"] == "name-doubled"
    assert f"{name}.{internet.env.domain} stands in DNS" in found["cause"]
    assert f"rename it to {name}" in found["fix"]


def replace_in_zone(internet: Internet, name: str, kind: str, values: list[str]) -> None:
    """Other values in the hosted zone and on the servers."""
    env = internet.env
    record = {"Name": name, "Type": kind, "TTL": 300}
    found = {**record, "ResourceRecords": [{"Value": value} for value in values]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": found}]}
    params = {"HostedZoneId": env.dns.zone_id, "ChangeBatch": batch}
    call = internet.world.local.call
    call(env.account_id, env.region, "route53", "ChangeResourceRecordSets", params)
    internet.everywhere(name, kind, [absolute(kind, value) for value in values])


def test_a_wrong_value(internet: Internet) -> None:
    replace_in_zone(internet, internet.keys[0], "CNAME", ["other.dkim.amazonses.com"])

    found = internet.verdict()

    assert found["code"] == "wrong-value"
    assert "is other.dkim.amazonses.com, not " in found["cause"]


def test_several_mail_exchangers(internet: Internet) -> None:
    ours = "10 feedback-smtp.us-east-2.amazonses.com"
    replace_in_zone(internet, internet.env.mail_from_domain, "MX", [ours, "20 mx.example.com"])

    found = internet.verdict()

    assert found["code"] == "several-mx"
    assert f"remove all but {ours}" in found["fix"]


def test_several_spf_records(internet: Internet) -> None:
    both = ['"v=spf1 include:amazonses.com ~all"', '"v=spf1 -all"']
    replace_in_zone(internet, internet.env.mail_from_domain, "TXT", both)

    assert internet.verdict()["code"] == "several-txt"


def test_a_wildcard_answers_in_the_place_of_a_missing_record(internet: Internet) -> None:
    name = internet.keys[0]
    internet.everywhere(name, "CNAME", [])
    internet.everywhere(f"*.{internet.env.domain}", "CNAME", ["parked.example."])
    drop(internet, name, "CNAME")
    internet.everywhere(f"*._domainkey.{internet.env.domain}", "CNAME", ["parked.example."])

    found = internet.verdict()

    assert found["code"] == "wildcard"
    assert "the wildcard *._domainkey.starlightpractice.com answers" in found["cause"]


def test_a_cname_stands_at_the_mail_from_domain(internet: Internet) -> None:
    name = internet.env.mail_from_domain
    for kind in ("MX", "TXT"):
        drop(internet, name, kind)
        internet.everywhere(name, kind, [])
    replace_in_zone(internet, name, "CNAME", ["shop.example.com"])

    found = internet.verdict()

    assert found["code"] == "cname-in-the-way"
    assert "is a CNAME to shop.example.com" in found["cause"]


def test_one_name_server_lags_behind(internet: Internet) -> None:
    internet.at(SECOND, internet.keys[0], "CNAME", [])

    found = internet.verdict()

    assert found["code"] == "not-served-yet"
    assert "ns2.ours.example does not answer with it yet" in found["cause"]


def test_a_resolver_still_remembers_the_time_before(internet: Internet) -> None:
    internet.at(RESOLVER, internet.keys[0], "CNAME", [])

    assert internet.verdict()["code"] == "cached"


def test_a_time_out_is_could_not_ask_and_never_missing(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns, "PATIENCE", 0.2)
    for server in internet.servers.values():
        server.silent = True

    shown = internet.status()

    assert "missing" not in shown.stdout
    assert "could not be asked for CNAME" in shown.stdout
    assert "hosted zone right" in shown.stdout


def test_a_name_server_that_refuses_is_not_one_without_the_record(internet: Internet) -> None:
    internet.servers[SECOND].refuses = True

    [report] = internet.status("--json").json["environments"]

    views = [v for one in report["verification"]["records"] for v in one["views"]]
    refused = [v for v in views if v["who"] == "ns2.ours.example"]
    assert {v["state"] for v in refused} == {"could not ask"}
    assert "REFUSED" in refused[0]["note"]
    assert report["verification"]["verdict"]["code"] == "not-looked"


def test_without_dns_what_ses_saw_tells_that_the_domain_is_served_elsewhere(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_: Ask) -> Outcome:
        raise AssertionError("DNS was asked")

    monkeypatch.setattr(internet.world, "resolve", nobody)

    shown = internet.status("--no-dns", "--json")

    [report] = shown.json["environments"]
    verdict = report["verification"]["verdict"]
    assert {one["state"] for one in report["verification"]["records"]} == {"right"}
    assert verdict["code"] == "delegated-elsewhere"
    assert "SES met the primary name server ns-470.awsdns-00.com" in verdict["cause"]
