"""The DMARC record of a domain: created where there is none, strengthened, never weakened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import SHOWN, Found, Key, Obstacle, Resource
from ses_provision.names import is_within, txt_value
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Reading
from ses_provision.outside.voices import publicly
from ses_provision.resources import dmarc_record, record_sets, sharing
from ses_provision.resources.dmarc_policy import InForce, Standing, in_force, places
from ses_provision.resources.dmarc_record import STRENGTH, DmarcRecord
from ses_provision.resources.dns_zone import DnsZone, Raw

TAG = dmarc_record.TAG


@dataclass(frozen=True)
class Dmarc:
    """What receivers are asked to do with mail that fails.

    What is managed is the policy, and that the reports arrive; `value` is the record they stand in.
    A record that is stricter, or that a domain above provides, serves as well as ours and stays.
    """

    zone: DnsZone = field(compare=False, metadata=SHOWN)
    domain: str
    policy: str
    reports_to: frozenset[str]
    ttl: int
    value: str = field(compare=False, metadata=SHOWN)
    served_by: str = field(default="", compare=False)
    raw: Raw = field(default_factory=dict, compare=False)
    resolvers: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def of(cls, zone: DnsZone, domain: str, value: str, ttl: int, **more: Any) -> Dmarc:
        """A record by its text."""
        read = dmarc_record.parse(value) or DmarcRecord()
        policy = read.get("p").lower()
        return cls(zone, domain, policy, read.reports, ttl, value, **more)

    @property
    def key(self) -> Key:
        """One DMARC record a domain; DNS is one for all accounts."""
        return self._txt(self.value).key

    @property
    def name(self) -> str:
        """Where the record stands."""
        return f"_dmarc.{self.domain}"

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"TXT {self.name} → {self.value}"

    @property
    def record(self) -> DmarcRecord:
        """The record that is wanted, by its tags."""
        return dmarc_record.parse(self.value) or DmarcRecord()

    def read(self) -> Reading[Found[Dmarc]]:
        """Find the record, and what only a person can do about it."""
        found = yield from self._standing()
        return sharing.with_limits(self, found, self._others(found.live))

    def additions(self, live: Dmarc, _: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Strings of others, where ours is not taken away without them."""
        yield from ()
        return sharing.among_others(live, self._others(live))

    def _others(self, live: Dmarc | None) -> list[str]:
        """The strings of other kinds in the set, as they are written there."""
        written = sharing.written(live.raw) if live else []
        return [value for value in written if not dmarc_record.is_dmarc(txt_value(value))]

    def _standing(self) -> Reading[Found[Dmarc]]:
        """Find the record of the domain, or the one it inherits."""
        at_name, delegated = yield from record_sets.standing_at(self.zone, self.name)
        obstacles = (*delegated, *record_sets.conflicts("TXT", at_name))
        if any(one["Type"] == "CNAME" for one in at_name):
            return (yield from self._behind_alias(obstacles))
        live = record_sets.plain_set(at_name, "TXT")
        own = Standing(self.domain, tuple(record_sets.values_of(live) if live else ()))
        if live is not None and own.records:
            return self._judged(live, own, obstacles)
        above = yield from self._inherited()
        stands = above.live
        if stands is None and live is not None:
            # Strings of other kinds are there, and the set has to be replaced with ours in it.
            stands = Dmarc.of(self.zone, self.domain, "", self.ttl, raw=live)
        return Found(stands, (*obstacles, *above.obstacles), above.notes)

    def _behind_alias(self, obstacles: tuple[Obstacle, ...]) -> Reading[Found[Dmarc]]:
        """A CNAME to a record that somebody else keeps serves, and nothing can stand beside it."""
        hosted = yield from standing_in_dns(self.domain, self.resolvers)
        force = in_force(self.domain, hosted)
        if force.unknown:
            return Found(None, (*obstacles, self._unknown(force.unknown)))
        if force.record is None:
            return Found(
                None,
                tuple(
                    replace(one, what=f"{one.what}, which leads to no record: {force.why_none}")
                    for one in obstacles
                ),
            )
        away = tuple(one for one in obstacles if one.removal is None)
        served = f"{self.name} is a CNAME to {hosted.alias}: {force.text}"
        return Found(replace(self, served_by=served), away, self._shortfalls(force))

    def _judged(self, live: Raw, own: Standing, obstacles: tuple[Obstacle, ...]) -> Found[Dmarc]:
        """What to do beside a record that stands in the zone."""
        stands = Dmarc.of(self.zone, self.domain, own.records[0], live.get("TTL", 0), raw=live)
        if self._others(stands):
            # Their time to live holds: a set has one, and it is not ours to manage.
            stands = replace(stands, ttl=self.ttl)
        theirs = usable(own.records)
        if theirs is None:
            force = in_force(self.domain, own)
            flaw = force.why_none or f"{own.name} is {force.text}: {flaw_of(own.records)}"
            way_out = "leave one record there that is right, or take the name over"
            return Found(stands, (*obstacles, Obstacle(flaw, way_out, removal={})))
        wanted = self.record
        if own.records == [self.value]:
            return Found(stands, obstacles)
        ahead = STRENGTH[theirs.policy] - STRENGTH[wanted.policy]
        reports = wanted.reports <= theirs.reports
        if ahead > 0 or (ahead == 0 and reports):
            served = replace(self, served_by=f"theirs: {own.records[0]}", raw=live)
            return Found(served, obstacles, self._shortfalls(in_force(self.domain, own)))
        if reports:
            return Found(stands, obstacles, kept(theirs))
        found = record_sets.foreign_values(live, own.records, {self.value})
        return Found(stands, (*obstacles, found), kept(theirs))

    def _inherited(self) -> Reading[Found[Dmarc]]:
        """The record of the organisational domain, where the domain has none of its own."""
        above = [place for place in places(self.domain) if place != self.domain]
        if not above:
            return Found(None)
        standing = yield from standing_in_zone(above[0], self.zone)
        if standing is None:
            standing = yield from standing_in_dns(above[0], self.resolvers)
        force = in_force(self.domain, Standing(self.domain), standing)
        if force.unknown:
            return Found(None, (self._unknown(force.unknown),))
        if force.record is None:
            return Found(None, notes=(force.why_none,) if standing.records else ())
        if force.falls_short(self.record):
            note = (
                f"{self.domain} has the policy {force.written} of {standing.name} until now; with "
                "a record of its own that one no longer counts for it, its reports neither"
            )
            return Found(None, notes=(note,))
        served = replace(self, served_by=f"inherited from {force.stands_at}")
        return Found(served, notes=self._shortfalls(force))

    def _unknown(self, why: str) -> Obstacle:
        return Obstacle(
            f"not known whether {self.domain} has or inherits a record: {why}",
            "try again where DNS answers, or take the step over to write the record anyway",
            removal={},
        )

    def _shortfalls(self, force: InForce) -> tuple[str, ...]:
        """In what a record that is left as it is falls behind the environment file."""
        if force.record is None:
            return ()
        where = f"_dmarc.{force.stands_at}"
        where = f"{force.alias}, where {where} leads" if force.alias else where
        found = []
        if force.falls_short(self.record):
            found.append(
                f"the file asks for {self.record.policy}, and {force.written} is in force: "
                f"change it at {where}"
            )
        lacking = self.record.reports - force.record.reports
        if lacking:
            found.append(f"no reports go to {', '.join(sorted(lacking))}: add it at {where}")
        if force.qualified:
            found.append(f"{force.qualified} (at {where})")
        return tuple(found)

    def writes(self, found: Found[Dmarc]) -> Sequence[Call]:
        """Create the record; in place of a weaker one, that one made stricter."""
        stands = self._txt_of(found.live)
        texts = record_sets.values_of(stands.raw) if stands else []
        theirs = usable(dmarc_record.kin(texts))
        value = self.value
        if theirs is not None:
            value = dmarc_record.render(dmarc_record.raised(theirs, self.record))
        return self._txt(value).writes(Found(stands, found.obstacles))

    def deletes(self, found: Found[Dmarc]) -> Sequence[Call]:
        """Delete the record where it is exactly ours."""
        if found.live is None or found.live.served_by:
            return []
        return self._txt(self.value).deletes(Found(self._txt_of(found.live)))

    def settled(self) -> Answers:
        """The zone's answer where it stands."""
        return self._txt(self.value).settled()

    def strayed(self) -> Sequence[Dmarc]:
        """Another time to live."""
        [live] = self._txt(self.value).strayed()
        return [replace(self, ttl=live.ttl, raw=live.raw)]

    def _txt(self, value: str) -> record_sets.TxtValue:
        return record_sets.TxtValue(self.zone, self.name, value, TAG, self.ttl)

    def _txt_of(self, live: Dmarc | None) -> record_sets.TxtValue | None:
        if live is None or not live.raw:
            return None
        return record_sets.TxtValue(self.zone, self.name, live.value, TAG, live.ttl, raw=live.raw)


