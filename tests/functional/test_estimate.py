"""estimate: what a month costs, by the prices at hand or by AWS's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """One environment, of which nothing is made."""
    return bench(cli, tmp_path / "config", prod=HOSTED)


def told(made: Bench, *arguments: str) -> dict[str, Any]:
    """The estimate as JSON has it."""
    ran = made("estimate", "--env", "prod", "--json", *arguments)
    assert ran.status == 0, ran.stderr
    found: dict[str, Any] = ran.json["environments"][0]["estimate"]
    return found


def test_without_live_nobody_is_asked_and_all_environments_are_told(cli: Cli) -> None:
    ran = cli("estimate", "--recipients", "100000")

    assert ran.status == 0
    assert ran.calls == []
    assert "prod: 100,000 recipients a month from us-east-2" in ran.stdout
    assert "staging: 100,000 recipients a month from us-east-2" in ran.stdout
    assert ran.stdout.count("Not counted:") == 1


def test_the_table_adds_up_and_names_the_cheapest_plan(made: Bench) -> None:
    shown = made("estimate", "--env", "prod", "--attachment-kb", "200").stdout
    lines = [line.split() for line in shown.splitlines()]

    assert ["mail", "100,000", "0.16", "per", "1,000", "16.00"] in lines
    assert ["attachments", "20", "GB", "0.12", "a", "GB", "2.40"] in lines
    assert ["total", "0.1910", "per", "1,000", "19.10"] in lines
    assert [line[0] for line in lines if "(cheapest)" in line] == ["by"]


def test_live_asks_the_price_list_and_the_account_and_nobody_else(made: Bench) -> None:
    made.local.price_list.change("Recipients", "0.00011")
    made.local.call(ACCOUNT, REGION, "sesv2", "PutAccountPricingAttributes", {"Plan": "NONE"})

    ran = made("estimate", "--env", "prod", "--live")
    found = told(made, "--live")

    assert {call.operation for call in ran.calls} == {
        "GetCallerIdentity", "GetProducts", "GetAccount",
    }  # fmt: skip
    assert len(ran.calls) == 3
    assert found["plan"] == "NONE"
    assert (found["items"][0]["unit_prices"], found["items"][0]["sum"]) == (["0.00011"], "11.00")
    assert found["prices"]["live"] is True
    assert REGION in found["items"][0]["source"]


def test_a_plan_that_is_asked_for_goes_before_the_account_s_own(made: Bench) -> None:
    assert told(made, "--live")["plan"] == "ESSENTIALS"
    assert told(made, "--live", "--plan", "pro")["plan"] == "PRO"


def test_without_the_right_it_names_the_action(made: Bench) -> None:
    made.local.fault("deny", "GetProducts", times=None)

    denied = made("estimate", "--env", "prod", "--live")

    assert denied.status == 1
    assert "pricing:GetProducts" in denied.stderr


def test_prices_that_are_old_are_called_so(made: Bench) -> None:
    assert "are old" not in made("estimate", "--env", "prod").stdout
    made.local.clock.advance(200 * 86_400)

    assert "These prices are old: ask AWS with --live." in made("estimate").stdout


def test_where_the_price_list_does_not_reach_it_says_so_before_it_asks(
    cli: Cli, tmp_path: Path
) -> None:
    text = HOSTED.replace("eu-central-1", "us-gov-west-1")
    made = bench(cli, tmp_path / "gov", gov=text)

    refused = made("estimate", "--live")

    assert refused.status == 1
    assert "commercial regions" in refused.stderr
    assert "GetProducts" not in {call.operation for call in refused.calls}
    assert made("estimate").status == 0


def test_where_the_price_list_has_nothing_of_ses_it_says_so(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "far", far=HOSTED.replace(REGION, "ca-central-1"))

    refused = made("estimate", "--live")

    assert refused.status == 1
    assert "AWS's price list has nothing on SES in ca-central-1." in refused.stderr
    assert "Leave out --live" in refused.stderr


def test_the_checklist_says_what_the_account_pays_by(made: Bench) -> None:
    def item() -> tuple[str, str]:
        listed = made("checklist", "--only", "SES-ACCOUNT-004", "--no-dns", "--json").json
        [finding] = listed["environments"][0]["checklist"]["topics"][0]["findings"]
        return finding["status"], finding["evidence"]

    def choose(plan: str) -> None:
        made.local.call(ACCOUNT, REGION, "sesv2", "PutAccountPricingAttributes", {"Plan": plan})

    essentials = "Essentials (ESSENTIALS), 0.16 $ per 1,000 recipients; beside it "
    by_the_piece = "by the piece (NONE), 0.10 $ per 1,000 recipients"
    assert item() == ("done", essentials + by_the_piece)
    choose("PRO")
    choose("NONE")
    assert item()[1].startswith("Pro (PRO), 105 $ a month and 0.22 $ per 1,000 recipients; from ")
    made.local.clock.advance(31 * 86_400)
    assert item() == ("done", by_the_piece)


@pytest.mark.parametrize(
    "wrong", [("--recipients", "-1"), ("--attachment-kb", "nan"), ("--plan", "gold"),
              ("--attachment-share", "101")],
)  # fmt: skip
def test_what_is_no_volume_is_a_mistake_in_the_command_line(
    made: Bench, wrong: tuple[str, str]
) -> None:
    refused = made("estimate", *wrong)

    assert refused.status == 64
    assert refused.calls == []
