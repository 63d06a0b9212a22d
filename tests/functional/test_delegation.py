"""Whose the delegation is, and who was asked: advice never touches what is above the zone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.checks.delegation import Delegation, Place, remedy
from ses_provision.environment import Environment, loading
from ses_provision.errors import BrokenDns
from ses_provision.local import Clock, LocalAws
from ses_provision.names import is_within
from ses_provision.outside.reading import Ask, Outcome
from ses_provision.worlds.in_process import InProcess
from tests.conftest import NOON, Cli, Result
from tests.functional.existing import put, record
from tests.functional.folders import write

FILE = """
account_id = "111122223333"
region = "eu-central-1"
domain = "{domain}"
[dns]
zone_id = "Z0000000000000000DEV"
[configuration_set]
name = "example"
[dmarc]
"""
ZONE = "Z0000000000000000DEV"
OTHERS = ["ns1.registrar.example", "ns2.registrar.example"]


@dataclass
class Internet:
    """What resolvers say of delegations; everything else is as the hosted zones have it."""

    servers: dict[str, list[str]] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    """Resolvers that answer SERVFAIL to everything."""
    lying: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Resolvers with delegations of their own, such as those of a private network."""


class Delegated(InProcess):
    """The local AWS in an internet where delegations are declared, not derived."""

    def __init__(self, local: LocalAws, internet: Internet) -> None:
        super().__init__(local)
        self.internet = internet
        self.asked: list[Ask] = []

    def resolve(self, asked: Ask) -> Outcome:
        """What whoever is asked answers."""
        self.asked.append(asked)
        name = str(dict(asked.params)["name"])
        if asked.region in self.internet.failing:
            return BrokenDns(f"{asked.region} answers SERVFAIL to {asked.operation} {name}")
        known = self.internet.lying.get(asked.region, self.internet.servers)
        held = {"NS": known, "A": self.internet.addresses}.get(asked.operation)
        if held is None:
            return super().resolve(asked)
        return {"values": sorted(held[name])} if name in held else None


@dataclass
class Case:
    """An environment in its hosted zone, applied, and the tool that looks at it."""

    env: Environment
    world: Delegated
    cli: Cli
    folder: Path

    @property
    def zone_servers(self) -> list[str]:
        """The name servers that Route 53 gave the zone."""
        zones = self.world.local.route53.zones(self.env.account_id)
        return [name.rstrip(".") for one in zones if one.id == ZONE for name in one.name_servers]

    def run(self, *arguments: str) -> Result:
        """Run a command."""
        return self.cli(*arguments, "--config-dir", str(self.folder), world=self.world)

    def verdict(self, *arguments: str) -> dict[str, Any]:
        """The verdict of dkim-status."""
        status = self.run("dkim-status", "--env", "dev", "--json", *arguments)
        [report] = status.json["environments"]
        return dict(report["verification"]["verdict"])

    def delegated(self) -> dict[str, Any]:
        """The item on delegation."""
        [found] = self.of_dns("SES-DNS-001")
        return found

    def of_dns(self, only: str = "dns") -> list[dict[str, Any]]:
        """The items on DNS."""
        looked = self.run("checklist", "--env", "dev", "--json", "--only", only)
        [topic] = looked.json["environments"][0]["checklist"]["topics"]
        return list(topic["findings"])


def case(cli: Cli, folder: Path, domain: str = "dev.example.com", zone: str = "") -> Case:
    """An applied environment whose records nobody sees yet."""
    write(folder, dev=FILE.format(domain=domain))
    local = LocalAws(Clock(frozen_at=NOON))
    local.seed("111122223333", zones=[(ZONE, zone or domain)])
    world = Delegated(local, Internet())
    made = Case(loading.load("dev", folder), world, cli, folder)
    assert made.run("apply", "--env", "dev", "--yes").status == 0
    return made


@pytest.fixture
def dev(cli: Cli, tmp_path: Path) -> Case:
    """`dev.example.com` in a hosted zone of its own."""
    return case(cli, tmp_path / "config")


