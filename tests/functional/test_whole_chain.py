"""The main job, as a user runs it: plan, apply, apply again, status, checklist."""

import re
from typing import Any

import pytest

from ses_provision.outside import aws
from tests.conftest import Cli
from tests.pages import guide


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


def test_the_guide_tells_how_many_calls_it_takes(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    readers: list[aws.Reader] = []
    make = aws.Reader.__init__

    def made(self: aws.Reader, *given: Any) -> None:
        make(self, *given)
        readers.append(self)

    fresh = cli("apply", "--env", "prod", "--yes")
    monkeypatch.setattr(aws.Reader, "__init__", made)
    settled = cli("plan", "--env", "prod")

    [reader] = readers
    to_ses = sum(call.service == "sesv2" for call in settled.calls)
    told = dict(re.findall(r"^\| (a \D*?) \| (\d[^|]*?) \|", guide("terraform"), re.MULTILINE))
    assert told == {
        "a plan with nothing to change": (
            f"{len(settled.calls)} ({to_ses} to SESv2), in {reader.rounds} dependent rounds"
        ),
        "a fresh apply": f"{len(fresh.calls)}",
    }
