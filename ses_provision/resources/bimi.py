"""The BIMI record of a domain, and the DMARC policies without which receivers do not look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Self

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found
from ses_provision.outside.reading import Reading, together
from ses_provision.resources import bimi_record, dmarc_record, record_sets
from ses_provision.resources.dmarc import standing_in_dns, standing_in_zone
from ses_provision.resources.dmarc_policy import Standing, in_force, places
from ses_provision.resources.dmarc_record import DmarcRecord, Tag
from ses_provision.resources.dns_zone import DnsZone
from ses_provision.resources.record_sets import TxtValue

TAG = bimi_record.TAG


@dataclass(frozen=True)
class BimiRecord(TxtValue):
    """One string, as every TXT value; one that means the same serves as well, and stays.

    `after` is the step that has to make DMARC enforce first, where it does not yet.
    """

    after: str = field(default="", compare=False, repr=False)

    @property
    def rests_on(self) -> str:
        """The step without which receivers do not look at it."""
        return self.after

    @property
    def rests_wholly(self) -> bool:
        """A policy that is there, but not strong enough yet, does not serve."""
        return True

    def standing(self) -> Reading[Found[Self]]:
        """Find the string of this kind, and take one that means the same for ours."""
        found = yield from super().standing()
        live = found.live
        if live is None or live.value == self.value:
            return found
        same_kind = [v for v in record_sets.values_of(live.raw) if record_sets.is_kind(v, TAG)]
        if len(same_kind) != 1 or not bimi_record.means_the_same(live.value, self.value):
            return found
        others = tuple(one for one in found.obstacles if one.removal != {})
        return Found(replace(self, served_by=f"theirs: {live.value}", raw=live.raw), others)


@dataclass(frozen=True)
class Enforcement:
    """Whether DMARC enforces at a domain and at its organisational domain.

    `lacking` says where it does not, and why; `unknown`, why nobody knows. `own_policy` says that
    a stronger policy of the domain itself is all that lacks.
    """

    lacking: tuple[tuple[str, str], ...] = ()
    unknown: str = ""
    own_policy: bool = False

    @property
    def holds(self) -> bool:
        """Receivers may look at the record."""
        return not (self.lacking or self.unknown)

    @property
    def why(self) -> str:
        """What keeps them from it."""
        told = (f"DMARC does not enforce at {domain}: {why}" for domain, why in self.lacking)
        return self.unknown or "; ".join(told)


def enforcement(
    domain: str, zone: DnsZone | None, resolvers: Sequence[str]
) -> Reading[Enforcement]:
    """Look at both domains: in the zone where it holds the name, else in DNS."""
    looked = places(domain)
    standing = yield from together(standing_at(place, zone, resolvers) for place in looked)
    unknown = next((at.unknown for at in standing if at.unknown), "")
    if unknown:
        return Enforcement(unknown=unknown)
    found = [(domain, in_force(domain, *standing))]
    if len(looked) > 1:
        found.append((looked[1], in_force(looked[1], standing[1])))
    weak = [
        (place, force.why_none if force.record is None else weakness(force.record, force.written))
        for place, force in found
    ]
    lacking = tuple((place, why) for place, why in weak if why)
    alone = [place for place, _ in lacking] == [domain]
    return Enforcement(lacking, own_policy=alone and would_do(standing[0]))


def would_do(at: Standing) -> bool:
    """Whether a stronger policy mends what stands at a domain: where nothing does, or one record
    whose other tags do not get in its way."""
    if not at.records:
        return True
    record = dmarc_record.parse(at.records[0]) if len(at.records) == 1 else None
    if record is None or record.flaw:
        return False
    stronger = dmarc_record.with_tag(record, Tag("p", "reject"))
    return not weakness(stronger, stronger.policy)


def standing_at(domain: str, zone: DnsZone | None, resolvers: Sequence[str]) -> Reading[Standing]:
    """What stands at the `_dmarc` name of a domain."""
    if zone is not None:
        held = yield from standing_in_zone(domain, zone)
        if held is not None:
            return held
    return (yield from standing_in_dns(domain, resolvers))


def weakness(record: DmarcRecord, written: str) -> str:
    """Why a policy is not enough: it has to be quarantine or reject, for all mail, and for
    subdomains too (BIMI draft, section "BIMI Processing Requirements")."""
    if written == "none":
        return f"its policy is {written}"
    if record.subdomain_policy == "none":
        return "sp=none leaves its subdomains out"
    if record.percent < 100:
        return f"pct={record.percent}, not 100"
    return "t=y asks receivers only to test it" if record.is_test else ""
