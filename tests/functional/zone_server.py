"""Real DNS servers on the loopback address, each with a zone written by hand."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

Records = Mapping[tuple[str, str], list[str]]
"""Values by name and type; a value as in a zone file, with names ending in a dot."""


def free_port(hosts: list[str]) -> int:
    """A port that is free on all the addresses."""
    for _ in range(50):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
            first.bind((hosts[0], 0))
            port = int(first.getsockname()[1])
        try:
            for host in hosts:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                    other.bind((host, port))
        except OSError:
            continue
        return port
    raise OSError("no port is free on all addresses")


class ZoneServer:
    """One server: answers from its records with authority, or says nothing at all."""

    def __init__(self, host: str, port: int, records: Records, *, silent: bool = False) -> None:
        self.records = dict(records)
        self.silent = silent
        self.refuses = False
        self.fails = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, port))
        self._socket.settimeout(0.05)
        self._over = Event()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                data, asker = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            if not self.silent:
                self._socket.sendto(self._answer(dns.message.from_wire(data)).to_wire(), asker)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        [question] = query.question
        name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        if self.refuses:
            response.set_rcode(dns.rcode.REFUSED)
        elif self.fails:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif not self._add(response, name, kind) and not self._exists(name):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response

    def _add(self, response: dns.message.Message, name: str, kind: str) -> bool:
        source = name if self._exists(name) else self._wildcard(name)
        for held in (kind, "CNAME"):
            values = self.records.get((source, held))
            if values:
                found = dns.rrset.from_text_list(name, 60, "IN", held, values)
                response.answer.append(found)
                if held == "CNAME" and kind != "CNAME":
                    self._add(response, values[0], kind)
                return True
        return False

    def _exists(self, name: str) -> bool:
        return any(held == name or held.endswith(f".{name}") for held, _ in self.records)

    def _wildcard(self, name: str) -> str:
        labels = name.split(".")
        parents = (".".join(labels[start:]) for start in range(1, len(labels)))
        return next((f"*.{one}" for one in parents if self._exists(f"*.{one}")), "")


@contextmanager
def serving(zones: Mapping[str, Records]) -> Iterator[tuple[int, dict[str, ZoneServer]]]:
    """Serve zones, each on its own loopback address, all on one port."""
    port = free_port(list(zones))
    servers = {host: ZoneServer(host, port, records) for host, records in zones.items()}
    try:
        yield port, servers
    finally:
        for server in servers.values():
            server.close()
