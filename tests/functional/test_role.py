"""The role that sends: advised in one command, given for one run, or none and meant so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"
POLICY = {"RoleName": "web", "PolicyName": "ses-send-prod"}


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that names no role, applied; the account has one."""
    found = bench(cli, tmp_path / "config", prod=HOSTED)
    found.local.seed(ACCOUNT, roles=["web"])
    return found.prepare("apply", "--env", "prod", "--yes")


def policies(made: Bench) -> list[str]:
    """The inline policies of the role."""
    asked = {"RoleName": "web"}
    listed = made.local.call(ACCOUNT, REGION, "iam", "ListRolePolicies", asked)
    return list(listed["PolicyNames"])


def about_roles(checked: Result) -> dict[str, Any]:
    """The findings about permission to send, by id."""
    [report] = checked.json["environments"]
    [topic] = [one for one in report["checklist"]["topics"] if one["topic"] == "permissions"]
    return {one["id"]: one for one in topic["findings"]}


def test_the_advice_for_the_role_is_one_command_and_plan_checklist_and_destroy_agree(
    made: Bench,
) -> None:
    skipped = made("plan", "--env", "prod").stdout
    advice = made("checklist", "--env", "prod", "--only", "permissions", "--json")
    command = "set sender.role NAME --env prod"
    assert f"ses-provision {command}" in skipped
    assert all(
        f"ses-provision {command}" in one["next_step"] for one in about_roles(advice).values()
    )

    assert made(*shlex.split(command.replace("NAME", "web"))).status == 0
    assert made("apply", "--env", "prod", "--yes").status == 0

    assert policies(made) == ["ses-send-prod"]
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0
    again = made("checklist", "--env", "prod", "--only", "permissions", "--json")
    assert [one for one in about_roles(again).values() if one["open"]] == []
    assert made("destroy", "--env", "prod", "--yes", "--confirm-env", "prod").status == 0
    assert policies(made) == []


def test_a_role_given_for_one_run_is_told_to_be_named_in_the_file(made: Bench) -> None:
    applied = made("apply", "--env", "prod", "--yes", "--role", "web")

    [command] = re.findall(
        r"ses-provision (set sender\.role web .*)$", applied.stderr, re.MULTILINE
    )
    assert "does not name role web" in applied.stderr
    assert policies(made) == ["ses-send-prod"]
    told_again = made("apply", "--env", "prod", "--yes", "--role", "web")
    assert told_again.writes == []
    assert "does not name role web" in told_again.stderr

    assert made(*shlex.split(command)).status == 0
    assert "does not name" not in made("apply", "--env", "prod", "--yes", "--role", "web").stderr
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_with_the_same_role_given_plan_checklist_and_destroy_agree(made: Bench) -> None:
    role = ["--role", "web"]
    made("apply", "--env", "prod", "--yes", *role)

    assert made("plan", "--env", "prod", "--detailed-exitcode", *role).status == 0
    checked = made("checklist", "--env", "prod", "--only", "permissions", "--json", *role)
    assert [one for one in about_roles(checked).values() if one["open"]] == []
    destroyed = made("destroy", "--env", "prod", "--yes", "--confirm-env", "prod", *role)
    assert policies(made) == []
    assert "no sender policy was looked for" not in destroyed.stderr


def test_a_destroy_that_knows_of_no_role_says_that_it_looked_for_no_policy(made: Bench) -> None:
    made("apply", "--env", "prod", "--yes", "--role", "web")

    destroyed = made("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")

    assert "no sender policy was looked for" in destroyed.stderr
    assert policies(made) == ["ses-send-prod"]


def test_who_sends_without_a_role_says_so_and_nothing_is_open_or_advised(made: Bench) -> None:
    assert made("set", "sender.role", "false", "--env", "prod").status == 0

    planned = made("plan", "--env", "prod")
    checked = made("checklist", "--env", "prod", "--only", "permissions", "--json")
    destroyed = made("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
    applied = made("apply", "--env", "prod", "--yes")

    said = "no role sends (sender.role = false); keys are kept elsewhere"
    assert f"skipped: {said}" in planned.stdout
    assert {one["status"] for one in about_roles(checked).values()} == {"not applicable"}
    assert {one["evidence"] for one in about_roles(checked).values()} == {said}
    assert "no sender policy was looked for" not in destroyed.stderr
    assert "let the application send" not in applied.stdout
