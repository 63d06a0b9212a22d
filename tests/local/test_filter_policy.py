"""Filter policies: what a subscription wants of a topic's messages."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.local.filter_policy import ATTRIBUTES, BODY, fault, wants


def text(value):
    return {"DataType": "String", "StringValue": value}


def number(value):
    return {"DataType": "Number", "StringValue": str(value)}


def array(*values):
    return {"DataType": "String.Array", "StringValue": json.dumps(values)}


@pytest.mark.parametrize(
    ("conditions", "attribute", "passes"),
    [
        (["red"], text("red"), True),
        (["red"], text("Red"), False),
        (["red", "blue"], text("blue"), True),
        ([{"prefix": "re"}], text("red"), True),
        ([{"prefix": "re"}], text("ore"), False),
        ([{"suffix": "ed"}], text("red"), True),
        ([{"equals-ignore-case": "RED"}], text("red"), True),
        ([{"wildcard": "r*d"}], text("rotated"), True),
        ([{"wildcard": "r*d"}], text("rot"), False),
        ([{"anything-but": "red"}], text("blue"), True),
        ([{"anything-but": ["red", "blue"]}], text("blue"), False),
        ([{"anything-but": {"prefix": "re"}}], text("red"), False),
        ([{"cidr": "10.0.0.0/24"}], text("10.0.0.77"), True),
        ([{"cidr": "10.0.0.0/24"}], text("10.0.1.1"), False),
        ([{"cidr": "10.0.0.0/24"}], text("somewhere"), False),
        ([5], number("5.0"), True),
        ([5], text("5"), False),
        (["5"], number(5), False),
        ([{"numeric": [">", 0, "<=", 5]}], number(5), True),
        ([{"numeric": [">", 0, "<=", 5]}], number(6), False),
        ([{"numeric": ["=", 1]}], text("one"), False),
        ([{"exists": True}], text("x"), True),
        ([{"exists": False}], text("x"), False),
        (["red"], array("blue", "red"), True),
        ([{"anything-but": "red"}], array("red"), False),
        ([True], array(True), True),
        ([None], array(None), True),
        ([1], array(True), False),
    ],
)
def test_a_condition_on_an_attribute(conditions, attribute, passes):
    policy = json.dumps({"colour": conditions})
    assert fault(policy, ATTRIBUTES) is None
    assert wants(policy, ATTRIBUTES, {"colour": attribute}, "") is passes


@pytest.mark.parametrize(
    ("conditions", "passes"),
    [([{"exists": False}], True), ([{"exists": True}], False), ([{"anything-but": "x"}], False)],
)
def test_an_attribute_that_a_message_lacks(conditions, passes):
    assert wants(json.dumps({"colour": conditions}), ATTRIBUTES, {}, "") is passes


def test_all_keys_have_to_match_and_one_alternative_suffices():
    policy = json.dumps({"a": ["1"], "$or": [{"b": ["2"]}, {"c": [{"exists": True}]}]})
    assert wants(policy, ATTRIBUTES, {"a": text("1"), "c": text("x")}, "")
    assert not wants(policy, ATTRIBUTES, {"a": text("1")}, "")
    assert not wants(policy, ATTRIBUTES, {"b": text("2")}, "")


EVENT = {"eventType": "Bounce", "mail": {"tags": {"team": ["billing", "ops"]}}, "n": 3}


@pytest.mark.parametrize(
    ("policy", "passes"),
    [
        ({"eventType": ["Bounce"]}, True),
        ({"eventType": ["Complaint"]}, False),
        ({"mail": {"tags": {"team": ["ops"]}}}, True),
        ({"mail": {"tags": {"team": ["sales"]}}}, False),
        ({"mail": {"cc": [{"exists": False}]}}, True),
        ({"lost": {"cc": ["x"]}}, False),
        ({"n": [{"numeric": [">=", 3]}]}, True),
    ],
)
def test_a_policy_on_the_body_looks_into_it(policy, passes):
    assert fault(json.dumps(policy), BODY) is None
    assert wants(json.dumps(policy), BODY, {}, json.dumps(EVENT)) is passes


@pytest.mark.parametrize("body", ["no JSON", "[1]", '"text"', ""])
def test_a_body_that_is_no_object_passes_no_policy(body):
    assert not wants('{"a": [{"exists": false}]}', BODY, {}, body)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("{", "failed to parse JSON"),
        ("[]", "must be a JSON object"),
        ('{"a": "x"}', '"a" must be an object or an array'),
        ('{"a": {"b": ["x"]}}', "does not support nested filter policy"),
        ('{"a": []}', "Empty arrays are not allowed"),
        ('{"a": [["x"]]}', "must be String, number, true, false, or null"),
        ('{"a": [{"prefix": "x", "suffix": "y"}]}', "Only one key allowed"),
        ('{"a": [{"sounds-like": "x"}]}', "Unrecognized match type sounds-like"),
        ('{"a": [{"exists": "x"}]}', "must be either true or false"),
        ('{"a": [{"numeric": ["<", "x"]}]}', "numeric"),
        ('{"a": [{"cidr": "10.0.0.1"}]}', "Malformed CIDR"),
        ('{"a": [{"prefix": 1}]}', "must be a string"),
        (json.dumps({str(n): ["x"] for n in range(6)}), "more than 5 keys"),
        ('{"$or": ["x"]}', "array of objects"),
    ],
)
def test_a_policy_that_sns_does_not_take_is_told_why(policy, words):
    assert words in (fault(policy, ATTRIBUTES) or "")


VALUES = st.none() | st.booleans() | st.integers() | st.text()


@given(st.dictionaries(st.text(), st.lists(VALUES, min_size=1), max_size=5), st.text())
def test_what_is_taken_can_always_be_judged(policy, body):
    written = json.dumps(policy)
    if fault(written, BODY) is None:
        assert wants(written, BODY, {}, body) in (True, False)


@given(st.lists(VALUES, min_size=1))
def test_a_body_passes_the_policy_that_lists_its_own_values(values):
    body = json.dumps({"key": values})
    assert wants(json.dumps({"key": values}), BODY, {}, body)
