"""The DMARC record of a domain: created where there is none, strengthened, never weakened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ses_provision.engine.model import SHOWN, Found, Key, Obstacle
from ses_provision.errors import ProvisionError
from ses_provision.names import is_within, parents
from ses_provision.outside.call import Call
from ses_provision.outside.dns import ask_dns
from ses_provision.outside.reading import Answers, Reading, ask
from ses_provision.resources import route53
from ses_provision.resources.hosted_zones import Zone

STRENGTH = {"none": 0, "quarantine": 1, "reject": 2}
TAG = "v=DMARC1"


def record(policy: str, reports_to: Sequence[str]) -> str:
    """A DMARC record in its simplest form (RFC 9989 section 4.7)."""
    reports = ",".join(f"mailto:{address}" for address in reports_to)
    return f"{TAG}; p={policy}" + (f"; rua={reports}" if reports else "")


def parsed(text: str) -> dict[str, str] | None:
    """The tags of a record; None where it is malformed: no valid p, or v not first."""
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    tags = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if not pairs or pairs[0][0].strip().lower() != "v" or tags["v"] != "DMARC1":
        return None
    return tags if tags.get("p", "").lower() in STRENGTH else None


def strength(tags: dict[str, str]) -> int:
    """How strict a record is, by its policy."""
    return STRENGTH[tags["p"].lower()]


@dataclass(frozen=True)
class Dmarc:
    """What receivers are asked to do with mail that fails.

    A record that is stricter, or that a domain above provides, serves as well as ours and stays.
    """

    zone: Zone = field(compare=False, metadata=SHOWN)
    domain: str
    value: str
    ttl: int
    served_by: str = field(default="", compare=False)
    raw: route53.Raw = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One DMARC record a domain; DNS is one for all accounts."""
        return self._txt().key

    @property
    def name(self) -> str:
        """Where the record stands."""
        return f"_dmarc.{self.domain}"

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"TXT {self.name} → {self.value}"

    def read(self) -> Reading[Found[Dmarc]]:
        """Find the record of the domain, or the one it inherits."""
        at_name, delegated = yield from route53.standing_at(self.zone, self.name)
        obstacles = (*delegated, *route53.conflicts("TXT", at_name))
        live = route53.plain_set(at_name, "TXT")
        found = [
            value
            for value in (route53.values_of(live) if live else [])
            if route53.is_kind(value, TAG)
        ]
        if live is not None and found:
            return self._judged(live, found, obstacles)
        above = yield from self._inherited()
        stands = above.live
        if stands is None and live is not None:
            # Strings of other kinds are there, and the set has to be replaced with ours in it.
            stands = Dmarc(self.zone, self.domain, "", live.get("TTL", 0), raw=live)
        return Found(stands, (*obstacles, *above.obstacles))

    def _judged(
        self, live: route53.Raw, found: list[str], obstacles: tuple[Obstacle, ...]
    ) -> Found[Dmarc]:
        tags, wanted = parsed(found[0]), parsed(self.value) or {}
        stands = Dmarc(self.zone, self.domain, found[0], live.get("TTL", 0), raw=live)
        if tags is None or len(found) > 1:
            return Found(stands, (*obstacles, route53.foreign_values(live, found, {self.value})))
        same_reports = tags.get("rua") == wanted.get("rua")
        if found[0] == self.value:
            return Found(stands, obstacles)
        if strength(tags) > strength(wanted) or (
            strength(tags) == strength(wanted) and same_reports
        ):
            return Found(replace(self, served_by=f"theirs: {found[0]}", raw=live), obstacles)
        if same_reports:
            return Found(stands, obstacles)
        return Found(stands, (*obstacles, route53.foreign_values(live, found, {self.value})))

    def _inherited(self) -> Reading[Found[Dmarc]]:
        """The record that receivers find by walking up the tree (RFC 9989 section 4.10)."""
        for parent in parents(self.domain):
            name = f"_dmarc.{parent}"
            try:
                values = yield from self._txt_at(name)
            except ProvisionError as error:
                unknown = Obstacle(
                    f"not known whether {self.domain} inherits a record: {error.message}",
                    "try again where DNS answers, or take the step over to write the record anyway",
                    removal={},
                )
                return Found(None, (unknown,))
            tags = [parsed(value) for value in values if route53.is_kind(value, TAG)]
            if len(tags) == 1 and tags[0]:
                return Found(replace(self, served_by=f"inherited from {parent}"))
        return Found(None)

    def _txt_at(self, name: str) -> Reading[list[str]]:
        if is_within(name, self.zone.name):
            at = yield from route53.records_at(self.zone, [name])
            return [v for one in at[name] if one["Type"] == "TXT" for v in route53.values_of(one)]
        [answer] = yield from ask(ask_dns("TXT", name))
        return list((answer or {}).get("values", ()))

    def writes(self, found: Found[Dmarc]) -> Sequence[Call]:
        """Create the record, in place of a weaker one of ours or of what is taken over."""
        return self._txt().writes(Found(self._txt_of(found.live), found.obstacles))

    def deletes(self, found: Found[Dmarc]) -> Sequence[Call]:
        """Delete the record where it is exactly ours."""
        if found.live is None or found.live.served_by:
            return []
        return self._txt().deletes(Found(self._txt_of(found.live)))

    def settled(self) -> Answers:
        """The zone's answer where it stands."""
        return self._txt().settled()

    def strayed(self) -> Sequence[Dmarc]:
        """Another time to live."""
        [live] = self._txt().strayed()
        return [replace(self, ttl=live.ttl, raw=live.raw)]

    def _txt(self) -> route53.TxtValue:
        return route53.TxtValue(self.zone, self.name, self.value, TAG, self.ttl)

    def _txt_of(self, live: Dmarc | None) -> route53.TxtValue | None:
        if live is None or not live.raw:
            return None
        return route53.TxtValue(self.zone, self.name, live.value, TAG, live.ttl, raw=live.raw)
