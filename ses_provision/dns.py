"""The only module that asks name servers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dns.exception
import dns.resolver

from ses_provision.errors import CannotReachAws, ProvisionError
from ses_provision.names import dns_name

if TYPE_CHECKING:
    from ses_provision.reading import Ask, Outcome

PATIENCE = 6.0  # seconds for one question, over all servers


def resolver(servers: Sequence[str] = ()) -> dns.resolver.Resolver:
    """A resolver: the machine's own, or one that asks the given servers ("address" or
    "address:port")."""
    if not servers:
        return dns.resolver.Resolver()
    made = dns.resolver.Resolver(configure=False)
    made.nameservers = [dns.nameserver.Do53Nameserver(*host_port(server)) for server in servers]
    return made


def host_port(server: str) -> tuple[str, int]:
    """The address and port of a server written as address or address:port."""
    host, colon, port = server.rpartition(":")
    return (host, int(port)) if colon else (server, 53)


def answer(asked: Ask, servers: Sequence[str] = ()) -> Outcome:
    """Ask one question of DNS. None where there is no such record; a time-out is an error."""
    name = str(dict(asked.params)["name"])
    try:
        found = resolver(servers).resolve(
            name, asked.operation, lifetime=PATIENCE, raise_on_no_answer=True
        )
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    except dns.exception.DNSException as error:
        return could_not_ask(name, asked.operation, error)
    return {"values": sorted(text(record) for record in found)}


def could_not_ask(name: str, record_type: str, error: Exception) -> ProvisionError:
    """Silence is not absence."""
    return CannotReachAws(
        f"DNS could not be asked for {record_type} {name}: {type(error).__name__}",
        "Try again, or from a network where DNS answers.",
    )


def text(record: object) -> str:
    """A record's value as we compare it."""
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings).decode(errors="backslashreplace")
    return dns_name(str(record))
