"""A DNS server on loopback that answers from the public hosted zones, over UDP and TCP."""

from __future__ import annotations

import re
import struct
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer, ThreadingUDPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from ses_provision.local import answers, dnsnames
from ses_provision.local.answers import Outcome
from ses_provision.local.loopback import only_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_provision.local.cloud import LocalAws
    from ses_provision.local.zones import Zone

_LONGEST_UDP = 512
_PATIENCE = 10.0  # seconds for a client to finish its question
_MOST_ALIASES = 8
_MOST_QUESTIONS = 1000  # of one connection


class Resolver:
    """Answers questions from the zones of all accounts, and from what was declared external."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        """The response to a query. Here is all the DNS there is: what neither a zone nor a
        declaration holds, is nowhere; REFUSED is what is no name."""
        response = dns.message.make_response(query)
        if len(query.question) != 1:
            response.set_rcode(dns.rcode.FORMERR)
            return response
        question = query.question[0]
        try:
            name = dnsnames.canonical(_octal(question.name.to_text()))
        except dnsnames.BadNameError:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        with self._aws.lock:
            self._fill(response, name, dns.rdatatype.to_text(question.rdtype))
        return response

    def takes(self, data: bytes) -> bool:
        """Whether a message is for a name server outside AWS that takes updates."""
        return self._aws.primaries.takes(data)

    def exchange(self, data: bytes) -> bytes | None:
        """What such a name server answers; None where it is silent."""
        with self._aws.lock:
            return self._aws.primaries.respond(data)

    def _fill(self, response: dns.message.Message, name: str, record_type: str) -> None:
        for _ in range(_MOST_ALIASES):
            zone = answers.closest(self._zones(), name)
            outside = self._aws.primaries.holding(_master_file(name))
            if outside is not None and (zone is None or len(outside.origin) > _labels(zone.name)):
                outside.answer(response)
                return
            if zone is None:
                self._declared(response, name, record_type)
                return
            response.flags |= dns.flags.AA
            answer = answers.ask(zone, name, record_type)
            if answer.outcome is Outcome.DELEGATED:
                response.flags &= ~dns.flags.AA
                response.authority += [_rrset(record["Name"], record) for record in answer.records]
                return
            response.answer += [_rrset(name, record) for record in answer.records]
            if answer.outcome is not Outcome.FOUND:
                if answer.outcome is Outcome.NXDOMAIN:
                    response.set_rcode(dns.rcode.NXDOMAIN)
                response.authority += [_rrset(zone.name, soa) for soa in zone.at(zone.name, "SOA")]
                return
            if record_type == "CNAME" or answer.records[0]["Type"] != "CNAME":
                return
            name = dnsnames.canonical(answer.values[0])

    def _zones(self) -> list[Zone]:
        return [
            zone
            for account in self._aws.route53.accounts()
            for zone in self._aws.route53.zones(account)
        ]

    def _declared(self, response: dns.message.Message, name: str, record_type: str) -> None:
        values = self._aws.declared_dns(name, record_type)
        if values:
            quoted = [
                '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"'))
                if record_type == "TXT"
                else value
                for value in values
            ]
            records = [{"Value": value} for value in quoted]
            made = {"Name": name, "Type": record_type, "TTL": 60, "ResourceRecords": records}
            response.answer.append(_rrset(name, made))
        elif not (response.answer or self._aws.has_declared_dns(name)):
            response.set_rcode(dns.rcode.NXDOMAIN)


def _labels(name: str) -> int:
    """The labels of a name, the root's included."""
    return len(dns.name.from_text(_master_file(name)))


def _rrset(name: str, record: dict[str, Any]) -> dns.rrset.RRset:
    kind = dns.rdatatype.from_text(record["Type"])
    found = dns.rrset.RRset(dns.name.from_text(_master_file(name)), dns.rdataclass.IN, kind)
    for item in record["ResourceRecords"]:
        value = dns.rdata.from_text(
            dns.rdataclass.IN,
            kind,
            _master_file(item["Value"]),
            origin=dns.name.root,
            relativize=False,
        )
        found.add(value, int(record["TTL"]))
    return found


