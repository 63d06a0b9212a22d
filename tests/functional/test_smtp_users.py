"""SMTP users as a part of an environment: made, adopted, left alone, taken down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"
USER = '[[smtp_users]]\nname = "mailer"\naddresses = ["login@example.com"]\n'
PLAN = ("plan", "--env", "prod", "--json")
APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with one SMTP user, not applied."""
    return bench(cli, tmp_path / "config", prod=HOSTED + USER)


def iam(made: Bench, operation: str, **params: Any) -> Any:
    """Ask IAM past the command line."""
    return made.local.call(ACCOUNT, REGION, "iam", operation, params)


def everything(made: Bench, actions: str = "*") -> str:
    """A policy of somebody else; its ARN."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made_policy = iam(made, "CreatePolicy", PolicyName="theirs", PolicyDocument=document)
    return str(made_policy["Policy"]["Arn"])


def change(made: Bench) -> dict[str, Any]:
    """What the plan says of the user."""
    [report] = made(*PLAN).json["environments"]
    [step] = [step for step in report["plan"]["steps"] if step["id"] == "smtp-users"]
    found: dict[str, Any] = step["changes"][0]
    return found


def test_the_user_may_send_as_its_address_with_the_set_and_nothing_else(made: Bench) -> None:
    assert made(*APPLY).status == 0

    held = iam(made, "GetUserPolicy", UserName="mailer", PolicyName="ses-smtp-prod")
    [statement] = json.loads(unquote(held["PolicyDocument"]))["Statement"]

    arn = f"arn:aws:ses:{REGION}:{ACCOUNT}"
    assert statement["Action"] == "ses:SendRawEmail"
    assert statement["Resource"] == [
        f"{arn}:identity/example.com",
        f"{arn}:identity/login@example.com",
        f"{arn}:configuration-set/example",
    ]
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": ["login@example.com"]}}


def test_apply_says_that_a_key_is_to_be_made(made: Bench) -> None:
    said = made(*APPLY).stdout

    assert "make an SMTP key:         ses-provision smtp create --env prod --user mailer" in said


def test_networks_narrow_where_it_may_send_from(cli: Cli, tmp_path: Path) -> None:
    narrowed = f'{HOSTED}{USER}source_ips = ["203.0.113.0/24"]\n'
    made = bench(cli, tmp_path / "config", prod=narrowed)

    [policy] = [
        each["wanted"]
        for step in made(*PLAN).json["environments"][0]["plan"]["steps"]
        for each in step["changes"]
        if each["kind"] == "UserPolicy"
    ]

    [statement] = policy["statements"].values()
    assert statement["Condition"]["IpAddress"] == {"aws:SourceIp": ["203.0.113.0/24"]}


def test_without_the_section_nothing_is_asked_and_no_line_is_said(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    for command in (
        PLAN,
        ("plan", "--env", "prod"),
        APPLY,
        ("checklist", "--env", "prod"),
        DESTROY,
    ):
        ran = made(*command)
        assert "SMTP" not in ran.stdout
        assert "smtp-users" not in ran.stdout
        assert not [call for call in ran.calls if "User" in call.operation]


def test_a_user_that_fits_is_adopted_and_kept_by_destroy(made: Bench) -> None:
    iam(made, "CreateUser", UserName="mailer")

    assert made(*APPLY).status == 0
    destroyed = made(*DESTROY)

    assert "stays  IAM user mailer" in destroyed.stdout
    assert "it was there before ses-provision" in destroyed.stdout
    assert iam(made, "GetUser", UserName="mailer")


@pytest.mark.parametrize("what", ["a password for the console", "group staff", "attached policy"])
def test_a_user_that_does_more_than_send_is_somebody_elses(made: Bench, what: str) -> None:
    iam(made, "CreateUser", UserName="mailer")
    if what.startswith("group"):
        iam(made, "CreateGroup", GroupName="staff")
        iam(made, "AddUserToGroup", GroupName="staff", UserName="mailer")
    elif what.startswith("attached"):
        iam(made, "AttachUserPolicy", UserName="mailer", PolicyArn=everything(made))
    else:
        iam(made, "CreateLoginProfile", UserName="mailer", Password="Not.a.secret.1")

    blocked = change(made)
    applied = made(*APPLY)

    assert blocked["action"] == "blocked"
    assert what in blocked["obstacles"][0]["what"]
    assert applied.status == 1
    assert not [call for call in applied.writes if call.service == "iam"]


def test_a_user_below_a_path_is_left_alone(made: Bench) -> None:
    iam(made, "CreateUser", UserName="mailer", Path="/staff/")

    assert "stands below a path" in change(made)["obstacles"][0]["what"]


def test_destroy_keeps_a_user_with_a_key_and_says_how_to_go_on(made: Bench) -> None:
    assert made(*APPLY).status == 0
    key = iam(made, "CreateAccessKey", UserName="mailer")["AccessKey"]["AccessKeyId"]

    kept = made(*DESTROY)

    assert kept.status == 0
    assert f"it has access key …{key[-6:]} (active), with which somebody may send" in kept.stdout
    assert "smtp retire" in kept.stdout
    assert iam(made, "ListUserPolicies", UserName="mailer")["PolicyNames"] == []

    iam(made, "DeleteAccessKey", UserName="mailer", AccessKeyId=key)
    assert made(*DESTROY).status == 0
    assert iam(made, "ListUsers")["Users"] == []


def test_a_user_that_the_file_no_longer_names_is_left_over_and_pruned(made: Bench) -> None:
    assert made(*APPLY).status == 0
    (made.folder / "prod.toml").write_text(HOSTED)

    [report] = made(*PLAN).json["environments"]
    pruned = made(*APPLY, "--prune")

    assert [each["label"] for each in report["plan"]["left_over"]] == [
        "IAM user mailer",
    ]
    assert pruned.status == 0, pruned.stderr
    assert iam(made, "ListUsers")["Users"] == []
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_a_boundary_that_somebody_set_stays_where_the_file_names_none(made: Bench) -> None:
    assert made(*APPLY).status == 0
    bound = {"UserName": "mailer", "PermissionsBoundary": everything(made)}
    iam(made, "PutUserPermissionsBoundary", **bound)

    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


@pytest.mark.parametrize("operation", ["GetUser", "CreateUser", "GetUserPolicy", "PutUserPolicy"])
@pytest.mark.parametrize("fault", ["deny", "error", "drop", "lose-reply"])
def test_a_failure_at_any_call_is_healed_by_running_again(
    made: Bench, fault: str, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    made.local.fault(fault, operation)

    made(*APPLY)
    healed = made(*APPLY)

    assert healed.status == 0, healed.stderr
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0
    assert [user["UserName"] for user in iam(made, "ListUsers")["Users"]] == ["mailer"]
    assert made(*DESTROY).status == 0
    assert iam(made, "ListUsers")["Users"] == []


def test_without_the_right_to_make_users_all_else_is_made(made: Bench) -> None:
    made.local.fault("deny", "CreateUser", times=None)

    denied = made(*APPLY, "--json")

    [report] = denied.json["environments"]
    assert denied.status == 1
    assert report["error"]["action"] == "iam:CreateUser"
    assert report["error"]["resource"] == f"arn:aws:iam::{ACCOUNT}:user/mailer"
    done = {change["step"] for change in report["applied"] if change["done"]}
    assert done >= {"configuration-set", "identity", "dkim", "mail-from", "events", "alarms"}
    assert "smtp-users" not in done


def test_terraform_takes_the_user_over_without_a_key(made: Bench) -> None:
    assert made(*APPLY).status == 0

    text = made("export", "--env", "prod").stdout

    assert 'resource "aws_iam_user" "mailer"' in text
    assert 'id = "mailer:ses-smtp-prod"' in text
    assert "aws_iam_access_key" not in text


def findings(made: Bench) -> dict[str, Any]:
    """The items about SMTP, and those about a role."""
    [report] = made("checklist", "--env", "prod", "--no-dns", "--json").json["environments"]
    return {
        each["id"]: each
        for topic in report["checklist"]["topics"]
        for each in topic["findings"]
        if "SMTP" in each["id"] or "ROLE" in each["id"]
    }


def statuses(made: Bench) -> dict[str, str]:
    """Where each of these items stands."""
    return {name: found["status"] for name, found in findings(made).items()}


def test_the_checklist_follows_a_user_from_nothing_to_one_young_key(made: Bench) -> None:
    assert statuses(made)["SES-SMTP-001"] == "action"
    assert made(*APPLY).status == 0
    found = statuses(made)
    assert {name: found[f"SES-SMTP-00{name}"] for name in (1, 2, 3, 4, 5)} == {
        1: "done", 2: "done", 3: "done", 4: "action", 5: "done",
    }  # fmt: skip

    iam(made, "CreateAccessKey", UserName="mailer")
    assert statuses(made)["SES-SMTP-004"] == "done"
    iam(made, "CreateAccessKey", UserName="mailer")
    assert statuses(made)["SES-SMTP-004"] == "waiting"
    made.local.clock.advance(181 * 86_400)
    assert "mailer: 181 of 180 days" in findings(made)["SES-SMTP-005"]["evidence"]


def test_with_users_and_no_role_that_sends_the_checklist_can_finish(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=f"{HOSTED}[sender]\nrole = false\n{USER}")
    assert made(*APPLY).status == 0
    iam(made, "CreateAccessKey", UserName="mailer")

    assert set(statuses(made).values()) == {"done", "not applicable"}


def test_the_checklist_sees_what_others_gave_the_user(made: Bench) -> None:
    assert made(*APPLY).status == 0
    iam(made, "AttachUserPolicy", UserName="mailer", PolicyArn=everything(made))
    wider = {"Version": "2012-10-17", "Statement": [
        {"Sid": "SendBySmtp", "Effect": "Allow", "Action": "ses:*", "Resource": "*"}]}  # fmt: skip
    named = {"UserName": "mailer", "PolicyName": "ses-smtp-prod"}
    iam(made, "PutUserPolicy", **named, PolicyDocument=json.dumps(wider))

    found = findings(made)

    assert "another policy ses-smtp-prod than we wrote" in found["SES-SMTP-001"]["evidence"]
    assert "attached policy theirs" in found["SES-SMTP-003"]["evidence"]


def test_the_checklist_sees_a_boundary_that_lets_it_not_send(made: Bench) -> None:
    assert made(*APPLY).status == 0
    bound = {"UserName": "mailer", "PermissionsBoundary": everything(made, "s3:*")}
    iam(made, "PutUserPermissionsBoundary", **bound)

    found = findings(made)["SES-SMTP-002"]

    assert found["status"] == "action"
    assert "the permissions boundary" in found["evidence"]
