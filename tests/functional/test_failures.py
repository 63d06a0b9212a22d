"""Whatever goes wrong at any call of a fresh apply: told, and healed by running it again."""

from __future__ import annotations

from typing import Any

import pytest

from ses_provision.environment import Environment
from ses_provision.outside.refusals import DENIED
from tests.conftest import Cli
from tests.functional.sweep import Share, Sweep, no_backoff

pytestmark = pytest.mark.no_cover  # sweeps repeat what other tests cover, hundreds of times
APPLY = ("apply", "--env", "prod", "--yes")
RIDDEN_OUT = ("drop", "lose-reply", "error", "throttle")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore tries again at once."""
    no_backoff(monkeypatch, lambda _: None)


@pytest.fixture
def world(environments: list[Environment]) -> Sweep:
    """A world that can be made new."""
    return Sweep(environments)


@pytest.fixture
def undisturbed(cli: Cli, world: Sweep, env: Environment) -> tuple[int, Any]:
    """How many calls a fresh apply makes where nothing goes wrong, and what it leaves."""
    calls = len(cli(*APPLY).calls)
    return calls, world.local.snapshot(env.account_id)


@pytest.mark.parametrize("kind", RIDDEN_OUT)
def test_one_failure_at_any_call_is_ridden_out_and_leaves_no_trace(
    kind: str,
    cli: Cli,
    world: Sweep,
    env: Environment,
    undisturbed: tuple[int, Any],
    share: Share,
) -> None:
    calls, right = undisturbed
    for number in share(range(1, calls + 1), len(RIDDEN_OUT), RIDDEN_OUT.index(kind)):
        world.again().fault(kind, number=number)

        disturbed = cli(*APPLY)

        struck = [call for call in disturbed.calls if call.error or call.status is None]
        where = f"{kind} at call {number}: {struck}"
        assert disturbed.status == 0, f"{where}\n{disturbed.stderr}"
        assert disturbed.stderr == "", where
        assert world.local.snapshot(env.account_id) == right, where
        again = cli(*APPLY)
        assert (again.status, again.writes) == (0, []), f"{where}\n{again.stdout}"


def test_a_denial_at_any_call_is_told_and_healed_by_running_again(
    cli: Cli, world: Sweep, env: Environment, undisturbed: tuple[int, Any], share: Share
) -> None:
    calls, right = undisturbed
    for number in share(range(1, calls + 1), 2):
        world.again().fault("deny", number=number)

        denied = cli(*APPLY, "--json")

        [struck] = [call for call in denied.calls if call.error in DENIED]
        if struck.operation == "GetResources":
            [report] = denied.json["environments"]
            assert denied.status == 0
            searches = [call for call in denied.calls if call.operation == "GetResources"]
            first = next(call for call in searches if call.region == struck.region)
            # A later one is about the tags of something, whose own service is asked instead.
            told = "left over is not known" in "".join(report["plan"]["notes"])
            assert told is (struck == first), searches
            assert world.local.snapshot(env.account_id) == right, struck
            continue
        service = {"sesv2": "ses"}.get(struck.service, struck.service)
        [report] = denied.json["environments"]
        assert denied.status == 1, struck
        assert denied.json["ok"] is report["ok"] is False
        assert report["error"]["action"] == f"{service}:{struck.operation}", struck
        assert report["error"]["resource"], struck
        assert f"may not {service}:{struck.operation} on " in denied.stderr, struck
        healed = cli(*APPLY)
        assert healed.status == 0, f"{struck}\n{healed.stderr}"
        assert world.local.snapshot(env.account_id) == right, struck
        assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0, struck


def test_an_operation_that_keeps_failing_is_named_and_healed_by_running_again(
    cli: Cli, world: Sweep, env: Environment, undisturbed: tuple[int, Any]
) -> None:
    _, right = undisturbed
    world.again()
    operations = sorted({f"{call.service}:{call.operation}" for call in cli(*APPLY).calls})
    for operation in operations:
        world.again().fault("error", operation, times=None)

        failed = cli(*APPLY)

        service, _, name = operation.partition(":")
        assert failed.status == 1, operation
        assert f"{service} {name} in " in failed.stderr, failed.stderr
        world.local.clear_faults()
        assert cli(*APPLY).status == 0, operation
        assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0, operation
        assert timeless(world.local.snapshot(env.account_id)) == timeless(right), operation


def timeless(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What stands, without SES, which goes on to verify while late lists are waited for."""
    return {service: held for service, held in snapshot.items() if service != "sesv2"}
