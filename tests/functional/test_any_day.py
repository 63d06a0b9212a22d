"""No date and no time zone matters. `make sweep` runs every test so; here, what meets the clock."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from ses_provision.cli.app import run
from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from ses_provision.worlds.in_process import InProcess, seed
from tests.conftest import ROOT, Cli

# By their rules, not by their names: a machine may lack the list of names.
NEW_YORK, KOLKATA = "EST5EDT,M3.2.0,M11.1.0", "IST-5:30"
MOMENTS = {
    "half a minute before summer time in New York": ("2031-03-09T06:59:30+00:00", NEW_YORK),
    "the hour that New York has twice": ("2031-11-02T05:30:00+00:00", NEW_YORK),
    "tomorrow in Kolkata already": ("2027-12-31T20:00:00+00:00", KOLKATA),
    "past the last second of 32 bits": ("2038-01-19T03:14:30+00:00", KOLKATA),
    "a leap day long gone": ("2024-02-29T23:59:55+00:00", KOLKATA),
}
PROFILE = """
[profile starlightpractice-prod]
role_arn = arn:aws:iam::{account}:role/provisioner
source_profile = base
region = us-east-2
[profile base]
region = us-east-2
aws_access_key_id = LOCAL000{account}
aws_secret_access_key = local
"""


@pytest.fixture(params=list(MOMENTS))
def moment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """Another time, in another place."""
    text, zone = MOMENTS[request.param]
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    with time_machine.travel(datetime.fromisoformat(text), tick=True):
        yield datetime.fromisoformat(text)
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("moment")
def test_a_role_is_assumed_of_an_aws_at_another_time_and_an_environment_set_up_and_looked_at(
    local: LocalAws,
    env: Environment,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    local.seed(env.account_id, roles=["provisioner"])
    profiles = tmp_path / "profiles"
    profiles.write_text(PROFILE.format(account=env.account_id), encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(profiles))
    with serving(local) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address.url)
        assert run(["apply", "--env", "prod", "--yes"]) == 0
        assert run(["plan", "--env", "prod", "--detailed-exitcode"]) == 0
        assert run(["checklist", "--env", "prod", "--no-dns"]) == 0
        assert run(["status", "--env", "prod", "--no-dns"]) == 0

    assert capsys.readouterr().err == ""
    assert "AssumeRole" in {call.operation for call in local.journal}


def test_what_is_shown_is_in_utc(
    moment: datetime, environments: list[Environment], cli: Cli
) -> None:
    local = LocalAws()
    seed(local, environments)
    world = InProcess(local)

    applied = cli("apply", "--env", "prod", "--yes", world=world)
    assert cli("dkim-status", "--env", "prod", "--wait", world=world).status == 0
    listed = cli("checklist", "--env", "prod", world=world)

    [done, *_] = re.findall(r"^(\d\d:\d\d:\d\d) \+ created", applied.stdout, re.MULTILINE)
    [read] = re.findall(r"read (\S+ \S+) UTC", listed.stdout)
    of_day = datetime.combine(moment, datetime.strptime(done, "%H:%M:%S").time(), UTC)  # noqa: DTZ007
    assert (of_day - moment) % timedelta(days=1) < timedelta(hours=1)
    assert abs(datetime.fromisoformat(f"{read}Z") - moment) < timedelta(hours=1)
