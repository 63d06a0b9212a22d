"""Roles that stand in an account before anybody asks for anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from ses_provision.local.contract import AwsError

_LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def make_roles(call: Callable[..., Any], account: str, roles: Iterable[str]) -> None:
    """Make roles that Lambda may take on, perhaps with a path; those that are there stay."""
    trust = json.dumps(_LAMBDA_TRUST)
    for role in roles:
        path, _, name = role.rpartition("/")
        params = {
            "RoleName": name,
            "AssumeRolePolicyDocument": trust,
            "Path": f"/{path}/" if path else "/",
        }
        try:
            call(account, "us-east-1", "iam", "CreateRole", params)
        except AwsError as error:
            if error.code != "EntityAlreadyExists":
                raise
