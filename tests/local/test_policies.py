"""The policy language: IAM User Guide, "Policy evaluation logic" and "Condition operators"."""

from __future__ import annotations

import json

import pytest

from ses_provision.local.policies import (
    Ask,
    Decision,
    MalformedPolicyError,
    admits,
    decide,
    parse,
)

ARN = "arn:aws:sns:us-east-2:524471258033:events"


def statement(**changes):
    return {"Effect": "Allow", "Action": "sns:Publish", "Resource": ARN} | changes


def decision(*statements, principals=None, **context):
    values = {key.replace("_", ":"): tuple(value) for key, value in context.items()}
    return decide(statements, Ask("sns:Publish", ARN, principals, values))[0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Decision.ALLOWED),
        ({"Effect": "Deny"}, Decision.EXPLICIT_DENY),
        ({"Action": "SNS:PUB*"}, Decision.ALLOWED),
        ({"Action": "sns:Publis?"}, Decision.ALLOWED),
        ({"Action": "sns:Pub"}, Decision.IMPLICIT_DENY),
        ({"NotAction": "sns:Subscribe", "Action": []}, Decision.ALLOWED),
        ({"NotAction": "sns:*"}, Decision.IMPLICIT_DENY),
        ({"Resource": "*"}, Decision.ALLOWED),
        ({"Resource": [f"{ARN}-2", ARN.replace("events", "ev*")]}, Decision.ALLOWED),
        ({"Resource": ARN.upper()}, Decision.IMPLICIT_DENY),
        ({"NotResource": ARN}, Decision.IMPLICIT_DENY),
        ({"NotResource": f"{ARN}-2"}, Decision.ALLOWED),
    ],
)
def test_actions_and_resources(changes, expected):
    assert decision(statement(**changes)) is expected


def test_a_deny_wins_wherever_it_stands():
    for order in (("Allow", "Deny"), ("Deny", "Allow")):
        found = decision(*(statement(Effect=effect) for effect in order))
        assert found is Decision.EXPLICIT_DENY
    assert decision() is Decision.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("principal", "asker", "hit"),
    [
        ("*", "Service:ses.amazonaws.com", True),
        ({"AWS": "*"}, "Service:ses.amazonaws.com", True),
        ({"Service": "*"}, "Service:ses.amazonaws.com", True),
        ({"Service": "*"}, "AWS:524471258033", False),
        ({"Service": ["x.amazonaws.com", "ses.amazonaws.com"]}, "Service:ses.amazonaws.com", True),
        ({"AWS": "524471258033"}, "AWS:524471258033", True),
        ({"AWS": "421807902331"}, "AWS:524471258033", False),
        (None, "AWS:524471258033", False),
    ],
)  # fmt: skip
def test_principals(principal, asker, hit):
    named = {} if principal is None else {"Principal": principal}
    expected = Decision.ALLOWED if hit else Decision.IMPLICIT_DENY
    assert decision(statement(**named), principals=(asker,)) is expected
    if principal is not None:
        turned = decision(statement(NotPrincipal=principal), principals=(asker,))
        assert (turned is Decision.ALLOWED) is not hit


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("StringEquals", "a", ["a"], True),
        ("StringEquals", "a", ["A"], False),
        ("StringEquals", ["a", "b"], ["b"], True),
        ("StringEquals", "a", None, False),
        ("StringEqualsIfExists", "a", None, True),
        ("StringEqualsIgnoreCase", "a", ["A"], True),
        ("StringNotEquals", "a", ["b"], True),
        ("StringNotEquals", ["a", "b"], ["b"], False),
        ("StringNotEquals", "a", None, True),
        ("StringLike", "a*z", ["abcz"], True),
        ("StringLike", "a?z", ["abcz"], False),
        ("StringNotLike", "a*", ["abc"], False),
        ("ArnLike", "arn:aws:ses:*:524471258033:configuration-set/*",
         ["arn:aws:ses:us-east-2:524471258033:configuration-set/s"], True),
        ("ArnLike", "arn:aws:ses:*", ["arn:aws:ses:us-east-2:1:x"], False),
        ("ArnNotLike", "arn:aws:ses:*:1:*", ["arn:aws:ses:us-east-2:2:x"], True),
        ("Bool", "true", ["true"], True),
        ("Bool", False, ["true"], False),
        ("Null", "true", None, True),
        ("Null", "true", ["x"], False),
        ("Null", [], ["x"], True),
        ("NumericEquals", "10", ["10.0"], True),
        ("NumericEquals", "ten", ["10"], False),
        ("NumericEquals", "10", ["ten"], False),
        ("ForAllValues:StringLike", "*@x", ["a@x", "b@x"], True),
        ("ForAllValues:StringLike", "*@x", ["a@x", "b@y"], False),
        ("ForAllValues:StringLike", "*@x", None, True),
        ("ForAnyValue:StringLike", "*@x", ["a@y", "b@x"], True),
        ("ForAnyValue:StringLike", "*@x", None, False),
        ("ForAnyValue:StringNotLike", "*@x", ["a@x", "b@y"], True),
        ("StringUnheardOf", "a", ["a"], False),
    ],
)  # fmt: skip
def test_conditions(operator, wanted, given, holds):
    context = {} if given is None else {"aws_Key": given}
    found = decision(statement(Condition={operator: {"AWS:KEY": wanted}}), **context)
    assert (found is Decision.ALLOWED) is holds


def test_all_conditions_of_a_statement_have_to_hold():
    both = {"StringEquals": {"k": "a"}, "Bool": {"b": "true"}}
    assert decision(statement(Condition=both), k=["a"], b=["true"]) is Decision.ALLOWED
    assert decision(statement(Condition=both), k=["a"], b=["false"]) is Decision.IMPLICIT_DENY


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"Statement": ["x"]}', json.dumps({"Statement": {"Effect": "Maybe"}}),
     json.dumps({"Statement": {"Effect": "Allow"}}), '{"Statement": ' + "[" * 100_000],
)  # fmt: skip
def test_what_is_no_policy_is_malformed_and_admits_nobody(text):
    with pytest.raises(MalformedPolicyError):
        parse(text)
    assert not admits(text, Ask("sns:Publish", ARN))


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": 5},
        {"Action": ["sns:Publish", None]},
        {"NotAction": {"sns": "Publish"}},
        {"Resource": 5},
        {"NotResource": [[ARN]]},
        {"Principal": 5},
        {"Principal": "AWS"},
        {"Principal": ["*"]},
        {"NotPrincipal": {"AWS": 5}},
        {"Condition": [1]},
        {"Condition": {"StringEquals": "x"}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": None}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": [{}]}}},
    ],
)
def test_a_statement_of_another_shape_is_malformed(changes):
    text = json.dumps({"Statement": [statement(Principal="*"), statement(**changes)]})
    with pytest.raises(MalformedPolicyError):
        parse(text)


def test_a_policy_admits_what_it_allows_and_does_not_deny():
    allowing = statement(Principal={"AWS": "524471258033"})
    ask = Ask("sns:Publish", ARN, ("AWS:524471258033",))
    assert admits(json.dumps({"Statement": allowing}), ask)
    assert not admits(json.dumps({"Statement": allowing | {"Effect": "Deny"}}), ask)
    assert not admits(json.dumps({"Statement": allowing}), Ask("sns:Publish", ARN, ("AWS:1",)))
