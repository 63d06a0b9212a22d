"""A stand-in for Cloudflare's API: zones, and the records of each, read in pages and changed in
batches.

Requests are in the journal, and faults strike them, like those to AWS (`cloudflare:BatchRecords`).
What it serves is seen in DNS, by the name servers that also serve other zones outside AWS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from ses_provision.dataclass import dataclass
from ses_provision.local import strict_json
from ses_provision.local.cloudflare_zone import CloudflareError, CloudflareZone
from ses_provision.local.knobs import FaultKind
from ses_provision.local.standing_in import Answered, RefusedError, Served, StandIn

if TYPE_CHECKING:
    from ses_provision.local.dispatch import Dispatcher
    from ses_provision.local.disturb import Disturbances
    from ses_provision.local.primaries import Primaries

PREFIX = "/client/v4"
SERVICE = "cloudflare"
TOKEN = "local"  # noqa: S105 - the local AWS has no secrets
ACCOUNT = f"{1:032x}"
NAME_SERVERS = ("ada.ns.cloudflare.example", "bob.ns.cloudflare.example")
USUAL_PAGE, LARGEST_PAGE = 100, 5_000_000


@dataclass(frozen=True)
class Token:
    """What a token allows: in which zones (None: in all), whether it may write, and what more."""

    zones: frozenset[str] | None = None
    edits: bool = True
    is_known: bool = True
    more: tuple[str, ...] = ()

    def sees(self, zone: CloudflareZone) -> bool:
        """Whether a zone is among its resources."""
        return self.is_known and (self.zones is None or zone.name in self.zones)


class Cloudflare:
    """Every zone there, and how a request is answered."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        disturbances: Disturbances,
        primaries: Primaries,
        around_change: Callable[[], None],
        beyond: Callable[[str, str], list[str]],
    ) -> None:
        self._stand_in = StandIn(SERVICE, dispatcher, disturbances, FAULTS, CloudflareError)
        self._primaries = primaries
        self._around_change = around_change
        self._beyond = beyond
        self.zones: list[CloudflareZone] = []
        self.tokens = {TOKEN: Token()}

    def add(self, name: str, account: str = "") -> CloudflareZone:
        """A zone in an account; one that is there already stays as it is."""
        owner = account or ACCOUNT
        for held in self.zones:
            if (held.name, held.account) == (name, owner):
                return held
        made = CloudflareZone(name, owner, len(self.zones) + 1, NAME_SERVERS)
        self.zones.append(made)
        self._publish()
        return made

    def holds(self, name: str) -> bool:
        """Whether a name is in a zone there."""
        return any(f".{name}".endswith(f".{one.name}") for one in self.zones)

    def zone(self, name: str) -> CloudflareZone:
        """The zone that holds a name: the one with the longest name."""
        fitting = [one for one in self.zones if f".{name}".endswith(f".{one.name}")]
        if not fitting:
            raise ValueError(f"no zone at Cloudflare holds {name}")
        return max(fitting, key=lambda one: len(one.name))

    def put(self, name: str, kind: str, ttl: int, *values: str, **more: Any) -> None:
        """What somebody else writes into a zone, in the words of master files."""
        self._around_change()
        self.zone(name).put(name, kind, ttl, *values, **more)
        self._publish()
        self._around_change()

    def snapshot(self) -> dict[str, Any]:
        """Every record of every zone, without its id: who makes one anew gets another."""
        return {
            f"{zone.account}/{zone.name}": sorted(
                ({**row, "id": ""} for row in zone.rows()),
                key=lambda row: (row["name"], row["type"], row["content"]),
            )
            for zone in self.zones
        }

    def _publish(self) -> None:
        """Let name servers serve what the zones hold."""
        for zone in self.zones:
            primary = self._primaries.serve(zone.name, zone.servers)
            sets: dict[tuple[str, str], tuple[int, list[str]]] = {}
            for name, kind, ttl, value in zone.in_dns(self._beyond):
                least, values = sets.get((name, kind), (ttl, []))
                sets[name, kind] = (min(least, ttl), [*values, value])
            for (name, kind), (ttl, values) in sets.items():
                primary.put(name, kind, ttl, values)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Answered:
        """The response to a request; ConnectionLostError where a fault drops the connection."""
        parts = urlsplit(target)
        path, query = parts.path.removeprefix(PREFIX), dict(parse_qsl(parts.query))
        given = {name.lower(): value for name, value in headers.items()}

        def serve() -> Served:
            return 200, {}, self._served(method, path, query, body, self._token(given))

        return self._stand_in.answer(named(method, path), serve, refusal)

    def _token(self, headers: Mapping[str, str]) -> Token:
        scheme, _, word = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not re.fullmatch(r"[\w.~+/=-]+", word):
            raise CloudflareError(400, 6003, "Invalid request headers")
        token = self.tokens.get(word, Token(is_known=False))
        if not token.is_known:
            raise CloudflareError(401, 1000, "Invalid API Token")
        return token

    def _served(
        self, method: str, path: str, query: dict[str, str], body: bytes, token: Token
    ) -> dict[str, Any]:
        if (method, path) == ("GET", "/zones"):
            return paged([told(zone, token) for zone in self._seen(query, token)], query)
        if path == "/zones" or "pagerules" in path:
            raise CloudflareError(403, 10000, "Authentication error")
        found = re.fullmatch(r"/zones/(\w{1,64})/dns_records(/batch)?", path)
        zone = next((one for one in self.zones if found and one.id == found[1]), None)
        if found is None or zone is None:
            raise CloudflareError(404, 7003, f"Could not route to {path[:100]}")
        if not token.sees(zone):
            raise CloudflareError(403, 9109, "Unauthorized to access requested resource")
        if (method, found[2]) == ("GET", None):
            listed = [one for one in zone.rows() if query.get("name") in (None, one["name"])]
            return paged(listed, query)
        if (method, found[2]) != ("POST", "/batch"):
            raise CloudflareError(405, 10405, "Method not allowed for this authentication scheme")
        return self._changed(zone, token, body)

    def _seen(self, query: Mapping[str, str], token: Token) -> list[CloudflareZone]:
        return [
            zone
            for zone in self.zones
            if token.sees(zone)
            and query.get("name") in (None, zone.name)
            and query.get("account.id") in (None, zone.account)
        ]

    def _changed(self, zone: CloudflareZone, token: Token, body: bytes) -> dict[str, Any]:
        if not token.edits:
            raise CloudflareError(403, 10000, "Authentication error")
        try:
            asked = strict_json.loads(body)
        except ValueError as error:
            raise CloudflareError(400, 9207, "The body is no JSON.") from error
        if not isinstance(asked, dict) or not all(
            isinstance(held, list) for held in asked.values()
        ):
            raise CloudflareError(400, 9207, "A batch is an object of lists.")
        self._around_change()
        done = zone.batch(asked)
        self._publish()
        self._around_change()
        return whole(done)


