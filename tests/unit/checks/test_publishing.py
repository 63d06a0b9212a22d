"""Whether a policy lets a service publish: an allow is needed, a deny wins, doubt does not help."""

import json
from typing import Any

import pytest

from ses_provision.checks.publishing import Publisher, allows

ARN = "arn:aws:ses:us-east-2:111122223333:configuration-set/ours"
SES = Publisher("ses.amazonaws.com", "111122223333", ARN)
ALLOW = {
    "Effect": "Allow",
    "Principal": {"Service": "ses.amazonaws.com"},
    "Action": "SNS:Publish",
    "Resource": "*",
}


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Action": ["sns:Subscribe", "sns:Publish"]},
        {"Action": "sns:*"},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["cloudwatch.amazonaws.com", "ses.amazonaws.com"]}},
        {"Condition": {"StringEquals": {"AWS:SourceArn": ARN}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:ses:*:111122223333:*"}}},
        {"Condition": {"StringEqualsIfExists": {"aws:SourceAccount": ["111122223333"]}}},
        {"Condition": {"Bool": {"aws:SecureTransport": True}}},
    ],
)
def test_it_allows(change: dict[str, Any]) -> None:
    assert allows(policy({**ALLOW, **change}), SES, ["sns:Publish"])


@pytest.mark.parametrize(
    "change",
    [
        {"Action": "sns:Subscribe"},
        {"Principal": {"Service": "cloudwatch.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Principal": "ses.amazonaws.com"},
        {"Condition": {"StringEquals": {"AWS:SourceArn": ARN.replace("ours", "theirs")}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Condition": {"DateLessThan": {"aws:SourceAccount": "111122223333"}}},
        {"Effect": "Deny"},
    ],
)
def test_it_does_not_allow(change: dict[str, Any]) -> None:
    assert not allows(policy({**ALLOW, **change}), SES, ["sns:Publish"])


def test_without_a_policy_nothing_is_allowed() -> None:
    assert not allows("", SES, ["sns:Publish"])


def test_a_single_statement_need_not_be_in_a_list() -> None:
    assert allows(json.dumps({"Statement": ALLOW}), SES, ["sns:Publish"])


@pytest.mark.parametrize(
    ("condition", "denies"),
    [
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "111122223333"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
    ],
)
def test_a_deny_wins_where_it_may_hold(condition: dict[str, Any], denies: bool) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sns:*", "Condition": condition}

    assert allows(policy(ALLOW, deny), SES, ["sns:Publish"]) is not denies


def test_all_actions_are_needed() -> None:
    one = {**ALLOW, "Action": "kms:Decrypt"}
    both = {**ALLOW, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}

    wanted = ["kms:GenerateDataKey", "kms:Decrypt"]
    assert not allows(policy(one), SES, wanted)
    assert allows(policy(both), SES, wanted)
