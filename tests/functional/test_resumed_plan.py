"""`apply FILE` that ended early, or is run again: what stands counts, the rest is made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ses_provision.environment import Environment
from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.sweep import Share, Sweep, no_backoff

ACCOUNT, REGION = "111122223333", "eu-central-1"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with a hosted zone."""
    return bench(cli, tmp_path / "config", prod=HOSTED)


def planned(made: Bench, tmp_path: Path, *more: str) -> str:
    """A plan of prod in a file."""
    path = str(tmp_path / "prod.plan")
    assert made("plan", "--env", "prod", "--out", path, *more).status == 0
    return path


def call(made: Bench, service: str, operation: str, **params: Any) -> Any:
    """What somebody else does."""
    return made.local.call(ACCOUNT, REGION, service, operation, params)


def standing(result: Result) -> tuple[int, int] | None:
    """How many of how many changes stand already, as it was told."""
    told = re.search(r"(\d+) of (\d+) stand already", result.stderr)
    return (int(told[1]), int(told[2])) if told else None


def test_a_job_that_is_run_again_succeeds_and_writes_nothing(made: Bench, tmp_path: Path) -> None:
    file = planned(made, tmp_path)
    first = made("apply", file)

    again = made("apply", file)

    assert standing(first) is None
    assert (again.status, again.writes) == (0, [])
    done, total = standing(again) or (0, 1)
    assert done == total > 10
    assert "nothing is left to do" in again.stderr


def test_an_interrupted_apply_goes_on_and_says_how_far_it_was(made: Bench, tmp_path: Path) -> None:
    file = planned(made, tmp_path)
    made.local.fault("deny", "CreateTopic", times=None)
    stopped = made("apply", file)
    made.local.clear_faults()

    again = made("apply", file)

    assert stopped.status == 1
    assert again.status == 0
    done, total = standing(again) or (0, 0)
    assert 0 < done < total
    assert "the rest is made now" in again.stderr
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", ["deny", "expired-token"])
def test_stopped_at_any_call_the_same_file_makes_the_rest(
    kind: str,
    cli: Cli,
    environments: list[Environment],
    tmp_path: Path,
    share: Share,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_backoff(monkeypatch, lambda _: None)
    world, path = Sweep(environments), str(tmp_path / "prod.plan")
    cli("plan", "--env", "prod", "--out", path, world=world)
    calls = len(cli("apply", path, world=world).calls)
    for number in share(range(1, calls + 1), 2):
        world.again().fault(kind, number=number, times=1 if kind == "deny" else 1000)
        cli("apply", path, world=world)
        world.local.clear_faults()

        again = cli("apply", path, world=world)

        assert again.status == 0, (kind, number, again.stderr)
        settled = cli("plan", "--env", "prod", "--detailed-exitcode", world=world)
        assert settled.status == 0, (kind, number)


def test_an_update_of_several_calls_goes_on_half_way(made: Bench, tmp_path: Path) -> None:
    made("apply", "--env", "prod", "--yes")
    name = {"ConfigurationSetName": "example"}
    call(made, "sesv2", "PutConfigurationSetDeliveryOptions", **name, TlsPolicy="OPTIONAL")
    call(made, "sesv2", "PutConfigurationSetSuppressionOptions", **name, SuppressedReasons=[])
    file = planned(made, tmp_path)
    made.local.fault("deny", "PutConfigurationSetSuppressionOptions")
    assert made("apply", file).status == 1

    again = made("apply", file)

    assert again.status == 0
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_what_somebody_else_changed_after_it_was_made_is_stale(made: Bench, tmp_path: Path) -> None:
    file = planned(made, tmp_path)
    made("apply", file)
    params = {"ConfigurationSetName": "example", "TlsPolicy": "OPTIONAL"}
    call(made, "sesv2", "PutConfigurationSetDeliveryOptions", **params)

    refused = made("apply", file)

    assert (refused.status, refused.writes) == (1, [])
    assert "configuration set example: create, now update" in refused.stderr


def test_what_somebody_else_changed_before_an_update_is_stale(made: Bench, tmp_path: Path) -> None:
    made("apply", "--env", "prod", "--yes")
    name = {"ConfigurationSetName": "example"}
    call(made, "sesv2", "PutConfigurationSetDeliveryOptions", **name, TlsPolicy="OPTIONAL")
    file = planned(made, tmp_path)
    call(made, "sesv2", "PutConfigurationSetSuppressionOptions", **name, SuppressedReasons=[])

    refused = made("apply", file)

    assert (refused.status, refused.writes) == (1, [])
    assert "configuration set example: update, but not as it was" in refused.stderr


def test_what_was_in_order_and_is_not_any_more_is_stale(made: Bench, tmp_path: Path) -> None:
    made("apply", "--env", "prod", "--yes")
    call(made, "cloudwatch", "DeleteAlarms", AlarmNames=["ses-bounce-rate-prod"])
    file = planned(made, tmp_path)
    call(made, "cloudwatch", "DeleteAlarms", AlarmNames=["ses-complaint-rate-prod"])

    refused = made("apply", file)

    assert (refused.status, refused.writes) == (1, [])
    assert "unchanged, now create" in refused.stderr


def test_something_of_ours_that_was_deleted_after_it_was_made_is_made_again(
    made: Bench, tmp_path: Path
) -> None:
    file = planned(made, tmp_path)
    made("apply", file)
    call(made, "cloudwatch", "DeleteAlarms", AlarmNames=["ses-bounce-rate-prod"])

    again = made("apply", file)

    assert again.status == 0
    assert [one.operation for one in again.writes] == ["PutMetricAlarm"]
