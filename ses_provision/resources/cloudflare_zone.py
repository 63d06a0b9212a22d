"""A zone at Cloudflare: how it is found, read and changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment
from ses_provision.errors import HostedZoneProblem
from ses_provision.outside.call import Call, Doubt
from ses_provision.outside.providers import CLOUDFLARE, MOVED, NO_REPLY
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.resources.dns_zone import EVERY_WAY, Raw, Reach, at_name, change_of

WHERE = "Cloudflare"

ALREADY = (Refusal(MOVED), Refusal(NO_REPLY))
"""Something is there already, or is not as it was read; or nobody knows whether it was made."""
DOUBT = Doubt(
    WHERE,
    "look into the zone's audit log at Cloudflare: somebody may have changed these records at the "
    "same time",
)
UNSUITED = {
    "secondary": "is a secondary zone at Cloudflare, whose records come from its primary",
    "partial": "is at Cloudflare by a CNAME set-up, where DNS asks its other provider",
    "internal": "is an internal zone at Cloudflare, which the world does not ask",
}
"""Types of zones (API reference, zones) in which our records would not be seen, or cannot stand."""


@dataclass(frozen=True)
class CloudflareZone:
    """A zone, and the account in which it is."""

    name: str
    zone_id: str = field(compare=False)
    account: str = ""
    name_servers: tuple[str, ...] = field(default=(), compare=False)

    @property
    def id(self) -> str:
        """The zone and where it is kept."""
        return f"{self.name} at {WHERE}"

    @property
    def kind(self) -> str:
        """It is just a zone."""
        return "zone"

    @property
    def alone(self) -> frozenset[str]:
        """Values of others stay as they are, whatever is done to ours."""
        return EVERY_WAY

    def at(self, names: Sequence[str]) -> Reading[dict[str, list[Raw]]]:
        """The record sets at each name: of a small zone all are one answer, in a larger one each
        name is asked for."""
        [first] = yield from ask(self.question())
        if first is None or not first["IsTruncated"]:
            sets = (first or {}).get("ResourceRecordSets", ())
            return {name: at_name(sets, name) for name in names}
        lists = yield from ask(*(self.question(name) for name in names))
        return {
            name: at_name((listed or {}).get("ResourceRecordSets", ()), name)
            for name, listed in zip(names, lists, strict=True)
        }

    def seen_anyway(self) -> Reading[Sequence[Raw]]:
        """The first page of the zone: all of a small one."""
        [first] = yield from ask(self.question())
        return tuple((first or {}).get("ResourceRecordSets", ()))

    def question(self, name: str = "") -> Ask:
        """The question for the records of the zone, or for those of a name."""
        params: dict[str, Any] = {"Name": name} if name else {}
        return question(
            CLOUDFLARE,
            WHERE,
            "ListRecordSets",
            on=(),
            nothing={"ResourceRecordSets": [], "IsTruncated": False},
            ZoneId=self.zone_id,
            **params,
        )

    def change(self, changes: Iterable[tuple[str, Raw]]) -> Call:
        """One batch, made as a whole or not at all."""
        return change_of(
            CLOUDFLARE, WHERE, "BatchRecords", {"ZoneId": self.zone_id}, changes, ALREADY, DOUBT
        )

    def holding(self, *sets: Raw) -> Answers:
        """The answer of a small zone in which these sets stand."""
        return {self.question(): {"ResourceRecordSets": list(sets), "IsTruncated": False}}


def zones_question(name: str = "", account: str = "") -> Ask:
    """The question which zones of a name the token sees; or how many there are at all."""
    given = {"Name": name, "Account": account}
    params: dict[str, Any] = {key: value for key, value in given.items() if value}
    something = {
        "Id": "<zone id>", "Name": name, "Account": account, "AccountName": "", "Status": "active",
        "Type": "full", "NameServers": ["<name server>"], "Permissions": [],
    }  # fmt: skip
    return question(
        CLOUDFLARE,
        WHERE,
        "ListZones",
        on=(),
        nothing={"Zones": [], "Total": 0},
        something={"Zones": [something], "Total": 1},
        **params,
    )


def zone(env: Environment) -> Reading[CloudflareZone]:
    """The zone that the environment names, in the one account that has it."""
    wanted = rehearsed(env)
    [found] = yield from ask(zones_question(wanted.name, wanted.account))
    rows = [row for row in (found or {}).get("Zones", ()) if row["Name"] == wanted.name]
    if not rows:
        raise HostedZoneProblem(
            f"The token sees no zone {wanted.name} at Cloudflare"
            + (f" in account {wanted.account}." if wanted.account else "."),
            "Name the zone in dns.zone where the domain is a part of a larger one; a token has to "
            "include it under Zone Resources, with Zone > Zone > Read.",
        )
    if len(rows) > 1:
        raise HostedZoneProblem(
            f"The token sees {len(rows)} zones {wanted.name} at Cloudflare.",
            "Name the account of the right one in dns.account.",
            points=[f"{row['AccountName']}: {row['Account']} ({row['Status']})" for row in rows],
        )
    [row] = rows
    if row["Type"] in UNSUITED:
        raise HostedZoneProblem(
            f"{wanted.name} {UNSUITED[row['Type']]}.",
            "Name the provider that the world asks in dns.provider, or publish the records by "
            'hand: dns.provider = "external".',
        )
    return CloudflareZone(wanted.name, row["Id"], wanted.account, tuple(row["NameServers"]))


NEEDED = frozenset({"#dns_records:edit", "#dns_records:read", "#zone:read"})
"""What a token for records is said to have, in the list of permissions of a zone."""


def reach(env: Environment) -> Reading[Reach]:
    """How many zones the token sees, and what it may do in ours."""
    wanted = rehearsed(env)
    [ours, every] = yield from ask(zones_question(wanted.name, wanted.account), zones_question())
    rows = (ours or {}).get("Zones", ())
    has = {one for row in rows for one in row["Permissions"]}
    return Reach(
        max(0, int((every or {}).get("Total", 0)) - 1),
        tuple(sorted(has - NEEDED)),
        only_reads=bool(has) and "#dns_records:edit" not in has,
    )


def rehearsed(env: Environment) -> CloudflareZone:
    """The zone as far as the environment says."""
    return CloudflareZone(env.dns.zone or env.domain, "<zone id>", env.dns.account or "")
