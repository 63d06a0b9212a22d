"""Sending calls in order, and which of them complete which thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ses_provision.errors import AwsRefused, NotSettled, ProvisionError, Stopped
from ses_provision.outside import wait
from ses_provision.outside.refusals import means

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ses_provision.outside.aws import Connections
    from ses_provision.outside.call import Begun, Call
    from ses_provision.outside.reading import Answer

T = TypeVar("T")


class AlreadySo(Stopped):
    """AWS refused, for a thing is as the call wants it: the first reply was lost, or somebody else
    was faster."""


def send(
    call: Call,
    step_id: str,
    title: str,
    connections: Connections,
    sleep: wait.Sleep = wait.real_sleep,
) -> None:
    """Make one call, saying which step it belongs to where it fails.

    Raises AlreadySo where the refusal is one that the call declares as such, else Stopped.
    """
    try:
        whole = completed(call, connections)
        wait.while_refused(lambda: connections.send(whole), call.not_yet, sleep)
        if call.begins is not None:
            insist_on_the_end(call, call.begins, connections, sleep)
    except ProvisionError as error:
        kind = AlreadySo if means(error, call.already) else Stopped
        raise kind(
            f"Stopped in step {step_id} ({title}): {error.message}", error.hint, error
        ) from error


def completed(call: Call, connections: Connections) -> Call:
    """A call with what had to be learned first."""
    if call.learns is None:
        return call
    answer = connections.answer(call.learns.asked)
    if isinstance(answer, Exception):
        raise answer
    return call.learns.put_into(call, answer)


LONGEST_BEGUN = 900.0
"""Seconds that AWS is given for what a call only begins: a stream takes a minute or two."""


def insist_on_the_end(
    call: Call, begun: Begun, connections: Connections, sleep: wait.Sleep
) -> None:
    """Wait until what a call has begun is over, and well."""

    def look() -> Answer:
        found = connections.answer(begun.asked)
        if isinstance(found, Exception):
            raise found
        return found

    what = f"{call.service} {call.operation}"
    try:
        answer = wait.until(
            look,
            lambda found: begun.seen(found) not in begun.pending,
            timeout=LONGEST_BEGUN,
            sleep=sleep,
            waiting=lambda *_: None,
            longest=2 * wait.FIRST_LOOK,
        )
    except NotSettled as error:
        raise NotSettled(
            f"{what} was accepted, and is not over after {wait.span(LONGEST_BEGUN)}.",
            "Nothing is lost: run the same command again.",
        ) from error
    state = begun.seen(answer)
    if state != begun.good:
        why = begun.seen(answer, begun.why) if begun.why else None
        raise AwsRefused(
            f"{what} was accepted, and ended as {state}: {why or 'no reason given'}",
            "Mend what AWS names, and run the same command again.",
            operation=call.operation,
        )


def ensure(call: Call, connections: Connections) -> None:
    """Make one call of no step; where it is so already, all is well."""
    try:
        connections.send(call)
    except ProvisionError as error:
        if not means(error, call.already):
            raise


def batches(wanted: Iterable[tuple[T, Sequence[Call]]]) -> list[tuple[Call, list[T]]]:
    """The calls for several things in order, each with the things it completes.

    Calls that may be sent together are one: changes of a zone are made as a whole or not at all.
    """
    result: list[tuple[Call, list[T]]] = []
    for thing, calls in wanted:
        for call in calls:
            completed = [thing] if call is calls[-1] else []
            joined = result[-1][0].joined(call) if result else None
            if joined is None:
                result.append((call, completed))
            else:
                result[-1] = (joined, result[-1][1] + completed)
    return result
