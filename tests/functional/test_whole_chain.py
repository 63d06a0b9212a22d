"""The main job, as a user runs it: plan, apply, apply again, status, checklist."""

from tests.conftest import Cli


def test_a_fresh_account_takes_at_most_60_calls_and_ends_as_planned(cli: Cli) -> None:
    applied = cli("apply", "--env", "prod", "--yes")

    assert applied.status == 0
    assert len(applied.calls) <= 60
    assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_applying_twice_writes_nothing_the_second_time_and_says_so(cli: Cli) -> None:
    cli("apply", "--env", "prod", "--yes")

    again = cli("apply", "--env", "prod", "--yes")

    assert again.status == 0
    assert again.writes == []
    assert "Plan: nothing to do; 22 unchanged" in again.stdout


def test_a_settled_plan_takes_at_most_20_calls_and_5_of_them_to_ses(cli: Cli) -> None:
    cli("apply", "--env", "prod", "--yes")

    settled = cli("plan", "--env", "prod")

    assert len(settled.calls) <= 20
    assert sum(call.service == "sesv2" for call in settled.calls) <= 5
