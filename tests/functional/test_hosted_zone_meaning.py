"""What a plan says of records that change more than they show, and of a zone nobody may read."""

from __future__ import annotations

from typing import Any

import pytest

from ses_provision.checks import delegation, verification
from ses_provision.environment import Environment
from ses_provision.errors import AwsRefused
from ses_provision.local import LocalAws
from ses_provision.outside.reading import Outcome
from ses_provision.resources.ses.identity import described
from tests.conftest import Cli
from tests.functional.existing import APPLY, at, put, record
from tests.functional.health import Health
from tests.functional.test_existing_records import MAIL


@pytest.mark.parametrize(
    ("wild", "answers"),
    [
        (record("*.starlightpractice.com", "CNAME", "web.example.net."), "CNAME web.example.net"),
        (record("*.starlightpractice.com", "A", "192.0.2.1"), "A 192.0.2.1"),
    ],
)
def test_a_record_that_hides_a_wildcard_says_so_in_the_plan(
    wild: dict[str, Any], answers: str, cli: Cli, local: LocalAws, env: Environment
) -> None:
    put(local, env, wild)

    planned = cli("plan", "--env", "prod")

    note = f"note: hides the wildcard *.{env.domain} at {MAIL}, which no longer answers: {answers}"
    assert planned.stdout.count(note) == 1
    assert cli(*APPLY).status == 0
    assert "hides the wildcard" not in cli("plan", "--env", "prod", "--verbose").stdout
    assert at(local, env, MAIL, "MX")


def test_a_name_that_exists_hides_nothing_anew(cli: Cli, local: LocalAws, env: Environment) -> None:
    put(local, env, record("*.starlightpractice.com", "A", "192.0.2.1"))
    put(local, env, record(MAIL, "TXT", '"other"'))

    assert "hides" not in cli("plan", "--env", "prod").stdout


def test_a_hosted_zone_that_may_not_be_read_is_not_said_to_lack_a_record(
    health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = health.env.mail_from_domain
    health.zone(*(("DELETE", one["Name"], one["Type"], [v["Value"] for v in one["ResourceRecords"]])
                  for one in health.records("MX")))  # fmt: skip

    def expired(*_: object) -> Any:
        yield from ()
        return AwsRefused("The session for the hosted zone has expired.", "aws sso login", code="x")

    monkeypatch.setattr(delegation, "its_zone", expired)

    told = health.run("dkim-status").stdout

    flat = " ".join(told.split())
    assert f"MX {name} is not in DNS, and whether it is in the hosted zone could not be" in flat
    assert "The session for the hosted zone has expired" in flat
    assert "Fix: aws sso login" in flat
    assert "ses-provision apply" not in told


def test_the_time_of_the_last_look_is_shown_in_utc() -> None:
    from datetime import datetime, timedelta, timezone

    at_noon_here = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=5)))
    identity: Outcome = {"VerificationInfo": {"LastCheckedTimestamp": at_noon_here}}
    assert isinstance(identity, dict)

    known = described(identity, "us-east-2")

    seen = verification.described("example.com", known)

    assert f"{seen.last_checked:%H:%M}" == "07:00"
