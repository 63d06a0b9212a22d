"""Work side by side: in order, bounded, and what fails is alone in it. Turns of slow services."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.cli.side_by_side import Memories, Outcome, attempt, in_order
from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from ses_provision.outside import sessions
from ses_provision.outside.aws import Connections
from ses_provision.outside.memory import MOST_NAMES, Memory, merged
from ses_provision.outside.pace import GONE_WELL, TOGETHER, Doors, Paces, Timetable
from ses_provision.outside.reading import Ask, question
from ses_provision.outside.reading import Outcome as Answered
from ses_provision.worlds.shelf import Shelf
from tests.unit.toys import ENV

ITEMS = st.lists(st.integers(0, 9), max_size=12)
BOUNDS = st.integers(1, 5)


class Odd(Exception):
    """What odd items fail with."""


def double(item: int) -> int:
    """Twice an even item."""
    if item % 2:
        raise Odd(str(item))
    return 2 * item


def told(outcome: Outcome[int]) -> int | str:
    """An outcome as something to compare."""
    return outcome.value if outcome.error is None else f"failed: {outcome.error}"  # type: ignore[return-value]


@given(ITEMS, BOUNDS)
def test_outcomes_come_in_the_order_of_the_items_and_a_failure_stays_alone(
    items: list[int], at_once: int
) -> None:
    found = [told(wait()) for wait in in_order(double, items, at_once)]

    assert found == [told(attempt(double, item)) for item in items]


@given(ITEMS, BOUNDS)
def test_never_more_than_the_bound_is_under_way(items: list[int], at_once: int) -> None:
    lock, under_way, most = threading.Lock(), 0, 0

    def work(item: int) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        with lock:
            under_way -= 1

    for wait in in_order(work, items, at_once):
        wait()

    assert most <= at_once


def test_as_much_as_the_bound_is_under_way_together() -> None:
    met = threading.Barrier(3, timeout=10)

    outcomes = [wait() for wait in in_order(lambda _: met.wait(), [1, 2, 3], 3)]

    assert [one.error for one in outcomes] == [None, None, None]


def test_the_first_outcome_is_there_before_the_last_work_has_ended() -> None:
    first_told = threading.Event()

    def work(item: int) -> bool:
        return item == 0 or first_told.wait(10)

    waits = in_order(work, [0, 1], 2)
    assert next(waits)().value is True
    first_told.set()

    assert next(waits)().value is True


def test_what_has_not_begun_when_it_is_given_up_is_not_begun_any_more() -> None:
    began: list[int] = []
    held, busy = threading.Event(), threading.Barrier(3, timeout=10)

    def work(item: int) -> None:
        began.append(item)
        busy.wait()
        held.wait(10)

    waits = in_order(work, [0, 1, 2, 3], 2)
    first = next(waits)
    busy.wait()
    waits.close()
    held.set()
    first()

    assert sorted(began) == [0, 1]


def alarm(name: str) -> Ask:
    """A question that is merged with its like."""
    return Ask(
        "cloudwatch", "us-east-2", "DescribeAlarms", (("AlarmNames", (name,)),), True, "AlarmNames"
    )


def toy(name: str) -> Ask:
    """A question like any other."""
    return question("toys", "us-east-2", "GetToy", on=(), Name=name)


@given(st.lists(st.integers(0, 400), max_size=400))
def test_merged_questions_name_no_more_than_aws_takes_and_answer_each_once(
    numbers: list[int],
) -> None:
    asks = list(dict.fromkeys(alarm(f"a{number}") for number in numbers))

    sent = merged(asks)

    assert [one for asked in sent.values() for one in asked] == asks
    for general, asked in sent.items():
        names = dict(general.params)["AlarmNames"]
        assert list(names) == [one.params[0][1][0] for one in asked]  # type: ignore[index, arg-type]
        assert len(names) <= MOST_NAMES  # type: ignore[arg-type]


class Clerk:
    """Answers questions, and counts them."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []

    def answer(self, asked: Ask) -> Answered:
        """The question's parameters."""
        self.asked.append(asked)
        return dict(asked.params)


def test_who_shares_a_memory_asks_nothing_twice_and_foreseen_alarms_are_asked_for_together() -> (
    None
):
    clerk = Clerk()
    shared = Memory(lambda: [alarm("a"), alarm("b"), toy("z")])

    with ThreadPoolExecutor(2) as pool:
        first, asked_first = shared.outcomes([toy("x"), alarm("a")], clerk.answer, pool)
        second, asked_second = shared.outcomes([toy("x"), alarm("b")], clerk.answer, pool)

    assert (asked_first, asked_second) == (True, False)
    assert first == second == [{"Name": "x"}, {"AlarmNames": ("a", "b")}]
    assert len(clerk.asked) == 2


def test_only_who_gets_the_same_answers_about_the_same_account_shares_a_memory() -> None:
    beside = ENV.model_copy(update={"name": "beside"})
    elsewhere = ENV.model_copy(update={"name": "elsewhere", "account_id": "444455556666"})
    memories = Memories([ENV, beside, elsewhere])

    def of(env: Environment, whose: str) -> Memory:
        return memories.of(env, types.SimpleNamespace(whose=whose))  # type: ignore[arg-type]

    assert of(beside, "reader") is of(ENV, "reader")
    assert of(beside, "admin") is not of(ENV, "reader")
    assert of(elsewhere, "reader") is not of(ENV, "reader")


