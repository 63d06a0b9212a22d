"""The primary name servers outside AWS: zones that take signed updates, for DNS at other providers.

Whoever may update a zone holds a key that it names; the secret is `local` for all of them. Updates
are in the journal, and faults strike them, like the calls of AWS (`rfc2136:UpdateRecordSets`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.tsig
import dns.update

from ses_provision.local.contract import Clock
from ses_provision.local.knobs import FaultKind
from ses_provision.local.primary import Primary, UpdateError

if TYPE_CHECKING:
    from ses_provision.local.dispatch import Dispatcher
    from ses_provision.local.disturb import Disturbances
    from ses_provision.local.knobs import Fault

SERVICE, UPDATE = "rfc2136", "UpdateRecordSets"
SECRET = b"local"
NAME_SERVERS = ("ns1.provider.example", "ns2.provider.example")
_FUDGE = 300  # seconds between two clocks (RFC 8945 section 10)
_MOST = 65535

_BAD = {
    dns.tsig.BadSignature: dns.rcode.BADSIG,
    dns.tsig.BadTime: dns.rcode.BADTIME,
    dns.message.UnknownTSIGKey: dns.rcode.BADKEY,
}


class Primaries:
    """Every such zone, and how a message about one is answered."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        disturbances: Disturbances,
        around_change: Callable[[], None],
    ) -> None:
        self._dispatcher = dispatcher
        self._disturbances = disturbances
        self._around_change = around_change
        self.ahead = 0.0
        """Seconds that the clock of the name servers is ahead of that of their clients."""
        self.zones: dict[dns.name.Name, Primary] = {}

    def add(self, name: str, *keys: str) -> Primary:
        """A zone that the holders of some keys may update; they come to those it has."""
        made = Primary(name, NAME_SERVERS, keys)
        held = self.zones.setdefault(made.origin, made)
        held.keys |= made.keys
        return held

    def serve(self, name: str, servers: Iterable[str]) -> Primary:
        """A zone that nobody may update, anew: somebody else fills it."""
        made = Primary(name, servers, ())
        self.zones[made.origin] = made
        return made

    def put(self, name: str, kind: str, ttl: int, *values: str) -> None:
        """What somebody else writes into a zone, in the words of master files."""
        holding = self.holding(name)
        if holding is None:
            raise ValueError(f"no zone holds {name}")
        self._around_change()
        holding.put(name, kind, ttl, values)
        self._around_change()

    def holding(self, name: str) -> Primary | None:
        """The zone that holds a name: the one with the longest name."""
        owner = dns.name.from_text(name)
        fitting = [zone for zone in self.zones.values() if owner.is_subdomain(zone.origin)]
        return max(fitting, key=lambda zone: len(zone.origin), default=None)

    def lookup(self, name: str, kind: str) -> list[str] | None:
        """What DNS answers from these zones: TXT unquoted, MX as `10 host`, at the end of CNAMEs;
        None where it has no such record."""
        zone = self.holding(name)
        if zone is None:
            return None
        response = dns.message.make_response(dns.message.make_query(name, kind))
        zone.answer(response)
        rdtype = dns.rdatatype.from_text(kind)
        return [
            plain(record) for held in response.answer if held.rdtype == rdtype for record in held
        ] or None

    def keyring(self) -> dict[dns.name.Name, bytes]:
        """The keys that any zone names."""
        return {key: SECRET for zone in self.zones.values() for key in zone.keys}

    def takes(self, wire: bytes) -> bool:
        """Whether a message is for a primary: an update, a transfer, a signed question."""
        try:
            asked = dns.message.from_wire(wire, keyring=False)
        except (dns.exception.DNSException, ValueError, struct.error):
            return False
        updates = asked.opcode() == dns.opcode.UPDATE
        transfers = any(one.rdtype == dns.rdatatype.AXFR for one in asked.question)
        return updates or transfers or asked.had_tsig

    def respond(self, wire: bytes) -> bytes | None:
        """The response to a message, signed where the key is known; None where a fault keeps the
        server silent."""
        asked = dns.message.from_wire(wire, keyring=False)
        try:
            asked = self._verified(wire)
        except (dns.tsig.BadSignature, dns.tsig.BadTime, dns.message.UnknownTSIGKey) as error:
            return self._not_verified(asked, _BAD[type(error)])
        except (dns.exception.DNSException, ValueError, struct.error):
            return bare(asked, dns.rcode.FORMERR)
        if asked.opcode() == dns.opcode.UPDATE:
            return self._update(asked)
        return self._answer(asked) if len(asked.question) == 1 else bare(asked, dns.rcode.FORMERR)

    def _verified(self, wire: bytes) -> dns.message.Message:
        """A message whose signature was checked, by the clock of the clients."""
        now = Clock.of_clients().timestamp() + self.ahead
        found = dns.message.from_wire(wire, keyring=self.keyring())
        if found.had_tsig and abs(found.tsig[0].time_signed - now) > _FUDGE:  # type: ignore[index]
            raise dns.tsig.BadTime
        return found

    def _not_verified(self, asked: dns.message.Message, error: dns.rcode.Rcode) -> bytes:
        """NOTAUTH, with the error beside it: unsigned, but that a clock is off is signed (RFC 8945
        section 5.3)."""
        response = skeleton(asked, dns.rcode.NOTAUTH)
        owner = asked.tsig.name if asked.tsig else dns.name.root
        algorithm = asked.keyalgorithm or dns.tsig.default_algorithm
        key = dns.tsig.Key(owner, SECRET, algorithm)
        response.use_tsig(key, tsig_error=error)
        response.request_mac = asked.mac or b""
        return response.to_wire()

    def _answer(self, asked: dns.message.Message) -> bytes:
        question = asked.question[0]
        zone = self.holding(str(question.name))
        response = dns.message.make_response(asked)
        transfers = question.rdtype == dns.rdatatype.AXFR
        if zone is None or (transfers and not self._may(asked, zone)):
            response.set_rcode(dns.rcode.REFUSED)
        elif transfers and question.name != zone.origin:
            response.set_rcode(dns.rcode.NOTAUTH)
        elif transfers:
            response.flags |= dns.flags.AA
            response.answer = list(zone.transfer())
        else:
            zone.answer(response)
        return response.to_wire(max_size=_MOST)

    @staticmethod
    def _may(asked: dns.message.Message, zone: Primary) -> bool:
        return bool(asked.had_tsig) and asked.keyname in zone.keys

    def _update(self, asked: dns.message.Message) -> bytes | None:
        """Carry out an update, and write it down; a fault may strike it."""
        fault = self._disturbances.strike(SERVICE, UPDATE)
        try:
            code, lost = self._carried_out(asked, fault)
        except BaseException:
            # A mistake of ours, or a fault's own `action`: shown as what it is.
            self._dispatcher.note(SERVICE, UPDATE, None, "InternalFailure")
            raise
        status = None if lost else 200 if code == dns.rcode.NOERROR else 400
        error = None if code == dns.rcode.NOERROR else dns.rcode.to_text(code)
        self._dispatcher.note(SERVICE, UPDATE, status, "ConnectionLost" if lost else error)
        if fault and fault.kind is FaultKind.KILL_AFTER and fault.action:
            fault.action()
        if lost:
            return None
        response = dns.message.make_response(asked)
        response.set_rcode(code)
        return response.to_wire()

    def _carried_out(
        self, asked: dns.message.Message, fault: Fault | None
    ) -> tuple[dns.rcode.Rcode, bool]:
        kind = fault.kind if fault else None
        if kind is FaultKind.DROP:
            return dns.rcode.NOERROR, True
        if kind is FaultKind.KILL_BEFORE and fault and fault.action:
            fault.action()
        if kind in _FAULTS:
            return _FAULTS[kind], False
        try:
            self._make(asked)
        except UpdateError as error:
            return error.code, False
        return dns.rcode.NOERROR, kind is FaultKind.LOSE_REPLY

    def _make(self, asked: dns.message.Message) -> None:
        if not isinstance(asked, dns.update.UpdateMessage) or not asked.zone:
            raise UpdateError(dns.rcode.FORMERR)
        zone = self.zones.get(asked.zone[0].name)
        if zone is None:
            raise UpdateError(dns.rcode.NOTAUTH)
        if not self._may(asked, zone):
            raise UpdateError(dns.rcode.REFUSED)
        self._around_change()
        zone.update(asked)
        self._around_change()


_FAULTS = {
    FaultKind.DENY: dns.rcode.REFUSED,
    FaultKind.THROTTLE: dns.rcode.SERVFAIL,
    FaultKind.ERROR: dns.rcode.SERVFAIL,
    FaultKind.PENDING: dns.rcode.SERVFAIL,
    FaultKind.EXPIRED: dns.rcode.REFUSED,
}


def plain(record: dns.rdata.Rdata) -> str:
    """A record in plain words."""
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings).decode(errors="backslashreplace")
    return record.to_text().removesuffix(".")


def skeleton(asked: dns.message.Message, code: dns.rcode.Rcode) -> dns.message.Message:
    """A response of its own that says only a code."""
    response = dns.message.Message(id=asked.id)
    response.flags = dns.flags.QR
    response.set_opcode(asked.opcode())
    response.set_rcode(code)
    return response


def bare(asked: dns.message.Message, code: dns.rcode.Rcode) -> bytes:
    """The same, unsigned, on the wire."""
    return skeleton(asked, code).to_wire()
