"""Whom to ask in DNS: options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from ses_provision.checks.whom import Whom
from ses_provision.environment import Environment
from ses_provision.errors import UsageError


def checked_resolvers(given: list[str] | None) -> list[str] | None:
    """Insist that resolvers are given by their address."""
    import ipaddress

    for one in given or ():
        try:
            ipaddress.ip_address(address_of(one))
        except ValueError as error:
            raise UsageError(
                f"--resolver wants the IP address of a DNS resolver, not {one!r}.",
                "Such as --resolver 1.1.1.1, --resolver 127.0.0.1:5353 or --resolver [::1]:53.",
            ) from error
    return given


def address_of(resolver: str) -> str:
    """The address in address, address:port or [address]:port."""
    bracketed, _, rest = resolver.removeprefix("[").partition("]")
    if resolver.startswith("["):
        return bracketed if resolver.endswith("]") or rest[1:].isdecimal() else ""
    if resolver.count(":") == 1:
        host, _, port = resolver.partition(":")
        return host if port.isdecimal() else ""
    return resolver


Resolvers = Annotated[
    list[str] | None,
    typer.Option(
        "--resolver",
        metavar="ADDRESS",
        help="Public resolver to compare with. May be repeated.",
        callback=checked_resolvers,
    ),
]


NoDns = Annotated[bool, typer.Option("--no-dns", help="Ask AWS only, no name servers.")]


def asked(env: Environment, resolver: list[str] | None, no_dns: bool) -> Whom:
    """Whom to ask in DNS, by the options."""
    from ses_provision.checks.whom import Whom

    return Whom.of(env, given=resolver or (), dns=not no_dns)
