"""dkim-status --wait: looks until SES has verified, tells meanwhile, and gives up in time."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from ses_provision.local import LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import NOON, Cli
from tests.prepared import prepared_by

WAIT = ("dkim-status", "--env", "prod", "--wait", "--no-dns")


@pytest.fixture(autouse=True)
def applied(cli: Cli, local: LocalAws) -> None:
    """Prod is applied, and SES has not looked yet."""
    prepared_by(cli, local, "apply", "--env", "prod", "--yes")


def test_waiting_ends_as_soon_as_everything_is_verified(cli: Cli, world: InProcess) -> None:
    waited = cli(*WAIT)

    assert waited.status == 0
    for name in ("identity", "DKIM", "MAIL FROM"):
        assert re.search(rf"^ *{name} +SUCCESS", waited.stdout, re.MULTILINE)
    assert 0 < (world.now() - NOON).total_seconds() < 30 * 60


def test_each_look_is_a_line_with_its_time_what_is_awaited_and_when_the_next_is(cli: Cli) -> None:
    lines = cli(*WAIT).stderr.splitlines()

    form = re.compile(
        r"(2026-11-22T\d\d:\d\d:\d\dZ) waiting for prod, (\d+):(\d\d) so far; next look in "
        r"(\d+) s: .+"
    )
    looks = [form.fullmatch(line) for line in lines]
    assert lines
    assert all(looks)
    elapsed = [int(one[2]) * 60 + int(one[3]) for one in looks if one]
    pauses = [int(one[4]) for one in looks if one]
    assert elapsed[0] == 0
    assert all(before < after for before, after in pairwise(elapsed))
    assert all(5 <= pause <= 60 for pause in pauses)


def test_a_quiet_wait_tells_of_no_look(cli: Cli) -> None:
    waited = cli(*WAIT, "--quiet")

    assert (waited.status, waited.stderr) == (0, "")
    assert re.search(r"^ *DKIM +SUCCESS", waited.stdout, re.MULTILINE)


def test_waiting_in_json_is_one_document_with_what_was_seen_last(cli: Cli) -> None:
    waited = cli(*WAIT, "--json")

    [report] = waited.json["environments"]
    assert (waited.status, report["ok"]) == (0, True)
    assert report["verification"]["settled"] is True
    assert report["verification"]["dkim_status"] == "SUCCESS"


def test_waiting_in_vain_ends_with_75_shows_the_last_look_and_says_how_to_go_on(
    cli: Cli, world: InProcess
) -> None:
    waited = cli(*WAIT, "--timeout", "0.5")

    assert waited.status == 75
    assert re.search(r"^ *DKIM +PENDING", waited.stdout, re.MULTILINE)
    assert "error: prod: Not settled after 0.5 minutes." in waited.stderr
    assert "--timeout" in waited.stderr
    assert (world.now() - NOON).total_seconds() <= 30


def test_waiting_for_nothing_takes_no_time(cli: Cli, world: InProcess) -> None:
    cli(*WAIT)
    before = world.now()

    again = cli(*WAIT)

    assert (again.status, again.stderr) == (0, "")
    assert world.now() == before


def test_each_look_asks_anew_and_nothing_is_written(cli: Cli) -> None:
    waited = cli(*WAIT)

    looks = [call for call in waited.calls if call.operation == "GetEmailIdentity"]
    assert len(looks) == len(waited.stderr.splitlines()) + 1
    assert waited.writes == []