def _master_file(text: str) -> str:
    """Route 53 writes octal escapes, master files (RFC 1035, 5.1) decimal ones."""
    return dnsnames.OCTAL.sub(lambda found: f"\\{int(found[1], 8):03d}", text)


def _octal(text: str) -> str:
    """The way back of `_master_file`, for names; a name in DNS may hold any byte."""
    escaped = re.sub(r"\\(\d{3})", lambda found: f"\\{int(found[1]):03o}", text)
    return re.sub(r"\\([^0-9])", lambda found: f"\\{ord(found[1]):03o}", escaped)


class _Server:
    resolver: Resolver


class _UdpServer(ThreadingUDPServer, _Server):
    daemon_threads = True


class _TcpServer(ThreadingTCPServer, _Server):
    daemon_threads = True
    allow_reuse_address = True


class _UdpHandler(BaseRequestHandler):
    server: _UdpServer

    def handle(self) -> None:
        """Answer one datagram."""
        data, socket = self.request
        reply = _answer(self.server.resolver, data, _LONGEST_UDP)
        if reply:
            with suppress(OSError):
                socket.sendto(reply, self.client_address)


class _TcpHandler(BaseRequestHandler):
    server: _TcpServer

    def handle(self) -> None:
        """Answer the questions of a connection, one after the other (RFC 7766 section 6.2.1)."""
        self.request.settimeout(_PATIENCE)
        with suppress(OSError):
            for _ in range(_MOST_QUESTIONS):
                if not self._answer_one():
                    return

    def _answer_one(self) -> bool:
        """Answer one question; whether there may be another."""
        head = self.request.recv(2)
        if len(head) < 2:
            return False
        (length,) = struct.unpack("!H", head)
        data = b""
        while len(data) < length:
            piece = self.request.recv(length - len(data))
            if not piece:
                return False
            data += piece
        reply = _answer(self.server.resolver, data, 65535)
        if reply:
            self.request.sendall(struct.pack("!H", len(reply)) + reply)
        return bool(reply)


def _answer(resolver: Resolver, data: bytes, longest: int) -> bytes | None:
    if resolver.takes(data):
        return resolver.exchange(data)
    try:
        query = dns.message.from_wire(data)
    except (dns.exception.DNSException, ValueError, struct.error):
        return None
    if query.flags & dns.flags.QR:
        # An answer is no question, and answering it could go on for ever.
        return None
    response = _response(resolver, query)
    size = max(longest, query.payload if query.edns >= 0 else 0)
    try:
        return response.to_wire(max_size=size)
    except dns.exception.TooBig:
        short = dns.message.make_response(query)
        short.flags |= dns.flags.TC
        return short.to_wire()


def _response(resolver: Resolver, query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query)
    if query.opcode() != dns.opcode.QUERY:
        response.set_rcode(dns.rcode.NOTIMP)
        return response
    try:
        return resolver.respond(query)
    except (dns.exception.DNSException, ValueError, KeyError):
        # A declared value that is no value of its type, an alias that leads out of the zones.
        response.set_rcode(dns.rcode.SERVFAIL)
        return response


@contextmanager
def name_server(aws: LocalAws, host: str = "127.0.0.1", port: int = 0) -> Iterator[tuple[str, int]]:
    """Serve DNS while the block runs; gives the address, with the port that was free for 0."""
    only_loopback(host)
    tcp = _TcpServer((host, port), _TcpHandler)
    udp = _UdpServer((host, tcp.server_address[1]), _UdpHandler)
    threads = []
    for server in (tcp, udp):
        server.resolver = Resolver(aws)
        threads.append(Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}))
    for thread in threads:
        thread.daemon = True
        thread.start()
    try:
        yield host, int(tcp.server_address[1])
    finally:
        for server in (tcp, udp):
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()
