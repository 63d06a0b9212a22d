"""One zone of a primary name server: what it answers, and what an update does to it (RFC 2136).

Strict as BIND 9.18 is: prerequisites with a TTL are malformed, names outside are NOTZONE, the SOA
and the last NS stay, and what cannot stand beside a CNAME is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import dns.flags
import dns.name
import dns.node
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.zone

if TYPE_CHECKING:
    import dns.message
    import dns.update

ANY, NONE, IN = dns.rdataclass.ANY, dns.rdataclass.NONE, dns.rdataclass.IN
CNAME, NS, SOA = dns.rdatatype.CNAME, dns.rdatatype.NS, dns.rdatatype.SOA
EVERY = dns.rdatatype.ANY
_MOST_ALIASES = 8


class UpdateError(Exception):
    """Why an update is refused: a response code."""

    def __init__(self, code: dns.rcode.Rcode) -> None:
        super().__init__(dns.rcode.to_text(code))
        self.code = code


class Primary:
    """A zone with its records, as they are on the wire."""

    def __init__(self, name: str, servers: Iterable[str], keys: Iterable[str]) -> None:
        self.origin = dns.name.from_text(name)
        self.zone = dns.zone.Zone(self.origin, relativize=False)
        self.keys = {dns.name.from_text(key) for key in keys}
        hosts = [f"{server.rstrip('.')}." for server in servers]
        soa = f"{hosts[0]} hostmaster.{name}. 1 7200 900 1209600 300"
        self.put(name, "SOA", 3600, [soa])
        self.put(name, "NS", 3600, hosts)

    @property
    def name_servers(self) -> list[str]:
        """The host names of its servers."""
        return sorted(str(host).rstrip(".").lower() for host in self.held(self.origin, NS) or ())

    def put(self, name: str, kind: str, ttl: int, values: Iterable[str]) -> None:
        """Set a record set whole, in the words of master files; none of them takes it away."""
        owner, rdtype = dns.name.from_text(name), dns.rdatatype.from_text(kind)
        records = [
            dns.rdata.from_text(IN, rdtype, value, origin=dns.name.root, relativize=False)
            for value in values
        ]
        if records:
            self.zone.replace_rdataset(owner, dns.rdataset.from_rdata_list(ttl, records))
        else:
            self.zone.delete_rdataset(owner, rdtype)

    def held(
        self, owner: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> dns.rdataset.Rdataset | None:
        """The record set of a type at a name."""
        return self.zone.get_rdataset(owner, rdtype)

    def kinds(self, owner: dns.name.Name) -> set[dns.rdatatype.RdataType]:
        """The types at a name."""
        node = self.zone.get_node(owner)
        return {found.rdtype for found in node} if node else set()

    def rows(self) -> list[list[str]]:
        """Every record but the SOA, whose serial counts changes: name, TTL, type, octets."""
        return sorted(
            [str(owner), str(held.ttl), dns.rdatatype.to_text(held.rdtype), record.to_wire().hex()]
            for owner, held in self.zone.iterate_rdatasets()
            if held.rdtype != SOA
            for record in held
        )

    def answer(self, response: dns.message.Message) -> None:
        """Answer the question of a response: records, a wildcard's, a referral, or nothing."""
        question = response.question[0]
        owner, rdtype = question.name, question.rdtype
        for _ in range(_MOST_ALIASES):
            cut = self._cut(owner)
            if cut is not None:
                response.authority.append(self._set(cut, NS))
                return
            response.flags |= dns.flags.AA
            source = owner if self._exists(owner) else self._wildcard(owner)
            if source is None:
                response.set_rcode(dns.rcode.NXDOMAIN)
            found = source and (self.held(source, rdtype) or self.held(source, CNAME))
            if not found:
                response.authority.append(self._set(self.origin, SOA))
                return
            response.answer.append(dns.rrset.from_rdata_list(owner, found.ttl, list(found)))
            target = getattr(found[0], "target", None)
            if found.rdtype == rdtype or target is None or not target.is_subdomain(self.origin):
                return
            owner = target

    def _set(self, owner: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.rrset.RRset:
        held = self.zone.find_rdataset(owner, rdtype)
        return dns.rrset.from_rdata_list(owner, held.ttl, list(held))

    def _cut(self, owner: dns.name.Name) -> dns.name.Name | None:
        """The delegation that a name lies at or below."""
        while owner != self.origin:
            if NS in self.kinds(owner):
                return owner
            owner = owner.parent()
        return None

    def _exists(self, owner: dns.name.Name) -> bool:
        return any(name.is_subdomain(owner) for name in self.zone.nodes)

    def _wildcard(self, owner: dns.name.Name) -> dns.name.Name | None:
        """The wildcard at the closest name that exists (RFC 4592 section 3.3.1)."""
        above = owner.parent()
        while not self._exists(above):
            above = above.parent()
        wild = dns.name.Name(("*", *above.labels))
        return wild if self.kinds(wild) else None

    def update(self, asked: dns.update.UpdateMessage) -> None:
        """Make an update, all of it or nothing. Raises UpdateError."""
        if asked.zone[0].name != self.origin:
            raise UpdateError(dns.rcode.NOTAUTH)
        self._check(asked.prerequisite)
        for change in asked.update:
            self._insist_inside(change.name)
        for change in asked.update:
            self._change(change)
        if asked.update:
            self._count()

    def _insist_inside(self, owner: dns.name.Name) -> None:
        if not owner.is_subdomain(self.origin):
            raise UpdateError(dns.rcode.NOTZONE)

    def _check(self, prerequisites: Iterable[dns.rrset.RRset]) -> None:
        """Section 3.2 of RFC 2136."""
        exact: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], set[dns.rdata.Rdata]] = {}
        for wanted in prerequisites:
            if wanted.ttl:
                raise UpdateError(dns.rcode.FORMERR)
            self._insist_inside(wanted.name)
            kinds = self.kinds(wanted.name)
            stands = bool(kinds) if wanted.rdtype == EVERY else wanted.rdtype in kinds
            by_name = wanted.rdtype == EVERY
            if wanted.deleting == ANY and not stands:
                raise UpdateError(dns.rcode.NXDOMAIN if by_name else dns.rcode.NXRRSET)
            if wanted.deleting == NONE and stands:
                raise UpdateError(dns.rcode.YXDOMAIN if by_name else dns.rcode.YXRRSET)
            if wanted.deleting is None:
                exact.setdefault((wanted.name, wanted.rdtype), set()).update(wanted)
        for (owner, rdtype), records in exact.items():
            if set(self.held(owner, rdtype) or ()) != records:
                raise UpdateError(dns.rcode.NXRRSET)

    def _change(self, change: dns.rrset.RRset) -> None:
        """Section 3.4.2 of RFC 2136."""
        if change.deleting == ANY:
            gone = self.kinds(change.name) if change.rdtype == EVERY else {change.rdtype}
            for rdtype in gone:
                if not (change.name == self.origin and rdtype in {SOA, NS}):
                    self.zone.delete_rdataset(change.name, rdtype)
        elif change.deleting == NONE:
            self._take_out(change)
        else:
            self._add(change)

    def _take_out(self, change: dns.rrset.RRset) -> None:
        held = self.held(change.name, change.rdtype)
        last = change.name == self.origin and change.rdtype == NS and held and len(held) == 1
        if held is None or change.rdtype == SOA or last:
            return
        rest = [record for record in held if record not in change]
        if rest:
            kept = dns.rdataset.from_rdata_list(held.ttl, rest)
            self.zone.replace_rdataset(change.name, kept)
        else:
            self.zone.delete_rdataset(change.name, change.rdtype)

    def _add(self, change: dns.rrset.RRset) -> None:
        kinds = self.kinds(change.name)
        if change.rdtype == CNAME and kinds - {CNAME}:
            return
        if change.rdtype != CNAME and CNAME in kinds:
            return
        held = self.held(change.name, change.rdtype)
        before = list(held) if held and change.rdtype != CNAME else []
        after = [*before, *(record for record in change if record not in before)]
        self.zone.replace_rdataset(change.name, dns.rdataset.from_rdata_list(change.ttl, after))

    def _count(self) -> None:
        """The serial tells secondaries that something changed."""
        held = self.zone.find_rdataset(self.origin, SOA)
        soa = held[0]
        counted = soa.replace(serial=(soa.serial + 1) % 2**32)
        self.zone.replace_rdataset(self.origin, dns.rdataset.from_rdata_list(held.ttl, [counted]))

    def transfer(self) -> Iterator[dns.rrset.RRset]:
        """All records, between two SOA (RFC 5936)."""
        yield self._set(self.origin, SOA)
        for owner, held in self.zone.iterate_rdatasets():
            if held.rdtype != SOA:
                yield dns.rrset.from_rdata_list(owner, held.ttl, list(held))
        yield self._set(self.origin, SOA)
