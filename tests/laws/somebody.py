"""Somebody with rights in an account who does not use ses-provision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dns.name
import dns.rdatatype
import dns.rrset

from ses_provision.environment import Environment
from ses_provision.local.primary import Primary
from ses_provision.outside.providers.record_text import read, told
from tests.laws.surroundings import put_outside
from tests.laws.world import Bench, zone_account

OUR_TAG = ["Environment"]


CHANGES_OF_RECORDS = {
    "route53": "route53:ChangeResourceRecordSets",
    "rfc2136": "rfc2136:UpdateRecordSets",
    "cloudflare": "cloudflare:BatchRecords",
    "octodns": "octodns:WriteRecordSets",
}


class Somebody:
    """Somebody with rights in the account of an environment, who does not use ses-provision."""

    def __init__(self, bench: Bench, env: Environment) -> None:
        self.bench = bench
        self.env = env

    def __call__(self, service: str, operation: str, region: str = "", **params: Any) -> Any:
        """Call AWS in the environment's account."""
        where = region or self.env.region
        return self.bench.call(self.env.account_id, where, service, operation, **params)

    @property
    def changed_records(self) -> str:
        """What mends a record."""
        return CHANGES_OF_RECORDS[self.env.dns.service]

    @property
    def primary(self) -> Primary | None:
        """The zone as name servers outside AWS serve it."""
        if self.env.dns.in_route53 or self.env.dns.is_by_hand:
            return None
        return self.bench.local.primaries.holding(self.env.domain)

    def zone_of(self, wanted: dict[str, Any]) -> str:
        """What the zone of a record is known by."""
        return str(wanted["zone"].get("id") or wanted["zone"]["name"])

    def record_sets(self, zone: str, name: str, kind: str) -> list[dict[str, Any]]:
        """The record sets of a type at a name."""
        if self.primary is not None:
            held = self.primary.held(dns.name.from_text(name), dns.rdatatype.from_text(kind))
            owner = dns.name.from_text(name)
            return [told(dns.rrset.from_rdata_list(owner, held.ttl, list(held)))] if held else []
        listed = self.zone(zone, "ListResourceRecordSets")
        return [
            found
            for found in listed["ResourceRecordSets"]
            if (found["Name"].rstrip("."), found["Type"]) == (name, kind)
        ]

    def zone(self, zone: str, operation: str, **params: Any) -> Any:
        """Call Route 53 in the account of the zone."""
        account = zone_account(self.env)
        return self.bench.call(
            account, "us-east-1", "route53", operation, HostedZoneId=zone, **params
        )

    def change(self, zone: str, *changes: tuple[str, dict[str, Any]]) -> None:
        """Change record sets."""
        if self.primary is not None:
            for verb, one in changes:
                held = read(one)
                records = [] if verb == "DELETE" else [record.to_text() for record in held]
                put_outside(self.bench, one["Name"], one["Type"], one["TTL"], *records)
            return
        batch = [{"Action": verb, "ResourceRecordSet": one} for verb, one in changes]
        self.zone(zone, "ChangeResourceRecordSets", ChangeBatch={"Changes": batch})


Made = tuple[str, set[str], str, Callable[[], object]]


def partition(region: str) -> str:
    """The partition of a region."""
    return "aws-us-gov" if "us-gov-" in region else "aws"


Kinds = Mapping[str, Callable[[dict[str, Any], Somebody], Iterator[Made]]]
"""What somebody may do to each kind of resource, given how it is wanted."""
