"""outputs: what an application needs, for people, programs, shells and GitHub Actions."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import Cli

KEYS = [
    "region",
    "configuration_set_name",
    "from_address",
    "domain_identity_arn",
    "address_identity_arn",
    "configuration_set_arn",
    "events_topic_arn",
    "alarm_topic_arn_us_east_2",
    "alarm_topic_arn_us_east_1",
    "sender_policy_name",
]


def test_every_environment_is_shown_as_a_table(cli: Cli) -> None:
    shown = cli("outputs")

    assert shown.status == 0
    assert "prod  starlightpractice.com  account 524471258033  us-east-2" in shown.stdout
    assert "  configuration_set_name     starlight-dev" in shown.stdout
    assert [line.split()[0] for line in shown.stdout.splitlines()[1:11]] == KEYS


@pytest.mark.parametrize("flags", [("--format", "json"), ("--json",)])
def test_json_has_them_under_their_environment(flags: tuple[str, ...], cli: Cli) -> None:
    found = cli("outputs", *flags).json

    assert [one["environment"] for one in found["environments"]] == ["prod", "staging"]
    assert list(found["environments"][0]["outputs"]) == KEYS


def test_a_shell_reads_them_as_variables(cli: Cli) -> None:
    shown = cli("outputs", "--env", "prod", "--format", "env")

    script = f'set -eu\n{shown.stdout}\nprintf "%s %s" "$SES_FROM_ADDRESS" "$SES_REGION"'
    read = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert read.stdout == "notifications@starlightpractice.com us-east-2"


def test_github_actions_reads_a_name_and_a_value_a_line(cli: Cli) -> None:
    shown = cli("outputs", "--env", "staging", "--format", "github")

    pairs = dict(line.split("=", 1) for line in shown.stdout.splitlines())
    assert list(pairs) == KEYS
    assert pairs["configuration_set_name"] == "starlight-dev"


@pytest.mark.parametrize("form", ["env", "github"])
def test_names_that_hold_one_environment_want_one(form: str, cli: Cli) -> None:
    refused = cli("outputs", "--format", form)

    assert refused.status == 64
    assert refused.stdout == ""
    assert f"ses-provision outputs --env NAME --format {form}" in refused.stderr


def test_an_unknown_format_is_wrong_usage(cli: Cli) -> None:
    assert cli("outputs", "--format", "yaml").status == 64


def test_outputs_need_nothing_but_the_right_account(cli: Cli) -> None:
    assert [call.operation for call in cli("outputs", "--env", "prod").calls] == [
        "GetCallerIdentity"
    ]


def test_one_output_is_its_value_alone(cli: Cli) -> None:
    shown = cli("outputs", "configuration_set_name", "--env", "prod", "--raw")

    assert shown.status == 0
    assert shown.stdout == "starlight-prod\n"


@pytest.mark.parametrize("flags", [(), ("--json",), ("--format", "github"), ("--raw", "--json")])
def test_one_output_is_named_in_every_form(flags: tuple[str, ...], cli: Cli) -> None:
    shown = cli("outputs", "from_address", "--env", "prod", *flags)

    assert shown.status == 0
    assert "from_address" in shown.stdout
    assert "starlight-prod" not in shown.stdout
    if "--json" in flags:
        [report] = shown.json["environments"]
        assert report["outputs"] == {"from_address": "notifications@starlightpractice.com"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--env", "prod", "--raw"), "Name it: region, configuration_set_name, "),
        (("region", "--raw"), "ses-provision outputs --env NAME region --raw"),
        (("regoin", "--env", "prod"), "prod has no output regoin. Did you mean region?"),
        (("alarm_topic_arn_eu_west_1",), "prod has no output alarm_topic_arn_eu_west_1."),
    ],
)
def test_what_is_no_output_is_refused_before_any_call(
    arguments: tuple[str, ...], said: str, cli: Cli
) -> None:
    refused = cli("outputs", *arguments)

    assert refused.status == 64
    assert refused.stdout == ""
    assert refused.calls == []
    assert said in refused.stderr
