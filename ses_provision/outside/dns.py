"""The only module that asks name servers what the world sees; `providers` are asked for a zone.

A question to DNS is an `Ask` of the service "dns": its operation is the record type, its region
whom to ask: nobody in particular (the resolvers in use), a server by its address, or a name server
by its host name.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.name
import dns.nameserver
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from ses_provision.errors import BrokenDns, CannotReachAws, ProvisionError
from ses_provision.names import dns_name
from ses_provision.outside.reading import Ask

if TYPE_CHECKING:
    from ses_provision.outside.reading import Outcome

PATIENCE = 6.0  # seconds for one question, over all servers
TRIES = 2  # a datagram may get lost
DNS_PORT = 53
SERVFAIL = dns.rcode.SERVFAIL


def resolver(servers: Sequence[str] = ()) -> dns.resolver.Resolver:
    """A resolver: the machine's own, or one that asks the given servers ("address" or
    "address:port")."""
    if not servers:
        return dns.resolver.Resolver()
    made = dns.resolver.Resolver(configure=False)
    made.nameservers = [dns.nameserver.Do53Nameserver(*host_port(server)) for server in servers]
    return made


def host_port(server: str, port: int = DNS_PORT) -> tuple[str, int]:
    """The address and port of a server written as address, address:port or [address]:port."""
    if server.startswith("["):
        host, _, given = server[1:].partition("]")
        return host, int(given.removeprefix(":") or port)
    if server.count(":") > 1:
        return server, port
    host, colon, given = server.rpartition(":")
    return (host, int(given)) if colon else (server, port)


def answer(
    asked: Ask, servers: Sequence[str] = (), *, port: int = DNS_PORT, everything_there: bool = False
) -> Outcome:
    """Ask one question of DNS. None where there is no such record; a time-out is an error.

    `servers` stand in for the machine's resolvers, `port` is where other servers listen; with
    `everything_there` the `servers` are asked whoever was meant.
    """
    name = str(dict(asked.params)["name"])
    if not can_exist(name):
        return None
    try:
        if asked.region and not everything_there:
            return at_server(asked, name, addresses(asked.region, servers, port))
        return by_resolver(name, asked.operation, servers)
    except dns.resolver.NoNameservers as error:
        if fails(error):
            return does_not_resolve(name, asked.operation, asked.region)
        return could_not_ask(name, asked.operation, type(error).__name__, asked.region)
    except (dns.exception.DNSException, OSError) as error:
        return could_not_ask(name, asked.operation, type(error).__name__, asked.region)


def can_exist(name: str) -> bool:
    """Whether anything can stand at a name: neither it nor a label of it is too long or empty (RFC
    1035 section 2.3.4). Records of others name whatever they like."""
    try:
        dns.name.from_text(name)
    except dns.exception.DNSException:
        return False
    return True


def by_resolver(name: str, record_type: str, servers: Sequence[str]) -> Outcome:
    """What the resolvers in use say."""
    try:
        found = resolver(servers).resolve(
            name, record_type, lifetime=PATIENCE, raise_on_no_answer=True
        )
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    return said(name, found, dns_name(str(found.canonical_name)))


def addresses(server: str, servers: Sequence[str], port: int) -> list[tuple[str, int]]:
    """Where a server listens: its address, or what its host name resolves to."""
    host, its_port = host_port(server, port)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # IPv4 only: it is enough, and many networks have nothing else.
        found = resolver(servers).resolve(host, "A", lifetime=PATIENCE)
        return [(str(record), its_port) for record in found]
    return [(host, its_port)]


def at_server(asked: Ask, name: str, where: Sequence[tuple[str, int]]) -> Outcome:
    """What one server says, from its first address that answers."""
    query = dns.message.make_query(name, asked.operation)
    tries = [one for one in where for _ in range(TRIES)]
    for number, (host, its_port) in enumerate(tries, start=1):
        try:
            reply, _ = dns.query.udp_with_fallback(
                query, host, timeout=PATIENCE / len(tries), port=its_port
            )
        except (dns.exception.DNSException, OSError):
            if number == len(tries):
                raise
            continue
        break
    if reply.rcode() == SERVFAIL:
        return does_not_resolve(name, asked.operation, asked.region)
    if reply.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        return could_not_ask(
            name, asked.operation, f"it answers {dns.rcode.to_text(reply.rcode())}", asked.region
        )
    chain = reply.resolve_chaining()  # type: ignore[attr-defined]
    alias = dns_name(str(chain.canonical_name))
    if chain.answer is None and alias == dns_name(name):
        return None
    return said(name, chain.answer or (), alias)


def said(name: str, records: Iterable[object], canonical: str) -> Outcome:
    """An answer in our form; `alias` is where a CNAME led."""
    values: dict[str, object] = {"values": sorted(text(record) for record in records)}
    return values if canonical == dns_name(name) else {**values, "alias": canonical}


def could_not_ask(name: str, record_type: str, why: str, server: str = "") -> ProvisionError:
    """Silence is not absence."""
    whom = server or "DNS"
    return CannotReachAws(
        f"{whom} could not be asked for {record_type} {name}: {why}",
        "Try again, or from a network where DNS answers.",
    )


def fails(error: dns.resolver.NoNameservers) -> bool:
    """Whether a resolver answered, and said that it cannot resolve the name."""
    replies = [tried[4] for tried in error.kwargs.get("errors", ())]
    return any(isinstance(one, dns.message.Message) and one.rcode() == SERVFAIL for one in replies)


def does_not_resolve(name: str, record_type: str, server: str = "") -> ProvisionError:
    """Somebody who works cannot find out: the name servers, or the signatures, are at fault."""
    whom = server or "the machine's resolver"
    return BrokenDns(
        f"{whom} answers SERVFAIL to {record_type} {name}",
        "Look at the DS and NS records of the domain.",
    )


def text(record: object) -> str:
    """A record's value as we compare it."""
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings).decode(errors="backslashreplace")
    return dns_name(str(record))