def standing_in_zone(domain: str, zone: DnsZone) -> Reading[Standing | None]:
    """What a hosted zone has at the `_dmarc` name of a domain; None where only DNS can tell."""
    name = f"_dmarc.{domain}"
    if not is_within(name, zone.name):
        return None
    at = yield from zone.at([name])
    if any(one["Type"] == "CNAME" for one in at[name]):
        return None
    texts = [one for one in at[name] if one["Type"] == "TXT"]
    return Standing(domain, tuple(v for one in texts for v in record_sets.values_of(one)))


def standing_in_dns(domain: str, resolvers: Sequence[str]) -> Reading[Standing]:
    """What DNS shows at the `_dmarc` name of a domain."""
    [outcome] = yield from publicly([("TXT", f"_dmarc.{domain}")], resolvers)
    return Standing.answered(domain, outcome)


def usable(records: Sequence[str]) -> DmarcRecord | None:
    """The one record that stands, where receivers take it as it is written."""
    read = dmarc_record.parse(records[0]) if len(records) == 1 else None
    return None if read is None or read.flaw else read


def flaw_of(records: Iterable[str]) -> str:
    """What is wrong with a record that receivers take otherwise than it is written."""
    return next((read.flaw for text in records if (read := dmarc_record.parse(text))), "")


def kept(theirs: DmarcRecord) -> tuple[str, ...]:
    """What of a record stays when it is made stricter."""
    others = [str(tag) for tag in theirs.tags if tag.name not in {"p", "rua"}]
    return (f"kept as it is: {'; '.join(others)}",) if others else ()
