"""Waiting: exponential with jitter, bounded, and without a real second passing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.errors import AccessDenied, AwsRefused, CannotReachAws, NotSettled
from ses_provision.outside import wait
from ses_provision.outside.refusals import Refusal

NEVER = 10**9


class Clock:
    """Counts what was slept."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    @property
    def elapsed(self) -> float:
        return sum(self.slept)


def await_look(clock: Clock, settles_at: int, timeout: float) -> tuple[int, list[wait.Looked]]:
    """Look until the look with this number; the result, and what was told meanwhile."""
    looks = iter(range(1, NEVER))
    told: list[wait.Looked] = []
    found = wait.until(
        lambda: next(looks),
        lambda seen: seen == settles_at,
        timeout=timeout,
        sleep=clock.sleep,
        waiting=lambda _, looked: told.append(looked),
    )
    return found, told


def test_what_has_settled_already_is_found_without_sleeping() -> None:
    clock = Clock()

    assert await_look(clock, settles_at=1, timeout=0) == (1, [])
    assert clock.slept == []


@given(st.integers(2, 40))
def test_pauses_grow_from_5_seconds_and_stay_between_5_and_60(settles_at: int) -> None:
    clock = Clock()

    await_look(clock, settles_at, timeout=NEVER)

    assert len(clock.slept) == settles_at - 1
    assert clock.slept[0] == 5
    for number, pause in enumerate(clock.slept):
        assert 5 <= pause <= min(60, 5 * 2**number)


def test_pauses_have_jitter_so_that_two_who_wait_do_not_look_together() -> None:
    clock = Clock()

    await_look(clock, 100, timeout=NEVER)

    late = clock.slept[10:]
    assert len({round(pause, 3) for pause in late}) > len(late) / 2
    assert max(late) > 30


@given(st.floats(0, 4000))
def test_waiting_never_takes_longer_than_its_timeout_and_then_ends_with_status_75(
    timeout: float,
) -> None:
    clock = Clock()

    with pytest.raises(NotSettled) as raised:
        await_look(clock, settles_at=NEVER, timeout=timeout)

    assert clock.elapsed <= timeout
    assert clock.elapsed >= timeout - 60
    assert raised.value.exit_status == 75


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1, "1 minute"),
        (1.5, "1.5 minutes"),
        (60, "60 minutes"),
        (24 * 60, "24 hours"),
        (30 * 24 * 60, "720 hours"),
    ],
)
def test_a_timeout_says_after_how_long_and_how_to_go_on(minutes: float, said: str) -> None:
    with pytest.raises(NotSettled) as raised:
        await_look(Clock(), settles_at=NEVER, timeout=60 * minutes)

    assert raised.value.message == f"Not settled after {said}."
    assert "--timeout" in raised.value.hint


def test_each_look_that_found_nothing_tells_how_long_it_has_been_and_when_the_next_is() -> None:
    clock = Clock()

    _, told = await_look(clock, settles_at=5, timeout=NEVER)

    assert [looked.attempt for looked in told] == [1, 2, 3, 4]
    assert [looked.next_in for looked in told] == clock.slept
    for before, after in pairwise(told):
        assert after.elapsed == pytest.approx(before.elapsed + before.next_in)


def test_an_error_while_looking_is_not_waited_for() -> None:
    clock = Clock()

    def look() -> int:
        raise AwsRefused("no", code="AccessDenied")

    with pytest.raises(AwsRefused):
        wait.until(look, lambda _: False, timeout=60, sleep=clock.sleep, waiting=lambda *_: None)
    assert clock.slept == []


class Refusing:
    """A call that AWS refuses some times."""

    def __init__(self, times: int, code: str = "BadRequestException") -> None:
        self.left = times
        self.code = code
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise AwsRefused("no", code=self.code)
        return "done"


NOT_YET = (Refusal("BadRequestException"),)


def test_a_call_that_is_refused_for_now_is_repeated_until_it_goes_through() -> None:
    clock, call = Clock(), Refusing(3)

    assert wait.while_refused(call, NOT_YET, clock.sleep) == "done"
    assert call.calls == 4
    assert clock.slept == [1, 2, 4]


def test_a_call_that_stays_refused_ends_with_the_refusal_after_a_bounded_time() -> None:
    clock, call = Clock(), Refusing(NEVER)

    with pytest.raises(AwsRefused):
        wait.while_refused(call, NOT_YET, clock.sleep)
    assert 30 < clock.elapsed <= wait.PROPAGATION


def test_another_refusal_is_not_waited_for() -> None:
    clock, call = Clock(), Refusing(1, code="AccessDenied")

    with pytest.raises(AwsRefused):
        wait.while_refused(call, NOT_YET, clock.sleep)
    assert (call.calls, clock.slept) == (1, [])


def test_a_call_that_knows_no_such_code_is_made_once() -> None:
    call = Refusing(1)

    with pytest.raises(AwsRefused):
        wait.while_refused(call, (), Clock().sleep)
    assert call.calls == 1


def test_real_sleeping_is_tenacitys(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)

    wait.real_sleep(5)

    assert slept == [5]


class Looks:
    """What a look gives, one after the other; errors are raised."""

    def __init__(self, *given: object) -> None:
        self.given = iter(given)
        self.told: list[wait.Looked] = []

    def run(self) -> object:
        """Wait until a look gives "settled"."""
        return wait.until(
            self.look,
            lambda seen: seen == "settled",
            timeout=24 * 3600,
            sleep=lambda _: None,
            waiting=lambda _, looked: self.told.append(looked),
        )

    def look(self) -> object:
        """The next look."""
        found = next(self.given)
        if isinstance(found, Exception):
            raise found
        return found


EXPIRED = CannotReachAws("The credentials have expired.", "Log in again.")
THROTTLED = AwsRefused("Too fast.", code="TooManyRequestsException")


def test_a_wait_survives_looks_that_fail_and_tells_of_them() -> None:
    looks = Looks("pending", EXPIRED, THROTTLED, "pending", EXPIRED, "settled")

    assert looks.run() == "settled"
    assert [one.failed for one in looks.told] == [
        "", "The credentials have expired.", "Too fast.", "", "The credentials have expired.",
    ]  # fmt: skip


def test_looks_that_go_on_failing_end_the_wait_with_what_they_failed_with() -> None:
    looks = Looks("pending", *[EXPIRED] * wait.FAILED_LOOKS)

    with pytest.raises(CannotReachAws, match="have expired"):
        looks.run()


@pytest.mark.parametrize(
    "given",
    [
        (EXPIRED,),
        ("pending", ValueError("a bug")),
        ("pending", AccessDenied("no", code="x", operation="x", action="x", resource="x")),
    ],
    ids=["the first look", "a bug", "a denial"],
)
def test_what_waiting_does_not_mend_ends_the_wait_at_once(given: tuple[object, ...]) -> None:
    looks = Looks(*given)

    with pytest.raises((CannotReachAws, ValueError, AccessDenied)):
        looks.run()

    assert len(looks.told) == len(given) - 1
