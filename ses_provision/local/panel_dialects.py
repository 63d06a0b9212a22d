"""How each provider's API speaks of the records of a zone, as its documentation has it.

A dialect answers one request with a status and a document, and refuses with a PanelError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.local.panel_zone import PanelError, PanelRecord, PanelZone, cut, plain, quoted
from ses_provision.local.standing_in import RefusedError

Zones = Mapping[str, PanelZone]
Answer = tuple[int, dict[str, str], Any]
PAGE = 20  # records of a page, where nobody asks for more
MOST = 500


@dataclass(frozen=True)
class Asked:
    """A request, without who sends it."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Dialect:
    """An API: where the key stands in its requests, what it answers, how it says no."""

    key: Callable[[Mapping[str, str]], str]
    answer: Callable[[Asked, Zones], Answer]
    says_no: Callable[[RefusedError], Any]
    least_ttl: int = 1


def bearer(headers: Mapping[str, str]) -> str:
    """The usual place of a token."""
    return headers.get("authorization", "").removeprefix("Bearer ")


def page(rows: Sequence[Any], query: Mapping[str, str]) -> tuple[list[Any], int, bool]:
    """One page of a list, its number, and whether there are more."""
    number, size = int(query.get("page", 1)), min(int(query.get("per_page", PAGE)), MOST)
    return list(rows[(number - 1) * size : number * size]), number, len(rows) > number * size


def zone_at(asked: Asked, pattern: str, zones: Zones) -> tuple[PanelZone, str] | None:
    """The zone that a path names, and what follows its name; None where it is another path."""
    found = re.fullmatch(rf"{pattern}/([^/]+?)\.?((?:/.*)?)", asked.path)
    if found is None:
        return None
    zone = zones.get(found[1]) or next(
        (z for z in zones.values() if str(z.number) == found[1]), None
    )
    if zone is None:
        raise PanelError(404, "Not found")
    return zone, found[2]


def unknown(asked: Asked) -> PanelError:
    """Whatever is not served: making zones, above all."""
    if asked.method == "POST":
        return PanelError(403, "No zone is made here")
    return PanelError(404, "Not found")


def held(zone: PanelZone, number: str) -> PanelRecord:
    """A record by its id."""
    found = zone.records.get(int(number)) if number.isdecimal() else None
    if found is None:
        raise PanelError(404, "Not found")
    return found


def host(value: str) -> str:
    """A host name without its last dot, as some tell it."""
    return value.rstrip(".") or "."


def digitalocean(asked: Asked, zones: Zones) -> Answer:
    """DigitalOcean API reference, Domain Records: one record a value, texts without quotes."""
    if (asked.method, asked.path) == ("GET", "/v2/domains"):
        return 200, {}, {"domains": [{"name": name} for name in zones], "links": {}}
    found = zone_at(asked, "/v2/domains", zones)
    if found is None:
        raise unknown(asked)
    zone, rest = found
    if (asked.method, rest) == ("GET", ""):
        return 200, {}, {"domain": {"name": zone.name}}
    if (asked.method, rest) == ("GET", "/records"):
        rows, _, more = page(list(zone.records.values()), asked.query)
        links = {"pages": {"last": "https://api.digitalocean.com/…"}} if more else {}
        return 200, {}, {"domain_records": [of_panel(zone, one, "data") for one in rows],
                         "links": links}  # fmt: skip
    if (asked.method, rest) == ("POST", "/records"):
        given = asked.body
        if given["type"] in {"CNAME", "MX"} and not given["data"].endswith("."):
            raise PanelError(422, "Data needs to end with a dot (.)")
        made = added(zone, given, given["data"])
        return 201, {}, {"domain_record": of_panel(zone, made, "data")}
    if asked.method == "DELETE" and rest.startswith("/records/"):
        zone.drop([held(zone, rest.removeprefix("/records/"))])
        return 204, {}, None
    raise unknown(asked)


def of_panel(zone: PanelZone, record: PanelRecord, field: str) -> dict[str, Any]:
    """A record of which host and priority stand apart, and whose texts have no quotes."""
    priority, _, rest = (
        record.value.partition(" ") if record.kind == "MX" else ("", "", record.value)
    )
    if record.kind == "TXT":
        rest = plain(record.value)
    elif record.kind in {"CNAME", "MX", "NS"}:
        rest = host(rest)
    return {
        "id": record.id,
        "type": record.kind,
        "name": zone.within(record.name),
        field: rest,
        "priority": int(priority) if priority else None,
        "ttl": record.ttl,
    }


def added(zone: PanelZone, given: Mapping[str, Any], content: str) -> PanelRecord:
    """A record from the fields of a panel."""
    kind = given["type"]
    value = quoted(content) if kind == "TXT" else content
    if kind == "MX":
        value = f"{given['priority']} {content}"
    return zone.add(zone.full(given["name"]), kind, given["ttl"], value)


