"""The dashboard of an environment: made, kept, left alone, taken down; and the same for Grafana."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench, write

ACCOUNT, REGION = "111122223333", "eu-central-1"
RUNBOOK = "https://wiki.example.com/ses"
SECTION = f'[dashboard]\nrunbook = "{RUNBOOK}"\n'
APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
THEIRS = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "theirs"}}]})


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that wants a dashboard, not applied."""
    return bench(cli, tmp_path / "config", prod=HOSTED + SECTION)


def call(made: Bench, operation: str, region: str = REGION, **params: Any) -> Any:
    """Ask CloudWatch past the command line."""
    return made.local.call(ACCOUNT, region, "cloudwatch", operation, params)


def put(made: Bench, name: str, body: str) -> None:
    """What somebody else puts under a name."""
    call(made, "PutDashboard", DashboardName=name, DashboardBody=body)


def widgets(made: Bench) -> dict[str, dict[str, Any]]:
    """The properties of what stands, by title."""
    held = call(made, "GetDashboard", DashboardName="ses-prod")
    listed = json.loads(held["DashboardBody"])["widgets"]
    return {each["properties"].get("title", ""): each["properties"] for each in listed}


def step(made: Bench) -> dict[str, Any]:
    """What the plan says of the dashboard."""
    [report] = made("plan", "--env", "prod", "--json").json["environments"]
    [found] = [each for each in report["plan"]["steps"] if each["id"] == "dashboard"]
    return dict(found)


def test_counts_are_summed_and_rates_stand_beside_the_limits_of_aws(made: Bench) -> None:
    assert made(*APPLY).status == 0

    shown = widgets(made)

    counts = [row[1] for row in shown["Mails an hour"]["metrics"]]
    assert counts == ["Send", "Delivery", "Bounce", "Complaint", "Reject"]
    assert {row[-1]["stat"] for row in shown["Mails an hour"]["metrics"]} == {"Sum"}
    bounces = shown["Bounce rate"]
    assert [row for row in bounces["metrics"] if row[0] == "AWS/SES"] == [
        ["AWS/SES", "Reputation.BounceRate", {"stat": "Average", "id": "m0", "visible": False}],
        [
            "AWS/SES",
            "Reputation.BounceRate",
            "ses:configuration-set",
            "example",
            {"stat": "Average", "id": "m1", "visible": False},
        ],
    ]
    percents = [row[0]["expression"] for row in bounces["metrics"] if len(row) == 1]
    assert percents == ["m0 * 100", "m1 * 100"]
    lines = {
        title: {each["label"]: each["value"] for each in shown[title]["annotations"]["horizontal"]}
        for title in ("Bounce rate", "Complaint rate", "Mails a day, and the quota")
    }
    assert lines == {
        "Bounce rate": {"alarm": 5, "AWS reviews": 5, "AWS may pause": 10},
        "Complaint rate": {"alarm": 0.1, "AWS reviews": 0.1, "AWS may pause": 0.5},
        "Mails a day, and the quota": {"quota": 200},
    }
    alarms = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:ses"
    assert shown["Alarms"]["alarms"] == [
        f"{alarms}-bounce-rate-prod",
        f"{alarms}-complaint-rate-prod",
    ]
    assert f"]({RUNBOOK})" in shown[""]["markdown"]


def test_the_price_is_said_beside_the_create_and_not_any_more_once_it_stands(made: Bench) -> None:
    before = made("plan", "--env", "prod").stdout
    made(*APPLY)
    after = made("plan", "--env", "prod").stdout

    assert "create dashboard ses-prod" in before
    assert "3 USD a month where" in before
    assert "3 USD" not in after


def test_a_second_apply_writes_nothing_and_asks_two_questions_more_than_without_it(
    made: Bench,
) -> None:
    made(*APPLY)
    again = made(*APPLY)

    write(made.folder, prod=HOSTED)
    without = made("plan", "--env", "prod")

    assert again.writes == []
    operations = [one.operation for one in again.calls]
    assert operations.count("GetDashboard") == 1
    assert not [one for one in without.calls if one.operation in {"GetAccount", "PutDashboard"}]


def test_json_that_is_written_otherwise_and_says_the_same_is_no_difference(made: Bench) -> None:
    made(*APPLY)
    held = json.loads(call(made, "GetDashboard", DashboardName="ses-prod")["DashboardBody"])
    floats = json.dumps(held, indent=4, sort_keys=True).replace(": 5,", ": 5.0,")
    put(made, "ses-prod", floats)

    planned = made("plan", "--env", "prod", "--detailed-exitcode")

    assert planned.status == 0, planned.stdout


