"""stats: what was sent, by day, as SES has really sent it on the local AWS."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from ses_provision.local import Clock, LocalAws
from ses_provision.local.contract import Caller
from ses_provision.worlds.in_process import InProcess
from tests.conftest import NOON, Cli
from tests.functional.folders import HOSTED, Bench, bench, write
from tests.functional.screens import plain, terminal, too_long

ACCOUNT, REGION = "111122223333", "eu-central-1"
DAY = 86_400
SIMULATOR = "@simulator.amazonses.com"


SENDS = (5, 10, 17, 20, 25, 30, 35, 40)


def count(local: LocalAws, name: str, value: int) -> None:
    """Let CloudWatch have so many of something, as if SES had told of each."""
    caller = Caller(ACCOUNT, REGION, f"LOCAL000{ACCOUNT}")
    local.surroundings.put_metric(caller, name, float(value), {})


@pytest.fixture(scope="module")
def history() -> LocalAws:
    """An account that ever more was sent from, for eight days; one bounce, one complaint."""
    local = LocalAws(Clock(frozen_at=NOON))
    local.allow_production(ACCOUNT, REGION)
    for number, sends in enumerate(SENDS):
        local.clock.advance(DAY if number else 0)
        bad = int(sends == 17)
        told = {"Send": sends, "Delivery": sends - bad, "Bounce": bad, "Complaint": bad}
        for name, value in told.items():
            if value:
                count(local, name, value)
    return local


@pytest.fixture
def past(cli: Cli, history: LocalAws, tmp_path: Path) -> Bench:
    """The account with a history, which is only looked at."""
    return Bench(cli, write(tmp_path / "config", prod=HOSTED), InProcess(history))


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """One environment, applied, out of the sandbox."""
    found = bench(cli, tmp_path / "config", prod=HOSTED)
    assert found("apply", "--env", "prod", "--yes", "--wait").status == 0
    found.local.allow_production(ACCOUNT, REGION)
    return found


def send(made: Bench, to: str, times: int = 1) -> None:
    """Let SES accept mail."""
    mail = {
        "FromEmailAddress": "notifications@example.com",
        "Destination": {"ToAddresses": [to]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    }
    for _ in range(times):
        made.local.call(ACCOUNT, REGION, "sesv2", "SendEmail", mail)


def told(made: Bench, *arguments: str) -> dict[str, Any]:
    """Statistics as JSON has them."""
    ran = made("stats", "--env", "prod", "--json", *arguments)
    assert ran.status == 0, ran.stderr
    found: dict[str, Any] = ran.json["environments"][0]["statistics"]
    return found


def test_days_are_what_ses_sent_on_them_by_one_question_to_cloudwatch(made: Bench) -> None:
    send(made, "a@example.net", 2)
    made.local.clock.advance(2 * DAY)
    send(made, "a@example.net")
    send(made, f"bounce{SIMULATOR}")
    send(made, f"complaint{SIMULATOR}")

    ran = made("stats", "--env", "prod", "--days", "4", "--json")
    found = ran.json["environments"][0]["statistics"]

    assert [day["sends"] for day in found["days"]] == [0, 2, 0, 3]
    assert [day["bounces"] for day in found["days"]] == [0, 0, 0, 1]
    assert found["totals"] == {
        "sends": 5, "deliveries": 4, "bounces": 1, "complaints": 1, "rejects": 0,
    }  # fmt: skip
    assert found["rates"] == pytest.approx({"bounces": 1 / 5, "complaints": 1 / 5})
    assert found["own_rates"] == {"bounces": 0, "complaints": 0}
    assert (found["quota"]["sent"], found["enough_to_judge"]) == (1, False)
    asked = [call.operation for call in ran.calls]
    assert sorted(asked) == ["GetAccount", "GetCallerIdentity", "GetMetricData"]


def test_the_screen_has_bars_rates_beside_limits_the_worst_day_and_the_quota(past: Bench) -> None:
    shown = past("stats", "--env", "prod", "--days", "8").stdout

    assert re.search(r"sent +▂▃▄▅▅▆▇█ +182\n", shown)
    assert re.search(
        r"bounces +··█····· +1  0\.549 %  AWS reviews at 5 %, may pause at 10 %", shown
    )
    assert re.search(r"complaints .*0\.549 %  AWS reviews at 0\.1 %, may pause at 0\.5 %", shown)
    assert "worst day 2026-11-24: 1 of 17 bounced (5.88 %)" in shown
    assert "0 of 50,000 in 24 hours (0 %), 14 a second; no trend" in shown


def test_before_the_first_mail_there_is_nothing_and_no_rate(cli: Cli, tmp_path: Path) -> None:
    fresh = bench(cli, tmp_path / "config", prod=HOSTED)
    found = told(fresh)

    assert found["totals"]["sends"] == 0
    assert found["rates"] == {"bounces": None, "complaints": None}
    assert "by SES's own reckoning: no rates yet" in fresh("stats").stdout


def test_a_quota_that_will_be_reached_has_its_day_and_the_way_to_more(
    cli: Cli, tmp_path: Path
) -> None:
    young = bench(cli, tmp_path / "config", prod=HOSTED)
    young.local.quotas.grant(ACCOUNT, REGION, 60.0, 1.0)
    for sends in (10, 15, 20, 25, 30):
        count(young.local, "Send", sends)
        young.local.clock.advance(DAY)

    shown = " ".join(young("stats", "--env", "prod").stdout.split())

    line = "0 of 60 in 24 hours (0 %), 1 a second; at this trend it is reached on 2026-12-02: "
    assert line in shown
    assert "ses-provision quota --env prod --request 120" in shown


def test_environments_of_one_account_and_region_are_told_once(cli: Cli, tmp_path: Path) -> None:
    second = HOSTED.replace('"example"', '"other"').replace("example.com", "example.org")
    both = bench(cli, tmp_path / "config", prod=HOSTED, other=second)

    ran = both("stats")

    assert ran.stdout.count("account ") == 1
    assert "other, prod: 14 days to today" in ran.stdout
    assert [call.operation for call in ran.calls].count("GetMetricData") == 1


def test_csv_has_a_row_for_each_day_of_each_environment_under_one_head(
    cli: Cli, past: Bench
) -> None:
    rows = list(csv.DictReader(io.StringIO(past("stats", "--csv", "--days", "3").stdout)))

    assert [(row["environment"], row["date"], row["sends"]) for row in rows] == [
        ("prod", "2026-11-27", "30"), ("prod", "2026-11-28", "35"), ("prod", "2026-11-29", "40"),
    ]  # fmt: skip
    of_all = list(csv.DictReader(io.StringIO(cli("stats", "--csv", "--days", "1").stdout)))
    assert [row["environment"] for row in of_all] == ["prod", "staging"]


@pytest.mark.parametrize(
    ("limit", "status"),
    [("bounces=0.5", 3), ("bounces=0.6", 0), ("pause", 3), ("complaints=1", 0)],
)
def test_a_rate_above_a_limit_is_status_3(past: Bench, limit: str, status: int) -> None:
    ran = past("stats", "--env", "prod", "--fail-above", limit)

    assert ran.status == status
    assert ("above the limit" in ran.stderr) is bool(status)
    assert "sent " in ran.stdout


def test_what_is_told_apart_is_vdm_s_and_without_it_refused_with_a_way_on(made: Bench) -> None:
    send(made, "a@example.net", 3)
    refused = made("stats", "--env", "prod", "--by", "set")
    on = {"VdmAttributes": {"VdmEnabled": "ENABLED"}}
    made.local.call(ACCOUNT, REGION, "sesv2", "PutAccountVdmAttributes", on)

    by = {name: told(made, "--by", name)["parts"] for name in ("set", "identity", "provider")}

    assert refused.status == 1
    assert "Virtual Deliverability Manager is off in eu-central-1" in refused.stderr
    sent = {name: {part["of"]: part["totals"]["sends"] for part in by[name]} for name in by}
    assert sent == {
        "set": {"example": 3},
        "identity": {"example.com": 3, "notifications@example.com": 3},
        "provider": {"Gmail": 0, "Yahoo": 0, "Hotmail": 0, "UNKNOWN_ISP": 3},
    }


@pytest.mark.parametrize(
    "wrong",
    [
        ("--days", "0"),
        ("--by", "set", "--days", "61"),
        ("--provider", "Gmail"),
        ("--by", "provider", "--provider", "a b"),
        ("--csv", "--json"),
        ("--fail-above", "5"),
    ],
)
def test_what_does_not_fit_is_a_mistake_in_the_command_line(
    past: Bench, wrong: tuple[str, ...]
) -> None:
    refused = past("stats", *wrong)

    assert refused.status == 64
    assert refused.calls == []


def test_without_utf8_bars_are_digits(past: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rich.console.Console.encoding", "ascii")

    shown = past("stats", "--env", "prod", "--days", "8").stdout

    assert re.search(r"sent +23455678 +182\n", shown)
    assert shown.isascii()


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_screen_is_as_wide_as_it_may_be(past: Bench, width: int) -> None:
    for command in (
        ("stats", "--days", "90"), ("quota",), ("estimate", "--vdm", "--managed-ips"),
    ):  # fmt: skip
        with terminal(width):
            ran = past(*command)
        screen = plain(f"{ran.stdout}\n{ran.stderr}")
        assert too_long(screen, width, lambda line: " " not in line) == [], command
        assert not re.search(r"(?m) $", screen), command
