"""Lambda and its log: what is refused, what an alarm may call, and what a function may do."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ses_provision.outside import functions
from tests.local.conftest import HOME, PROD

SET = f"arn:aws:ses:{HOME}:{PROD}:configuration-set/c"
FUNCTION = f"arn:aws:lambda:{HOME}:{PROD}:function:f"
ALARM = f"arn:aws:cloudwatch:{HOME}:{PROD}:alarm:a"
ROLE = f"arn:aws:iam::{PROD}:role/app"
LOG = {"logGroupName": "/aws/lambda/f"}
PAUSE = ("ses:GetConfigurationSet", "ses:PutConfigurationSetSendingOptions", "ses:TagResource")
WRITE = ("logs:CreateLogStream", "logs:PutLogEvents")


class Scene:
    """A set, an alarm, and the function that is to pause the one when the other rings."""

    def __init__(self, aws):
        session = aws.session(PROD, HOME)
        names = ("lambda", "logs", "iam", "cloudwatch", "sesv2")
        self.aws, self.clients = aws, {name: session.client(name) for name in names}
        self["sesv2"].create_configuration_set(ConfigurationSetName="c")
        self["logs"].create_log_group(**LOG)
        self.let(*PAUSE, *WRITE)
        self.make(functions.zipped(functions.source("pause", SET_ARN=SET)))
        self["cloudwatch"].put_metric_alarm(
            AlarmName="a", Namespace="AWS/SES", MetricName="m", Statistic="Average", Period=60,
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[FUNCTION],
        )  # fmt: skip

    def __getitem__(self, name):
        return self.clients[name]

    def make(self, archive, **others):
        """Make the function."""
        self["lambda"].create_function(
            FunctionName="f", Role=ROLE, Runtime="python3.13", Handler="index.handler",
            Code={"ZipFile": archive}, **others,
        )  # fmt: skip

    def let(self, *actions, on="*"):
        """Let the role of the function do no more than this."""
        statement = {"Effect": "Allow", "Action": actions, "Resource": on}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self["iam"].put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=document)

    def allow(self, **narrowed):
        """Let the alarm call the function."""
        self["lambda"].add_permission(
            FunctionName="f", StatementId="s", Action="lambda:InvokeFunction",
            Principal="lambda.alarms.cloudwatch.amazonaws.com", **narrowed,
        )  # fmt: skip

    def ring(self):
        """Let the alarm ring; what its history says of its action."""
        state = {"AlarmName": "a", "StateReason": "r"}
        self["cloudwatch"].set_alarm_state(StateValue="OK", **state)
        self["cloudwatch"].set_alarm_state(StateValue="ALARM", **state)
        told = self["cloudwatch"].describe_alarm_history(HistoryItemType="Action", MaxRecords=1)
        return told["AlarmHistoryItems"][0]["HistorySummary"]

    @property
    def set(self):
        """The set, whether it sends, and what is noted on it."""
        found = self["sesv2"].get_configuration_set(ConfigurationSetName="c")
        return found["SendingOptions"]["SendingEnabled"], found["Tags"]

    @property
    def log(self):
        """What the function has said."""
        return [each["message"] for each in self["logs"].filter_log_events(**LOG)["events"]]


@pytest.fixture
def scene(aws):
    return Scene(aws)


def test_an_alarm_runs_the_code_of_the_function_as_its_role(scene):
    scene.allow(SourceAccount=PROD, SourceArn=ALARM)

    assert scene.ring().startswith("Successfully executed action")
    assert scene.set == (False, [{"Key": "Paused", "Value": "2026-04-03T12:00:00Z by alarm a"}])
    assert scene.log == ["configuration set c is paused: alarm a"]


@pytest.mark.parametrize("narrowed", [
    {"SourceAccount": "111122223333"}, {"SourceArn": f"{ALARM}-other"},
])  # fmt: skip
def test_an_alarm_that_no_statement_lets_in_runs_nothing(scene, narrowed):
    scene.allow(**narrowed)

    assert "no resource-based policy allows the lambda:InvokeFunction action" in scene.ring()
    assert (scene.set, scene.log) == ((True, []), [])


def test_an_alarm_calls_no_function_that_is_not_there(scene):
    scene["lambda"].delete_function(FunctionName="f")

    assert f"Function not found: {FUNCTION}" in scene.ring()


def test_the_function_may_do_what_its_role_may_and_the_log_says_what_not(scene):
    scene.let(*WRITE)
    scene.allow()

    scene.ring()

    assert scene.set == (True, [])
    assert "not authorized to perform: ses:PutConfigurationSetSendingOptions" in scene.log[-1]
    assert f"on resource: {SET}" in scene.log[-1]


def test_a_set_is_paused_though_its_pause_cannot_be_noted(scene):
    scene.let(*PAUSE[:2], *WRITE)
    scene.allow()

    scene.ring()

    assert scene.set == (False, [])
    assert "could not be noted" in scene.log[-1]


def test_a_set_is_paused_though_it_cannot_be_looked_at(scene):
    scene.let(*PAUSE[1:], *WRITE)
    scene.allow()

    scene.ring()

    assert scene.set == (False, [])
    assert "cannot be seen" in scene.log[0]


@pytest.mark.parametrize("actions", [PAUSE, (*PAUSE, WRITE[0])])
def test_without_the_right_to_write_its_log_nobody_hears_of_it(scene, actions):
    scene.let(*actions)
    scene.allow()

    scene.ring()

    assert (scene.set[0], scene.log) == (False, [])


@pytest.mark.parametrize("change", [
    lambda text: text + "\nprint(1)\n",
    lambda text: text.replace("never resumes", "ever resumes"),
    lambda text: text.replace(f'"{SET}"', "open('/etc/passwd').read()"),
])  # fmt: skip
def test_other_code_than_that_of_this_project_is_kept_and_never_run(scene, change):
    other = change(functions.source("pause", SET_ARN=SET))
    scene["lambda"].update_function_code(FunctionName="f", ZipFile=functions.zipped(other))
    scene.allow()

    assert "runs the functions of ses-provision alone" in scene.ring()
    assert scene.set == (True, [])


def test_code_with_another_file_beside_it_is_not_run(scene):
    held = BytesIO(functions.zipped(functions.source("pause", SET_ARN=SET)))
    with zipfile.ZipFile(held, "a") as archive:
        archive.writestr("boto3.py", "raise SystemExit")
    scene["lambda"].update_function_code(FunctionName="f", ZipFile=held.getvalue())
    scene.allow()

    assert "runs the functions of ses-provision alone" in scene.ring()


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a runtime of former days": ({"Runtime": "python3.8"}, "no longer supported"),
    "a role that is not there": ({"Role": f"{ROLE}-none"}, "cannot be assumed by Lambda"),
    "a role below a path": ({"Role": f"arn:aws:iam::{PROD}:role/x/app"}, "cannot be assumed"),
    "no zip file": ({"Code": {"ZipFile": b"PK"}}, "Could not unzip uploaded file"),
    "a long name": ({"FunctionName": "f" * 65}, "less than or equal to 64"),
    "a name that is taken": ({"FunctionName": "f"}, "Function already exist: f"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_lambda_refuses_of_a_new_function(scene, what):
    changed, said = REFUSED[what]
    archive = functions.zipped("x = 1")
    params: dict[str, Any] = {
        "FunctionName": "g", "Role": ROLE, "Runtime": "python3.13", "Handler": "index.h",
        "Code": {"ZipFile": archive}, **changed,
    }  # fmt: skip

    with pytest.raises(ClientError, match=said):
        scene["lambda"].create_function(**params)


def test_a_role_that_trusts_another_service_is_not_taken_on(scene):
    scene["iam"].update_assume_role_policy(RoleName="app", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
                       "Action": "sts:AssumeRole"}],
    }))  # fmt: skip

    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        scene["lambda"].update_function_configuration(FunctionName="f", Role=ROLE)


def test_code_is_the_same_zip_file_everywhere():
    archive = functions.zipped("x = 1\n")

    assert functions.checksum(archive) == "NiJQrTEsK/g1fsNzjtf+S1gMRzsmBJf+98OLckbMWnk="
    assert functions.unzipped(archive) == "x = 1\n"


def test_a_constant_is_filled_in_as_it_is_whatever_it_holds():
    hostile = 'x" + open("/etc/passwd").read() + "\\\n'
    module: dict[str, str] = {}

    exec(functions.source("pause", SET_ARN=hostile).replace("import boto3", ""), module)  # noqa: S102

    assert module["SET_ARN"] == hostile


def test_a_constant_that_the_code_does_not_have_is_a_mistake():
    with pytest.raises(ValueError, match="no constant OTHER"):
        functions.source("pause", OTHER="x")


def test_the_code_stands_on_boto3_and_the_standard_library_alone():
    text = Path(functions.__file__).with_name("pause.py").read_text(encoding="utf-8")

    assert "ses_provision" not in text
