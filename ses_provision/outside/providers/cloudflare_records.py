"""Record sets between Cloudflare's API and the form of Route 53.

At Cloudflare each value is a record with an id, a TTL and a proxy status of its own. A set bears
the ids of its values, so that a change touches those that are meant and no others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from ses_provision.names import dns_name, txt_record
from ses_provision.outside.providers import record_text

Row = Mapping[str, Any]
"""A record as Cloudflare writes it."""

AUTOMATIC, MEANT = 1, 300
"""The TTL that Cloudflare calls automatic, and the seconds that it means (Cloudflare documentation,
time to live)."""
HOSTS = frozenset({"CNAME", "MX", "NS", "PTR"})
"""Types whose content is a host name, perhaps with a priority."""


def told(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Records as sets in the form of Route 53."""
    held: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        held[dns_name(row["name"]), row["type"]].append(row)
    return [one_set(name, kind, found) for (name, kind), found in sorted(held.items())]


def one_set(name: str, kind: str, rows: Sequence[Row]) -> dict[str, Any]:
    """The records of a name and type as one set; its TTL is the shortest of theirs."""
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    found: dict[str, Any] = {
        "Name": name,
        "Type": kind,
        "TTL": min(seconds(row) for row in ordered),
        "ResourceRecords": [{"Value": value(row), "Id": str(row["id"])} for row in ordered],
    }
    disguise = {way for row in ordered for way in disguises(row)}
    return {**found, "Disguise": sorted(disguise)} if disguise else found


def disguises(row: Row) -> list[str]:
    """How DNS answers something else than the record says."""
    settings = row.get("settings") or {}
    flattened = row["type"] == "CNAME" and settings.get("flatten_cname")
    return [*(["proxied"] if row.get("proxied") else []), *(["flattened"] if flattened else [])]


def seconds(row: Row) -> int:
    """The TTL of a record in seconds."""
    ttl = int(row["ttl"])
    return MEANT if ttl == AUTOMATIC else ttl


def value(row: Row) -> str:
    """The value of a record in the form of Route 53."""
    content = str(row["content"])
    if row["type"] == "TXT":
        return text(content)
    if row["type"] not in HOSTS:
        return content
    priority = f"{row.get('priority', 0)} " if row["type"] == "MX" else ""
    return f"{priority}{dns_name(content)}"


def text(content: str) -> str:
    """A text, which is in quotes as in master files, or as it was once typed in."""
    if content.startswith('"'):
        try:
            held = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, content)
            return record_text.value(held)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            pass
    return txt_record(content)


def batch(changes: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Changes as one batch: what goes by its id, what gets another TTL or is shown as it is by its
    id, what comes. A value that stands before and after is in none of them."""
    deletes: list[dict[str, Any]] = []
    patches: list[dict[str, Any]] = []
    posts: list[dict[str, Any]] = []
    olds, news = by_verb(changes)
    for key in dict.fromkeys([*olds, *news]):
        old, new = olds.get(key), news.get(key)
        coming = [held["Value"] for held in new["ResourceRecords"]] if new else []
        for held in old["ResourceRecords"] if old else ():
            if held["Value"] not in coming:
                deletes.append({"id": held["Id"]})
                continue
            coming.remove(held["Value"])
            patch = mended(old or {}, new or {})
            if patch:
                patches.append({"id": held["Id"], **patch})
        posts += [record(new or {}, one) for one in coming]
    whole = {"deletes": deletes, "patches": patches, "posts": posts}
    return {name: listed for name, listed in whole.items() if listed}


Set = Mapping[str, Any]


def by_verb(
    changes: Iterable[Mapping[str, Any]],
) -> tuple[dict[tuple[str, str], Set], dict[tuple[str, str], Set]]:
    """What goes and what comes, by name and type."""
    found: dict[str, dict[tuple[str, str], Set]] = {"DELETE": {}, "CREATE": {}}
    for change in changes:
        held = change["ResourceRecordSet"]
        found[change["Action"]][dns_name(held["Name"]), held["Type"]] = held
    return found["DELETE"], found["CREATE"]


def mended(old: Set, new: Set) -> dict[str, Any]:
    """What has to be otherwise of a value that stays."""
    patch: dict[str, Any] = {}
    disguise = old.get("Disguise", ())
    if old["TTL"] != new["TTL"] or disguise:
        patch["ttl"] = new["TTL"]
    if "proxied" in disguise:
        patch["proxied"] = False
    if "flattened" in disguise:
        patch["settings"] = {"flatten_cname": False}
    return patch


def record(new: Set, written: str) -> dict[str, Any]:
    """A value as a record of its own. A key that is proxied would be answered with addresses of
    Cloudflare."""
    kind, content = new["Type"], written
    made: dict[str, Any] = {"name": dns_name(new["Name"]), "type": kind, "ttl": new["TTL"]}
    if kind == "TXT":
        content = record_text.decimal(written)
    elif kind == "MX":
        priority, _, content = written.partition(" ")
        made["priority"] = int(priority)
    if kind in HOSTS:
        content = dns_name(content)
    if kind == "CNAME":
        made["proxied"] = False
    return {**made, "content": content}


def moved(changes: Iterable[Mapping[str, Any]], standing: Sequence[Set]) -> list[str]:
    """Which sets are no longer as they were read, given what stands now at their names."""
    olds, news = by_verb(changes)
    now = {(one["Name"], one["Type"]): one for one in standing}
    gone = [key for key, old in olds.items() if now.get(key) != old]
    come = [
        key
        for name, kind in news
        for key in now
        if key not in olds and key[0] == name and ("CNAME" in (kind, key[1]) or key[1] == kind)
    ]
    return [f"{kind} {name}" for name, kind in dict.fromkeys([*gone, *come])]