def test_a_quota_that_aws_raised_moves_its_line(made: Bench) -> None:
    made(*APPLY)
    made.local.allow_production(ACCOUNT, REGION)

    changed = step(made)["changes"][0]
    made(*APPLY)

    assert [one["field"] for one in changed["differences"]] == [
        "widgets.Mails a day, and the quota"
    ]
    [line] = widgets(made)["Mails a day, and the quota"]["annotations"]["horizontal"]
    assert line["value"] == 50_000


@pytest.mark.parametrize("body", [THEIRS, '{"widgets": [], "start": "-PT3H"}'])
def test_a_dashboard_of_somebody_else_is_in_the_way_until_it_is_taken_over(
    made: Bench, body: str
) -> None:
    put(made, "ses-prod", body)

    refused = made(*APPLY)
    held = call(made, "GetDashboard", DashboardName="ses-prod")["DashboardBody"]
    taken = made(*APPLY, "--take-over", "dashboard")
    destroyed = made(*DESTROY)

    assert refused.status == 1
    assert "is not of ses-provision" in refused.stdout
    assert held == body
    assert taken.status == 0, taken.stderr
    assert "Bounce rate" in widgets(made)
    assert "stays  dashboard ses-prod" in destroyed.stdout


def test_one_that_shows_the_same_already_is_adopted_and_kept_by_destroy(made: Bench) -> None:
    made(*APPLY)
    body = call(made, "GetDashboard", DashboardName="ses-prod")["DashboardBody"]
    call(made, "DeleteDashboards", DashboardNames=["ses-prod"])
    put(made, "ses-prod", body)

    assert made(*APPLY).status == 0
    made(*DESTROY)

    assert call(made, "GetDashboard", DashboardName="ses-prod")


def test_it_goes_with_destroy_whatever_region_asks(made: Bench) -> None:
    made(*APPLY)
    assert call(made, "GetDashboard", "us-west-2", DashboardName="ses-prod")

    made(*DESTROY)

    assert call(made, "ListDashboards")["DashboardEntries"] == []


@pytest.mark.parametrize("now", ["", '[dashboard]\nname = "mail"\n'])
def test_one_that_the_file_no_longer_names_is_left_over(made: Bench, now: str) -> None:
    made(*APPLY)
    write(made.folder, prod=HOSTED + now)
    made(*APPLY)

    shown = made("plan", "--env", "prod")
    made(*APPLY, "--prune")

    assert "dashboard ses-prod" in shown.stdout
    names = [one["DashboardName"] for one in call(made, "ListDashboards")["DashboardEntries"]]
    assert names == (["mail"] if now else [])


def test_two_environments_of_an_account_need_two_names(cli: Cli, tmp_path: Path) -> None:
    other = HOSTED.replace("eu-central-1", "eu-west-1").replace('"example"', '"other"')
    named = '[dashboard]\nname = "mail"\n'
    made = bench(cli, tmp_path / "config", prod=HOSTED + named, test=other + named)

    refused = made("validate")

    assert refused.status != 0
    assert "dashboard" in refused.stdout + refused.stderr


def test_the_checklist_says_which_widget_is_not_as_it_should_be(made: Bench) -> None:
    def item() -> dict[str, Any]:
        [report] = made("checklist", "--env", "prod", "--no-dns", "--json").json["environments"]
        every = [each for topic in report["checklist"]["topics"] for each in topic["findings"]]
        return next(dict(each) for each in every if each["id"] == "SES-DASHBOARD-001")

    before = item()
    made(*APPLY)
    after = item()
    put(made, "ses-prod", '{"widgets": []}')
    emptied = item()

    assert (before["status"], after["status"], emptied["status"]) == ("action", "done", "action")
    assert "Bounce rate" in emptied["evidence"]


def test_what_grafana_imports_sums_counts_averages_rates_and_shows_them_as_percent(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    exported = made("export", "--env", "prod", "--format", "grafana")

    assert exported.status == 0
    assert exported.writes == []
    shown = json.loads(exported.stdout)
    panels = {panel["title"]: panel for panel in shown["panels"]}
    assert {target["statistic"] for target in panels["Mails an hour"]["targets"]} == {"Sum"}
    bounces = panels["Bounce rate"]
    assert [target["statistic"] for target in bounces["targets"]] == ["Average", "Average"]
    assert [target["dimensions"] for target in bounces["targets"]] == [
        {},
        {"ses:configuration-set": "example"},
    ]
    settings = bounces["fieldConfig"]["defaults"]
    assert settings["unit"] == "percentunit"
    steps = [each["value"] for each in settings["thresholds"]["steps"]]
    assert steps == [None, 0.05, 0.05, 0.1]
    places = [tuple(panel["gridPos"].values()) for panel in shown["panels"]]
    assert len(set(places)) == len(panels) == 4
    [source] = shown["templating"]["list"]
    assert {target["datasource"]["uid"] for target in bounces["targets"]} == {"${datasource}"}
    assert (source["name"], source["query"]) == ("datasource", "cloudwatch")
