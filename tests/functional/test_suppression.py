"""No reasons to suppress, and no override of the account's: two things, told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"


@pytest.fixture
def none_suppressed(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that suppresses nobody."""
    settings = HOSTED.replace('name = "example"', 'name = "example"\nsuppressed_reasons = []')
    return bench(cli, tmp_path / "config", prod=settings)


def call(made: Bench, operation: str, **params: Any) -> Any:
    """Ask or change SES behind the tool's back."""
    named = {"ConfigurationSetName": "example", **params}
    return made.local.call(ACCOUNT, REGION, "sesv2", operation, named)


@pytest.mark.parametrize("before", ["no override", "the account's reasons", "nobody"])
def test_a_set_that_is_to_suppress_nobody_says_so_itself(
    before: str, none_suppressed: Bench
) -> None:
    options: dict[str, dict[str, Any]] = {
        "no override": {},
        "the account's reasons": {
            "SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
        },
        "nobody": {"SuppressionOptions": {"SuppressedReasons": []}},
    }
    call(none_suppressed, "CreateConfigurationSet", **options[before])

    applied = none_suppressed("apply", "--env", "prod", "--yes")

    puts = [c for c in applied.writes if c.operation == "PutConfigurationSetSuppressionOptions"]
    assert len(puts) == (before != "nobody")
    live = call(none_suppressed, "GetConfigurationSet")
    assert live["SuppressionOptions"]["SuppressedReasons"] == []
    assert none_suppressed("apply", "--env", "prod", "--yes").writes == []


def test_taking_the_override_away_is_seen_as_a_change(none_suppressed: Bench) -> None:
    none_suppressed("apply", "--env", "prod", "--yes")
    call(none_suppressed, "PutConfigurationSetSuppressionOptions")

    assert none_suppressed("plan", "--env", "prod", "--detailed-exitcode").status == 2
