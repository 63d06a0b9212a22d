"""IAM users as AWS has them: boundaries, keys and their ages, what keeps a user from deletion."""

from __future__ import annotations

import json

import pytest

from tests.local.conftest import PROD, refused

EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@pytest.fixture
def iam(client):
    made = client("iam")
    made.create_user(UserName="mailer")
    return made


@pytest.fixture
def policy(iam):
    made = iam.create_policy(PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    return made["Policy"]["Arn"]


def test_a_boundary_is_told_with_the_user_and_can_be_taken_away(iam, policy):
    """API Reference, CreateUser and User."""
    made = iam.create_user(UserName="bounded", PermissionsBoundary=policy)["User"]
    bound = {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": policy,
    }
    assert made["PermissionsBoundary"] == bound
    assert iam.get_user(UserName="bounded")["User"]["PermissionsBoundary"] == bound
    iam.delete_user_permissions_boundary(UserName="bounded")
    assert "PermissionsBoundary" not in iam.get_user(UserName="bounded")["User"]
    iam.put_user_permissions_boundary(UserName="bounded", PermissionsBoundary=policy)
    assert iam.get_user(UserName="bounded")["User"]["PermissionsBoundary"] == bound
    assert "PermissionsBoundary" not in iam.get_user(UserName="mailer")["User"]


def test_a_boundary_that_does_not_exist_is_refused_and_makes_no_user(iam):
    found = refused(
        iam.create_user, UserName="x", PermissionsBoundary=f"arn:aws:iam::{PROD}:policy/none"
    )
    assert found.kind == "NoSuchEntityException"
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["mailer"]


def hold(iam, policy, what):
    """Give the user something; answer with what takes it away again."""
    user = {"UserName": "mailer"}
    match what:
        case "access keys":
            key = iam.create_access_key(**user)["AccessKey"]["AccessKeyId"]
            return lambda: iam.delete_access_key(**user, AccessKeyId=key)
        case "delete policies":
            document = json.dumps(EVERYTHING)
            iam.put_user_policy(**user, PolicyName="p", PolicyDocument=document)
            return lambda: iam.delete_user_policy(**user, PolicyName="p")
        case "detach all policies":
            iam.attach_user_policy(**user, PolicyArn=policy)
            return lambda: iam.detach_user_policy(**user, PolicyArn=policy)
        case "users from group":
            iam.create_group(GroupName="staff")
            iam.add_user_to_group(GroupName="staff", **user)
            return lambda: iam.remove_user_from_group(GroupName="staff", **user)
    iam.create_login_profile(**user, Password="Not.a.secret.1")
    return lambda: iam.delete_login_profile(**user)


@pytest.mark.parametrize(
    "what",
    ["access keys", "delete policies", "detach all policies", "users from group", "login profile"],
)
def test_a_user_that_has_something_is_not_deleted(iam, policy, what):
    """API Reference, DeleteUser: DeleteConflict."""
    take_away = hold(iam, policy, what)
    found = refused(iam.delete_user, UserName="mailer")
    assert (found.kind, found.status) == ("DeleteConflictException", 409)
    assert what in found.message
    take_away()
    iam.delete_user(UserName="mailer")
    assert iam.list_users()["Users"] == []


def test_a_key_is_as_old_as_the_clock_says_and_was_never_used(iam, aws):
    key = iam.create_access_key(UserName="mailer")["AccessKey"]
    [listed] = iam.list_access_keys(UserName="mailer")["AccessKeyMetadata"]
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert key["CreateDate"] == listed["CreateDate"] == aws.clock.now()
    assert used["UserName"] == "mailer"
    assert used["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}


def test_there_are_two_keys_at_most(iam):
    """IAM quotas; recorded words."""
    for _ in range(2):
        iam.create_access_key(UserName="mailer")
    found = refused(iam.create_access_key, UserName="mailer")
    assert found.kind == "LimitExceededException"
    assert found.message == "Cannot exceed quota for AccessKeysPerUser: 2"


def test_a_key_that_is_off_or_gone_opens_nothing(iam, aws):
    key = iam.create_access_key(UserName="mailer")["AccessKey"]["AccessKeyId"]
    named = {"UserName": "mailer", "AccessKeyId": key}
    keyring = aws._keyring
    assert keyring.holder(key).user_id == "mailer"
    iam.update_access_key(**named, Status="Inactive")
    assert keyring.holder(key) is None
    iam.update_access_key(**named, Status="Active")
    assert keyring.holder(key) is not None
    iam.delete_access_key(**named)
    assert (keyring.holder(key), keyring.secret(key)) == (None, None)
