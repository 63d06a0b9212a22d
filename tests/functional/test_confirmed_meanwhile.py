"""A plan file and what somebody confirms before it is applied."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Cli
from tests.functional.folders import HOSTED, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"


def test_a_confirmation_does_not_make_a_plan_file_stale(cli: Cli, tmp_path: Path) -> None:
    settings = HOSTED + '[events]\nemails = ["ops@example.com"]\n'
    made = bench(cli, tmp_path / "config", prod=settings)
    made("apply", "--env", "prod", "--yes")
    made.local.call(
        ACCOUNT, REGION, "sesv2", "DeleteConfigurationSetEventDestination",
        {"ConfigurationSetName": "example", "EventDestinationName": "sns-bounce-complaint"},
    )  # fmt: skip
    saved = str(tmp_path / "prod.plan")
    assert made("plan", "--env", "prod", "--out", saved).status == 0
    made.local.confirm_subscriptions()

    applied = made("apply", saved)

    assert applied.status == 0, applied.stderr
