"""pause and resume: the emergency stop of a set or of the account, which nothing else ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.health import Health

REASON = ("--because", "complaints rise")


def sends(health: Health) -> tuple[bool, bool]:
    """Whether the set and the account let mail through."""
    found = health.call("sesv2", "GetConfigurationSet", ConfigurationSetName="starlight-prod")
    return found["SendingOptions"]["SendingEnabled"], health.call("sesv2", "GetAccount")[
        "SendingEnabled"
    ]


def test_a_pause_stops_the_mail_of_the_set_and_a_resume_lets_it_through(health: Health) -> None:
    paused = health.run("pause", "--yes", *REASON)

    assert paused.status == 0
    assert sends(health) == (False, True)
    assert health.run("send-test").status == 1

    resumed = health.run("resume", "--yes")

    assert resumed.status == 0
    assert "configuration set starlight-prod sends" in resumed.stdout
    assert health.run("send-test").status == 0


def test_the_stop_comes_first_and_the_note_after_it(health: Health) -> None:
    paused = health.run("pause", "--yes", *REASON)

    assert [call.operation for call in paused.writes] == [
        "PutConfigurationSetSendingOptions",
        "TagResource",
    ]


def test_everybody_is_told_since_when_by_whom_and_why(health: Health) -> None:
    health.run("pause", "--yes", *REASON)

    for told in (
        health.run("resume").stdout,
        health.run("plan").stdout,
        health.run("status").stdout,
        health.open()["SES-CONFIGSET-001"]["evidence"],
    ):
        assert "complaints rise" in told
        assert f"since {health.world.now():%Y-%m-%d}" in told


def test_what_status_and_plan_say_of_a_pause_goes_with_it(health: Health) -> None:
    health.run("pause", "--yes")
    paused = health.run("status")
    assert "its configuration set is paused" in paused.stdout
    assert "ses-provision resume" in paused.stdout

    assert health.run("resume", "--yes").status == 0

    assert "paused" not in health.run("status").stdout + health.run("plan").stdout


def test_the_fix_of_the_checklist_closes_the_item(health: Health) -> None:
    health.run("pause", "--yes")
    advice = health.open()["SES-CONFIGSET-001"]["next_step"]
    assert "ses-provision resume --env prod" in advice

    assert health.run("resume", "--yes").status == 0

    assert "SES-CONFIGSET-001" not in health.open()


def test_the_note_goes_with_the_pause(health: Health) -> None:
    health.run("pause", "--yes", *REASON)
    health.run("resume", "--yes")
    health.call(
        "sesv2",
        "PutConfigurationSetSendingOptions",
        ConfigurationSetName="starlight-prod",
        SendingEnabled=False,
    )

    assert "complaints" not in health.run("resume").stdout


def test_no_apply_resumes(health: Health) -> None:
    health.run("pause", "--yes")

    applied = health.run("apply", "--yes")

    assert (applied.status, applied.writes) == (0, [])
    assert sends(health) == (False, True)


def test_the_account_is_stopped_as_a_whole_and_only_where_it_is_asked_for(health: Health) -> None:
    paused = health.run("pause", "--account", "--yes")

    assert [call.operation for call in paused.writes] == ["PutAccountSendingAttributes"]
    assert sends(health) == (True, False)
    assert "the account is paused in us-east-2" in health.run("resume", "--yes").stdout
    assert sends(health) == (True, False)
    assert "resume --env prod --account" in health.open()["SES-ACCOUNT-001"]["next_step"]

    assert health.run("resume", "--account", "--yes").status == 0

    assert sends(health) == (True, True)


def test_what_aws_has_stopped_nobody_resumes(health: Health) -> None:
    health.local.set_enforcement(health.env.account_id, health.env.region, "SHUTDOWN")
    health.local.pause_sending(health.env.account_id, health.env.region)

    refused = health.run("resume", "--account", "--yes")

    assert (refused.status, refused.writes) == (1, [])
    assert "AWS itself has stopped" in refused.stderr


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_what_stands_as_it_is_asked_for_is_not_written_again(health: Health, command: str) -> None:
    health.run("pause", "--yes") if command == "pause" else None

    again = health.run(command, "--yes")

    assert (again.status, again.writes) == (0, [])


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_nothing_is_switched_unasked(health: Health, command: str) -> None:
    health.run("pause", "--yes") if command == "resume" else None

    asked = health.run(command)

    assert (asked.status, asked.writes) == (64, [])


def test_a_note_that_is_denied_does_not_keep_the_stop(health: Health) -> None:
    health.deny("TagResource")

    paused = health.run("pause", "--yes", *REASON)

    assert paused.status == 0
    assert "could not be noted on the set" in paused.stderr
    assert sends(health) == (False, True)


def test_a_reason_that_is_kept_nowhere_is_not_swallowed(health: Health) -> None:
    paused = health.run("pause", "--account", "--yes", "--because", "bounces")

    assert paused.status == 0, paused.stderr
    assert "why (bounces) is kept nowhere: an account has no tags" in paused.stderr


def test_a_reason_may_hold_what_no_tag_may(health: Health) -> None:
    paused = health.run("pause", "--yes", "--because", "bounces > 5 % (Ada & Bo)")

    assert paused.status == 0, paused.stderr
    assert "bounces _ 5 _ _Ada _ Bo_" in health.run("resume").stdout


@pytest.mark.parametrize("given", ["a\nb", "x" * 121])
def test_a_reason_of_several_lines_or_too_long_is_refused_before_any_call(
    health: Health, given: str
) -> None:
    refused = health.run("pause", "--yes", "--because", given)

    assert (refused.status, refused.calls) == (64, [])


def test_where_there_is_no_set_the_account_is_named_as_the_way(cli: Cli) -> None:
    refused = cli("pause", "--env", "prod", "--yes")

    assert (refused.status, refused.writes) == (1, [])
    assert "ses-provision pause --env prod --account" in refused.stderr


@pytest.fixture
def two(cli: Cli, tmp_path: Path) -> Bench:
    """Two environments in one account and region."""
    other = HOSTED.replace("example.com", "example.org").replace('"example"', '"other"')
    return bench(cli, tmp_path / "config", one=HOSTED, two=other)


def test_who_stops_an_account_is_told_whom_else_that_meets(
    two: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("ses_provision.cli.run.stdin_is_a_person", lambda: True)

    def no(question: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr("ses_provision.cli.asking.confirmed", no)

    assert two("pause", "--env", "one", "--account").status == 1

    [question] = asked
    assert "environment one, and so of two as well" in question


def test_the_document_tells_both_switches(health: Health) -> None:
    [report] = health.run("pause", "--yes", "--json", *REASON).json["environments"]

    found: dict[str, Any] = report["sending"]
    assert (found["set_sends"], found["account_sends"]) == (False, True)
    assert "complaints rise" in found["paused"]
