"""Sending calls in order, and which of them complete which thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ses_provision.errors import ProvisionError, Stopped
from ses_provision.outside import wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ses_provision.outside.aws import Connections
    from ses_provision.outside.call import Call

T = TypeVar("T")


def send(
    call: Call,
    step_id: str,
    title: str,
    connections: Connections,
    sleep: wait.Sleep = wait.real_sleep,
) -> None:
    """Make one call, saying which step it belongs to where it fails."""
    try:
        wait.while_refused(lambda: connections.send(call), call.not_yet, sleep)
    except ProvisionError as error:
        raise Stopped(
            f"Stopped in step {step_id} ({title}): {error.message}", error.hint, error
        ) from error


def batches(wanted: Iterable[tuple[T, Sequence[Call]]]) -> list[tuple[Call, list[T]]]:
    """The calls for several things in order, each with the things it completes.

    Record changes of one zone are one call, so that they are made as a whole or not at all.
    """
    result: list[tuple[Call, list[T]]] = []
    for one, calls in wanted:
        for call in calls:
            completed = [one] if call is calls[-1] else []
            both = result[-1][0].joined(call) if result else None
            if both is None:
                result.append((call, completed))
            else:
                result[-1] = (both, result[-1][1] + completed)
    return result
