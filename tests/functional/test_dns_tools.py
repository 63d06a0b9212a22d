"""The records for other tools: each text is read the way its tool reads it."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml

from tests.conftest import Cli
from tests.functional.folders import AT_CLOUDFLARE, Bench, bench

ONLY = ("--only", "configuration-set", "--only", "identity")
SECOND = (
    AT_CLOUDFLARE.replace('domain = "example.com"', 'domain = "dev.example.com"')
    .replace("[dns]", '[dns]\nzone = "example.com"')
    .replace('"example"', '"dev"')
)
Record = tuple[str, str, str, int]


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """Two environments of one zone, whose records are published by another tool."""
    found = bench(cli, tmp_path / "config", prod=AT_CLOUDFLARE, staging=SECOND)
    assert found("apply", "--all", "--yes", *ONLY).status == 0
    return found


def wanted(made: Bench) -> list[Record]:
    """The records as JSON has them."""
    listed = made("dns", "--json").json["environments"]
    return sorted(
        (one["name"], one["type"], one["value"], one["ttl"])
        for environment in listed
        for one in environment["records"]
    )


def whole(name: str) -> str:
    """A name in the zone as DNS has it."""
    return "example.com" if name in {"", "@"} else f"{name}.example.com"


def test_octodns_reads_all_records_in_the_order_that_it_insists_on(made: Bench) -> None:
    text = made("dns", "--format", "octodns").stdout
    [zone] = yaml.safe_load_all(text)

    found: list[Record] = []
    for name, types in zone.items():
        for one in types:
            values = one["values"] if "values" in one else [one["value"]]
            for value in values:
                if one["type"] == "MX":
                    value = f"{value['preference']} {value['exchange']}"  # noqa: PLW2901
                plain = re.sub(r"\\;", ";", value).removesuffix(".")
                assert not re.search(r"(?<!\\);", value), "octoDNS wants them escaped"
                found.append((whole(name), one["type"], plain, one["ttl"]))
            assert list(one) == sorted(one)
            proxied = one.get("octodns", {}).get("cloudflare", {}).get("proxied")
            assert proxied is (False if one["type"] == "CNAME" else None)
    assert sorted(found) == wanted(made)
    padded = [re.sub(r"\d+", lambda digits: digits[0].zfill(9), name) for name in zone]
    assert padded == sorted(padded), "octoDNS: natural order"
    assert "deletes what the file of a zone does not name" in text


CALL = re.compile(r"^  (CNAME|MX|TXT)\((.*), TTL\((\d+)\)(, CF_PROXY_OFF)?\),$")


def test_dnscontrol_gets_calls_of_its_own_language(made: Bench) -> None:
    lines = made("dns", "--format", "dnscontrol").stdout.splitlines()

    code = [line for line in lines if not line.startswith("//")]
    assert (code[0], code[-1]) == ('D_EXTEND("example.com",', "END);")
    found: list[Record] = []
    for line in code[1:-1]:
        call = CALL.match(line)
        assert call, line
        kind, arguments, ttl, unproxied = call.groups()
        name, *values = json.loads(f"[{arguments}]")
        assert bool(unproxied) is (kind == "CNAME")
        value = " ".join(str(value) for value in values)
        assert value.endswith(".") is (kind != "TXT"), "names of hosts are whole"
        found.append((whole(name), kind, value.removesuffix("."), int(ttl)))
    assert sorted(found) == wanted(made)


HARNESS = """
const seen = [];
const END = "END", CF_PROXY_OFF = {proxied: false};
const TTL = (seconds) => ({ttl: seconds});
const CNAME = (...all) => ["CNAME", ...all], MX = (...all) => ["MX", ...all],
      TXT = (...all) => ["TXT", ...all];
const D_EXTEND = (zone, ...records) => { seen.push([zone, records]); };
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_dnscontrol_s_language_is_javascript(made: Bench) -> None:
    text = made("dns", "--format", "dnscontrol").stdout
    script = f"{HARNESS}{text}\nconsole.log(JSON.stringify(seen));"

    ran = subprocess.run(
        [shutil.which("node") or "node", "-"], input=script, capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip

    [[zone, records]] = json.loads(ran.stdout)
    assert (zone, records[-1]) == ("example.com", "END")
    assert len(records) == len(wanted(made)) + 1


def test_terraform_reads_a_resource_for_each_record(made: Bench) -> None:
    document: Any = hcl2.load(io.StringIO(made("dns", "--format", "terraform-cloudflare").stdout))

    [variable] = document["variable"]
    assert [name.strip('"') for name in variable] == ["cloudflare_zone_id_example_com"]
    found: list[Record] = []
    names = []
    for resource in document["resource"]:
        [(kind, held)] = resource.items()
        [(name, one)] = held.items()
        assert kind.strip('"') == "cloudflare_dns_record"
        names.append(name)
        plain: Any = {key: value.strip('"') if isinstance(value, str) else value
                 for key, value in one.items()}  # fmt: skip
        assert "cloudflare_zone_id_example_com" in plain["zone_id"]
        assert plain.get("proxied") == (False if plain["type"] == "CNAME" else None)
        content = plain["content"].replace("\\", "").strip('"')
        before = f"{plain['priority']} " if plain["type"] == "MX" else ""
        found.append((plain["name"], plain["type"], f"{before}{content}", plain["ttl"]))
        assert ('\\"' in one["content"]) is (plain["type"] == "TXT")
    assert sorted(found) == wanted(made)
    assert len(set(names)) == len(names)
