"""What is in the way ends on standard error, with the command that goes on."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT = "111122223333"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment in whose way a CNAME stands."""
    found = bench(cli, tmp_path / "my config", prod=HOSTED)
    put(found, "mail.example.com", "CNAME", "elsewhere.example.net")
    return found


def put(made: Bench, name: str, kind: str, value: str) -> None:
    """A record of somebody else."""
    [zone] = made.local.route53.zones(ACCOUNT)
    records = [{"Value": value}]
    record = {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": records}
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    batch = {"HostedZoneId": zone.id, "ChangeBatch": changes}
    made.local.call(ACCOUNT, "us-east-1", "route53", "ChangeResourceRecordSets", batch)


def hint(result: Result) -> list[str]:
    """The command in the last line of standard error."""
    last = result.stderr.splitlines()[-1]
    found = re.search(r"ses-provision (.*)$", last)
    assert found, result.stderr
    return shlex.split(found[1])


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_blocked_ends_on_standard_error_with_what_and_how(made: Bench, command: str) -> None:
    yes = ["--yes"] if command == "apply" else []

    result = made(command, "--env", "prod", *yes)

    assert result.status == 1
    assert "CNAME mail.example.com → elsewhere.example.net" in result.stderr
    assert hint(result) == [
        command, "--env", "prod", "--take-over", "mail-from", "--config-dir", str(made.folder),
    ]  # fmt: skip


def test_the_command_that_is_told_leads_out(made: Bench) -> None:
    blocked = made("apply", "--env", "prod", "--yes")

    [name, *line] = hint(blocked)
    led_out = made(name, *line[: line.index("--config-dir")], "--yes")

    assert led_out.status == 0
    assert led_out.stderr == ""
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_a_take_over_is_named_beside_the_obstacle_and_in_json(made: Bench) -> None:
    command = "ses-provision apply --env prod --take-over mail-from --config-dir"

    assert f"to take over: {command}" in made("plan", "--env", "prod").stdout
    document = made("plan", "--env", "prod", "--json").json
    changes = [one for s in document["environments"][0]["plan"]["steps"] for one in s["changes"]]
    ways = [one["way_out"] for change in changes for one in change["obstacles"]]
    assert any(command in way for way in ways)


def test_what_no_take_over_replaces_is_told_with_its_own_way_out(made: Bench) -> None:
    file = made.folder / "prod.toml"
    file.write_text(f'{HOSTED}[sender]\nrole = "nobody"\n', encoding="utf-8")

    both = made("plan", "--env", "prod")
    alone = made("plan", "--env", "prod", "--take-over", "mail-from")

    assert "role: policy ses-send-prod on role nobody: role nobody does not exist" in both.stderr
    assert "(deploy the application that brings it" in both.stderr
    assert hint(both)[:5] == ["plan", "--env", "prod", "--take-over", "mail-from"]
    assert "Clear the way as told, then" in alone.stderr
    assert hint(alone)[:5] == ["plan", "--env", "prod", "--take-over", "mail-from"]