FAULTS: dict[FaultKind, tuple[Any, ...]] = {
    FaultKind.DENY: (403, 10000, "Authentication error"),
    FaultKind.THROTTLE: (429, 10429, "Too many requests.", 2),
    FaultKind.ERROR: (500, 10500, "Internal error"),
    FaultKind.PENDING: (503, 10503, "Service unavailable"),
    FaultKind.EXPIRED: (401, 1000, "Invalid API Token"),
}


def refusal(error: RefusedError) -> dict[str, Any]:
    """What a request is refused with."""
    return {
        "success": False,
        "errors": [{"code": error.code, "message": error.words}],
        "messages": [],
        "result": None,
    }


def named(method: str, path: str) -> str:
    """What a request is called in the journal."""
    if path == "/zones" and method == "GET":
        return "ListZones"
    if path.endswith("/dns_records") and method == "GET":
        return "ListRecordSets"
    if path.endswith("/dns_records/batch") and method == "POST":
        return "BatchRecords"
    return f"{method} {path[:60]}"


def told(zone: CloudflareZone, token: Token) -> dict[str, Any]:
    """A zone as the API shows it."""
    edits = ["#dns_records:edit"] if token.edits else []
    return {
        "id": zone.id,
        "name": zone.name,
        "status": zone.status,
        "type": zone.type,
        "paused": False,
        "account": {"id": zone.account, "name": f"Account {zone.account[-2:]}"},
        "name_servers": zone.servers,
        "permissions": [*edits, "#dns_records:read", "#zone:read", *token.more],
        "plan": {"name": "Free Website"},
    }


def paged(rows: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """One page of a list."""
    try:
        page, size = int(query.get("page", 1)), int(query.get("per_page", USUAL_PAGE))
    except ValueError:
        page, size = 0, 0
    if page < 1 or not 1 <= size <= LARGEST_PAGE:
        raise CloudflareError(400, 9001, "page and per_page have to be numbers from 1.")
    part = rows[(page - 1) * size : page * size]
    info = {
        "page": page,
        "per_page": size,
        "count": len(part),
        "total_count": len(rows),
        "total_pages": -(-len(rows) // size),
    }
    return {**whole(part), "result_info": info}


def whole(result: Iterable[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """A result in its envelope."""
    return {"success": True, "errors": [], "messages": [], "result": result}
