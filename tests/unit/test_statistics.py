"""What was sent, by day: rates, limits, trend, and bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.errors import AwsRefused, UsageError
from ses_provision.operations.statistics import (
    A_TREND,
    A_YEAR,
    FEW,
    Days,
    Statistics,
    above,
    counted,
    limits,
    reached,
    window,
)
from ses_provision.render.bars import are_shown_in, bars, squeezed
from ses_provision.render.numbers import percent
from ses_provision.resources.ses import metrics
from ses_provision.resources.ses.account import Access, AccountAccess

TODAY = date(2026, 11, 22)
COUNTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=60)


def days_of(sends: list[int], bounces: list[int] | None = None) -> Days:
    """Days with these sends and bounces."""
    days = [TODAY - timedelta(days=back) for back in reversed(range(len(sends)))]
    none = [0] * len(sends)
    return Days("", days, {"sends": sends, "bounces": bounces or none, "complaints": none})


def told(days: Days, own: float | None = None) -> Statistics:
    """Statistics of such days."""
    access = AccountAccess(Access.GRANTED, daily=50_000, rate=14)
    return Statistics(days, {"bounces": own, "complaints": None}, access)


@pytest.mark.parametrize("hour", [0, 23])
@pytest.mark.parametrize("count", [1, 14])
def test_days_are_those_of_utc_and_today_is_the_last(count: int, hour: int) -> None:
    now = datetime(2026, 11, 22, hour, 59, tzinfo=UTC)

    found = window(now, count)

    assert (len(found), found[-1]) == (count, TODAY)
    assert found == sorted(set(found))


def test_a_day_of_which_nothing_is_said_is_one_on_which_nothing_happened() -> None:
    days = [TODAY - timedelta(days=1), TODAY]

    assert counted("", {"sends": {TODAY: 3.0}}, days).counts == {"sends": [0, 3]}


@given(st.integers(0, 400), st.integers(1, 400), st.integers(A_TREND, 40))
def test_a_steady_growth_reaches_the_quota_on_the_day_it_says(
    begin: int, growth: int, count: int
) -> None:
    sends = [begin + 1 + growth * number for number in range(count)]
    daily = sends[-1] + 10 * growth

    found = reached([*sends, 0], daily, TODAY)

    assert found == TODAY + timedelta(days=9)


@given(COUNTS, st.integers(1, 10**6))
def test_a_day_that_is_told_lies_within_a_year_and_comes_sooner_with_a_lower_quota(
    sends: list[int], daily: int
) -> None:
    found, sooner = reached(sends, daily, TODAY), reached(sends, daily / 2, TODAY)

    if found is not None:
        assert TODAY <= found < TODAY + timedelta(days=A_YEAR)
        assert sooner is not None
        assert sooner <= found


@pytest.mark.parametrize("sends", [[0] * 14, [5, 5, 5, 5], [9, 8, 7, 6, 5, 4, 3]])
def test_no_trend_no_day(sends: list[int]) -> None:
    assert reached(sends, 50_000, TODAY) is None


@pytest.mark.parametrize("daily", [0, -1])
def test_without_a_quota_there_is_no_day_on_which_it_is_reached(daily: float) -> None:
    found = told(days_of([10, 20, 30, 40, 50, 60, 0]))

    assert replace(found, access=replace(found.access, daily=daily)).reached_on is None


Answering = Callable[[set[str]], dict[str, Any]]


def asked_apart(names: list[str], answer: Answering) -> Any:
    """What is made of VDM's answers to the queries of each question, and how many these are."""
    reading = metrics.parts("us-east-2", [TODAY], "provider", names)
    queries = [{each["Id"] for each in asked.arguments["Queries"]} for asked in next(reading)]
    try:
        reading.send([answer(ids) for ids in queries])
    except StopIteration as stop:
        return stop.value, list(map(len, queries))
    raise AssertionError("it asked again")


