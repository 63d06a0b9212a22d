"""IAM with the policy simulator, and STS. Rows of D2 (where moto is too kind) by their numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.local.conftest import DOMAIN, HOME, PROD, STAGING, refused

IDENTITY = f"arn:aws:ses:{HOME}:{PROD}:identity/{DOMAIN}"
SET = f"arn:aws:ses:{HOME}:{PROD}:configuration-set/starlight-prod"
SENDER = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Send",
            "Effect": "Allow",
            "Action": ["ses:SendEmail", "ses:SendRawEmail"],
            "Resource": [IDENTITY, SET],
            "Condition": {"StringEquals": {"ses:FromAddress": f"notifications@{DOMAIN}"}},
        },
        {
            "Sid": "NeverToThem",
            "Effect": "Deny",
            "Action": "ses:Send*",
            "Resource": "*",
            "Condition": {"ForAnyValue:StringLike": {"ses:Recipients": "*@example.net"}},
        },
    ],
}
ROLE = f"arn:aws:iam::{PROD}:role/app"


@pytest.fixture
def iam(client):
    made = client("iam")
    made.put_role_policy(RoleName="app", PolicyName="send", PolicyDocument=json.dumps(SENDER))
    return made


def decision(iam, action, resource, **context):
    entries = [
        {
            "ContextKeyName": key.replace("_", ":"),
            "ContextKeyValues": values,
            "ContextKeyType": "stringList",
        }
        for key, values in context.items()
    ]
    (found,) = iam.simulate_principal_policy(
        PolicySourceArn=ROLE, ActionNames=[action], ResourceArns=[resource], ContextEntries=entries
    )["EvaluationResults"]
    return found


FROM = {"ses_FromAddress": [f"notifications@{DOMAIN}"]}


@pytest.mark.parametrize(
    ("action", "resource", "context", "expected"),
    [
        ("ses:SendEmail", IDENTITY, FROM, "allowed"),
        ("ses:sendemail", IDENTITY, FROM, "allowed"),
        ("ses:SendRawEmail", SET, FROM, "allowed"),
        ("ses:SendEmail", IDENTITY, {"ses_FromAddress": ["other@example.org"]}, "implicitDeny"),
        ("ses:SendEmail", IDENTITY, {}, "implicitDeny"),
        ("ses:SendEmail", f"{SET}-2", FROM, "implicitDeny"),
        ("ses:DeleteEmailIdentity", IDENTITY, FROM, "implicitDeny"),
        ("ses:SendEmail", IDENTITY, FROM | {"ses_Recipients": ["a@example.net"]}, "explicitDeny"),
        ("ses:SendEmail", IDENTITY, FROM | {"ses_Recipients": ["a@example.org"]}, "allowed"),
    ],
)
def test_the_simulator_evaluates_the_policies_of_a_role(iam, action, resource, context, expected):
    """D2 row 19; IAM User Guide, "Policy evaluation logic"."""
    assert decision(iam, action, resource, **context)["EvalDecision"] == expected


def test_the_simulator_says_which_statement_decided_and_what_it_was_not_told(iam):
    """API Reference, EvaluationResult."""
    found = decision(iam, "ses:SendEmail", IDENTITY)
    assert found["MissingContextValues"] == ["ses:FromAddress", "ses:Recipients"]
    found = decision(iam, "ses:SendEmail", IDENTITY, **FROM)
    assert [each["SourcePolicyId"] for each in found["MatchedStatements"]] == ["role_app_send"]


def test_the_simulator_sees_attached_policies_too(iam):
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ses:GetAccount", "Resource": "*"}]}  # fmt: skip
    made = iam.create_policy(PolicyName="more", PolicyDocument=json.dumps(document))
    iam.attach_role_policy(RoleName="app", PolicyArn=made["Policy"]["Arn"])
    assert decision(iam, "ses:GetAccount", "*")["EvalDecision"] == "allowed"


def test_the_simulator_takes_a_policy_by_hand(iam):
    (found,) = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps(SENDER)], ActionNames=["ses:SendEmail"]
    )["EvaluationResults"]
    assert (found["EvalDecision"], found["EvalResourceName"]) == ("implicitDeny", "*")
    assert found["MatchedStatements"] == []


def test_a_role_that_does_not_exist_cannot_be_simulated(iam):
    found = refused(
        iam.simulate_principal_policy, PolicySourceArn=f"{ROLE}2", ActionNames=["ses:SendEmail"]
    )
    assert (found.kind, found.status) == ("NoSuchEntityException", 404)


def test_documents_come_back_as_they_were_written(iam):
    odd = json.loads(json.dumps(SENDER).replace("*@example.net", "a%20b+c"))
    iam.put_role_policy(RoleName="app", PolicyName="odd", PolicyDocument=json.dumps(odd))
    assert iam.get_role_policy(RoleName="app", PolicyName="odd")["PolicyDocument"] == odd
    trust = iam.get_role(RoleName="app")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert iam.list_roles()["Roles"][0]["AssumeRolePolicyDocument"] == trust


def test_a_malformed_policy_is_refused(iam):
    found = refused(iam.put_role_policy, RoleName="app", PolicyName="x", PolicyDocument="{")
    assert found.kind == "MalformedPolicyDocumentException"


def test_the_key_of_an_account_says_who_one_is(client):
    for account in (PROD, STAGING):
        found = client("sts", account).get_caller_identity()
        assert (found["Account"], found["Arn"]) == (account, f"arn:aws:iam::{account}:user/local")


def test_an_assumed_role_acts_in_its_own_account(aws, client):
    role = f"arn:aws:iam::{STAGING}:role/deploy"
    keys = client("sts").assume_role(RoleArn=role, RoleSessionName="ci")["Credentials"]
    as_role = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    session = aws.session(PROD, HOME)
    found = session.client("sts", **as_role).get_caller_identity()
    assert found["Account"] == STAGING
    assert found["Arn"] == f"arn:aws:sts::{STAGING}:assumed-role/deploy/ci"
    zones = session.client("route53", **as_role).list_hosted_zones()["HostedZones"]
    assert [zone["Name"] for zone in zones] == [f"dev.{DOMAIN}."]


def test_a_key_made_by_iam_belongs_to_the_account_of_its_user(aws, client):
    client("iam").create_user(UserName="smtp")
    made = client("iam").create_access_key(UserName="smtp")["AccessKey"]
    sts = aws.session(STAGING, HOME).client(
        "sts",
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
    )
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{PROD}:user/smtp"


def test_an_unknown_key_is_refused(aws):
    session = aws.session(PROD, HOME)
    for service, call, code in (
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("sesv2", "get_account", "UnrecognizedClientException"),
        ("route53", "list_hosted_zones", "InvalidClientTokenId"),
    ):
        stranger = session.client(
            service, aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x"
        )
        found = refused(getattr(stranger, call))
        assert (found.code, found.status) == (code, 403)


@pytest.mark.parametrize("days", [-4000, 0, 4000])
def test_keys_end_by_the_clock_of_who_holds_them_wherever_the_local_aws_is_in_time(
    days, aws, client
):
    aws.clock.advance(days * 24 * 3600)
    role = {"RoleArn": f"arn:aws:iam::{PROD}:role/app", "RoleSessionName": "ci"}

    before = datetime.now(UTC).replace(microsecond=0)
    hour = client("sts").assume_role(**role)["Credentials"]["Expiration"]
    half_a_day = client("sts").get_session_token()["Credentials"]["Expiration"]
    after = datetime.now(UTC)

    assert before <= hour - timedelta(hours=1) <= after
    assert before <= half_a_day - timedelta(hours=12) <= after


def test_keys_of_a_session_act_for_their_holder(aws, client):
    keys = client("sts").get_session_token()["Credentials"]
    sts = aws.session(STAGING, HOME).client(
        "sts",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert sts.get_caller_identity()["Account"] == PROD
    assert sts.get_access_key_info(AccessKeyId=keys["AccessKeyId"])["Account"] == PROD


def test_only_roles_are_assumed(client):
    found = refused(
        client("sts").assume_role, RoleArn=f"arn:aws:iam::{PROD}:user/app", RoleSessionName="ci"
    )
    assert (found.code, found.status) == ("ValidationError", 400)
