"""Readings run in step, each question is asked once, and each answer goes to who asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ses_provision.errors import AwsRefused
from ses_provision.outside.reading import (
    Ask,
    Outcome,
    Reading,
    ask,
    both,
    question,
    together,
)
from ses_provision.outside.rights import iam_action


def about(name: str) -> Ask:
    """A question about a name."""
    return question("sesv2", "us-east-2", "GetEmailIdentity", on=(), EmailIdentity=name)


def run(reading: Reading[Any], answers: dict[Ask, Outcome]) -> tuple[Any, list[list[Ask]]]:
    """Answer a reading from a dict; its result, and what it asked round by round."""
    rounds = []
    try:
        asks = next(reading)
        while True:
            rounds.append(asks)
            asks = reading.send([answers[one] for one in asks])
    except StopIteration as stop:
        return stop.value, rounds


def chain(names: Sequence[str]) -> Reading[list[Any]]:
    """Ask about one name after the other."""
    seen = []
    for name in names:
        seen += yield from ask(about(name))
    return seen


A, B, C, D = (about(name) for name in "abcd")
ANSWERS: dict[Ask, Outcome] = {one: {"is": dict(one.params)["EmailIdentity"]} for one in (A, B, C)}


def test_a_reading_gets_its_answers_in_the_order_of_its_questions() -> None:
    result, rounds = run(ask(B, A), ANSWERS)

    assert result == [{"is": "b"}, {"is": "a"}]
    assert rounds == [[B, A]]


def test_readings_together_ask_in_lock_step_and_answer_in_their_own_order() -> None:
    result, rounds = run(together([chain("ab"), chain("c"), chain("cba")]), ANSWERS)

    assert rounds == [[A, C, C], [B, B], [A]]
    assert result == [
        [{"is": "a"}, {"is": "b"}],
        [{"is": "c"}],
        [{"is": "c"}, {"is": "b"}, {"is": "a"}],
    ]


def test_a_reading_that_asks_nothing_takes_no_round() -> None:
    result, rounds = run(together([chain(""), chain("")]), ANSWERS)

    assert (result, rounds) == ([[], []], [])


def test_nothing_together_is_nothing() -> None:
    assert run(together([]), {}) == ([], [])


def test_two_kinds_of_readings_run_in_step() -> None:
    result, rounds = run(both(chain("a"), ask(B)), ANSWERS)

    assert result == ([{"is": "a"}], [{"is": "b"}])
    assert rounds == [[A, B]]


def test_a_refusal_is_raised_in_the_reading_that_asked_and_nowhere_else() -> None:
    refused = AwsRefused("no", code="BadRequestException")

    def careful(name: str) -> Reading[str]:
        try:
            yield from ask(about(name))
        except AwsRefused as error:
            return f"refused: {error.code}"
        return "answered"

    result, _ = run(together([careful("a"), careful("d"), careful("b")]), {**ANSWERS, D: refused})

    assert result == ["answered", "refused: BadRequestException", "answered"]


def test_a_refusal_that_no_reading_takes_ends_the_run() -> None:
    refused = AwsRefused("no", code="BadRequestException")

    with pytest.raises(AwsRefused) as raised:
        run(together([chain("a"), chain("d")]), {**ANSWERS, D: refused})

    assert raised.value is refused


def test_absence_is_an_answer() -> None:
    assert run(ask(D), {D: None})[0] == [None]


def test_a_question_is_a_value_whatever_the_order_of_its_parameters() -> None:
    one = question("route53", "us-east-1", "List", on=(), HostedZoneId="Z", StartRecordName="a")
    other = question("route53", "us-east-1", "List", on=(), StartRecordName="a", HostedZoneId="Z")

    assert one == other
    assert hash(one) == hash(other)


def test_a_question_gives_boto3_lists_for_several_values() -> None:
    asked = question(
        "cloudwatch", "us-east-2", "DescribeAlarms", on=(), AlarmNames=("a", "b"), Kind="x"
    )

    assert asked.arguments == {"AlarmNames": ["a", "b"], "Kind": "x"}


def test_the_iam_action_of_a_question_has_the_prefix_that_iam_knows() -> None:
    assert A.action == "ses:GetEmailIdentity"
    assert iam_action("sns", "Subscribe") == "sns:Subscribe"
