"""The rules of composite alarms: any expression means what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.local.alarm_rules import BrokenRuleError, check, children_first, holds, names

STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")
ARN = "arn:aws:cloudwatch:us-east-2:524471258033:alarm:"
NAMES = ("high", "low", "with space", "a/b-c.d")

named = st.tuples(st.sampled_from(STATES), st.sampled_from(NAMES), st.booleans())
words = st.sampled_from([True, False])
rules = st.recursive(
    named | words,
    lambda inner: (
        st.tuples(st.just("NOT"), inner)
        | st.tuples(st.sampled_from(["AND", "OR"]), inner, inner).map(list)
    ),
    max_leaves=12,
)


def written(rule):
    match rule:
        case bool():
            return "TRUE" if rule else "FALSE"
        case ("NOT", inner):
            return f"NOT ({written(inner)})"
        case [word, left, right] if isinstance(rule, list):
            return f"({written(left)}) {word} ({written(right)})"
        case (state, name, as_arn):
            return f'{state}("{ARN if as_arn else ""}{name}")'


def meant(rule, states):
    match rule:
        case bool():
            return rule
        case ("NOT", inner):
            return not meant(inner, states)
        case [word, left, right] if isinstance(rule, list):
            both = (meant(left, states), meant(right, states))
            return all(both) if word == "AND" else any(both)
        case (state, name, _):
            return states.get(name) == state


@given(rules, st.dictionaries(st.sampled_from(NAMES), st.sampled_from(STATES)))
def test_a_rule_holds_when_what_it_says_is_so(rule, states):
    assert holds(written(rule), states) is meant(rule, states)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(a) OR ALARM(b) AND ALARM(c)", True),
        ("(ALARM(a) OR ALARM(b)) AND ALARM(c)", False),
        ("NOT ALARM(b) AND ALARM(a)", True),
        ("  ALARM( a )\nOR FALSE", True),
    ],
)
def test_and_binds_closer_than_or_and_not_closest(rule, expected):
    assert holds(rule, {"a": "ALARM", "b": "OK", "c": "OK"}) is expected


@pytest.mark.parametrize(
    "rule",
    ["", "()", ")(", "TRUE NOT", "(TRUE", "TRUE FALSE", "OR TRUE", "NOT AND TRUE",
     "ALARM", "ALARM(a", "ALARM(a) ALARM(b)", "ALARM(a) AND", "(ALARM(a)", "LOUD(a)", "ALARM()",
     "NOT", "ALARM(a))"],
)  # fmt: skip
def test_what_is_no_rule_is_broken(rule):
    with pytest.raises(BrokenRuleError):
        holds(rule, {})


def test_the_names_of_a_rule_come_once_and_without_their_arns():
    assert names(f'ALARM("{ARN}high") OR OK(low) OR ALARM(high)') == ["high", "low"]


def test_a_rule_is_read_however_deep_it_is_nested():
    assert holds("(" * 5000 + "TRUE" + ")" * 5000, {})
    assert not holds("NOT " * 2501 + "TRUE", {})
    assert holds(" OR ".join(["FALSE"] * 5000 + ["TRUE"]), {})


def test_cloudwatch_takes_500_elements_and_100_alarms_in_a_rule():
    """API Reference, PutCompositeAlarm; words that join are no elements."""
    check("NOT " * 1000 + "TRUE")
    check(" OR ".join(["TRUE"] * 500))
    check(" OR ".join(f"ALARM(a{number})" for number in range(100)))
    for rule in (
        "(" * 250 + "TRUE" + ")" * 250,
        " OR ".join(["TRUE"] * 501),
        " OR ".join(f"ALARM(a{number})" for number in range(101)),
    ):
        with pytest.raises(BrokenRuleError):
            check(rule)


def test_composite_alarms_follow_their_children_and_circles_are_left_out():
    rules = {
        "top": "ALARM(middle) AND OK(metric)",
        "middle": "ALARM(bottom)",
        "bottom": "TRUE",
        "own": "NOT ALARM(own)",
        "one": "ALARM(two)",
        "two": "ALARM(one)",
        "above": "ALARM(one) OR ALARM(bottom)",
    }
    assert children_first(rules) == ["bottom", "middle", "top"]
