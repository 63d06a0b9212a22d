"""Environments side by side: the same words, order and status as one after another."""

from __future__ import annotations

import json
import signal
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from ses_provision.cli import signals
from ses_provision.environment import loading
from ses_provision.local import Clock, LocalAws
from ses_provision.worlds.in_process import InProcess, seed
from tests.conftest import NOON, Cli, Result
from tests.functional.folders import Bench, bench, write
from tests.functional.processes import clients, whole_json
from tests.laws.test_shards import settings, toml

EVENTS = '[events]\nemails = ["ops@clinic-{number}.example"]\ntopic = "events-clinic-{number}"\n'
NO_ZONE = '[dns]\nzone_id = "ZNOTHERE0000"\n'
LOST = 4
COUNT = 7


class Together(InProcess):
    """A local AWS at which environments are worked on side by side, as at the real one."""

    side_by_side = 8


def clinic(number: int) -> str:
    """An environment file; one names a hosted zone that is not there."""
    return f"{toml(settings(number))}\n{EVENTS.format(number=number)}"


def files() -> dict[str, str]:
    """Seven environments in three accounts."""
    return {f"clinic-{number}": clinic(number) for number in range(COUNT)}


@pytest.fixture
def clinics(cli: Cli, tmp_path: Path) -> Bench:
    """Seven environments, applied; then one names a hosted zone that is not there."""
    made = bench(cli, tmp_path / "config", InProcess, **files())
    made.prepare("apply", "--all", "--yes")
    (made.folder / f"clinic-{LOST}.toml").write_text(clinic(LOST) + NO_ZONE, encoding="utf-8")
    return made


@pytest.fixture
def together(clinics: Bench, cli: Cli) -> Bench:
    """The same, worked on side by side."""
    return Bench(cli, clinics.folder, Together(clinics.local))


def without_calls(result: Result) -> tuple[int, str, str]:
    """What somebody sees of a command."""
    return result.status, result.stdout, result.stderr


@pytest.mark.parametrize(
    "line",
    [
        "status",
        "status --json",
        "plan",
        "plan --json",
        "plan --format markdown",
        "plan --detailed-exitcode --only mail-from",
        "checklist",
        "checklist --format markdown",
        "checklist --json --exit-code",
        "dkim-status",
        "dkim-status --json --exit-code",
        "dns",
        "dns --format csv",
        "outputs",
        "request-access",
    ],
)
def test_what_is_shown_told_and_answered_is_what_one_after_another_gives(
    clinics: Bench, together: Bench, line: str
) -> None:
    in_turn = clinics(*line.split())

    side_by_side = together(*line.split())

    assert without_calls(side_by_side) == without_calls(in_turn)
    assert side_by_side.stdout


def test_what_goes_wrong_in_one_environment_stops_no_other(together: Bench) -> None:
    planned = together("plan", "--json")

    found = {one["environment"]: one["ok"] for one in planned.json["environments"]}
    assert found == {f"clinic-{number}": number != LOST for number in range(COUNT)}
    assert planned.status == 1


@pytest.mark.parametrize("command", ["status", "plan", "checklist"])
def test_a_shared_account_is_asked_once_for_what_its_environments_share(
    together: Bench, command: str
) -> None:
    (together.folder / f"clinic-{LOST}.toml").write_text(clinic(LOST), encoding="utf-8")
    environments = loading.load_all(together.folder)
    places = {(env.account_id, env.region) for env in environments}
    accounts = {env.account_id for env in environments}

    calls = Counter(call.operation for call in together(command).calls)

    assert len(places) < len(environments)
    assert calls["GetCallerIdentity"] == len(places)
    assert calls["DescribeAlarms"] == len(places)
    assert calls["ListHostedZones"] == len(accounts)
    assert calls["GetAccount"] == (0 if command == "plan" else len(places))
    assert calls["GetConfigurationSet"] == len(environments)


def test_who_writes_works_on_environments_in_turn(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", Together, **files())

    applied = made("apply", "--all", "--yes")

    assert applied.status == 0
    expected = [env.account_id for env in loading.load_all(made.folder)]
    assert [account for account, _ in groupby(call.account for call in applied.writes)] == expected
    assert made("plan", "--detailed-exitcode").status == 0


def test_the_summary_of_a_job_has_the_environments_in_order(
    clinics: Bench, together: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    clinics("plan", "--github-summary")
    in_turn = summary.read_text(encoding="utf-8")
    summary.write_text("", encoding="utf-8")

    together("plan", "--github-summary")

    assert summary.read_text(encoding="utf-8") == in_turn


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("nth", [1, 25])
def test_a_signal_ends_all_of_them_at_once(
    tmp_path: Path, number: signal.Signals, nth: int
) -> None:
    folder = write(tmp_path / "config", **files())
    local = LocalAws(Clock(frozen_at=NOON))
    seed(local, loading.load_all(folder))
    with clients(local, tmp_path) as client:
        local.fault("kill-before", number=nth, action=lambda: client.lose(number))

        stopped = client.run("status", "--no-dns", "--json", "--config-dir", str(folder))

    assert stopped.status == signals.STATUS[number]
    assert "Traceback" not in stopped.stderr
    assert signals.WORD[number] in stopped.stderr
    document = whole_json(stopped.stdout)
    assert document["ok"] is False
    assert [one["environment"] for one in document["environments"]] == [
        f"clinic-{position}" for position in range(len(document["environments"]))
    ]


def test_json_of_many_is_one_document(together: Bench) -> None:
    assert len(json.loads(together("status", "--json").stdout)["environments"]) == COUNT
