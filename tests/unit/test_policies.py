"""Policies are compared by what they mean."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ses_provision.resources.policies import Statement, document, named, statements

ACCOUNTS = st.sampled_from(["111122223333", "444455556666", "777788889999"])
ACTIONS = st.lists(
    st.sampled_from(["ses:SendEmail", "ses:SendRawEmail", "sns:Publish", "s3:GetObject"]),
    min_size=1,
    unique=True,
)
RESOURCES = st.lists(
    st.sampled_from(["*", "arn:aws:ses:a", "arn:aws:ses:B", "arn:aws:ses:b"]),
    min_size=1,
    unique=True,
)
CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "ArnLike", "Bool"]),
    st.dictionaries(
        st.sampled_from(["aws:SourceArn", "aws:SourceAccount", "ses:FromAddress"]),
        st.lists(st.sampled_from(["a", "A", "true", "", "b c"]), min_size=1, unique=True),
        min_size=1,
        max_size=2,
    ),
    max_size=2,
)
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": ACTIONS,
        "Resource": RESOURCES,
        "Principal": st.fixed_dictionaries({"AWS": st.lists(ACCOUNTS, min_size=1, unique=True)}),
        "Condition": CONDITIONS,
    }
)


def unwrapped(value: Any) -> Any:
    """A list of one as its value."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def rewritten(statement: dict[str, Any], shuffle: Any) -> dict[str, Any]:
    """The statement as AWS may give it back."""

    def lists(values: list[str]) -> Any:
        return unwrapped(shuffle(values))

    return {
        "Condition": {
            operator: {key.upper(): lists(values) for key, values in keys.items()}
            for operator, keys in statement["Condition"].items()
        },
        "Principal": {
            "AWS": lists([f"arn:aws:iam::{one}:root" for one in statement["Principal"]["AWS"]])
        },
        "Resource": lists(statement["Resource"]),
        "Action": lists([action.upper() for action in statement["Action"]]),
        "Effect": statement["Effect"],
    }


@given(STATEMENTS, st.data())
def test_a_statement_equals_itself_as_aws_rewrites_it(
    statement: dict[str, Any], data: st.DataObject
) -> None:
    again = rewritten(statement, lambda values: data.draw(st.permutations(values)))

    assert Statement.of(again) == Statement.of(statement)


@given(STATEMENTS, STATEMENTS)
def test_statements_that_allow_different_actions_differ(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    same = set(one["Action"]) == set(other["Action"])

    assert (Statement.of({**one, "Action": other["Action"]}) == Statement.of(one)) is same


@given(STATEMENTS)
def test_the_case_of_a_condition_value_or_a_resource_matters(statement: dict[str, Any]) -> None:
    lower = {**statement, "Condition": {"StringEquals": {"ses:FromAddress": "a@example.com"}}}
    upper = {**statement, "Condition": {"StringEquals": {"ses:FromAddress": "A@example.com"}}}

    assert Statement.of(lower) != Statement.of(upper)
    for resource in ("arn:aws:ses:c", "arn:aws:ses:C"):
        assert Statement.of({**statement, "Resource": resource}) != Statement.of(statement)


@given(st.lists(STATEMENTS, max_size=3))
def test_a_document_gives_back_the_statements_it_was_made_of(found: list[dict[str, Any]]) -> None:
    by_sid = named({**one, "Sid": f"S{number}"} for number, one in enumerate(found))

    assert statements(document(by_sid.values())) == by_sid


def test_a_statement_is_sent_as_it_was_written() -> None:
    written = {"Sid": "A", "Effect": "Allow", "Action": ["SNS:Publish"], "Resource": ["x"]}

    assert Statement.of(written).parsed == written


def test_a_policy_may_hold_one_statement_that_is_no_list() -> None:
    one = {"Sid": "A", "Effect": "Allow", "Action": "sns:Publish", "Resource": "x"}

    assert statements(json.dumps({"Statement": one})) == statements({"Statement": [one]})


def test_a_statement_without_a_sid_is_named_by_its_meaning() -> None:
    one = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "x"}
    other = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "y"}

    assert len(named([one, other, one])) == 2


def test_everybody_is_written_in_three_ways() -> None:
    base = {"Effect": "Deny", "Action": "sns:Publish", "Resource": "x"}
    ways = [{**base, "Principal": who} for who in ("*", {"AWS": "*"}, {"AWS": ["*"]})]

    assert len({Statement.of(way) for way in ways}) == 1


def test_aws_writes_booleans_as_text() -> None:
    base = {"Effect": "Deny", "Action": "sns:Publish", "Resource": "x"}

    assert Statement.of({**base, "Condition": {"Bool": {"aws:SecureTransport": False}}}) == (
        Statement.of({**base, "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
    )
