"""How IAM is asked and called about a user: by its name, on its ARN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ses_provision.engine.account import Account
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answer, Ask, question
from ses_provision.resources.iam import ABSENT, GLOBAL


def user_arn(account: Account, name: str) -> str:
    """The ARN of a user below no path; IAM's ARNs have no region."""
    return account.arn("iam", f"user/{name}", GLOBAL)


def question_about(
    account: Account,
    name: str,
    operation: str,
    nothing: Answer = None,
    something: Answer = None,
    **params: Any,
) -> Ask:
    """A question that IAM checks on a user."""
    on = (user_arn(account, name),)
    return question(
        "iam",
        account.region,
        operation,
        on=on,
        absent=ABSENT,
        nothing=nothing,
        something=something,
        UserName=name,
        **params,
    )


def call_on(
    account: Account, name: str, operation: str, params: Mapping[str, Any], **declared: Any
) -> Call:
    """A call that IAM checks on a user."""
    whole = {"UserName": name, **params}
    return Call("iam", account.region, operation, whole, on=(user_arn(account, name),), **declared)
