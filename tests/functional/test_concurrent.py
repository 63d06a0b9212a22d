"""Many at once: a slow control plane, two who apply, an account that moves meanwhile."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from ses_provision.engine import applying, planning
from ses_provision.engine.account import right_account
from ses_provision.engine.outcomes import Applied
from ses_provision.engine.plan import Plan
from ses_provision.environment import Environment
from ses_provision.errors import ProvisionError, StalePlan
from ses_provision.local import LocalAws
from ses_provision.outside import aws
from ses_provision.outside.reading import Ask, Outcome
from ses_provision.steps import STEPS
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.sweep import Sweep, no_backoff
from tests.functional.virtual_time import VirtualTime


@pytest.fixture
def world(environments: list[Environment]) -> Sweep:
    """A world that can be made new."""
    return Sweep(environments)


def apply_once(world: InProcess, env: Environment, agreed: Plan | None = None) -> int:
    """What the command `apply` does, without the command line; how many changes were made."""
    connections = world.connect(env, None, None)
    reader = aws.Reader(connections)
    account = reader.run(right_account(env))
    planned = agreed or planning.plan(STEPS, env, account, reader)
    done = applying.apply(
        planned, STEPS, env, account, reader, connections, sleep=world.sleep, now=world.now
    )
    return sum(isinstance(one, Applied) for one in done)


def planned(world: InProcess, env: Environment) -> Plan:
    """A plan, as a person is shown it."""
    reader = aws.Reader(world.connect(env, None, None))
    return planning.plan(STEPS, env, reader.run(right_account(env)), reader)


def test_at_one_call_a_second_both_environments_are_applied_without_an_error(
    cli: Cli,
    world: Sweep,
    environments: list[Environment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time = VirtualTime(world.local.clock)
    no_backoff(monkeypatch, time.sleep)
    answer, send = aws.Connections.answer, aws.Connections.send

    def answering(self: aws.Connections, asked: Ask) -> Outcome:
        with time.working():
            return answer(self, asked)

    def sending(self: aws.Connections, call: Any) -> dict[str, Any]:
        with time.working():
            return send(self, call)

    monkeypatch.setattr(aws.Connections, "answer", answering)
    monkeypatch.setattr(aws.Connections, "send", sending)
    world.local.knobs = replace(world.local.knobs, rate=1.0)

    for env in environments:
        applied = cli("apply", "--env", env.name, "--yes")

        assert (applied.status, applied.stderr) == (0, "")
        throttled = [call for call in applied.calls if call.error == "TooManyRequestsException"]
        assert throttled, "the control plane was slow"
    settled = cli("plan", "--detailed-exitcode")
    assert (settled.status, settled.stderr) == (0, "")
    assert time.now < 15 * 60


@contextmanager
def in_step(world: InProcess, monkeypatch: pytest.MonkeyPatch, parties: int) -> Iterator[None]:
    """Let appliers wait for each other before their first write, so that they surely race."""
    barrier = threading.Barrier(parties, timeout=10)
    met = threading.local()
    send = aws.Connections.send

    def together(self: aws.Connections, call: Any) -> dict[str, Any]:
        if not getattr(met, "once", False):
            met.once = True
            barrier.wait()
        return send(self, call)

    with monkeypatch.context() as patched:
        patched.setattr(aws.Connections, "send", together)
        yield


@pytest.mark.parametrize("attempt", range(5))
def test_two_who_apply_at_the_same_time_end_well_or_say_why_not(
    attempt: int,
    world: Sweep,
    env: Environment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_backoff(monkeypatch, lambda _: None)
    apply_once(world, env)
    right = world.local.snapshot(env.account_id)
    world.again()

    def attempt_it(_: int) -> str:
        try:
            apply_once(InProcess(world.local), env)
        except ProvisionError as error:
            return f"{error.message} {error.hint}"
        return ""

    with in_step(world, monkeypatch, 2), ThreadPoolExecutor(2) as pool:
        said = list(pool.map(attempt_it, range(2)))

    assert said.count("") >= 1, said
    for one in filter(None, said):
        assert one.startswith(("Stopped in step", "Step ")), one
        assert "same command again" in one or "was refused" in one
    apply_once(world, env)
    assert world.local.snapshot(env.account_id) == right
    assert planned(world, env).is_settled


def topic_call(world: Sweep, env: Environment, operation: str, **params: Any) -> Any:
    """Let somebody do something with SNS."""
    return world.local.call(env.account_id, env.region, "sns", operation, params)


def move(world: Sweep, env: Environment) -> None:
    """Somebody writes the record that we are about to write."""
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": env.mail_from_domain,
                "Type": "TXT",
                "TTL": 300,
                "ResourceRecords": [{"Value": '"site-verification=1"'}],
            },
        }
    ]
    params = {"HostedZoneId": env.dns.zone_id, "ChangeBatch": {"Changes": changes}}
    world.local.call(env.account_id, env.region, "route53", "ChangeResourceRecordSets", params)


def test_what_moved_between_plan_and_yes_is_refused_and_shown(
    cli: Cli, world: Sweep, env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)

    def meanwhile(*_: Any, **__: Any) -> bool:
        move(world, env)
        return True

    monkeypatch.setattr("ses_provision.cli.asking.confirmed", meanwhile)

    stopped = cli("apply", "--env", "prod")

    assert stopped.status == 1
    assert "Step mail-from (Custom MAIL FROM) is no longer as the plan showed it" in stopped.stderr
    assert "TXT record v=spf1 mail.starlightpractice.com" in stopped.stderr
    assert "was create, is update" in stopped.stderr
    assert "Run the same command again" in stopped.stderr
    zone = json.dumps(world.local.snapshot(env.account_id)["route53"])
    assert "site-verification=1" in zone
    assert "feedback-smtp" not in zone


def test_what_moves_while_a_step_is_written_is_refused_by_route_53_itself(
    world: Sweep, env: Environment, local: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = planned(world, env)
    send = aws.Connections.send

    def late(self: aws.Connections, call: Any) -> dict[str, Any]:
        if call.operation == "ChangeResourceRecordSets" and "mail." in json.dumps(call.params):
            monkeypatch.setattr(aws.Connections, "send", send)
            move(world, env)
        return send(self, call)

    monkeypatch.setattr(aws.Connections, "send", late)

    apply_once(world, env, agreed)

    # The batch was refused as a whole, the step was read again, and both strings stand.
    zone = json.dumps(world.local.snapshot(env.account_id)["route53"])
    assert "site-verification=1" in zone
    assert "feedback-smtp" in zone
    assert planned(world, env).is_settled


def test_an_agreed_plan_is_not_applied_to_an_account_that_is_settled_meanwhile(
    world: Sweep, env: Environment
) -> None:
    agreed = planned(world, env)
    apply_once(world, env)

    with pytest.raises(StalePlan):
        apply_once(world, env, agreed)
