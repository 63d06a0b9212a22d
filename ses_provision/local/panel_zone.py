"""One zone at a stand-in for a DNS provider: its records, and what cannot stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from ses_provision.dataclass import dataclass
from ses_provision.local.standing_in import RefusedError

HOSTS = frozenset({"CNAME", "MX", "NS"})
STRING_LIMIT = 255  # octets of one string (RFC 1035 section 3.3)


class PanelError(RefusedError):
    """Why a panel refuses a request; its status is the code."""

    def __init__(self, status: int, words: str, seconds: int = 0) -> None:
        super().__init__(status, status, words, seconds)


@dataclass(frozen=True)
class PanelRecord:
    """One value, in the words of master files; `note` is what somebody has written beside it."""

    id: int
    name: str
    kind: str
    ttl: int
    value: str
    note: str = ""


class PanelZone:
    """A zone and its records."""

    def __init__(self, name: str, number: int, least_ttl: int) -> None:
        self.name, self.number, self.least_ttl = name, number, least_ttl
        self.records: dict[int, PanelRecord] = {}
        self._numbers = count(1)

    def full(self, within: str) -> str:
        """The whole name of one within the zone."""
        return self.name if within in ("", "@") else f"{within.lower()}.{self.name}"

    def within(self, name: str) -> str:
        """A name as the zone calls it; "@" is its own."""
        return "@" if name == self.name else name.removesuffix(f".{self.name}")

    def add(self, name: str, kind: str, ttl: int, value: str, note: str = "") -> PanelRecord:
        """Put a record into the zone. Raises PanelError where it cannot stand there."""
        made = PanelRecord(next(self._numbers), name, kind, ttl, master(kind, value), note)
        if not f".{name}".endswith(f".{self.name}"):
            raise PanelError(422, f"{name} is not in zone {self.name}")
        if not isinstance(ttl, int) or ttl < self.least_ttl:
            raise PanelError(422, f"TTL must be at least {self.least_ttl} seconds")
        for held in self.records.values():
            if held.name == name and "CNAME" in (held.kind, kind):
                raise PanelError(422, f"A CNAME stands alone: {held.kind} {name} is there")
            if (held.name, held.kind, held.value) == (name, kind, made.value):
                raise PanelError(422, f"{kind} {name} has this value already")
        self.records[made.id] = made
        return made

    def at(self, name: str, kind: str) -> list[PanelRecord]:
        """The records of a set."""
        return [one for one in self.records.values() if (one.name, one.kind) == (name, kind)]

    def drop(self, records: Iterable[PanelRecord]) -> None:
        """Take records away."""
        for record in records:
            del self.records[record.id]

    def whole(self, name: str, kind: str, ttl: int, values: Sequence[str], note: str = "") -> None:
        """Replace a set; none takes it away. As it was where one of the values cannot stand."""
        before = dict(self.records)
        self.drop(self.at(name, kind))
        try:
            for value in values:
                self.add(name, kind, ttl, value, note)
        except PanelError:
            self.records = before
            raise

    def with_ttl(self, name: str, kind: str, ttl: int) -> None:
        """Give a set another time to live."""
        if ttl < self.least_ttl:
            raise PanelError(422, f"TTL must be at least {self.least_ttl} seconds")
        for record in self.at(name, kind):
            self.records[record.id] = replace(record, ttl=ttl)

    def sets(self) -> dict[tuple[str, str], list[PanelRecord]]:
        """The records by name and type."""
        found: dict[tuple[str, str], list[PanelRecord]] = {}
        for record in self.records.values():
            found.setdefault((record.name, record.kind), []).append(record)
        return found


def master(kind: str, text: str) -> str:
    """A value in the one form of master files; host names without a last dot are whole as well."""
    try:
        held = dns.rdata.from_text(
            dns.rdataclass.IN, kind, text, origin=dns.name.root, relativize=False
        )
    except (dns.exception.DNSException, ValueError) as error:
        raise PanelError(422, f"{kind} has no such value") from error
    if kind == "TXT":
        return text.strip()
    return str(held.to_text()).lower() if kind in HOSTS else str(held.to_text())


def quoted(text: str) -> str:
    """A text as one TXT value: strings of at most 255 octets, in quotes."""
    octets = text.encode(errors="surrogateescape")
    parts = [octets[start : start + STRING_LIMIT] for start in range(0, len(octets), STRING_LIMIT)]
    return " ".join('"' + "".join(map(escaped, part)) + '"' for part in parts or [b""])


def escaped(octet: int) -> str:
    """One octet of a TXT string (RFC 1035 section 5.1)."""
    character = chr(octet)
    if character in '"\\':
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\{octet:03d}"


def cut(value: str) -> str:
    """A TXT value with each string that is too long cut into several."""

    def several(found: re.Match[str]) -> str:
        octets = re.findall(r"\\[0-9]{3}|\\.|.", found[1])
        starts = range(0, max(len(octets), 1), STRING_LIMIT)
        return " ".join(f'"{"".join(octets[at : at + STRING_LIMIT])}"' for at in starts)

    return re.sub(r'"((?:[^"\\]|\\.)*)"', several, value)


def plain(value: str) -> str:
    """The text of a TXT value: its strings joined, without escapes."""
    held = dns.rdata.from_text(dns.rdataclass.IN, "TXT", value)
    strings: Sequence[bytes] = getattr(held, "strings", ())
    return b"".join(strings).decode(errors="backslashreplace")
