"""A step that is blocked or refused: what rests on it waits, what does not is made all the same."""

from __future__ import annotations

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from tests.conftest import Cli
from tests.functional.existing import APPLY, PLAN, put, record

MAIL = "mail.starlightpractice.com"
THEIRS = record(MAIL, "MX", "10 mx.example.net.")


def mail_from_of(local: LocalAws, env: Environment, identity: str) -> str:
    """The custom MAIL FROM domain of an identity."""
    params = {"EmailIdentity": identity}
    answer = local.call(env.account_id, env.region, "sesv2", "GetEmailIdentity", params)
    return str(answer.get("MailFromAttributes", {}).get("MailFromDomain", ""))


@pytest.mark.parametrize("only", [(), ("--only", "configuration-set", "--only", "sender")])
def test_the_sender_gets_no_mail_from_while_its_records_are_blocked(
    only: tuple[str, ...], cli: Cli, local: LocalAws, env: Environment
) -> None:
    put(local, env, record("other.starlightpractice.com", "MX", "1 x."), THEIRS)

    applied = cli(*APPLY, *only)

    assert applied.status == 1
    assert mail_from_of(local, env, env.from_address) == ""
    assert f"MAIL FROM {MAIL} on {env.from_address}" in applied.stdout
    assert "step mail-from is not in order" in applied.stdout
    cli(*APPLY, "--take-over", "mail-from")
    assert mail_from_of(local, env, env.from_address) == MAIL


def test_a_mail_from_that_stands_stays_though_its_records_are_blocked_later(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    cli(*APPLY)
    put(local, env, THEIRS, verb="UPSERT")

    again = cli(*APPLY)

    assert mail_from_of(local, env, env.from_address) == MAIL
    assert "step mail-from is not in order" not in again.stdout


def test_what_fails_in_one_step_does_not_keep_later_independent_ones_from_being_made(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    local.seed(env.account_id, roles=["mailer"])
    local.fault("deny", "PutRolePolicy", times=None)

    applied = cli(*APPLY, "--role", "mailer")

    assert applied.status == 1
    assert "Stopped in step role" in applied.stderr
    assert "left alone: Sender policy" in applied.stdout
    made = {call.operation for call in applied.writes}
    assert {"CreateConfigurationSetEventDestination", "PutMetricAlarm"} <= made
    local.clear_faults()
    healed = cli(*APPLY, "--role", "mailer")
    assert (healed.status, [call.operation for call in healed.writes]) == (0, ["PutRolePolicy"])


def test_what_requires_the_failed_step_is_left_alone_and_says_so(cli: Cli, local: LocalAws) -> None:
    local.fault("deny", "CreateConfigurationSet", times=None)

    applied = cli(*APPLY)

    made = {call.operation for call in applied.writes if call.status == 200}
    assert not made & {"CreateEmailIdentity", "CreateConfigurationSetEventDestination"}
    assert "needs step configuration-set, which failed" in applied.stdout


def test_a_step_that_may_not_be_looked_at_is_told_and_the_rest_of_the_plan_is_shown(
    cli: Cli, local: LocalAws
) -> None:
    local.fault("deny", "cloudwatch:*", times=None)

    planned = cli(*PLAN)

    [report] = planned.json["environments"]
    failed = [step["id"] for step in report["plan"]["steps"] if step["failed"]]
    shown = [step["id"] for step in report["plan"]["steps"] if step["changes"]]
    assert planned.status == 1
    assert failed == ["alarms"]
    assert {"configuration-set", "identity", "role", "events"} - {"role"} <= set(shown)
    assert report["error"]["action"].startswith("cloudwatch:")


def test_with_that_step_skipped_nothing_is_wrong(cli: Cli, local: LocalAws) -> None:
    local.fault("deny", "cloudwatch:*", times=None)

    assert cli(*APPLY, "--skip", "alarms").status == 0
