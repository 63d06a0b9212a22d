"""Bringing the suppression list to what is wanted: what lacks, and doing it at a pace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.engine.calling import ensure
from ses_provision.resources.ses import suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ses_provision.outside.aws import Connections
    from ses_provision.outside.call import Call
    from ses_provision.outside.wait import Sleep
    from ses_provision.resources.ses.suppression import Suppressed

A_SECOND = 1.0
"""Calls a second: what SES gives most operations of SESv2, an account and region (SES Developer
Guide, service quotas)."""


@dataclass(frozen=True)
class Lacking:
    """What is to be put on the list, and what stands on it already, for whatever reason."""

    to_put: tuple[tuple[str, str], ...]
    stand: int


def lacking(wanted: Mapping[str, str], live: Iterable[Suppressed]) -> Lacking:
    """What the list lacks. An address that stands on it keeps its reason and its date: SES has
    seen the bounce or the complaint itself."""
    there = {each.address for each in live}
    to_put = tuple((address, why) for address, why in wanted.items() if address not in there)
    return Lacking(to_put, len(wanted) - len(to_put))


def puts(region: str, entries: Iterable[tuple[str, str]], tenant: str = "") -> Iterator[Call]:
    """The calls that put addresses on the list."""
    return (suppression.put(region, address, why, tenant) for address, why in entries)


def paced(
    calls: Iterable[Call], connections: Connections, sleep: Sleep, rate: float = A_SECOND
) -> Iterator[Call]:
    """Send calls one after the other, at most so many a second; yield each once it is done."""
    for number, call in enumerate(calls):
        if number:
            sleep(1 / rate)
        ensure(call, connections)
        yield call


def every(region: str) -> Sequence[Call]:
    """Every call that the commands on the list may make."""
    nobody = "<address>"
    live = suppression.Settings(frozenset(), None)
    return (
        suppression.put(region, nobody, "BOUNCE"),
        suppression.delete(region, nobody),
        suppression.set_reasons(region, frozenset(), live),
    )
