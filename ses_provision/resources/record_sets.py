"""Record sets that are ours alone, and TXT sets that we share, in a zone of any provider.

What is in the way is found before anything is changed, and a change says what it found: the zone
refuses it where it has moved since it was read (see `dns_zone`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from typing import Any, Self

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import SHOWN, Found, Key, Obstacle, Resource
from ses_provision.names import dns_name, is_within, parents, txt_record, txt_value
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Reading
from ses_provision.resources import dkim_record, dmarc_record, sharing, spf, spf_record
from ses_provision.resources.dns_zone import DnsZone, Raw, above


@dataclass(frozen=True)
class RecordSet:
    """A record set at a name that is ours alone: set whole.

    `ours` is the shape of values that only we (or SES set-ups before us) would have written here:
    other values of the same type are somebody else's and in the way. `serves` is the ARN of what
    needs the record; `later` says what cannot be done yet with it.
    """

    zone: DnsZone = field(compare=False, metadata=SHOWN)
    name: str
    type: str
    values: frozenset[str]
    ttl: int
    ours: str = field(default=".*", compare=False)
    raw: Raw = field(default_factory=dict, compare=False)
    serves: str = field(default="", compare=False)
    later: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One set of a type at a name; DNS is one for all accounts."""
        return Key(f"{self.type} record", "", "", self.name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        is_key = dkim_record.is_key_record(self.name, self.type)
        told = map(dkim_record.shown, self.values) if is_key else self.values
        return f"{self.type} {self.name} → {', '.join(sorted(told))}"

    def read(self) -> Reading[Found[Self]]:
        """Find the set of this type, and what else stands at or above the name."""
        at_name, delegated = yield from standing_at(self.zone, self.name)
        obstacles = [*delegated, *conflicts(self.type, at_name)]
        live = plain_set(at_name, self.type)
        later = (self.later,) if self.later else ()
        if live is None:
            notes = () if at_name else (yield from hides(self.zone, self.name))
            return Found(None, tuple(obstacles), (*notes, *later))
        values = values_of(live)
        if not all(re.fullmatch(self.ours, value) for value in values):
            obstacles.append(foreign_values(live, values, self.values))
        shown = frozenset(as_answered(live, values))
        found = replace(self, values=shown, ttl=live.get("TTL", 0), raw=live)
        return Found(found, tuple(obstacles), later)

    def writes(self, found: Found[Self]) -> Sequence[Call]:
        """Create the set, in place of what was found."""
        new = raw_set(self.name, self.type, self.values, self.ttl)
        return [self.zone.change(replacing(found.live.raw if found.live else None, found, new))]

    def deletes(self, found: Found[Self]) -> Sequence[Call]:
        """Delete the set where it is exactly ours."""
        if found.live != self:
            return []
        return [self.zone.change([("DELETE", found.live.raw)])]

    def settled(self) -> Answers:
        """The zone's answer where it stands."""
        return self.zone.holding(raw_set(self.name, self.type, self.values, self.ttl))

    def strayed(self) -> Sequence[Self]:
        """Another time to live."""
        live = replace(self, ttl=self.ttl + 1)
        return [replace(live, raw=raw_set(live.name, live.type, live.values, live.ttl))]


@dataclass(frozen=True)
class TxtValue:
    """One string among the TXT strings of a name; the others stay.

    `tag` is what strings of its kind begin with ("v=spf1"). Receivers take a second one for an
    error (RFC 7208 section 4.5, RFC 9989 section 4.7), so another string of the kind is in the
    way unless `ours` says that we wrote it. An SPF record that lets SES send serves as well as
    ours, however it is written, and stays. `serves` is the ARN of what needs the record.
    """

    zone: DnsZone = field(compare=False, metadata=SHOWN)
    name: str
    value: str
    tag: str
    ttl: int
    ours: str = field(default="(?!)", compare=False)
    raw: Raw = field(default_factory=dict, compare=False)
    serves: str = field(default="", compare=False)
    served_by: str = field(default="", compare=False)
    resolvers: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def key(self) -> Key:
        """One string of a kind at a name; DNS is one for all accounts."""
        return Key(f"TXT record {self.tag}", "", "", self.name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"TXT {self.name} → {self.value}"

    def read(self) -> Reading[Found[Self]]:
        """Find the string, and what only a person can do about it."""
        found = yield from self.standing()
        others = self._others(found.live.raw) if found.live else []
        return sharing.with_limits(self, found, others)

    def standing(self) -> Reading[Found[Self]]:
        """Find the string of this kind among the TXT strings of the name."""
        at_name, delegated = yield from standing_at(self.zone, self.name)
        obstacles = [*delegated, *conflicts("TXT", at_name)]
        live = plain_set(at_name, "TXT")
        if live is None:
            return Found(None, tuple(obstacles))
        same_kind = [value for value in values_of(live) if is_kind(value, self.tag)]
        foreign = [v for v in same_kind if v != self.value and not re.fullmatch(self.ours, v)]
        if foreign and len(same_kind) == 1 and self.tag == spf_record.TAG:
            return (yield from self._judged(foreign[0], live, obstacles))
        if foreign or len(same_kind) > 1:
            obstacles.append(foreign_values(live, same_kind, {self.value}))
        # Where there is none, the set is there all the same and has to be replaced with ours in it.
        value = self.value if self.value in same_kind else next(iter(same_kind), "")
        # Beside strings of others their time to live holds: it is not ours to manage.
        ttl = self.ttl if self._others(live) else live.get("TTL", 0)
        found = replace(self, value=value, ttl=ttl, raw=live)
        return Found(found, tuple(obstacles))

    def _judged(
        self, theirs: str, live: Raw, obstacles: Sequence[Obstacle]
    ) -> Reading[Found[Self]]:
        """What to do beside an SPF record of somebody else, by what receivers make of it."""
        found = yield from spf.judged(theirs, self.name, self.resolvers)
        if found.passes:
            served = replace(self, served_by=f"theirs: {theirs}", raw=live)
            return Found(served, tuple(obstacles))
        stands = replace(self, value=theirs, ttl=live.get("TTL", 0), raw=live)
        if found.is_unknown:
            what = f"not known whether TXT {self.name} ({theirs}) lets SES send: {found.why}"
            way_out = "try again where DNS answers, or take the name over"
        else:
            what = f"TXT {self.name} is {theirs}, not {self.value}; {spf.reason(found)}"
            way_out = f"make it {spf_record.with_ses(theirs)}, or take the name over"
        return Found(stands, (*obstacles, Obstacle(what, way_out, removal={})))

    def writes(self, found: Found[Self]) -> Sequence[Call]:
        """Put our string into the set, beside the strings of other kinds."""
        raw = found.live.raw if found.live else None
        return [self.zone.change(replacing(raw, found, self._set({self.value}, raw)))]

    def deletes(self, found: Found[Self]) -> Sequence[Call]:
        """Take our string out; the set goes when nothing else is in it."""
        if found.live is None or found.live.served_by or found.live.value != self.value:
            return []
        rest = self._set(set(), found.live.raw)
        changes = [("DELETE", found.live.raw)]
        return [
            self.zone.change([*changes, ("CREATE", rest)] if rest["ResourceRecords"] else changes)
        ]

    def additions(self, live: Self, _: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Strings of others, where ours is not taken away without them."""
        yield from ()
        return sharing.among_others(live, self._others(live.raw))

    def settled(self) -> Answers:
        """The zone's answer where it stands."""
        return self.zone.holding(self._set({self.value}, None))

    def strayed(self) -> Sequence[Self]:
        """Another time to live."""
        live = replace(self, ttl=self.ttl + 1)
        return [replace(live, raw=live._set({live.value}, None))]

    def _set(self, values: Iterable[str], live: Raw | None) -> Raw:
        kept = self._others(live or {})
        records = [{"Value": value} for value in [*kept, *map(txt_record, values)]]
        ttl = (live or {}).get("TTL", self.ttl) if kept else self.ttl
        return {"Name": self.name, "Type": "TXT", "TTL": ttl, "ResourceRecords": records}

    def _others(self, live: Raw) -> list[str]:
        """The strings of other kinds in a set, as they are written there."""
        written = sharing.written(live)
        return [value for value in written if not is_kind(txt_value(value), self.tag)]


def is_kind(value: str, tag: str) -> bool:
    """Whether a TXT string is of the kind that begins with the tag, as a whole word.

    SPF wants its version to the letter (RFC 7208 section 4.5); DMARC lets white space stand in it.
    """
    if tag == dmarc_record.TAG:
        return dmarc_record.is_dmarc(value)
    return re.match(rf"{re.escape(tag)}(?![\w-])", value, re.IGNORECASE) is not None


def standing_at(zone: DnsZone, name: str) -> Reading[tuple[list[Raw], list[Obstacle]]]:
    """What stands at a name, and the delegations above it that take it out of this zone."""
    between = above(name, zone.name)
    found = yield from zone.at([name, *between])
    delegated = [
        Obstacle(
            f"NS {parent} → {', '.join(sorted(values_of(one)))}: the name is in another zone",
            f"name the zone of {parent} in [dns] of the environment file, or remove the delegation",
        )
        for parent in [name, *between]
        for one in found[parent]
        if one["Type"] == "NS" and parent != zone.name
    ]
    return found[name], delegated


def hides(zone: DnsZone, name: str) -> Reading[tuple[str, ...]]:
    """What stops answering at a name once anything stands there: a wildcard speaks only for names
    that do not exist, and only the one right below the closest name that does (RFC 4592 sections
    2.2 and 3.3.1). Nobody visits a name with an underscore."""
    if name.startswith("_") or "._" in name:
        return ()
    higher = [parent for parent in parents(name) if is_within(parent, zone.name)]
    wildcards = [f"*.{parent}" for parent in higher]
    found = yield from zone.at([*higher, *wildcards])
    listed = yield from zone.seen_anyway()
    held = [dns_name(standing["Name"]) for standing in listed]
    held += [place for place, sets in found.items() if sets]
    exists = [place for place in (name, *higher) if any(is_within(other, place) for other in held)]
    closest = exists[0] if exists else zone.name
    wild = found.get(f"*.{closest}")
    if closest == name or not wild:
        return ()
    answers = "; ".join(f"{kind['Type']} {', '.join(values_of(kind))}" for kind in wild)
    return (f"hides the wildcard *.{closest} at {name}, which no longer answers: {answers}",)


def plain_set(at_name: Iterable[Raw], record_type: str) -> Raw | None:
    """The set of a type that neither is an alias nor has a routing policy."""
    return next((one for one in at_name if one["Type"] == record_type and is_plain(one)), None)


def is_plain(one: Raw) -> bool:
    """Neither an alias nor one of several sets under a routing policy."""
    return "AliasTarget" not in one and "SetIdentifier" not in one


def conflicts(record_type: str, at_name: Iterable[Raw]) -> list[Obstacle]:
    """The sets at the name that cannot stand beside one of ours.

    A CNAME stands alone (RFC 1034 section 3.6.2), and Route 53 mixes no routing policies.
    """
    return [
        Obstacle(
            f"{one['Type']} {dns_name(one['Name'])} → {', '.join(sorted(values_of(one)))}",
            "remove it if nothing needs it, or choose another name in the environment file",
            removal=one,
        )
        for one in at_name
        if one["Type"] != "NS"
        and (
            (one["Type"] == record_type and not is_plain(one))
            or (one["Type"] != record_type and "CNAME" in (one["Type"], record_type))
        )
    ]


def foreign_values(live: Raw, found: Iterable[str], wanted: Iterable[str]) -> Obstacle:
    """Somebody else's values where ours should be."""
    return Obstacle(
        f"{live['Type']} {dns_name(live['Name'])} is {' + '.join(sorted(found))}, "
        f"not {' + '.join(sorted(wanted))}",
        "keep theirs and change the environment file, or take the name over",
        removal={},
    )


def values_of(one: Raw) -> list[str]:
    """The values of a set in one form."""
    if "AliasTarget" in one:
        return [f"alias {dns_name(one['AliasTarget']['DNSName'])}"]
    values = [record["Value"] for record in one.get("ResourceRecords", ())]
    match one["Type"]:
        case "TXT":
            return [txt_value(value) for value in values]
        case "CNAME" | "NS":
            return [dns_name(value) for value in values]
        case "MX":
            return [mx_value(value) for value in values]
    return values


def as_answered(live: Raw, values: Iterable[str]) -> list[str]:
    """Values with how a provider hides them: whoever asks DNS is told something else."""
    hidden = "".join(f" ({way})" for way in live.get("Disguise", ()))
    return [f"{value}{hidden}" for value in values]


def mx_value(value: str) -> str:
    """A mail exchanger with its preference, in one form."""
    preference, _, host = value.strip().partition(" ")
    return f"{preference} {dns_name(host.strip())}"


def raw_set(name: str, record_type: str, values: Iterable[str], ttl: int) -> Raw:
    """A record set in the form of Route 53."""
    written = map(txt_record, sorted(values)) if record_type == "TXT" else sorted(values)
    records = [{"Value": value} for value in written]
    return {"Name": name, "Type": record_type, "TTL": ttl, "ResourceRecords": records}


def replacing(old: Raw | None, found: Found[Any], new: Raw) -> list[tuple[str, Raw]]:
    """Delete what was found in the place of the new set, then create it."""
    removed = [one.removal for one in found.obstacles if one.removal]
    olds = [old] if old else []
    return [("DELETE", one) for one in [*removed, *olds]] + [("CREATE", new)]