def test_a_question_that_is_under_way_is_waited_for_and_not_asked_again() -> None:
    asked, go_on = threading.Event(), threading.Event()
    clerk = Clerk()

    def slowly(one: Ask) -> Answered:
        asked.set()
        go_on.wait(10)
        return clerk.answer(one)

    shared = Memory()
    with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(2) as readers:
        first = readers.submit(shared.outcomes, [toy("x")], slowly, pool)
        asked.wait(10)
        second = readers.submit(shared.outcomes, [toy("x")], slowly, pool)
        go_on.set()

        assert first.result() == ([{"Name": "x"}], True)
        assert second.result() == ([{"Name": "x"}], False)
    assert clerk.asked == [toy("x")]


STEP = st.tuples(st.floats(0, 10), st.booleans())


@given(st.lists(STEP, max_size=40))
def test_requests_go_at_once_until_one_was_too_fast_and_then_apart(
    steps: list[tuple[float, bool]],
) -> None:
    table, now, last = Timetable(1.0), 0.0, float("-inf")
    for later, too_fast in steps:
        now += later
        was_slow = bool(table.slow_for)
        departure = table.departure(now)

        assert departure >= now
        if was_slow:
            assert departure >= last + 1.0 - 1e-9
            last = departure
        else:
            assert departure == now
        table.heed(now, too_fast=too_fast)


def test_a_service_is_no_longer_slow_once_some_requests_in_a_row_went_well() -> None:
    table = Timetable(1.0)
    table.heed(0.0, too_fast=True)
    departures = []
    for _ in range(GONE_WELL + 2):
        departures.append(table.departure(0.0))
        table.heed(0.0, too_fast=False)

    assert departures == [float(number) for number in range(1, GONE_WELL + 1)] + [0.0, 0.0]


def test_a_service_that_proves_slow_again_is_believed_for_longer() -> None:
    table = Timetable(1.0)
    lasted = []
    for _ in range(3):
        table.heed(0.0, too_fast=True)
        lasted.append(table.slow_for)
        while table.slow_for:
            table.heed(0.0, too_fast=False)

    assert lasted == [GONE_WELL, 2 * GONE_WELL, 4 * GONE_WELL]


def refused(code: str) -> dict[str, Any]:
    """A response as botocore has parsed it."""
    return {"Error": {"Code": code}} if code else {}


@pytest.mark.parametrize(
    ("code", "waits"),
    [
        ("TooManyRequestsException", [1.1, 2.2]),
        ("Throttling", [1.1, 2.2]),
        ("NotFound", []),
        ("", []),
    ],
)
def test_only_after_a_refusal_for_haste_requests_of_that_service_and_region_wait(
    code: str, waits: list[float]
) -> None:
    slept: list[float] = []
    paces = Paces(slept.append, lambda: 0.0)
    here, there = {"client_region": "us-east-2"}, {"client_region": "eu-west-1"}

    paces.heed("sesv2", context=here, parsed_response=refused(code))
    for place in (there, here, here):
        paces.take_turn("sesv2", types.SimpleNamespace(context=place))

    assert slept == waits


def test_every_request_of_a_paced_service_waits_for_its_turn_and_is_heeded(
    local: LocalAws, env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[str] = []
    monkeypatch.setattr(Paces, "take_turn", lambda _, service, **__: turns.append(service))
    monkeypatch.setattr(Paces, "heed", lambda _, service, **__: turns.append(f"{service} said"))
    with serving(local) as address:
        connections = Connections(sessions.local_session(env.account_id), endpoint_url=address.url)
        for service, operation in (
            ("sesv2", "GetAccount"),
            ("route53", "ListHostedZones"),
            ("sts", "GetCallerIdentity"),
        ):
            found = connections.answer(question(service, "us-east-1", operation, on=()))
            assert isinstance(found, dict)

    assert turns == ["sesv2", "sesv2 said", "route53", "route53 said"]


def test_few_calls_to_a_paced_service_are_under_way_together_and_any_number_to_others() -> None:
    doors = Doors()
    paced = [doors.to("sesv2", "us-east-2").acquire(blocking=False) for _ in range(TOGETHER + 1)]
    elsewhere = doors.to("sesv2", "eu-west-1").acquire(blocking=False)
    others = [doors.to("sns", "us-east-2").acquire(blocking=False) for _ in range(TOGETHER + 1)]

    assert paced == [True] * TOGETHER + [False]
    assert elsewhere
    assert all(others)


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 4))
def test_a_shelf_hands_out_the_same_connections_and_keeps_the_last_used(
    wanted: list[int], kept: int
) -> None:
    made: list[int] = []
    shelf = Shelf(kept)

    def connecting(whose: int) -> Callable[[], Any]:
        def connect() -> Any:
            made.append(whose)
            return (whose, len(made))

        return connect

    recent: list[int] = []
    for whose in wanted:
        before = len(made)
        found: Any = shelf.take(whose, connecting(whose))

        assert found[0] == whose
        assert (len(made) == before) == (whose in recent[-kept:])
        recent = [one for one in recent if one != whose] + [whose]


def test_what_failed_is_raised_where_it_is_asked_for() -> None:
    with pytest.raises(Odd):
        attempt(double, 3).get()
    assert attempt(double, 4).get() == 8
