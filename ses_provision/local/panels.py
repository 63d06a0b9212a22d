"""A stand-in for the DNS providers that octoDNS reaches, each by the API that it has.

Requests are in the journal, and faults strike them, like those to AWS (`octodns:CreateRecord`).
What is served is seen in DNS, by the name servers that also serve other zones outside AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ses_provision.local import strict_json
from ses_provision.local.knobs import FaultKind
from ses_provision.local.panel_dialects import DIALECTS, Asked
from ses_provision.local.panel_zone import PanelError, PanelZone
from ses_provision.local.standing_in import Answered, RefusedError, Served, StandIn

if TYPE_CHECKING:
    from ses_provision.local.dispatch import Dispatcher
    from ses_provision.local.disturb import Disturbances
    from ses_provision.local.primaries import Primaries

PREFIX = "/octodns"
SERVICE = "octodns"
TOKEN = "local"  # noqa: S105 - the local AWS has no secrets
NAME_SERVERS = ("ns1.panel.example", "ns2.panel.example")


class Panels:
    """Every such provider, with its zones."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        disturbances: Disturbances,
        primaries: Primaries,
        around_change: Callable[[], None],
    ) -> None:
        self._stand_in = StandIn(SERVICE, dispatcher, disturbances, FAULTS, PanelError)
        self._primaries = primaries
        self._around_change = around_change
        self.zones: dict[str, dict[str, PanelZone]] = {}
        self.tokens = {TOKEN: True}
        """The keys that are known, and whether each may write."""

    def add(self, provider: str, name: str) -> PanelZone:
        """A zone at a provider; one that is there already stays as it is."""
        held = self.zones.setdefault(provider, {})
        if name not in held:
            held[name] = PanelZone(name, len(held) + 1, DIALECTS[provider].least_ttl)
            for server in NAME_SERVERS:
                held[name].add(name, "NS", 3600, f"{server}.")
            self._publish()
        return held[name]

    def holding(self, name: str) -> PanelZone | None:
        """The zone that holds a name: the one with the longest name."""
        every = [zone for zones in self.zones.values() for zone in zones.values()]
        fitting = [zone for zone in every if f".{name}".endswith(f".{zone.name}")]
        return max(fitting, key=lambda zone: len(zone.name), default=None)

    def put(self, name: str, kind: str, ttl: int, *values: str, note: str = "") -> None:
        """What somebody else makes of a set, in the words of master files; none takes it away."""
        zone = self.holding(name)
        if zone is None:
            raise ValueError(f"no zone of a panel holds {name}")
        self._around_change()
        zone.whole(name, kind, max(ttl, zone.least_ttl), values, note)
        self._publish()
        self._around_change()

    def snapshot(self) -> dict[str, Any]:
        """Every record of every zone, without its id: who makes one anew gets another."""
        return {
            f"{provider}/{name}": sorted(
                ({**asdict(record), "id": 0} for record in zone.records.values()),
                key=lambda row: (row["name"], row["kind"], row["value"]),
            )
            for provider, zones in self.zones.items()
            for name, zone in zones.items()
        }

    def _publish(self) -> None:
        """Let name servers serve what the zones hold."""
        for zones in self.zones.values():
            for zone in zones.values():
                primary = self._primaries.serve(zone.name, NAME_SERVERS)
                for (name, kind), records in zone.sets().items():
                    values = [one.value for one in records]
                    primary.put(name, kind, min(one.ttl for one in records), values)

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Answered:
        """The response to a request; ConnectionLostError where a fault drops the connection."""
        parts = urlsplit(target.removeprefix(PREFIX))
        _, provider, *rest = parts.path.split("/")
        path, given = "/" + "/".join(map(unquote, rest)), dict(parse_qsl(parts.query))
        held = {name.lower(): value for name, value in headers.items()}

        def serve() -> Served:
            return self._served(provider, Asked(method, path, given, whole(body)), held)

        def refuse(error: RefusedError) -> Any:
            dialect = DIALECTS.get(provider)
            return dialect.says_no(error) if dialect else {"message": error.words}

        return self._stand_in.answer(named(method, parts.path), serve, refuse)

    def _served(self, provider: str, asked: Asked, headers: Mapping[str, str]) -> Served:
        dialect = DIALECTS.get(provider)
        if dialect is None:
            raise PanelError(404, "No such provider")
        key = dialect.key(headers)
        if key not in self.tokens:
            raise PanelError(401, "Unauthorized")
        if asked.method == "GET":
            return dialect.answer(asked, self.zones.get(provider, {}))
        if not self.tokens[key]:
            raise PanelError(403, "Forbidden")
        self._around_change()
        done = dialect.answer(asked, self.zones.get(provider, {}))
        self._publish()
        self._around_change()
        return done


FAULTS: dict[FaultKind, tuple[Any, ...]] = {
    FaultKind.DENY: (403, "Forbidden"),
    FaultKind.THROTTLE: (429, "Too many requests", 2),
    FaultKind.ERROR: (500, "Internal error"),
    FaultKind.PENDING: (503, "Service unavailable"),
    FaultKind.EXPIRED: (401, "Unauthorized"),
}


def whole(body: bytes) -> Any:
    """The document of a request, if it has one."""
    try:
        return strict_json.loads(body) if body else None
    except ValueError as error:
        raise PanelError(400, "The body is no JSON") from error


def named(method: str, path: str) -> str:
    """What a request is called in the journal."""
    if method == "GET":
        return "ListRecords" if "record" in path or "rrsets" in path else "ListZones"
    return {"POST": "CreateRecord", "DELETE": "DeleteRecord", "PATCH": "PatchRecords"}.get(
        method, method
    )
