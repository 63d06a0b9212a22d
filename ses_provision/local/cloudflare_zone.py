"""One zone at a stand-in for Cloudflare: its records, and what a batch does to them.

Strict as the API reference and the documentation say; where neither does, as clients have met it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from itertools import count
from typing import Any

from ses_provision.local.standing_in import RefusedError

Row = dict[str, Any]
AUTOMATIC, MEANT = 1, 300
LEAST_TTL, MOST_TTL = 60, 86400
MOST_IN_A_BATCH = 200  # of the Free plan; others take 3500
LONGEST_TEXT = 2048
PROXIABLE = frozenset({"A", "AAAA", "CNAME"})
TYPES = PROXIABLE | {"MX", "NS", "TXT", "SRV", "CAA", "PTR", "HTTPS", "DS"}
HOSTS = frozenset({"CNAME", "MX", "NS", "PTR"})
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"(?: *"(?:[^"\\]|\\.)*")*', re.DOTALL)
OF_PROXIES = "104.16.132.229"
"""What DNS says of a name that is proxied."""


class CloudflareError(RefusedError):
    """Why Cloudflare refuses a request."""


class CloudflareZone:
    """A zone with its records, each with an id."""

    def __init__(self, name: str, account: str, number: int, servers: Iterable[str]) -> None:
        self.name, self.account = name, account
        self.id = f"{number:032x}"
        self.servers = list(servers)
        self.type, self.status = "full", "active"
        self.records: dict[str, Row] = {}
        self._numbers = count(1)

    def add(self, given: Mapping[str, Any]) -> Row:
        """Put a record into the zone."""
        made = self._whole({"comment": None, "tags": [], "settings": {}, **given})
        made["id"] = f"{next(self._numbers):030x}{self.id[-2:]}"
        self._insist(made)
        self.records[made["id"]] = made
        return made

    def _whole(self, given: Mapping[str, Any]) -> Row:
        made: Row = {"ttl": AUTOMATIC, "proxied": False, **given}
        for needed in ("name", "type", "content"):
            if not isinstance(made.get(needed), str):
                raise CloudflareError(400, 9005, f"DNS record has no {needed}.")
        made["type"] = made["type"].upper()
        name = made["name"].rstrip(".").lower()
        inside = name == self.name or name.endswith(f".{self.name}")
        made["name"] = name if inside else f"{name}.{self.name}"
        if made["type"] in HOSTS:
            made["content"] = made["content"].rstrip(".").lower()
        made["proxiable"] = made["type"] in PROXIABLE
        if made["proxied"]:
            made["ttl"] = AUTOMATIC
        return made

    def _insist(self, made: Row) -> None:
        """Refuse what cannot stand. Raises CloudflareError."""
        ttl, kind, content = made["ttl"], made["type"], made["content"]
        if kind not in TYPES:
            raise CloudflareError(400, 9004, f"DNS record type {kind} is invalid.")
        if ttl != AUTOMATIC and not (isinstance(ttl, int) and LEAST_TTL <= ttl <= MOST_TTL):
            raise CloudflareError(
                400, 9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic."
            )
        if made["proxied"] and kind not in PROXIABLE:
            raise CloudflareError(400, 9004, "This record type cannot be proxied.")
        if kind == "TXT" and not (QUOTED.fullmatch(content) and len(content) <= LONGEST_TEXT):
            raise CloudflareError(400, 9009, "Content for TXT record must be quoted strings.")
        if kind == "MX" and not isinstance(made.get("priority"), int):
            raise CloudflareError(400, 9102, "priority is a required data field.")
        self._insist_on_room(made)

    def _insist_on_room(self, made: Row) -> None:
        beside = [
            held
            for held in self.records.values()
            if held["name"] == made["name"] and held["id"] != made["id"]
        ]
        for held in beside:
            kinds = {held["type"], made["type"]}
            if kinds == {"CNAME"}:
                raise CloudflareError(
                    400, 81053, "An A, AAAA, or CNAME record with that host already exists."
                )
            if "CNAME" in kinds:
                raise CloudflareError(400, 81054, "A CNAME record with that host already exists.")
            if "NS" in kinds and len(kinds) > 1:
                raise CloudflareError(400, 81056, "NS records stand alone at a name.")
            same = (held["content"], held.get("priority")) == (
                made["content"],
                made.get("priority"),
            )
            if same and len(kinds) == 1:
                raise CloudflareError(400, 81058, "An identical record already exists.")

    def _held(self, change: Mapping[str, Any]) -> Row:
        found = self.records.get(str(change.get("id")))
        if found is None:
            raise CloudflareError(404, 81044, "Record does not exist.")
        return found

    def batch(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Deletes, patches, puts, posts, in this order, as one transaction."""
        if set(asked) - {"deletes", "patches", "puts", "posts"}:
            raise CloudflareError(400, 9207, "The batch holds what no batch has.")
        if sum(map(len, asked.values())) > MOST_IN_A_BATCH:
            raise CloudflareError(400, 81045, "The batch has more records than the plan allows.")
        before, numbers = deepcopy(self.records), self._numbers
        done: dict[str, list[Row]] = defaultdict(list)
        try:
            for change in asked.get("deletes", ()):
                done["deletes"].append(self.records.pop(self._held(change)["id"]))
            for change in asked.get("patches", ()):
                done["patches"].append(self._changed({**self._held(change), **change}))
            for change in asked.get("puts", ()):
                kept = {"id": self._held(change)["id"], "comment": None, "tags": [], "settings": {}}
                done["puts"].append(self._changed({**kept, **change}))
            for change in asked.get("posts", ()):
                done["posts"].append(self.add(change))
        except CloudflareError:
            self.records, self._numbers = before, numbers
            raise
        return dict(done)

    def _changed(self, given: Row) -> Row:
        made = self._whole(given)
        self._insist(made)
        self.records[made["id"]] = made
        return made

    def put(self, name: str, kind: str, ttl: int, *values: str, **more: Any) -> None:
        """What somebody else makes of a set, in the words of master files; none takes it away."""
        for held in [one for one in self.records.values()
                     if (one["name"], one["type"]) == (name, kind)]:  # fmt: skip
            del self.records[held["id"]]
        for value in values:
            priority, _, host = value.partition(" ") if kind == "MX" else ("", "", value)
            self.add({"name": name, "type": kind, "ttl": ttl, "content": host, **more}
                     | ({"priority": int(priority)} if priority else {}))  # fmt: skip

    def rows(self) -> list[Row]:
        """Every record, in the order in which they were made."""
        return [deepcopy(held) for held in self.records.values()]

    def in_dns(
        self, beyond: Callable[[str, str], list[str]]
    ) -> Iterable[tuple[str, str, int, str]]:
        """What name servers say: name, type, TTL and value in the words of master files. A name
        that is proxied has addresses of Cloudflare, one that is flattened what stands at its
        target."""
        for held in self.records.values():
            name, kind, content = held["name"], held["type"], held["content"]
            ttl = MEANT if held["ttl"] == AUTOMATIC else held["ttl"]
            if held["proxied"]:
                yield name, "A", ttl, OF_PROXIES
            elif kind == "CNAME" and held["settings"].get("flatten_cname"):
                for text in beyond(content, "TXT"):
                    yield name, "TXT", ttl, f'"{text}"'
            elif kind == "MX":
                yield name, kind, ttl, f"{held['priority']} {content}."
            else:
                yield name, kind, ttl, f"{content}." if kind in HOSTS else content
