"""Zones at Cloudflare, by its API: records are read whole, and changed by their ids in one batch.

A batch is one transaction (API reference, batch DNS records), but it cannot say what was read:
there is no compare-and-swap. So what stands is read again just before a batch is sent, and whoever
sends one reads back what became of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ses_provision.errors import DnsRefused, ProvisionError
from ses_provision.names import dns_name
from ses_provision.outside import wait
from ses_provision.outside.providers import CLOUDFLARE, MOVED, cloudflare_records
from ses_provision.outside.providers.cloudflare_refusals import (
    not_cloudflare,
    refused,
    unanswered,
    unreachable,
)
from ses_provision.outside.providers.token import TokenPlace
from ses_provision.outside.providers.web import Exchange, NoReplyError, NotSentError, Reply, Request

if TYPE_CHECKING:
    from ses_provision.outside.call import Call
    from ses_provision.outside.reading import Ask, Outcome

BASE_URL = "https://api.cloudflare.com/client/v4"
AT_ONCE = 1000
"""Records of one page: all of most zones. The API takes up to five million."""
PASSES = frozenset({429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
"""Statuses of what passes by itself (Cloudflare documentation, 5xx errors)."""
MULTIPLE_CHOICES, TOO_FAST = 300, 429
LONGEST_PATIENCE = 5  # digits of seconds: a day


class Cloudflare:
    """Zones that are kept by Cloudflare."""

    service = CLOUDFLARE

    def __init__(
        self,
        place: TokenPlace,
        exchange: Exchange,
        sleep: wait.Sleep = wait.real_sleep,
        token: Callable[[], str] | None = None,
    ) -> None:
        self._place = place
        self._exchange = exchange
        self._sleep = sleep
        self._token = token or place.token

    def answer(self, asked: Ask) -> Outcome:
        """Zones by their name (ListZones), or the record sets of one (ListRecordSets)."""
        params = asked.arguments
        try:
            if asked.operation == "ListZones":
                return self._zones(params.get("Name", ""), params.get("Account", ""))
            return self._records(params["ZoneId"], params.get("Name", ""))
        except ProvisionError as error:
            return error

    def send(self, call: Call) -> dict[str, Any]:
        """Change a zone, unless it has moved. What may have been made is not sent again."""
        zone = call.params["ZoneId"]
        changes = call.params["ChangeBatch"]["Changes"]
        self._insist_on_what_was_read(zone, changes)
        batch = cloudflare_records.batch(changes)
        if batch:
            self._ask("POST", f"/zones/{zone}/dns_records/batch", batch)
        return {}

    def _insist_on_what_was_read(self, zone: str, changes: Sequence[Mapping[str, Any]]) -> None:
        names = {dns_name(change["ResourceRecordSet"]["Name"]) for change in changes}
        listed = self._records(zone)
        if listed["IsTruncated"]:
            found = [self._records(zone, name) for name in sorted(names)]
        else:
            found = [listed]
        standing = [one for told in found for one in told["ResourceRecordSets"]]
        moved = cloudflare_records.moved(changes, standing)
        if moved:
            raise DnsRefused(
                "The zone at Cloudflare is no longer as it was read, so nothing of this was "
                f"written: {', '.join(moved)}.",
                "Run the same command again: it looks anew.",
                code=MOVED,
                operation="BatchRecords",
            )

    def _zones(self, name: str, account: str) -> dict[str, Any]:
        """The zones that the token sees: those of a name, or how many there are."""
        wanted = {"name": name, "account.id": account}
        query = {key: given for key, given in wanted.items() if given}
        rows, total = self._page("/zones", {**query, "per_page": 50})
        return {"Zones": [zone(row) for row in rows], "Total": total}

    def _records(self, zone_id: str, name: str = "") -> dict[str, Any]:
        """The record sets of a zone, or those of one name; `IsTruncated` where there are more."""
        path = f"/zones/{zone_id}/dns_records"
        query = {"name": name} if name else {}
        rows, total = self._page(path, {**query, "per_page": AT_ONCE})
        page = 1
        while name and len(rows) < total:
            page += 1
            more, _ = self._page(path, {**query, "per_page": AT_ONCE, "page": page})
            if not more:
                break
            rows += more
        return {
            "ResourceRecordSets": cloudflare_records.told(rows),
            "IsTruncated": len(rows) < total,
        }

    def _page(self, path: str, query: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """One page, and how many there are on all."""
        told = self._ask("GET", f"{path}?{urlencode(query)}")
        rows = list(told.get("result") or ())
        return rows, int((told.get("result_info") or {}).get("total_count", len(rows)))

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """What Cloudflare says to one request, with the patience that it asks for."""
        headers = {
            "Authorization": f"Bearer {self._token()}",
            "Accept": "application/json",
            **({"Content-Type": "application/json"} if body is not None else {}),
        }
        octets = None if body is None else json.dumps(body).encode()
        request = Request(method, path, headers, octets)
        return wait.patiently(lambda: self._asked(request), self._sleep)

    def _asked(self, request: Request) -> dict[str, Any]:
        reads = request.method == "GET"
        try:
            reply = self._exchange(request)
        except NotSentError as error:
            raise wait.LaterError(unreachable(error)) from error
        except NoReplyError as error:
            if reads:
                raise wait.LaterError(unreachable(error)) from error
            raise unanswered(str(error)) from error
        told = document(reply)
        if reply.status < MULTIPLE_CHOICES and told.get("success"):
            return told
        if reply.status == TOO_FAST:
            raise wait.LaterError(refused(reply, told, request.method, self._place.name),
                                  patience(reply))  # fmt: skip
        if reply.status in PASSES and reads:
            raise wait.LaterError(unreachable(f"status {reply.status}"), patience(reply))
        if reply.status in PASSES:
            raise unanswered(f"status {reply.status}")
        raise refused(reply, told, request.method, self._place.name)


def patience(reply: Reply) -> float | None:
    """The seconds that a refusal asks for; a date, which is allowed as well, is as good as none."""
    asked = reply.headers.get("retry-after", "")
    is_plain = asked.isascii() and asked.isdecimal() and len(asked) <= LONGEST_PATIENCE
    return float(asked) if is_plain else None


def document(reply: Reply) -> dict[str, Any]:
    """The JSON object in an answer. Pages of those in between are none."""
    try:
        told = json.loads(reply.body)
    except ValueError:
        told = None
    if isinstance(told, dict):
        return told
    if reply.status in PASSES:
        return {}
    raise not_cloudflare(reply.status, reply.body)


def zone(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be known of a zone."""
    account = row.get("account") or {}
    return {
        "Id": str(row["id"]),
        "Name": dns_name(str(row["name"])),
        "Account": str(account.get("id", "")),
        "AccountName": str(account.get("name", "")),
        "Status": str(row.get("status", "")),
        "Type": str(row.get("type") or "full"),
        "NameServers": sorted(map(dns_name, row.get("name_servers") or ())),
        "Permissions": sorted(map(str, row.get("permissions") or ())),
    }
