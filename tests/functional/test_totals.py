"""The line at the end of every apply and destroy says what came of it, and never more than that."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.outside.aws import Connections
from ses_provision.outside.call import Call
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli, Result
from tests.functional.existing import APPLY, put, record

THEIRS = record("mail.starlightpractice.com", "MX", "10 mx.example.net.")


def totals(result: Result) -> list[str]:
    """The lines that say what came of it."""
    starts = ("Applied ", "Destroyed ", "Not applied ")
    return [line for line in result.stdout.splitlines() if line.startswith(starts)]


def created(result: Result) -> int:
    """How many things were told of as they were created."""
    return sum(" + created " in line for line in result.stdout.splitlines())


def test_an_apply_ends_with_what_it_made(cli: Cli) -> None:
    assert totals(cli(*APPLY)) == ["Applied prod: 22 created in 0.0 s."]


def test_an_apply_says_how_long_its_calls_took(
    cli: Cli, world: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Connections.send

    def slow(self: Connections, call: Call) -> dict[str, Any]:
        world.local.clock.advance(2)
        return send(self, call)

    monkeypatch.setattr(Connections, "send", slow)

    applied = cli(*APPLY)

    assert totals(applied) == [f"Applied prod: 22 created in {2 * len(applied.writes)} s."]


def test_where_nothing_is_to_be_done_the_end_says_so(cli: Cli) -> None:
    cli(*APPLY)

    assert totals(cli(*APPLY)) == ["Applied prod: nothing to do, 22 unchanged."]


def test_what_was_mended_is_counted_apart_from_what_was_created(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    cli(*APPLY)
    name = {"ConfigurationSetName": env.configuration_set.name}
    paused = {**name, "TlsPolicy": "OPTIONAL"}
    local.call(env.account_id, env.region, "sesv2", "PutConfigurationSetDeliveryOptions", paused)
    local.call(env.account_id, env.region, "sns", "DeleteTopic", {"TopicArn": alarms(env)})

    assert totals(cli(*APPLY)) == ["Applied prod: 2 created, 1 updated in 0.0 s."]


def alarms(env: Environment) -> str:
    """The ARN of the alarm topic."""
    return f"arn:aws:sns:{env.region}:{env.account_id}:{env.alarm_topic}"


def test_a_blocked_step_makes_it_in_part(cli: Cli, local: LocalAws, env: Environment) -> None:
    put(local, env, record("other.starlightpractice.com", "MX", "1 x."), THEIRS)

    applied = cli(*APPLY)

    [total] = totals(applied)
    assert total.startswith(f"Applied prod in part: {created(applied)} created in 0.0 s; ")
    assert total.endswith(" left alone.")


def test_a_step_that_aws_refuses_makes_it_in_part(cli: Cli, local: LocalAws) -> None:
    local.fault("deny", "PutMetricAlarm", times=None)

    applied = cli(*APPLY)

    [total] = totals(applied)
    assert applied.status == 1
    assert total.startswith(f"Applied prod in part: {created(applied)} created in 0.0 s; ")
    assert f"{22 - created(applied)} of the plan not made" in total


def test_an_interrupted_apply_says_how_much_is_not_made(cli: Cli, local: LocalAws) -> None:
    local.fault("kill-before", "sns:CreateTopic", action=lambda: signal.raise_signal(signal.SIGINT))

    applied = cli(*APPLY)

    made = created(applied)
    records = sum("_domainkey" in line and "created" in line for line in applied.stdout.split("\n"))
    lacking = 19 - (made - records)
    assert applied.status == 130
    assert totals(applied) == [
        f"Applied prod in part: {made} created in 0.0 s; {lacking} of the plan not made."
    ]


def test_where_nothing_could_be_made_it_is_not_called_applied(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    cli(*APPLY)
    put(local, env, THEIRS, verb="UPSERT")

    assert totals(cli(*APPLY)) == ["Not applied prod: nothing changed; 1 step left alone."]


@pytest.mark.parametrize("flag", ["--quiet", "--json"])
def test_quiet_and_json_do_without_it(cli: Cli, flag: str) -> None:
    applied = cli(*APPLY, flag)

    assert applied.status == 0
    assert totals(applied) == []
    assert applied.stderr == ""


def test_a_destroy_ends_with_what_is_gone_and_what_stays(cli: Cli) -> None:
    cli("apply", "--env", "staging", "--yes")
    destroy = ("destroy", "--env", "staging", "--yes", "--confirm-env", "staging")

    destroyed = cli(*destroy)
    again = cli(*destroy)

    [planned] = [line for line in destroyed.stdout.splitlines() if line.startswith("Destroy: ")]
    assert planned == "Destroy: 21 to delete, 0 to stay."
    assert totals(destroyed) == ["Destroyed staging: 21 deleted in 0.0 s."]
    assert totals(again) == ["Destroyed staging: nothing to delete."]


def test_a_destroy_that_aws_refuses_is_one_in_part(cli: Cli, local: LocalAws) -> None:
    cli("apply", "--env", "staging", "--yes")
    local.fault("deny", "sns:DeleteTopic", times=None)

    destroyed = cli("destroy", "--env", "staging", "--yes", "--confirm-env", "staging")

    deleted = sum(" - deleted " in line for line in destroyed.stdout.splitlines())
    [total] = totals(destroyed)
    assert total.startswith(f"Destroyed staging in part: {deleted} deleted in 0.0 s; ")
    assert total.endswith("not deleted yet.")
