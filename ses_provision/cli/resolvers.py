"""Whom to ask in DNS: options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from ses_provision.checks.whom import Whom
    from ses_provision.environment import Environment


def checked_resolvers(given: list[str] | None) -> list[str] | None:
    """Insist that resolvers are given by their address."""
    if not given:
        return given
    from ses_provision.environment.shapes import name_server

    for resolver in given:
        try:
            name_server(resolver)
        except ValueError as error:
            raise UsageError(f"--resolver {error}.") from error
    return given


Resolvers = Annotated[
    list[str] | None,
    typer.Option(
        "--resolver",
        metavar="ADDRESS",
        help="Public resolver to compare with. May be repeated.",
        callback=checked_resolvers,
    ),
]
AskedResolvers = Annotated[
    list[str] | None,
    typer.Option(
        "--resolver",
        metavar="ADDRESS",
        help="DNS server to ask. May be repeated.",
        callback=checked_resolvers,
    ),
]
USUAL = ("1.1.1.1", "8.8.8.8")
"""Public resolvers to ask where no environment names some."""
NoDns = Annotated[bool, typer.Option("--no-dns", help="Ask AWS only, no name servers.")]


def asked(env: Environment, resolver: list[str] | None, no_dns: bool) -> Whom:
    """Whom to ask in DNS, by the options."""
    from ses_provision.checks.whom import Whom

    return Whom.of(env, given=resolver or (), dns=not no_dns)
