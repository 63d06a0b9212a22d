"""The only module that sleeps: tenacity, for what has not settled yet.

Throttling, 5xx and dropped connections of AWS are not its business: botocore retries those. Where
somebody else asks for patience, it is had here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import tenacity

from ses_provision.dataclass import dataclass
from ses_provision.errors import (
    AccessDenied,
    AwsRefused,
    CannotReachAws,
    NotSettled,
    ProvisionError,
)
from ses_provision.outside.refusals import Refusal, means

T = TypeVar("T")

Sleep = Callable[[float], None]

FIRST_LOOK, LONGEST_PAUSE = 5.0, 60.0  # seconds
PROPAGATION = 60.0
"""Seconds that a policy may take to reach the service that reads it; usually under ten."""


FAILED_LOOKS = 4
"""Looks that fail in a row before a wait ends with what they failed with."""


@dataclass(frozen=True)
class Looked:
    """One look that did not find what is awaited, or that failed: why. Times in seconds."""

    attempt: int
    elapsed: float
    next_in: float
    failed: str = ""


def real_sleep(seconds: float) -> None:
    """Sleep."""
    tenacity.nap.sleep(seconds)


def until(
    look: Callable[[], T],
    settled: Callable[[T], bool],
    *,
    timeout: float,
    sleep: Sleep,
    waiting: Callable[[T, Looked], None],
    longest: float = LONGEST_PAUSE,
) -> T:
    """Look until what is seen has settled: at once, then after 5 to 60 s, exponential with jitter.
    `longest` makes the longest pause shorter.

    `timeout` is in seconds of waiting. Raises NotSettled when it has passed. A look that AWS does
    not answer is not the end of a wait that has seen something: the next one may be answered, as
    after a login that had expired. Raises what the looks fail with where they fail in a row.
    """
    waited = 0.0
    seen: list[T] = []
    failed: list[Exception] = []

    def look_again() -> T:
        found = look()
        seen[:], failed[:] = [found], []
        return found

    def may_pass(error: BaseException) -> bool:
        if not seen or not isinstance(error, CannotReachAws | AwsRefused):
            return False
        failed.append(error)
        return len(failed) < FAILED_LOOKS and not isinstance(error, AccessDenied)

    def pause(seconds: float) -> None:
        nonlocal waited
        waited += seconds
        sleep(seconds)

    def out_of_time(state: tenacity.RetryCallState) -> bool:
        return waited + state.upcoming_sleep > timeout

    def tell(state: tenacity.RetryCallState) -> None:
        why = getattr(failed[-1], "message", "") if failed else ""
        waiting(seen[-1], Looked(state.attempt_number, waited, state.upcoming_sleep, why))

    try:
        return tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda found: not settled(found))
            | tenacity.retry_if_exception(may_pass),
            wait=tenacity.wait_random_exponential(
                multiplier=FIRST_LOOK, max=longest, min=FIRST_LOOK
            ),
            stop=out_of_time,
            before_sleep=tell,
            sleep=pause,
        )(look_again)
    except tenacity.RetryError as error:
        raise NotSettled(
            f"Not settled after {span(timeout)}.",
            "Nothing is lost: run the same command again to go on waiting (--timeout MINUTES).",
        ) from error


def span(seconds: float) -> str:
    """A time in words, in minutes as --timeout has it; a long one in hours."""
    unit, size = ("hour", 3600) if seconds >= 2 * 3600 else ("minute", 60)
    count = round(seconds / size, 1)
    return f"{count:g} {unit}{'' if count == 1 else 's'}"


def while_refused(call: Callable[[], T], not_yet: Sequence[Refusal], sleep: Sleep) -> T:
    """Repeat a call for a bounded time while AWS refuses it with what means "not yet"."""
    if not not_yet:
        return call()
    waited = 0.0

    def pause(seconds: float) -> None:
        nonlocal waited
        waited += seconds
        sleep(seconds)

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: means(error, not_yet)),
        wait=tenacity.wait_exponential(multiplier=1, max=15),
        stop=lambda state: waited + state.upcoming_sleep > PROPAGATION,
        sleep=pause,
        reraise=True,
    )
    return retrying(call)


class LaterError(Exception):
    """Somebody else than AWS asks for patience: what it would fail with, and how many seconds,
    where that was said."""

    def __init__(self, error: ProvisionError, seconds: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.seconds = seconds


def patiently(call: Callable[[], T], sleep: Sleep, *, tries: int = 4) -> T:
    """Repeat a call while it asks for patience: a few times, and no longer than policies may take.
    Raises what it fails with."""
    waited = 0.0

    def asked_for(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        usual = float(2 ** (state.attempt_number - 1))
        return max(usual, getattr(error, "seconds", None) or 0.0)

    def pause(seconds: float) -> None:
        nonlocal waited
        waited += seconds
        sleep(seconds)

    def enough(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= tries or waited + state.upcoming_sleep > PROPAGATION

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(LaterError),
        wait=asked_for,
        stop=enough,
        sleep=pause,
        reraise=True,
    )
    try:
        return retrying(call)
    except LaterError as later:
        raise later.error from later