def test_queries_go_ten_at_a_time_and_each_part_gets_its_own_answers() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)

    def answer(ids: set[str]) -> dict[str, Any]:
        told = [{"Id": each, "Timestamps": [at], "Values": [int(each[1:])]} for each in ids]
        return {"Results": told, "Errors": []}

    found, sizes = asked_apart(["Gmail", "Yahoo", "Hotmail"], answer)

    assert sizes == [10, 5]
    numbers = [found[name][kind][TODAY] for name in found for kind in metrics.OF_VDM]
    assert list(found) == ["Gmail", "Yahoo", "Hotmail"]
    assert numbers == list(range(15))


def test_a_failure_inside_an_answer_that_went_well_is_an_error_that_names_the_part() -> None:
    failure = {"Id": "q6", "Code": "INTERNAL_FAILURE"}

    with pytest.raises(AwsRefused, match="the deliveries of Yahoo: INTERNAL_FAILURE"):
        asked_apart(["Gmail", "Yahoo"], lambda _: {"Results": [], "Errors": [failure]})


def test_few_mails_are_no_reason_to_judge() -> None:
    little, enough = days_of([FEW - 1], [FEW - 1]), days_of([FEW], [FEW])
    wanted = limits(["review"])

    assert above(told(little), wanted) == []
    assert above(told(enough), wanted) == ["bounces"]
    assert above(told(little, own=0.2), wanted) == ["bounces"], "SES's own rate counts always"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], {}),
        (["review"], {"bounces": 0.05, "complaints": 0.001}),
        (["pause"], {"bounces": 0.10, "complaints": 0.005}),
        (["review", "bounces=2"], {"bounces": 0.02, "complaints": 0.001}),
        (["complaints=0.05"], {"complaints": 0.0005}),
    ],
)
def test_limits_are_aws_s_words_or_percents(asked: list[str], found: dict[str, float]) -> None:
    assert limits(asked) == pytest.approx(found)


WRONG = ("5", "", "bounces", "bounces=", "bounces=x", "bounces=nan", "bounces=-1", "bounces=101",
         "opens=2")  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_other_limits_are_refused_with_those_there_are(wrong: str) -> None:
    with pytest.raises(UsageError, match="bounces=PERCENT"):
        limits([wrong])


@given(COUNTS)
@pytest.mark.parametrize("blocks", [True, False])
def test_a_bar_is_as_high_as_its_value_and_a_dot_is_nothing(
    blocks: bool, values: list[int]
) -> None:
    drawn = bars(values, blocks=blocks)
    order = {letter: height for height, letter in enumerate("·▁▂▃▄▅▆▇█" if blocks else ".12345678")}

    assert len(drawn) == len(values)
    assert drawn.isascii() is not blocks
    for value, letter in zip(values, drawn, strict=True):
        assert (value == 0) == (order[letter] == 0)
    heights = [order[letter] for _, letter in sorted(zip(values, drawn, strict=True))]
    assert heights == sorted(heights)


@given(COUNTS, st.integers(1, 70))
def test_days_that_share_a_bar_lose_no_mail_and_the_newest_bar_is_whole(
    values: list[int], cells: int
) -> None:
    found = squeezed(values, cells)
    size = -(-len(values) // cells)

    assert sum(found) == sum(values)
    assert len(found) <= cells
    assert found[-1] == sum(values[-size:])


@pytest.mark.parametrize(
    ("encoding", "shown"), [("utf-8", True), ("ascii", False), ("latin-1", False), ("x", False)]
)
def test_blocks_are_for_streams_that_have_them(encoding: str, shown: bool) -> None:
    assert are_shown_in(encoding) is shown


@pytest.mark.parametrize(
    ("rate", "said"),
    [(0, "0 %"), (0.05, "5 %"), (0.1, "10 %"), (0.001, "0.1 %"), (0.0116, "1.16 %"), (1, "100 %"),
     (0.00016, "0.016 %"), (1e-9, "under 0.001 %"), (12, "1,200 %")],
)  # fmt: skip
def test_a_rate_is_told_in_percent(rate: float, said: str) -> None:
    assert percent(rate) == said
