"""A zone that records are written into, wherever it is kept: the port that each provider serves.

A record set is told in one form for all of them, that of Route 53 (`Raw`), and so is a change: a
set that was absent is CREATEd, and one that differs is DELETEd exactly as it was read and CREATEd
anew in the same batch. A provider makes of that whatever refuses it where the zone has moved since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ses_provision.dataclass import dataclass
from ses_provision.names import dns_name, parents
from ses_provision.outside.call import Call, Doubt
from ses_provision.outside.reading import Answers, Reading
from ses_provision.outside.refusals import Refusal

Raw = Mapping[str, Any]
"""A record set as Route 53 writes it."""


ADD, REMOVE = "add", "remove"
EVERY_WAY = frozenset({ADD, REMOVE})
"""What may be done to one value of a set while the others stay as they are."""


class DnsZone(Protocol):
    """A zone and how it is read and changed; a value, with no client inside."""

    @property
    def name(self) -> str:
        """Its name, without the last dot."""

    @property
    def id(self) -> str:
        """What tells it from another zone of its name."""

    @property
    def kind(self) -> str:
        """What zones of its provider are called."""

    @property
    def name_servers(self) -> tuple[str, ...]:
        """Its name servers, as far as they are known."""

    @property
    def alone(self) -> frozenset[str]:
        """What its provider does to one value of a set and leaves the others as they are."""

    def at(self, names: Sequence[str]) -> Reading[dict[str, list[Raw]]]:
        """The record sets at each name."""

    def seen_anyway(self) -> Reading[Sequence[Raw]]:
        """Record sets at other names that came with an answer."""

    def change(self, changes: Iterable[tuple[str, Raw]]) -> Call:
        """One batch of changes; but for those by octoDNS, made as a whole or not at all."""

    def holding(self, *sets: Raw) -> Answers:
        """What its provider answers where these sets stand, for rehearsals."""


def change_of(
    service: str,
    place: str,
    operation: str,
    zone: Mapping[str, str],
    changes: Iterable[tuple[str, Raw]],
    already: tuple[Refusal, ...],
    doubt: Doubt,
) -> Call:
    """Changes of a zone that is not at AWS: no policy allows them, and they are read back."""
    entries = [{"Action": verb, "ResourceRecordSet": dict(found)} for verb, found in changes]
    return Call(
        service,
        place,
        operation,
        {**zone, "ChangeBatch": {"Changes": entries}},
        on=(),
        already=already,
        batch=("ChangeBatch", "Changes"),
        doubt=doubt,
    )


@dataclass(frozen=True)
class Reach:
    """What a key may do beside what it has to, as far as its provider tells: how many other zones
    it sees, and what else it may do in this one, where that is told at all."""

    others: int = 0
    beyond: tuple[str, ...] = ()
    only_reads: bool = False
    tells_rights: bool = True

    @property
    def is_narrow(self) -> bool:
        """It is for the records of one zone."""
        return not (self.others or self.beyond or self.only_reads)


def at_name(sets: Iterable[Raw], name: str) -> list[Raw]:
    """The record sets of one name among those in a list."""
    return [found for found in sets if dns_name(found["Name"]) == name]


def above(name: str, zone: str) -> list[str]:
    """The names between a name and the zone's own, where a delegation could take it away."""
    return [parent for parent in parents(name) if parent.endswith(f".{zone}")]
