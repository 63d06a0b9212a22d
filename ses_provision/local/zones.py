"""Hosted zones and their record sets, and what a batch of changes does to them."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.local import dnsnames, dnsvalues
from ses_provision.local.contract import AwsError, Params

Key = tuple[str, str, str]  # name, type, set identifier

_ROUTING = (
    "Weight",
    "Region",
    "GeoLocation",
    "Failover",
    "MultiValueAnswer",
    "CidrRoutingConfig",
    "GeoProximityLocation",
)


@dataclass
class Zone:
    """One hosted zone."""

    id: str
    name: str
    caller_reference: str
    private: bool = False
    comment: str = ""
    vpcs: list[dict[str, str]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    name_servers: tuple[str, ...] = ()
    records: dict[Key, dict[str, Any]] = field(default_factory=dict)

    def ordered(self) -> list[dict[str, Any]]:
        """The record sets in the order in which Route 53 lists them."""
        return [self.records[key] for key in sorted(self.records, key=order)]

    def at(self, name: str, record_type: str) -> list[dict[str, Any]]:
        """The record sets of one name (canonical) and type."""
        return [
            record
            for (found, kind, _), record in self.records.items()
            if found == name and kind == record_type
        ]


def order(key: Key) -> tuple[str, str, str]:
    """Sorts keys as Route 53 lists record sets."""
    name, record_type, identifier = key
    return dnsnames.sort_key(name), record_type, identifier


def apply_changes(zone: Zone, changes: list[Params]) -> None:
    """Carry out a batch, all of it or nothing; InvalidChangeBatch holds every reason.

    API Reference, ChangeResourceRecordSets: a batch is a transaction.
    """
    records = dict(zone.records)
    faults: list[str] = []
    seen: set[tuple[str, Key]] = set()
    for change in changes:
        _check_shape(change)
        fault = _step(zone, records, change, seen)
        if fault:
            faults.append(fault)
    faults = faults or _conflicts(zone, records, changes)
    if faults:
        raise AwsError("InvalidChangeBatch", f"[{', '.join(faults)}]")
    zone.records = records


def _check_shape(change: Params) -> None:
    record = change["ResourceRecordSet"]
    plain = "TTL" in record and bool(record.get("ResourceRecords"))
    alias = "AliasTarget" in record
    described = (
        f"[Action={change['Action']}, Name={record['Name']}, Type={record['Type']}, "
        f"SetIdentifier={record.get('SetIdentifier', 'null')}]"
    )
    choices = "[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]"
    if plain == alias:
        found = "more than one" if plain else "none"
        raise AwsError(
            "InvalidInput",
            f"Invalid request: Expected exactly one of {choices}, but found {found} in Change "
            f"with {described}",
        )
    if bool(record.get("SetIdentifier")) != any(member in record for member in _ROUTING):
        raise AwsError(
            "InvalidInput",
            "Invalid request: Missing field 'SetIdentifier' or a routing policy in Change with "
            f"{described}",
        )


def _step(
    zone: Zone,
    records: dict[Key, dict[str, Any]],
    change: Params,
    seen: set[tuple[str, Key]],
) -> str | None:
    action = change["Action"]
    try:
        record = normal(change["ResourceRecordSet"])
    except dnsnames.BadNameError:
        name = change["ResourceRecordSet"]["Name"]
        return f"FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with '{name}'"
    key = key_of(record)
    kind = "DELETE" if action == "DELETE" else "SET"
    if (kind, key) in seen:
        # V-real: schwamster/serverless-certificate-creator#28.
        return (
            "The request contains an invalid set of changes for a resource record set "
            f"'{record['Type']} {record['Name']}'"
        )
    seen.add((kind, key))
    described = f"resource record set [name='{record['Name']}', type='{record['Type']}']"
    if action == "DELETE":
        return _delete(zone, records, record, described)
    if action == "CREATE" and key in records:
        return f"Tried to create {described} but it already exists"
    fault = _record_fault(zone, record)
    if fault is None:
        records[key] = record
    return fault


def _delete(
    zone: Zone, records: dict[Key, dict[str, Any]], record: dict[str, Any], described: str
) -> str | None:
    key = key_of(record)
    if key not in records:
        return f"Tried to delete {described} but it was not found"
    if not _same(records[key], record):
        return (
            f"Tried to delete {described} but the values provided do not match the current values"
        )
    if record["Name"] == zone.name and record["Type"] == "NS":
        return "A HostedZone must contain at least one NS record for the zone itself."
    if record["Name"] == zone.name and record["Type"] == "SOA":
        return "A HostedZone must contain exactly one SOA record."
    del records[key]
    return None


def _record_fault(zone: Zone, record: dict[str, Any]) -> str | None:
    name, record_type = record["Name"], record["Type"]
    if not dnsnames.within(name, zone.name):
        return f"RRSet with DNS name {name} is not permitted in zone {zone.name}"
    if record_type == "SOA" and name != zone.name:
        return f"RRSet of type SOA with DNS name {name} is only permitted at apex"
    if record_type == "CNAME" and name == zone.name:
        return (
            f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone.name}"
        )
    values = [item["Value"] for item in record.get("ResourceRecords", [])]
    if record_type in ("CNAME", "SOA") and len(values) > 1:
        # That it is refused is in ResourceRecordTypes.md; the words are ours.
        return f"RRSet of type {record_type} with DNS name {name} can hold only one value"
    if len(values) != len(set(values)):
        return f"Duplicate Resource Record: '{_first_twice(values)}'"
    return next(filter(None, (dnsvalues.fault(record_type, value) for value in values)), None)


def _first_twice(values: list[str]) -> str:
    return next(value for value in values if values.count(value) > 1)


def _conflicts(zone: Zone, records: dict[Key, dict[str, Any]], changes: list[Params]) -> list[str]:
    """CNAMEs that would share their name with other records, once the whole batch is done.

    V-real: ansible-collections/amazon.aws#2694; GSA-TTS/dns#443 (two spaces after "type").
    """
    faults = []
    for change in changes:
        if change["Action"] == "DELETE":
            continue
        record = normal(change["ResourceRecordSet"])
        name, record_type = record["Name"], record["Type"]
        beside = {kind for found, kind, _ in records if found == name} - {record_type}
        if record_type == "CNAME" and beside:
            faults.append(
                f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with "
                f"other records with the same DNS name in zone {zone.name}"
            )
        elif "CNAME" in beside:
            faults.append(
                f"RRSet of type {record_type} with DNS name {name} is not permitted because a "
                f"conflicting RRSet of type  CNAME with the same DNS name already exists in zone "
                f"{zone.name}"
            )
        elif (
            len(
                {
                    bool(identifier)
                    for key in records
                    for identifier in [key[2]]
                    if key[:2] == (name, record_type)
                }
            )
            > 1
        ):
            faults.append(
                f"RRSet with DNS name {name}, type {record_type} cannot be created as other "
                f"RRSets exist with the same name and type."
            )
    return faults


def normal(record: Params) -> dict[str, Any]:
    """A record set as Route 53 stores it."""
    kept = {key: value for key, value in record.items() if value not in (None, [])}
    kept["Name"] = dnsnames.canonical(record["Name"])
    if "AliasTarget" in kept:
        alias = dict(kept["AliasTarget"])
        alias["DNSName"] = dnsnames.canonical(alias["DNSName"])
        kept["AliasTarget"] = alias
    return kept


def key_of(record: dict[str, Any]) -> Key:
    """What makes a record set itself in a zone."""
    return record["Name"], record["Type"], record.get("SetIdentifier", "")


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    def comparable(record: dict[str, Any]) -> dict[str, Any]:
        values = sorted(item["Value"] for item in record.get("ResourceRecords", []))
        return record | {"ResourceRecords": values}

    return comparable(one) == comparable(other)
