"""Alarms that pause the set: what is made, what a ringing alarm does, and what the drill proves."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from ses_provision.local.contract import Caller
from ses_provision.outside import functions
from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"
PAUSING = """
[events]
types = ["DELIVERY_DELAY"]
[alarms]
per_configuration_set = true
pause = true
"""
FUNCTION = {"FunctionName": "ses-pause-prod"}
BOUNCES = "ses-bounce-rate-prod-example"
COMPLAINTS = "ses-complaint-rate-prod-example"
APPLY = ("apply", "--env", "prod", "--yes")
DRILL = ("drill", "--env", "prod", "--yes", "--alarms")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}

MORE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }
)


@pytest.fixture
def fresh(cli: Cli, tmp_path: Path) -> Bench:
    """An environment whose alarms are to pause it, not applied."""
    return bench(cli, tmp_path / "config", prod=HOSTED + PAUSING)


@pytest.fixture
def made(fresh: Bench) -> Bench:
    """The same, applied."""
    assert fresh(*APPLY).status == 0
    return fresh


def call(made: Bench, service: str, operation: str, **params: Any) -> Any:
    """Ask AWS past the command line."""
    return made.local.call(ACCOUNT, REGION, service, operation, params)


def sends(made: Bench) -> bool:
    """Whether the set lets mail through."""
    found = call(made, "sesv2", "GetConfigurationSet", ConfigurationSetName="example")
    return bool(found["SendingOptions"]["SendingEnabled"])


def note(made: Bench) -> str:
    """What is noted of the pause on the set."""
    found = call(made, "sesv2", "GetConfigurationSet", ConfigurationSetName="example")
    tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    return str(tags.get("Paused", ""))


def ring(made: Bench, alarm: str, state: str = "ALARM") -> None:
    """Let an alarm ring, as if its rate had crossed the line."""
    params = {"AlarmName": alarm, "StateValue": state, "StateReason": "x"}
    call(made, "cloudwatch", "SetAlarmState", **params)


def words(text: str) -> str:
    """Text without its line breaks, which follow the width of the terminal."""
    return " ".join(text.split())


def open_items(made: Bench) -> dict[str, Any]:
    """The open items of the checklist, by id."""
    [report] = made("checklist", "--env", "prod", "--json").json["environments"]
    return {
        found["id"]: found
        for topic in report["checklist"]["topics"]
        for found in topic["findings"]
        if found["open"]
    }


def test_the_role_may_pause_this_set_note_it_and_write_its_log_alone(made: Bench) -> None:
    held = call(made, "iam", "GetRolePolicy", RoleName="ses-pause-prod",
                PolicyName="ses-pause-prod")  # fmt: skip
    statements = json.loads(unquote(held["PolicyDocument"]))["Statement"]

    this = f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/example"
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/ses-pause-prod:*"
    assert [(each["Action"], each["Resource"]) for each in statements] == [
        (["ses:GetConfigurationSet", "ses:PutConfigurationSetSendingOptions"], this),
        ("ses:TagResource", this),
        (["logs:CreateLogStream", "logs:PutLogEvents"], group),
    ]
    assert statements[1]["Condition"] == {"ForAllValues:StringEquals": {"aws:TagKeys": ["Paused"]}}


def test_only_the_alarms_of_the_set_may_call_it_and_do(made: Bench) -> None:
    policy = json.loads(call(made, "lambda", "GetPolicy", **FUNCTION)["Policy"])
    alarms = call(made, "cloudwatch", "DescribeAlarms")["MetricAlarms"]
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:ses-pause-prod"

    allowed = {each["Condition"]["ArnLike"]["AWS:SourceArn"] for each in policy["Statement"]}
    calling = {each["AlarmArn"] for each in alarms if function in each["AlarmActions"]}
    assert calling == allowed
    assert {arn.rpartition(":")[2] for arn in calling} == {BOUNCES, COMPLAINTS}
    assert all(function not in each["OKActions"] for each in alarms)


def test_a_rate_that_crosses_the_line_pauses_the_set_and_nothing_but_resume_ends_it(
    made: Bench,
) -> None:
    where, of_the_set = Caller(ACCOUNT, REGION), {"ses:configuration-set": "example"}
    made.local.clock.advance(3600)
    made.local.surroundings.put_metric(where, "Reputation.BounceRate", 0.2, of_the_set)

    assert not sends(made)
    said = f"by alarm {BOUNCES}"
    assert note(made).endswith(said)
    assert note(made).startswith(f"{made.local.clock.now():%Y-%m-%dT%H:%M}")
    assert said in words(made("status", "--env", "prod").stdout)
    assert said in words(made("plan", "--env", "prod").stdout)
    assert said in open_items(made)["SES-CONFIGSET-001"]["evidence"]

    ring(made, BOUNCES, "OK")
    again = made(*APPLY)
    assert (again.status, again.writes, sends(made)) == (0, [], False)

    assert made("resume", "--env", "prod", "--yes").status == 0
    assert (sends(made), note(made)) == (True, "")


@pytest.mark.parametrize("alarm", ["ses-bounce-rate-prod", "ses-complaint-rate-prod"])
def test_an_alarm_of_the_account_pauses_nothing(made: Bench, alarm: str) -> None:
    ring(made, alarm)

    assert sends(made)


def test_what_a_person_noted_of_a_pause_stands(made: Bench) -> None:
    made("pause", "--env", "prod", "--yes", "--because", "complaints rise")
    before = note(made)

    ring(made, COMPLAINTS)

    assert note(made) == before
    assert "complaints rise" in before


def test_where_it_is_not_wanted_neither_lambda_nor_logs_is_asked(cli: Cli, tmp_path: Path) -> None:
    without = HOSTED + "[alarms]\nper_configuration_set = true\n"
    made = bench(cli, tmp_path / "config", prod=without)

    ran = [made(*APPLY), made("checklist", "--env", "prod"), made(*DRILL)]

    assert {each.service for one in ran for each in one.calls} & {"lambda", "logs"} == set()
    assert all("Pausing by alarm" not in one.stdout for one in ran)


def test_a_role_that_lambda_does_not_know_yet_is_waited_for(fresh: Bench) -> None:
    fresh.local.knobs = replace(fresh.local.knobs, roles_after=10.0)

    applied = fresh(*APPLY)

    assert applied.status == 0, applied.stderr
    tries = [each.error for each in applied.calls if each.operation == "CreateFunction"]
    assert set(tries[:-1]) == {"InvalidParameterValueException"}
    assert tries[-1] is None


def test_a_refusal_of_another_kind_is_not_repeated(fresh: Bench) -> None:
    role = {"RoleName": "ses-pause-prod", "AssumeRolePolicyDocument": json.dumps(TRUST)}
    call(fresh, "iam", "CreateRole", **role)
    fresh.local.fault("deny", "CreateFunction", times=None)

    applied = fresh(*APPLY)

    assert applied.status == 1
    assert "lambda:CreateFunction" in applied.stderr
    assert [each.operation for each in applied.calls].count("CreateFunction") == 1
    assert call(fresh, "cloudwatch", "DescribeAlarms", AlarmNames=[BOUNCES])["MetricAlarms"]


FOREIGN: dict[str, tuple[Callable[[Bench], object], str]] = {
    "a function of another tool": (
        lambda made: call(
            made, "lambda", "TagResource", Tags={"ManagedBy": "terraform"},
            Resource=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:ses-pause-prod",
        ),
        "is managed by terraform",
    ),
    "a role that may do more": (
        lambda made: [
            call(made, "iam", "UntagRole", RoleName="ses-pause-prod", TagKeys=["CreatedBy"]),
            call(made, "iam", "PutRolePolicy", RoleName="ses-pause-prod", PolicyName="more",
                 PolicyDocument=MORE),
        ],
        "is not of ses-provision, and has policy more",
    ),
    "a role that others take on": (
        lambda made: [
            call(made, "iam", "UntagRole", RoleName="ses-pause-prod", TagKeys=["CreatedBy"]),
            call(made, "iam", "UpdateAssumeRolePolicy", RoleName="ses-pause-prod",
                 PolicyDocument=json.dumps(TRUST).replace("lambda", "ec2")),
        ],
        "has others that may take it on",
    ),
}  # fmt: skip


@pytest.mark.parametrize("whose", FOREIGN)
def test_what_is_somebody_elses_is_left_alone(made: Bench, whose: str) -> None:
    change, said = FOREIGN[whose]
    change(made)

    planned = made("plan", "--env", "prod")

    assert said in words(planned.stdout)
    assert made(*APPLY).status == 1


def test_a_permission_that_says_something_else_is_written_anew(made: Bench) -> None:
    which = {**FUNCTION, "StatementId": "bounce-rate"}
    call(made, "lambda", "RemovePermission", **which)
    call(made, "lambda", "AddPermission", **which, Action="lambda:InvokeFunction", Principal="*")

    mended = made(*APPLY)

    assert mended.status == 0
    assert [each.operation for each in mended.writes] == ["RemovePermission", "AddPermission"]
    assert made(*APPLY).writes == []


def test_a_function_that_is_gone_comes_back_with_who_may_call_it(made: Bench) -> None:
    call(made, "lambda", "DeleteFunction", **FUNCTION)

    assert made(*APPLY).status == 0

    ring(made, BOUNCES)
    assert not sends(made)


def test_a_function_that_others_call_as_well_is_not_destroyed(made: Bench) -> None:
    call(made, "lambda", "AddPermission", **FUNCTION, StatementId="theirs",
         Action="lambda:InvokeFunction", Principal="444455556666")  # fmt: skip

    destroyed = made("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")

    assert "others may call it (theirs)" in words(destroyed.stdout)
    assert call(made, "lambda", "GetPolicy", **FUNCTION)["Policy"].count('"Sid"') == 3


BROKEN: dict[str, tuple[Callable[[Bench], object], str, str]] = {
    "no function": (
        lambda made: call(made, "lambda", "DeleteFunction", **FUNCTION),
        "SES-PAUSE-001", "Lambda function ses-pause-prod is not there",
    ),
    "a role without its policy": (
        lambda made: call(made, "iam", "DeleteRolePolicy", RoleName="ses-pause-prod",
                          PolicyName="ses-pause-prod"),
        "SES-PAUSE-001", "IAM role ses-pause-prod: statements not as we wrote it",
    ),
    "an alarm that may not call": (
        lambda made: call(made, "lambda", "RemovePermission", **FUNCTION,
                          StatementId="complaint-rate"),
        "SES-PAUSE-002", "permission complaint-rate to call ses-pause-prod is not there",
    ),
    "alarms whose actions are off": (
        lambda made: call(made, "cloudwatch", "DisableAlarmActions", AlarmNames=[BOUNCES]),
        "SES-PAUSE-002", f"actions are switched off: {BOUNCES}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_the_checklist_names_what_lacks_and_its_advice_mends_it(made: Bench, what: str) -> None:
    change, item, said = BROKEN[what]
    assert item not in open_items(made)
    change(made)

    found = open_items(made)[item]

    assert said in found["evidence"]
    assert found["next_step"].startswith("ses-provision apply --env prod")
    assert made(*APPLY).status == 0
    assert item not in open_items(made)


def told(rung: Result) -> str:
    """What the drill said."""
    return words(rung.stdout)


def test_the_drill_proves_that_each_alarm_pauses_and_resumes_what_it_has_paused(
    made: Bench,
) -> None:
    rung = made(*DRILL)

    assert rung.status == 0, rung.stderr
    assert told(rung).count("it paused configuration set example, seen after") == 2
    assert told(rung).count("the drill has resumed it") == 2
    assert (sends(made), note(made)) == (True, "")


def test_the_document_of_the_drill_tells_of_the_pause(made: Bench) -> None:
    [report] = made(*DRILL, "--json").json["environments"]

    found = {each["alarm"]: each["pause"] for each in report["drill"]["alarms"]}
    assert found["ses-bounce-rate-prod"] is None
    assert found[BOUNCES] == {
        "proved": True, "delay": 0.0, "was_sending": True, "resumed": True,
    }  # fmt: skip


def test_a_set_that_a_person_paused_before_the_drill_stays_paused(made: Bench) -> None:
    made("pause", "--env", "prod", "--yes", "--because", "complaints rise")

    rung = made("drill", "--env", "prod", "--yes", "--alarms")

    assert rung.status == 1
    assert "and stays paused; not proved that the alarm pauses it" in told(rung)
    assert not sends(made)
    assert "complaints rise" in note(made)


def test_a_set_that_somebody_pauses_during_the_drill_stays_paused(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = "ses_provision.cli.pause_proof.wait_for"

    def somebody(*_: Any) -> None:
        tag = [{"Key": "Paused", "Value": "2026-01-01T12:00:00Z by Ada"}]
        arn = f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/example"
        call(made, "sesv2", "TagResource", ResourceArn=arn, Tags=tag)

    monkeypatch.setattr(waiting, somebody)

    made(*DRILL)

    assert (sends(made), note(made)) == (False, "2026-01-01T12:00:00Z by Ada")


OTHER = functions.zipped("def handler(event, context):\n    return None\n")
NOT_PAUSING: dict[str, tuple[Callable[[Bench], object], str]] = {
    "an alarm that may not call": (
        lambda made: call(made, "lambda", "RemovePermission", **FUNCTION,
                          StatementId="bounce-rate"),
        "not authorized to perform: lambda:InvokeFunction",
    ),
    "a role that may not pause": (
        lambda made: call(made, "iam", "DeleteRolePolicy", RoleName="ses-pause-prod",
                          PolicyName="ses-pause-prod"),
        f"see log group /aws/lambda/ses-pause-prod in {REGION}",
    ),
    "other code": (
        lambda made: call(made, "lambda", "UpdateFunctionCode", **FUNCTION, ZipFile=OTHER),
        "The local AWS runs the functions of ses-provision alone",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_PAUSING)
def test_the_drill_says_why_an_alarm_does_not_pause(made: Bench, what: str) -> None:
    change, why = NOT_PAUSING[what]
    change(made)

    rung = made(*DRILL, "--timeout", "1")

    assert rung.status == 75
    assert f"configuration set example was not paused: {'' if 'see' in why else 'Failed'}" in told(
        rung
    )
    assert why in told(rung)
    assert "resume --env prod" in words(rung.stderr)
    assert sends(made)


def test_interrupted_while_the_set_is_paused_the_drill_resumes_it(made: Bench) -> None:
    made.local.fault(
        "kill-after", "SetAlarmState", number=5,
        action=lambda: signal.raise_signal(signal.SIGINT),
    )  # fmt: skip

    stopped = made(*DRILL)

    assert stopped.status == 130
    operations = [each.operation for each in stopped.writes]
    assert "PutConfigurationSetSendingOptions" in operations
    assert sends(made)


def test_a_drill_that_cannot_resume_says_how(made: Bench) -> None:
    made.local.fault("deny", "PutConfigurationSetSendingOptions", times=None)

    rung = made(*DRILL)

    assert rung.status != 0
    assert "could not be resumed" in words(rung.stderr)
    assert "ses-provision resume --env prod" in words(rung.stderr)
    assert not sends(made)
