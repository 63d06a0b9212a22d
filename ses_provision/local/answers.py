"""What a hosted zone answers to a DNS question: records, wildcards, delegations, or nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local import dnsnames

if TYPE_CHECKING:
    from ses_provision.local.zones import Zone

_WILDCARD = "\\052"


class Outcome(StrEnum):
    """How a question ends, in the words of DNS."""

    FOUND = "NOERROR"
    NODATA = "NODATA"
    NXDOMAIN = "NXDOMAIN"
    DELEGATED = "DELEGATED"


@dataclass(frozen=True)
class Answer:
    """The record sets that answer a question, and why there are none."""

    outcome: Outcome
    records: tuple[dict[str, Any], ...] = ()

    @property
    def values(self) -> list[str]:
        """The values of all record sets together, as Route 53 keeps them."""
        return [item["Value"] for record in self.records for item in record["ResourceRecords"]]


def closest(zones: list[Zone], name: str) -> Zone | None:
    """The public zone that answers for a name: the one with the longest matching name."""
    fitting = [zone for zone in zones if not zone.private and dnsnames.within(name, zone.name)]
    return max(fitting, key=lambda zone: len(zone.name), default=None)


def ask(zone: Zone, name: str, record_type: str) -> Answer:
    """What a zone answers for a name (canonical) and type; a CNAME answers any type.

    RFC 1034, 4.3.2 (delegations hide what lies below), RFC 4592 (wildcards cover only names that
    do not exist). Alias records point at AWS resources, which the local AWS does not have.
    """
    cut = _cut_above(zone, name, record_type)
    if cut:
        return Answer(Outcome.DELEGATED, tuple(cut))
    names = {held for held, _, _ in zone.records}
    source: str | None = name
    if not any(dnsnames.within(held, name) for held in names):
        source = _wildcard_for(zone, name, names)
    if source is None:
        return Answer(Outcome.NXDOMAIN)
    wanted = (record_type,) if record_type == "CNAME" else (record_type, "CNAME")
    for kind in wanted:
        found = [record for record in zone.at(source, kind) if "ResourceRecords" in record]
        if found:
            return Answer(Outcome.FOUND, tuple(found))
    return Answer(Outcome.NODATA)


def _cut_above(zone: Zone, name: str, record_type: str) -> list[dict[str, Any]]:
    for held, kind, _ in zone.records:
        below = dnsnames.within(name, held) and not (name == held and record_type == "DS")
        if kind == "NS" and held != zone.name and below:
            return zone.at(held, "NS")
    return []


def _wildcard_for(zone: Zone, name: str, names: set[str]) -> str | None:
    labels = name.split(".")
    for start in range(1, len(labels)):
        parent = ".".join(labels[start:])
        if not dnsnames.within(parent, zone.name):
            return None
        if f"{_WILDCARD}.{parent}" in names:
            return f"{_WILDCARD}.{parent}"
        if any(dnsnames.within(held, parent) for held in names):
            return None
    return None
