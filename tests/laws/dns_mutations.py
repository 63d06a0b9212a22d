"""What somebody may change behind the tool's back in DNS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.laws.somebody import Kinds, Made, Somebody


def record_set(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A record set of ours: other values, another TTL, gone."""
    zone, name, kind = they.zone_of(wanted), wanted["name"], wanted["type"]

    def live() -> dict[str, Any]:
        [found] = they.record_sets(zone, name, kind)
        return found

    # What could be another's, such as a CNAME below the domain, is ours only as far as it is SES's.
    tracked = any("awstrack" in value for value in wanted["values"])
    elsewhere = {
        "CNAME": "r.sa-east-1.awstrack.me" if tracked else "x.example.net",
        "MX": "10 feedback-smtp.sa-east-1.amazonses.com",
        "TXT": '"v=DKIM1; k=rsa; p=QW5vdGhlcg=="',
    }[kind]

    def upsert(**changed: Any) -> Callable[[], object]:
        return lambda: they.change(zone, ("UPSERT", {**live(), **changed}))

    yield "values", {"values"}, they.changed_records, upsert(ResourceRecords=[{"Value": elsewhere}])
    yield "TTL", {"ttl"}, they.changed_records, upsert(TTL=71)
    yield "no record", set(), they.changed_records, lambda: they.change(zone, ("DELETE", live()))


def txt_value(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """Our string among the TXT strings of a name."""
    zone, name = they.zone_of(wanted), wanted["name"]

    def live() -> dict[str, Any]:
        [found] = they.record_sets(zone, name, "TXT")
        return found

    def without() -> None:
        values = live()["ResourceRecords"]
        kept = [held for held in values if wanted["value"] not in held["Value"]]
        verb = ("UPSERT", {**live(), "ResourceRecords": kept}) if kept else ("DELETE", live())
        they.change(zone, verb)

    gone = {"value"} if len(live()["ResourceRecords"]) > 1 else set()
    yield "no string", gone, they.changed_records, without
    if not gone:  # beside strings of others their time to live holds
        yield (
            "TTL",
            {"ttl"},
            they.changed_records,
            lambda: they.change(zone, ("UPSERT", live() | {"TTL": 71})),
        )


def dmarc(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The DMARC record, where it is ours and not inherited."""
    zone, name = they.zone_of(wanted), f"_dmarc.{wanted['domain']}"
    if not they.record_sets(zone, name, "TXT"):
        return

    def live() -> dict[str, Any]:
        [found] = they.record_sets(zone, name, "TXT")
        return found

    if "p=none" not in wanted["value"]:
        weaker = wanted["value"].replace("p=quarantine", "p=none").replace("p=reject", "p=none")
        value = [{"Value": json.dumps(weaker)}]
        yield (
            "weaker",
            {"policy"},
            they.changed_records,
            lambda: they.change(zone, ("UPSERT", live() | {"ResourceRecords": value})),
        )
    yield (
        "TTL",
        {"ttl"},
        they.changed_records,
        lambda: they.change(zone, ("UPSERT", live() | {"TTL": 71})),
    )
    yield "no record", set(), they.changed_records, lambda: they.change(zone, ("DELETE", live()))


KINDS: Kinds = {
    "RecordSet": record_set,
    "TxtValue": txt_value,
    "BimiRecord": txt_value,
    "Dmarc": dmarc,
}