def test_a_zone_that_was_never_delegated_needs_an_ns_record_in_the_zone_above(dev: Case) -> None:
    dev.world.internet.servers["example.com"] = OTHERS

    verdict, item = dev.verdict(), dev.delegated()

    assert verdict["code"] == "not-delegated"
    added = f"add to the zone example.com: dev.example.com NS {' '.join(sorted(dev.zone_servers))}"
    assert added in verdict["fix"]
    assert added in item["next_step"]
    assert "name servers of example.com" not in verdict["fix"] + item["next_step"]


def test_the_hosted_zone_above_is_named_where_it_is_one_of_ours(dev: Case) -> None:
    dev.world.local.seed("111122223333", zones=[("Z0000000000000000TOP", "example.com")])
    dev.world.internet.servers["example.com"] = OTHERS

    fix = dev.verdict()["fix"]

    assert "add to the zone example.com (hosted zone Z0000000000000000TOP): dev.example.com" in fix


def test_the_advice_leads_out(dev: Case) -> None:
    dev.world.internet.servers["example.com"] = OTHERS
    fix = dev.verdict()["fix"]
    [name, servers] = re.findall(r"(dev\.example\.com) NS ([^;]*)", fix)[0]

    dev.world.internet.servers[name] = servers.split()

    assert dev.delegated()["status"] == "done"


def test_a_registered_domain_with_other_name_servers_is_changed_at_the_registrar(
    cli: Cli, tmp_path: Path
) -> None:
    made = case(cli, tmp_path / "config", "example.com")
    made.world.internet.servers["example.com"] = OTHERS

    found = made.verdict()

    assert found["code"] == "delegated-elsewhere"
    assert "at the registrar set the name servers of example.com to" in found["fix"]


def test_a_subdomain_with_other_name_servers_is_changed_in_the_zone_above(dev: Case) -> None:
    dev.world.internet.servers["dev.example.com"] = OTHERS

    fix = dev.verdict()["fix"]

    assert "in the zone above it set the name servers of dev.example.com to" in fix


def test_a_part_that_is_delegated_away_is_said_to_be(cli: Cli, tmp_path: Path) -> None:
    made = case(cli, tmp_path / "config", "dev.example.com", zone="example.com")
    servers = made.world.internet.servers
    servers.update({"dev.example.com": OTHERS, "example.com": made.zone_servers})

    found, item = made.verdict(), made.delegated()

    assert found["code"] == "delegated-away"
    assert "remove NS dev.example.com from hosted zone" in found["fix"]
    assert "set the name servers" not in found["fix"] + item["next_step"]
    advice = [one["next_step"] for one in made.of_dns() if one["status"] == "action"]
    assert len(advice) > 3
    assert not [one for one in advice if "name servers of" in one or "registrar" in one]


def test_white_label_servers_are_known_by_the_zones_own_ns_record(dev: Case) -> None:
    brand = ["ns1.brand.example", "ns2.brand.example"]
    ours = record("dev.example.com", "NS", *(f"{one}." for one in brand))
    put(dev.world.local, dev.env, {**ours, "TTL": 172800}, verb="UPSERT")
    dev.world.internet.servers["dev.example.com"] = brand

    assert dev.delegated()["status"] == "done"


def test_white_label_servers_are_known_by_their_addresses(dev: Case) -> None:
    brand = ["ns1.brand.example", "ns2.brand.example"]
    for mine, theirs, address in zip(
        brand, dev.zone_servers, ["192.0.2.1", "192.0.2.2"], strict=False
    ):
        dev.world.internet.addresses.update({mine: [address], theirs: [address]})
    dev.world.internet.servers["dev.example.com"] = brand

    assert dev.delegated()["status"] == "done"


