"""What a filter policy keeps from a subscriber, as far as that is sure."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.checks.filtering import dropped, event
from ses_provision.environment.shapes import EventType
from ses_provision.local.filter_policy import wants

BOUNCE = event("BOUNCE")
BODY, ATTRIBUTES = "MessageBody", "MessageAttributes"
TYPES = get_args(EventType)


@pytest.mark.parametrize(
    ("policy", "scope", "is_dropped"),
    [
        ({}, BODY, False),
        ({"eventType": ["Bounce"]}, BODY, False),
        ({"eventType": ["Complaint"]}, BODY, True),
        ({"eventType": [{"prefix": "Bou"}]}, BODY, False),
        ({"eventType": [{"suffix": "aint"}]}, BODY, True),
        ({"eventType": [{"anything-but": "Bounce"}]}, BODY, True),
        ({"eventType": [{"anything-but": ["Delivery", "Bounce"]}]}, BODY, True),
        ({"eventType": [{"anything-but": {"prefix": "Boun"}}]}, BODY, False),
        ({"eventType": [{"equals-ignore-case": "BOUNCE"}]}, BODY, False),
        ({"eventType": [{"exists": False}]}, BODY, True),
        ({"eventType": ["Complaint", "Bounce"]}, BODY, False),
        ({"bounce": {"bounceType": ["Permanent"]}}, BODY, False),
        ({"eventType": ["Complaint"], "mail": {"source": ["a"]}}, BODY, True),
        ({"eventType": ["Bounce"]}, ATTRIBUTES, True),
        ({"store": [{"exists": False}]}, ATTRIBUTES, False),
        ({"$or": [{"eventType": ["Complaint"]}, {"eventType": ["Bounce"]}]}, BODY, False),
        ({"$or": [{"eventType": ["Complaint"]}, {"eventType": ["Send"]}]}, BODY, True),
        ({"$or": [{"a": ["x"]}, {"b": [{"exists": False}]}]}, ATTRIBUTES, False),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, ATTRIBUTES, True),
    ],
)
def test_what_is_surely_dropped_is_told_and_nothing_else(
    policy: dict[str, Any], scope: str, is_dropped: bool
) -> None:
    assert dropped(json.dumps(policy), scope, BOUNCE) is is_dropped


@given(st.lists(st.sampled_from(TYPES), unique=True, min_size=1), st.sampled_from(TYPES))
def test_a_list_of_types_drops_exactly_the_others(listed: list[str], sent: str) -> None:
    policy = json.dumps({"eventType": [event(each)["eventType"] for each in listed]})

    assert dropped(policy, BODY, event(sent)) is (sent not in listed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["eventType", "exists", "prefix", "anything-but", "numeric", "$or", "x"]),
        inner, max_size=3,
    ),
)  # fmt: skip


@given(JSON, st.sampled_from([BODY, ATTRIBUTES, "", "later"]))
def test_no_policy_is_too_strange_to_be_judged(policy: Any, scope: str) -> None:
    assert dropped(json.dumps(policy), scope, BOUNCE) in {True, False}


RULES = st.sampled_from(
    [
        ["Bounce"],
        ["Complaint", {"exists": True}],
        ["Complaint"],
        [{"exists": False}],
        [{"prefix": "B"}],
        [{"suffix": "x"}],
        [{"anything-but": ["Bounce"]}],
        [{"anything-but": {"prefix": "B"}}],
        [{"equals-ignore-case": "bounce"}],
    ]
)
KEYED = st.dictionaries(st.sampled_from(["eventType", "x"]), RULES, max_size=2)
POLICIES = st.recursive(
    KEYED,
    lambda inner: st.tuples(KEYED, st.lists(inner, min_size=2, max_size=3)).map(
        lambda parts: {**parts[0], "$or": parts[1]}
    ),
    max_leaves=5,
)


@given(POLICIES, st.sampled_from([BODY, ATTRIBUTES]), st.booleans())
def test_what_is_said_to_be_dropped_sns_drops(
    policy: dict[str, Any], scope: str, has_more: bool
) -> None:
    text = json.dumps(policy)
    body = json.dumps({**BOUNCE, **({"x": "Bounce"} if has_more else {})})

    assert not (dropped(text, scope, BOUNCE) and wants(text, scope, {}, body))
    if scope == ATTRIBUTES:
        assert dropped(text, scope, BOUNCE) is not wants(text, scope, {}, body)
