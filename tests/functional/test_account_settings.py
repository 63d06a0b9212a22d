"""Settings of the whole account: set where the file names them, and left alone everywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench, write

ACCOUNT, REGION = "111122223333", "eu-central-1"
APPLY = ("apply", "--env", "prod", "--yes")
MANAGED = {
    "ConditionThreshold": {
        "ConditionThresholdEnabled": "ENABLED",
        "OverallConfidenceThreshold": {"ConfidenceVerdictThreshold": "MANAGED"},
    }
}


def made(cli: Cli, tmp_path: Path, text: str) -> Bench:
    """An environment with sections more, not applied."""
    return bench(cli, tmp_path / "config", prod=HOSTED + text)


def call(held: Bench, operation: str, **params: Any) -> Any:
    """Ask SES past the command line."""
    return held.local.call(ACCOUNT, REGION, "sesv2", operation, params)


def test_reasons_are_set_and_auto_validation_is_carried_over(cli: Cli, tmp_path: Path) -> None:
    held = made(cli, tmp_path, '[account]\nsuppressed_reasons = ["BOUNCE"]\n')
    call(
        held,
        "PutAccountSuppressionAttributes",
        SuppressedReasons=["COMPLAINT"],
        ValidationAttributes=MANAGED,
    )

    assert held(*APPLY).status == 0
    again = held(*APPLY)

    found = call(held, "GetAccount")["SuppressionAttributes"]
    assert found == {"SuppressedReasons": ["BOUNCE"], "ValidationAttributes": MANAGED}
    assert again.writes == []


def test_vdm_is_switched_on_whole_and_its_price_is_said(cli: Cli, tmp_path: Path) -> None:
    held = made(cli, tmp_path, "[vdm]\n")

    planned = held("plan", "--env", "prod").stdout
    held(*APPLY)

    assert "0.07 USD for 1,000 recipients" in planned
    assert call(held, "GetAccount")["VdmAttributes"] == {
        "VdmEnabled": "ENABLED",
        "DashboardAttributes": {"EngagementMetrics": "DISABLED"},
        "GuardianAttributes": {"OptimizedSharedDelivery": "DISABLED"},
    }
    assert "0.07 USD" not in held("plan", "--env", "prod").stdout


def test_an_account_that_never_had_vdm_is_as_one_that_has_it_off(cli: Cli, tmp_path: Path) -> None:
    held = made(cli, tmp_path, "[vdm]\nenabled = false\n")

    applied = held(*APPLY)

    assert "VdmAttributes" not in call(held, "GetAccount")
    assert not [one for one in applied.writes if one.operation == "PutAccountVdmAttributes"]


def test_without_the_sections_nothing_is_asked_and_no_line_is_said(
    cli: Cli, tmp_path: Path
) -> None:
    held = made(cli, tmp_path, "[account]\n")

    ran = held(*APPLY)

    assert "Account settings" not in ran.stdout
    assert not [one for one in ran.calls if "Account" in one.operation and one.service == "sesv2"]


def test_destroy_leaves_them_as_they_are_and_says_so(cli: Cli, tmp_path: Path) -> None:
    held = made(cli, tmp_path, '[account]\npricing_plan = "PRO"\n')
    held(*APPLY)

    destroyed = held("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")

    assert "account-wide pricing plan in eu-central-1" in destroyed.stdout
    assert "it is of the whole account" in destroyed.stdout
    assert call(held, "GetAccount")["PricingAttributes"]["CurrentPlan"] == "PRO"


@pytest.mark.parametrize(
    ("mine", "theirs", "clash"),
    [
        ("[vdm]\n", "[vdm]\nenabled = false\n", True),
        ("[vdm]\n", "[vdm]\n", False),
        ("[account]\nauto_warmup = true\n", '[account]\npricing_plan = "PRO"\n', False),
        ("[account]\nauto_warmup = true\n", "[account]\nauto_warmup = false\n", True),
        ("[account]\nauto_warmup = true\n", "", False),
    ],
)
def test_two_environments_of_an_account_and_region_have_to_agree(
    cli: Cli, tmp_path: Path, mine: str, theirs: str, clash: bool
) -> None:
    other = HOSTED.replace('"example.com"', '"example.net"').replace('"example"', '"other"')
    held = bench(cli, tmp_path / "config", prod=HOSTED + mine, test=other + theirs)

    validated = held("validate")

    assert ("both want account setting" in validated.stdout + validated.stderr) is clash
    assert (validated.status == 0) is not clash


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hipaa = true\n{}[vdm]\nengagement_metrics = true\n", "vdm.engagement_metrics"),
        ("{}[vdm]\nenabled = false\nengagement_metrics = true\n", "vdm.engagement_metrics"),
        ('{}[account]\npricing_plan = "Pro"\n', "account.pricing_plan"),
        ('{}[account]\nauto_validation = "low"\n', "account.auto_validation"),
    ],
)
def test_what_cannot_be_is_refused(cli: Cli, tmp_path: Path, text: str, said: str) -> None:
    held = bench(cli, tmp_path / "config", prod=HOSTED)
    write(held.folder, prod=text.format(HOSTED))

    refused = held("validate")

    assert refused.status != 0
    assert said in refused.stdout + refused.stderr
