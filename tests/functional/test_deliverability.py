"""What Virtual Deliverability Manager tells of an environment, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with VDM, applied and not yet verified."""
    made = bench(cli, tmp_path / "config", prod=f"{HOSTED}[vdm]\n")
    assert made("apply", "--env", "prod", "--yes").status == 0
    return made


def call(made: Bench, operation: str, **params: Any) -> Any:
    """What somebody else asks of SES."""
    return made.local.call(ACCOUNT, REGION, "sesv2", operation, params)


def send(made: Bench, count: int, to: str) -> None:
    """Send mails as an application does."""
    for number in range(count):
        content = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
        call(
            made,
            "SendEmail",
            FromEmailAddress="notifications@example.com",
            Destination={"ToAddresses": [f"{number}{to}"]},
            Content=content,
        )


def found(made: Bench, *more: str) -> dict[str, Any]:
    """What the command says as JSON."""
    [report] = made("deliverability", "--env", "prod", "--json", *more).json["environments"]
    return dict(report["deliverability"])


def test_each_recommendation_stands_beside_the_command_that_helps(made: Bench) -> None:
    call(made, "CreateEmailIdentity", EmailIdentity="example.net")

    told = found(made)
    shown = made("deliverability", "--env", "prod").stdout

    ways = {each["kind"]: each["next_step"] for each in told["recommendations"]}
    assert ways["DKIM"].startswith("ses-provision dkim-status --env prod")
    assert {each["about"].rpartition("/")[2] for each in told["recommendations"]} == {"example.com"}
    assert told["of_others"] > 0
    assert f"{told['of_others']} more about other identities" in shown
    assert "ses-provision dkim-status --env prod" in shown


def test_what_became_of_mail_is_told_by_provider(made: Bench) -> None:
    made("dkim-status", "--env", "prod", "--wait")
    made.local.allow_production(ACCOUNT, REGION)
    send(made, 4, "@example.org")

    told = found(made)
    shown = made("deliverability", "--env", "prod").stdout

    sent = {each["of"]: each["totals"]["sends"] for each in told["providers"]}
    assert sent == {"Gmail": 0, "Yahoo": 0, "Hotmail": 0, "UNKNOWN_ISP": 4}
    assert "UNKNOWN_ISP" in shown
    assert "Gmail" not in shown
    assert "no open recommendation" in shown or told["recommendations"]


def test_where_it_is_off_that_is_said_with_its_price_and_nothing_more_is_asked(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    shown = made("deliverability", "--env", "prod")

    assert shown.status == 0
    assert "is off" in shown.stdout
    assert "ses-provision estimate --env prod --vdm" in shown.stdout
    operations = {one.operation for one in shown.calls if one.service == "sesv2"}
    assert operations == {"GetAccount"}


def test_a_provider_that_is_no_name_is_refused(made: Bench) -> None:
    assert made("deliverability", "--provider", "g mail").status == 64
