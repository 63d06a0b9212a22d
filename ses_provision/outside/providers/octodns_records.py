"""Record sets between octoDNS's records and the form of Route 53.

Inside octoDNS a text has its semicolons escaped. What else is escaped in a string of others depends
on the provider it was read from, so that their strings are compared, and never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from octodns.record import Change, Create, Delete, Record, Update
from octodns.zone import Zone

from ses_provision.names import dns_name, txt_record, txt_value

if not Record.validators.configured:
    # octoDNS does so itself at the first record, and two threads would be in each other's way.
    Record.validators.enable_sets({"legacy"})

Raw = Mapping[str, Any]
Key = tuple[str, str]


def told(zone: Zone) -> list[dict[str, Any]]:
    """Every record of a zone as a set in the form of Route 53."""
    return sorted(
        (one_set(record) for record in zone.records), key=lambda one: (one["Name"], one["Type"])
    )


def one_set(record: Record) -> dict[str, Any]:
    """One set; the values of types that we do not have are told as octoDNS has them."""
    return {
        "Name": dns_name(record.fqdn),
        "Type": record._type,
        "TTL": int(record.ttl),
        "ResourceRecords": [{"Value": value} for value in sorted(values(record))],
    }


def values(record: Record) -> Iterable[str]:
    """The values of a set."""
    held = getattr(record, "values", None) or [record.value]
    match record._type:
        case "TXT":
            return [txt_record(one.to_raw_text()) for one in held]
        case "MX":
            return [f"{one.preference} {dns_name(one.exchange)}" for one in held]
        case "CNAME" | "NS":
            return [dns_name(str(one)) for one in held]
    return [str(one) for one in held]


def made(zone: Zone, wanted: Raw, written: Sequence[str], ttl: int) -> Record:
    """A record of octoDNS with these values. Host names get their last dot: some would take one
    without for a name in the zone."""
    kind = wanted["Type"]
    if kind == "TXT":
        data: list[Any] = [txt_value(value).replace(";", "\\;") for value in written]
    elif kind == "MX":
        pairs = (value.split(None, 1) for value in written)
        data = [
            {"preference": int(first), "exchange": f"{dns_name(host)}."} for first, host in pairs
        ]
    else:
        data = [f"{dns_name(value)}." for value in written]
    given = {"value": data[0]} if kind == "CNAME" else {"values": data}
    name = zone.hostname_from_fqdn(f"{dns_name(wanted['Name'])}.")
    return Record.new(zone, name, {"type": kind, "ttl": ttl, **given})


def changes(
    zone: Zone, olds: Mapping[Key, Raw], news: Mapping[Key, Raw], *, adds_alone: bool
) -> tuple[list[Change], str]:
    """What has to be done to a zone, in an order that is safe when it ends half way: what goes
    first, then TXT, for SES may use a MAIL FROM domain as soon as it has an MX. Beside it the sets
    in which values of others would have to be written again."""
    live = {(dns_name(record.fqdn), record._type): record for record in zone.records}
    found: list[Change] = []
    shared: list[str] = []
    for key in dict.fromkeys([*olds, *news]):
        change = changed(zone, live.get(key), olds.get(key), news.get(key), adds_alone=adds_alone)
        if change is None:
            shared.append(f"{key[1]} {key[0]}")
        else:
            found.append(change)
    return sorted(found, key=rank), ", ".join(shared)


def changed(
    zone: Zone, live: Record | None, old: Raw | None, new: Raw | None, *, adds_alone: bool
) -> Change | None:
    """What has to be done to one set; None where strings of others would have to be written again,
    which each class spoils in its own way."""
    if new is None:
        return Delete(live)
    after = listed(new)
    if old is None:
        return Create(made(zone, new, after, new["TTL"]))
    before = listed(old)
    staying = [value for value in before if value in after]
    coming = [value for value in after if value not in before]
    if new["Type"] != "TXT" or not staying or (before == after and len(before) == 1):
        return Update(live, made(zone, new, after, new["TTL"]))
    if adds_alone and before == staying:
        return Create(made(zone, new, coming, old["TTL"]))
    return None


def listed(found: Raw) -> list[str]:
    """The values of a set."""
    return [one["Value"] for one in found["ResourceRecords"]]


def rank(change: Change) -> int:
    """Where a change comes."""
    if isinstance(change, Delete):
        return 0
    return 1 if change.new._type == "TXT" else 2
