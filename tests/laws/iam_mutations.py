"""What somebody may change behind the tool's back in IAM."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.laws.somebody import OUR_TAG, Kinds, Made, Somebody


def role_policy(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The policy on the application's role."""
    named = {"RoleName": wanted["role"], "PolicyName": wanted["name"]}
    sid, statement = next(iter(wanted["statements"].items()))
    others = [held for name, held in wanted["statements"].items() if name != sid]
    wider = [{**statement, "Resource": "*"}, *others]
    document = json.dumps({"Version": "2012-10-17", "Statement": wider})
    yield (
        "a wider policy",
        {f"statements.{sid}"},
        "iam:PutRolePolicy",
        lambda: they("iam", "PutRolePolicy", **named, PolicyDocument=document),
    )
    yield (
        "no policy",
        set(),
        "iam:PutRolePolicy",
        lambda: they("iam", "DeleteRolePolicy", **named),
    )


def smtp_user(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """An SMTP user: its tags, its boundary."""
    named = {"UserName": wanted["arn"].rpartition("/")[2]}
    yield (
        "tag",
        {"tags.Environment"},
        "iam:TagUser",
        lambda: they("iam", "UntagUser", **named, TagKeys=OUR_TAG),
    )
    if wanted["boundary"]:
        yield (
            "no boundary",
            {"boundary"},
            "iam:PutUserPermissionsBoundary",
            lambda: they("iam", "DeleteUserPermissionsBoundary", **named),
        )


def user_policy(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The policy of an SMTP user."""
    named = {"UserName": wanted["user"], "PolicyName": wanted["name"]}
    [(sid, statement)] = wanted["statements"].items()
    wider = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}
    yield (
        "a wider policy",
        {f"statements.{sid}"},
        "iam:PutUserPolicy",
        lambda: they("iam", "PutUserPolicy", **named, PolicyDocument=json.dumps(wider)),
    )
    yield (
        "no policy",
        set(),
        "iam:PutUserPolicy",
        lambda: they("iam", "DeleteUserPolicy", **named),
    )


def service_role(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The role of a service: whom it trusts, what it may do, its tags."""
    named = {"RoleName": wanted["arn"].rpartition("/")[2]}
    [(sid, trust)] = wanted["trust"].items()
    others = {"Version": "2012-10-17", "Statement": [{**trust, "Principal": {"AWS": "*"}}]}
    yield (
        "others may take it on",
        {f"trust.{sid}"},
        "iam:UpdateAssumeRolePolicy",
        lambda: they("iam", "UpdateAssumeRolePolicy", **named, PolicyDocument=json.dumps(others)),
    )
    first, statement = next(iter(wanted["statements"].items()))
    rest = [held for name, held in wanted["statements"].items() if name != first]
    wider = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}, *rest]}
    policy = {**named, "PolicyName": named["RoleName"]}
    yield (
        "a wider policy",
        {f"statements.{first}"},
        "iam:PutRolePolicy",
        lambda: they("iam", "PutRolePolicy", **policy, PolicyDocument=json.dumps(wider)),
    )
    yield (
        "tag",
        {"tags.Environment"},
        "iam:TagRole",
        lambda: they("iam", "UntagRole", **named, TagKeys=OUR_TAG),
    )


KINDS: Kinds = {
    "RolePolicy": role_policy,
    "ServiceRole": service_role,
    "SmtpUser": smtp_user,
    "UserPolicy": user_policy,
}
