"""A primary name server that takes dynamic updates (RFC 2136), signed with TSIG (RFC 8945).

Read by plain questions, so that the key needs no right to transfer the zone. Changed by one
message, which is applied as a whole or not at all, and whose prerequisites say what was read: where
a set is not exactly that, or something has appeared at a name, nothing is changed (RFC 2136
section 3).
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeAlias

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update

from ses_provision.errors import CannotReachDns, DnsRefused, ProvisionError
from ses_provision.names import dns_name, parents
from ses_provision.outside import dns as resolving
from ses_provision.outside.providers import NO_REPLY, PREREQUISITES, RFC2136, record_text

if TYPE_CHECKING:
    from ses_provision.outside.call import Call
    from ses_provision.outside.reading import Ask, Outcome

PATIENCE = 10.0  # seconds for one exchange

BESIDE = ("TXT", "MX", "NS", "A", "AAAA", "SRV", "CAA", "DS", "PTR", "HTTPS")
"""What is looked for at a name beside a CNAME."""

Exchange: TypeAlias = Callable[[dns.message.Message], dns.message.Message]
Line: TypeAlias = Callable[[str], AbstractContextManager[Exchange]]
"""Opens the way to a server: over TCP, or to one in this process."""


class Rfc2136:
    """Zones that are kept by name servers which take updates."""

    service = RFC2136

    def __init__(self, key: Callable[[], dns.tsig.Key], line: Line) -> None:
        self._key = key
        self._line = line

    def answer(self, asked: Ask) -> Outcome:
        """The zone (GetZone), or the record sets at some names (ListRecordSets)."""
        params = asked.arguments
        try:
            with self._line(asked.region) as exchange:
                look = Look(params["Zone"], asked.region, self._key(), exchange)
                if asked.operation == "GetZone":
                    return look.zone()
                return {"ResourceRecordSets": look.sets(params["Names"])}
        except ProvisionError as error:
            return error
        except (dns.exception.DNSException, OSError, EOFError) as error:
            return failed(error, params["Zone"], asked.region)

    def send(self, call: Call) -> dict[str, Any]:
        """Change the zone. What may have been made and was not answered is not sent again."""
        zone, server = call.params["Zone"], call.region
        update = message(zone, call.params["ChangeBatch"]["Changes"])
        why: Callable[[Exception, str, str], ProvisionError] = failed
        try:
            update.use_tsig(self._key())
            with self._line(server) as exchange:
                why = unanswered
                reply = exchange(update)
        except (dns.exception.DNSException, OSError, EOFError) as error:
            raise why(error, zone, server) from error
        code = dns.rcode.to_text(reply.rcode())
        if not reply.had_tsig:
            raise unsigned(zone, server)
        if code != "NOERROR":
            raise refused(code, zone, server, call)
        return {}


class Look:
    """Questions about one zone to its server, over one line."""

    def __init__(self, zone: str, server: str, key: dns.tsig.Key, exchange: Exchange) -> None:
        self.name, self.server = zone, server
        self.origin = dns.name.from_text(zone)
        self._key = key
        self._exchange = exchange
        self._seen: dict[dns.name.Name, dict[str, dns.rrset.RRset]] = {}

    def zone(self) -> dict[str, Any] | None:
        """The zone's name servers. None where the server is not in charge of such a zone."""
        reply = self._ask(self.origin, "SOA")
        code = dns.rcode.to_text(reply.rcode())
        if code not in {"NOERROR", "NXDOMAIN", "REFUSED", "NOTAUTH"}:
            raise refused_to_tell(code, self.name, self.server)
        apex = [found for found in reply.answer if found.rdtype == dns.rdatatype.SOA]
        if code != "NOERROR" or not apex or apex[0].name != self.origin or not is_own(reply):
            return None
        listed = self._ask(self.origin, "NS")
        servers = [
            str(held)
            for found in listed.answer
            if found.name == self.origin and found.rdtype == dns.rdatatype.NS
            for held in found
        ]
        return {"Zone": self.name, "NameServers": sorted(map(dns_name, servers))}

    def sets(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """The record sets at each name, in the form of Route 53."""
        found: list[dict[str, Any]] = []
        for name in dict.fromkeys(names):
            held = self._at(name)
            if held and any(held == wild for wild in self._wildcards(name)):
                continue  # what a wildcard says of a name that does not exist
            found += [record_text.told(one) for one in held.values()]
        return found

    def _wildcards(self, name: str) -> Iterator[dict[str, dns.rrset.RRset]]:
        """What the wildcards above a name answer for it. They are asked for by their own names."""
        above = [
            parent
            for parent in parents(name)
            if dns.name.from_text(parent).is_subdomain(self.origin)
        ]
        for parent in above:
            if name != f"*.{parent}":
                wild = self._at(f"*.{parent}")
                owner = dns.name.from_text(name)
                yield {
                    kind: dns.rrset.from_rdata_list(owner, held.ttl, list(held))
                    for kind, held in wild.items()
                }

    def _at(self, name: str) -> dict[str, dns.rrset.RRset]:
        """What stands at a name, by type; the delegation of it where it is delegated away."""
        owner = dns.name.from_text(name)
        if owner not in self._seen:
            self._seen[owner] = dict(self._kinds(owner))
        return self._seen[owner]

    def _kinds(self, owner: dns.name.Name) -> Iterator[tuple[str, dns.rrset.RRset]]:
        for kind in ("CNAME", *BESIDE):
            reply = self._ask(owner, kind)
            code = dns.rcode.to_text(reply.rcode())
            if code == "NXDOMAIN":
                return
            if code != "NOERROR":
                raise refused_to_tell(code, self.name, self.server)
            cut = delegation(reply, owner)
            if cut is not None:
                yield "NS", cut
                return
            for found in reply.answer:
                if found.name == owner and dns.rdatatype.to_text(found.rdtype) == kind:
                    yield kind, found
                    if kind == "CNAME":
                        return

    def _ask(self, owner: dns.name.Name, kind: str) -> dns.message.Message:
        """One question, signed, so that a wrong key shows before anything is changed."""
        query = dns.message.make_query(owner, kind)
        query.flags &= ~dns.flags.RD
        query.use_tsig(self._key)
        reply = self._exchange(query)
        if not reply.had_tsig:
            raise unsigned(self.name, self.server)
        return reply


def is_own(reply: dns.message.Message) -> bool:
    """Whether the server speaks of a zone that it is in charge of."""
    return bool(reply.flags & dns.flags.AA)


def delegation(reply: dns.message.Message, owner: dns.name.Name) -> dns.rrset.RRset | None:
    """The NS records of a name in a reply that refers to other servers for it."""
    if is_own(reply) or reply.answer:
        return None
    cuts = [one for one in reply.authority if one.rdtype == dns.rdatatype.NS]
    return next((one for one in cuts if one.name == owner), None)


def message(zone: str, changes: Sequence[Mapping[str, Any]]) -> dns.update.UpdateMessage:
    """Changes as one update, with what was read as its prerequisites.

    A prerequisite is checked before anything is changed, so a name that a deletion of the same
    message empties counts as it is.
    """
    update = dns.update.UpdateMessage(zone)
    sets = [(change["Action"], record_text.read(change["ResourceRecordSet"])) for change in changes]
    going = {
        (one.name, dns.rdatatype.to_text(one.rdtype)) for verb, one in sets if verb == "DELETE"
    }
    for verb, one in sets:
        if verb == "DELETE":
            update.present(one.name, *one)
            update.delete(one.name, one.rdtype)
    for verb, one in sets:
        if verb == "CREATE":
            kind = dns.rdatatype.to_text(one.rdtype)
            emptied = any(name == one.name for name, _ in going)
            if kind == "CNAME" and not emptied:
                update.absent(one.name)
            else:
                kinds = ("CNAME", *BESIDE) if kind == "CNAME" else ("CNAME", kind)
                for absent in kinds:
                    if (one.name, absent) not in going:
                        update.absent(one.name, absent)
            update.add(one.name, one)
    return update


@contextlib.contextmanager
def over_tcp(server: str, resolvers: Sequence[str] = ()) -> Iterator[Exchange]:
    """The line to a server: its first address that takes a connection."""
    where = resolving.addresses(server, resolvers, resolving.DNS_PORT)
    opened = connected(where)

    def exchange(query: dns.message.Message) -> dns.message.Message:
        nonlocal opened
        try:
            return dns.query.tcp(query, "", timeout=PATIENCE, sock=opened)
        except (EOFError, ConnectionError):
            if query.opcode() == dns.opcode.UPDATE:
                raise
            # A server may close a line that has served it long enough (RFC 7766 section 6.2.3).
            opened.close()
            opened = connected(where)
            return dns.query.tcp(query, "", timeout=PATIENCE, sock=opened)

    try:
        yield exchange
    finally:
        opened.close()


def connected(where: Sequence[tuple[str, int]]) -> socket.socket:
    """A connection to the first address that takes one."""
    for number, address in enumerate(where, start=1):
        try:
            opened = socket.create_connection(address, timeout=PATIENCE)
        except OSError:
            if number == len(where):
                raise
            continue
        opened.setblocking(False)
        return opened
    raise OSError("it has no address")


def failed(error: Exception, zone: str, server: str) -> ProvisionError:
    """Why a server could not be asked or told."""
    if isinstance(error, dns.tsig.PeerBadTime | dns.tsig.BadTime):
        return CannotReachDns(
            f"{server} does not accept the time of the signature (BADTIME): the clock of this "
            "machine and that of the name server are more than five minutes apart.",
            "Set both by NTP, then run the same command again.",
        )
    if isinstance(error, dns.tsig.PeerBadSignature | dns.tsig.BadSignature):
        return CannotReachDns(
            f"{server} does not accept the signature (BADSIG): the secret is not the one of the "
            "key there.",
            "Compare the secret and the algorithm with the key clause of the name server.",
        )
    if isinstance(error, dns.tsig.PeerBadKey | dns.tsig.BadKey | dns.tsig.BadAlgorithm):
        return CannotReachDns(
            f"{server} knows no such key (BADKEY): its name or its algorithm is another there.",
            "Compare dns.key_name and dns.key_algorithm with the key clause of the name server.",
        )
    if isinstance(error, dns.tsig.PeerError):
        return CannotReachDns(
            f"{server} does not accept the signature ({error}).",
            "Compare the key with the key clause of the name server.",
        )
    if isinstance(error, dns.exception.FormError) and "TSIG" in str(error):
        return unsigned(zone, server)
    why = (
        "it does not answer"
        if isinstance(error, dns.exception.Timeout | TimeoutError | EOFError)
        else (getattr(error, "strerror", None) or type(error).__name__)
    )
    return CannotReachDns(
        f"The name server {server} of zone {zone} cannot be reached: {why}.",
        "Check dns.server, and that its TCP port (53, if none is named) is open from here. "
        "Nothing is lost: run the same command again.",
    )


def unsigned(zone: str, server: str) -> ProvisionError:
    """An answer that nobody has signed proves nothing; some servers refuse a wrong key so."""
    return CannotReachDns(
        f"{server} answers about zone {zone} without a signature: it does not know the key, or "
        "another secret for it, or it is another server than the one that does.",
        "Compare dns.server, dns.key_name and the secret with the key clause of the name server.",
    )


def unanswered(error: Exception, zone: str, server: str) -> ProvisionError:
    """An update that was sent and that nobody has answered in a way that could be read."""
    if not isinstance(error, OSError | EOFError | dns.exception.Timeout):
        return failed(error, zone, server)
    return DnsRefused(
        f"{server} has not answered the update of zone {zone}, so it may have been made or not.",
        "Run the same command again: it looks first.",
        code=NO_REPLY,
        operation="UpdateRecordSets",
    )


def refused_to_tell(code: str, zone: str, server: str) -> DnsRefused:
    """A question that a server does not answer."""
    return DnsRefused(
        f"{server} does not answer a question about zone {zone} ({code}).",
        "Let the key ask (allow-query), and look into the log of the name server; then run the "
        "same command again.",
        code=code,
        operation="ListRecordSets",
    )


WAYS_ON = {
    "REFUSED": "Let the key change these names (`ses-provision permissions --dns` prints the "
    "update-policy), and see that the zone is neither frozen nor a secondary.",
    "NOTAUTH": "Name the primary server of the zone in dns.server, and the zone in dns.zone.",
    "NOTZONE": "Name the zone that holds these names in dns.zone.",
    "NOTIMP": "Name a server that takes dynamic updates in dns.server, or publish the records by "
    'hand: dns.provider = "external".',
    "SERVFAIL": "Look into the log of the name server: often it may not write the zone's journal.",
}


def refused(code: str, zone: str, server: str, call: Call) -> DnsRefused:
    """An update that the server has refused: nothing of it was made."""
    sets = [change["ResourceRecordSet"] for change in call.params["ChangeBatch"]["Changes"]]
    names = ", ".join(dict.fromkeys(f"{one['Type']} {dns_name(one['Name'])}" for one in sets))
    if code in PREREQUISITES:
        hidden = (
            " If it stays, a record there says word for word what a wildcard above it says, and so "
            "does not show: change one of them."
            if code.startswith("YX")
            else ""
        )
        return DnsRefused(
            f"Zone {zone} at {server} is no longer as it was read ({code}), so nothing of this was "
            f"written: {names}.",
            f"Run the same command again: it looks anew.{hidden}",
            code=code,
            operation=call.operation,
        )
    return DnsRefused(
        f"{server} refuses the update of zone {zone} ({code}); nothing of it was written: {names}.",
        WAYS_ON.get(code, "Look into the log of the name server.")
        + " Nothing is lost: then run the same command again.",
        code=code,
        operation=call.operation,
    )