def dnsimple(asked: Asked, zones: Zones) -> Answer:
    """DNSimple API v2, Zone Records."""
    path = re.sub(r"^/v2/[0-9]+", "", asked.path)
    asked = Asked(asked.method, path, asked.query, asked.body)
    if (asked.method, path) == ("GET", "/zones"):
        listed = [{"name": name} for name in zones]
        return 200, {}, {"data": listed, "pagination": {"total_pages": 1}}
    found = zone_at(asked, "/zones", zones)
    if found is None:
        raise unknown(asked)
    zone, rest = found
    if (asked.method, rest) == ("GET", ""):
        return 200, {}, {"data": {"name": zone.name}}
    if (asked.method, rest) == ("GET", "/records"):
        every = list(zone.records.values())
        rows, _, _ = page(every, asked.query)
        told = [{**one, "name": "" if one["name"] == "@" else one["name"]}
                for one in (of_panel(zone, record, "content") for record in rows)]  # fmt: skip
        pages = {"total_pages": max(1, -(-len(every) // PAGE))}
        return 200, {}, {"data": told, "pagination": pages}
    if (asked.method, rest) == ("POST", "/records"):
        made = added(zone, asked.body, asked.body["content"])
        return 201, {}, {"data": of_panel(zone, made, "content")}
    if asked.method == "DELETE" and rest.startswith("/records/"):
        zone.drop([held(zone, rest.removeprefix("/records/"))])
        return 204, {}, None
    raise unknown(asked)


def gandi(asked: Asked, zones: Zones) -> Answer:
    """Gandi LiveDNS API, records of a domain: sets; it puts texts in quotes that have none
    (go-gandi/terraform-provider-gandi#2)."""
    if (asked.method, asked.path) == ("GET", "/v5/livedns/domains"):
        total = {"total-count": str(len(zones))}
        return 200, total, [{"fqdn": name} for name in zones]
    found = zone_at(asked, "/v5/livedns/domains", zones)
    if found is None:
        raise unknown(asked)
    zone, rest = found
    if (asked.method, rest) == ("GET", ""):
        return 200, {}, {"fqdn": zone.name}
    if (asked.method, rest) == ("GET", "/records"):
        rows, _, _ = page(list(zone.sets().items()), asked.query)
        told = [
            {
                "rrset_name": zone.within(name),
                "rrset_type": kind,
                "rrset_ttl": min(one.ttl for one in records),
                "rrset_values": [one.value for one in records],
            }
            for (name, kind), records in rows
        ]
        return 200, {"total-count": str(len(zone.sets()))}, told
    if (asked.method, rest) == ("POST", "/records"):
        given = asked.body
        name, kind = zone.full(given["rrset_name"]), given["rrset_type"]
        if zone.at(name, kind):
            raise PanelError(409, "A DNS Record already exists")
        values = [
            quoted(one) if kind == "TXT" and not one.startswith('"') else one
            for one in given["rrset_values"]
        ]
        zone.whole(name, kind, given["rrset_ttl"], values)
        return 201, {}, {"message": "DNS Record Created"}
    if asked.method == "DELETE" and rest.startswith("/records/"):
        _, _, name, kind = rest.split("/")
        zone.drop(zone.at(zone.full(name), kind))
        return 204, {}, None
    raise unknown(asked)


def hetzner(asked: Asked, zones: Zones) -> Answer:
    """Hetzner Cloud API, Zone RRSets: sets, texts in quotes, records and TTL set apart."""
    if (asked.method, asked.path) == ("GET", "/v1/zones"):
        rows, number, more = page([zone_of_hetzner(one) for one in zones.values()], asked.query)
        return 200, {}, {"zones": rows, "meta": pagination(number, more)}
    found = zone_at(asked, "/v1/zones", zones)
    if found is None:
        raise unknown(asked)
    zone, rest = found
    if (asked.method, rest) == ("GET", ""):
        return 200, {}, {"zone": zone_of_hetzner(zone)}
    if (asked.method, rest) == ("GET", "/rrsets"):
        rows, number, more = page(list(zone.sets().values()), asked.query)
        told = [set_of_hetzner(zone, records) for records in rows]
        return 200, {}, {"rrsets": told, "meta": pagination(number, more)}
    if (asked.method, rest) == ("POST", "/rrsets"):
        given = asked.body
        name, kind = zone.full(given["name"]), given["type"]
        if zone.at(name, kind):
            raise PanelError(409, "RRSet already exists")
        zone.whole(name, kind, given["ttl"], values_of_hetzner(kind, given["records"]))
        return 201, {}, {"rrset": set_of_hetzner(zone, zone.at(name, kind)), "action": ACTION}
    return of_rrset(asked, zone, rest)


def of_rrset(asked: Asked, zone: PanelZone, rest: str) -> Answer:
    """What is done to one set."""
    match rest.split("/"):
        case ["", "rrsets", name, kind] if asked.method == "DELETE":
            zone.drop(existing(zone, name, kind))
            return 200, {}, {"action": ACTION}
        case ["", "rrsets", name, kind, "actions", "set_records"]:
            ttl = existing(zone, name, kind)[0].ttl
            values = values_of_hetzner(kind, asked.body["records"])
            zone.whole(zone.full(name), kind, ttl, values)
            return 201, {}, {"action": ACTION}
        case ["", "rrsets", name, kind, "actions", "change_ttl"]:
            existing(zone, name, kind)
            zone.with_ttl(zone.full(name), kind, asked.body["ttl"])
            return 201, {}, {"action": ACTION}
    raise unknown(asked)


def existing(zone: PanelZone, name: str, kind: str) -> list[PanelRecord]:
    """A set that has to be there."""
    found = zone.at(zone.full(name), kind)
    if not found:
        raise PanelError(404, "RRSet not found")
    return found


ACTION = {"id": 1, "command": "rrset", "status": "success", "progress": 100, "resources": [],
          "started": "2026-01-01T00:00:00Z", "finished": None, "error": None}  # fmt: skip


def zone_of_hetzner(zone: PanelZone) -> dict[str, Any]:
    """A zone as it is listed."""
    return {"id": zone.number, "name": zone.name, "ttl": 3600, "mode": "primary"}


def set_of_hetzner(zone: PanelZone, records: Sequence[PanelRecord]) -> dict[str, Any]:
    """A set as it is listed."""
    first = records[0]
    return {
        "id": f"{zone.within(first.name)}/{first.kind}",
        "zone": zone.number,
        "name": zone.within(first.name),
        "type": first.kind,
        "ttl": min(one.ttl for one in records),
        "records": [{"value": one.value, "comment": one.note} for one in records],
    }


def values_of_hetzner(kind: str, records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Values as they are sent."""
    values = [str(one["value"]) for one in records]
    if kind == "TXT" and not all(value.startswith('"') for value in values):
        raise PanelError(422, "invalid value: TXT has to be in quotes")
    return values


def pagination(number: int, more: bool) -> dict[str, Any]:
    """Which page it is, and the next."""
    return {"pagination": {"page": number, "per_page": PAGE, "previous_page": None,
                           "next_page": number + 1 if more else None, "last_page": None,
                           "total_entries": None}}  # fmt: skip


def powerdns(asked: Asked, zones: Zones) -> Answer:
    """PowerDNS Authoritative Server, HTTP API: sets in one PATCH, made as a whole."""
    server = "/api/v1/servers/localhost"
    if (asked.method, asked.path) == ("GET", server):
        return 200, {}, {"version": "4.9.0"}
    if (asked.method, asked.path) == ("GET", f"{server}/zones"):
        return 200, {}, [{"name": f"{name}."} for name in zones]
    found = zone_at(asked, f"{server}/zones", zones)
    if found is None:
        raise unknown(asked)
    zone, rest = found
    if (asked.method, rest) == ("GET", ""):
        return 200, {}, {"name": f"{zone.name}.", "rrsets": [
            {
                "name": f"{name}.",
                "type": kind,
                "ttl": min(one.ttl for one in records),
                "records": [{"content": one.value, "disabled": False} for one in records],
            }
            for (name, kind), records in zone.sets().items()
        ]}  # fmt: skip
    if (asked.method, rest) == ("PATCH", ""):
        before = dict(zone.records)
        try:
            for change in asked.body["rrsets"]:
                patched(zone, change)
        except PanelError:
            zone.records = before
            raise
        return 204, {}, None
    raise unknown(asked)


def patched(zone: PanelZone, change: Mapping[str, Any]) -> None:
    """One set of a PATCH."""
    name, kind = str(change["name"]).rstrip(".").lower(), change["type"]
    values = [str(one["content"]) for one in change.get("records", ())]
    if change["changetype"] == "DELETE":
        values = []
    elif kind == "TXT" and not all(value.startswith('"') for value in values):
        raise PanelError(422, f"Record {name}./TXT: Parsing record content: Data field in quotes")
    elif kind in {"CNAME", "MX"} and not all(value.endswith(".") for value in values):
        raise PanelError(422, f"Record {name}./{kind}: Not in expected format (parsed as relative)")
    if kind == "TXT":
        values = [cut(value) for value in values]
    zone.whole(name, kind, change.get("ttl", zone.least_ttl), values)


def message(error: RefusedError) -> Any:
    """How most say no."""
    return {"message": error.words}


DIALECTS: Mapping[str, Dialect] = {
    "digitalocean": Dialect(
        bearer, digitalocean, lambda no: {"id": "refused", "message": no.words}, 30
    ),
    "dnsimple": Dialect(bearer, dnsimple, message),
    "gandi": Dialect(bearer, gandi, lambda no: {"code": no.status, "message": no.words}, 300),
    "hetzner": Dialect(
        bearer, hetzner, lambda no: {"error": {"code": "refused", "message": no.words}}, 60
    ),
    "powerdns": Dialect(
        lambda headers: headers.get("x-api-key", ""), powerdns, lambda no: {"error": no.words}
    ),
}
"""The APIs that are stood in for, by octoDNS's names."""