def test_the_machines_resolver_is_one_voice_among_public_ones(dev: Case) -> None:
    private = {"dev.example.com": ["ns-0.awsdns-00.com"]}
    dev.world.internet.servers["dev.example.com"] = dev.zone_servers
    dev.world.internet.lying[""] = private

    assert dev.delegated()["status"] == "done"
    dev.world.internet.lying["9.9.9.9"] = private
    assert dev.verdict("--resolver", "9.9.9.9")["code"] != dev.verdict()["code"]


def test_what_is_inherited_is_asked_of_the_resolvers_given(dev: Case) -> None:
    asked = [one for one in dev.world.asked if dict(one.params)["name"] == "_dmarc.example.com"]

    assert {one.region for one in asked} >= set(dev.env.dns.resolvers)


def test_a_domain_that_no_resolver_can_resolve_is_not_published(dev: Case) -> None:
    dev.world.internet.failing.update({"", *dev.env.dns.resolvers})

    verdict = dev.verdict()
    found = dev.run("checklist", "--env", "dev", "--json", "--only", "dns").json["environments"][0]

    assert verdict["code"] == "not-resolvable"
    assert "nobody can see it" in verdict["cause"]
    assert "DS record" in verdict["fix"]
    [topic] = found["checklist"]["topics"]
    state = {one["id"]: one["status"] for one in topic["findings"]}
    assert state["SES-DNS-001"] == state["SES-DKIM-003"] == "action"


def test_a_resolver_that_could_not_be_asked_is_never_one_without_the_record(dev: Case) -> None:
    dev.world.internet.servers["dev.example.com"] = dev.zone_servers
    dev.world.silent.update({"", *dev.env.dns.resolvers})

    shown = dev.run("dkim-status", "--env", "dev").stdout

    assert "missing" not in shown
    assert "could not" in shown


LABELS = st.lists(st.sampled_from(["dev", "eu", "mail", "a"]), max_size=3)
OWNERS = st.sampled_from(["example.com", "example.co.uk", "practice.github.io"])
SERVERS = st.sampled_from([(), ("ns1.zone",), ("ns9.other",), ("ns1.zone", "ns9.other")])


@st.composite
def situations(draw: st.DrawFn) -> tuple[Environment, Delegation]:
    """A domain, a hosted zone at or above it, and an apex anywhere from the domain to its owner."""
    names = [draw(OWNERS)]
    for label in draw(LABELS):
        names.append(f"{label}.{names[-1]}")
    domain = names[-1]
    env = loading.checked(
        {
            "name": "dev",
            "account_id": "111122223333",
            "region": "eu-central-1",
            "domain": domain,
            "configuration_set": {"name": "example"},
        },
        "dev.toml",
    )
    apex = draw(st.sampled_from(["", *names]))
    found = Delegation(
        apex=apex,
        servers=draw(SERVERS.filter(bool)) if apex else (),
        zone_id="Z1",
        zone_name=draw(st.sampled_from(names)),
        zone_servers=("ns1.zone", "ns2.zone"),
        nobody=not apex,
        broken=draw(st.sampled_from([False, False, True])),
        white_label=draw(st.sampled_from([(), ("ns9.other",)])),
        parent_zone_id=draw(st.sampled_from(["", "ZTOP"])),
    )
    return env, found


@given(situations())
def test_no_advice_ever_changes_a_domain_above_the_zone(
    situation: tuple[Environment, Delegation],
) -> None:
    env, found = situation

    wrong = remedy(env, found)

    assert (wrong is None) == (found.place in {Place.HERE, Place.UNKNOWN})
    if wrong is None:
        return
    assert is_within(wrong.name_servers_of, found.zone_name)
    changed = re.findall(r"name servers of (\S+)|NS (\S+) from|(\S+) NS ns1", wrong.fix)
    for name in filter(None, (name for names in changed for name in names)):
        assert is_within(name.rstrip(",;"), found.zone_name)
    if found.place is Place.MISSING:
        assert not re.search(
            r"name servers of (?!\S*" + re.escape(found.zone_name) + ")", wrong.fix
        )
