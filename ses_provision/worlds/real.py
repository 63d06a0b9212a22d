"""Where commands run: against AWS, a local AWS over HTTP, or one in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from ses_provision.errors import UsageError
from ses_provision.worlds.shelf import Shelf

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections
    from ses_provision.outside.reading import Ask, Outcome
    from ses_provision.outside.smtp import Endpoint

Trace = Callable[[str], None] | None

LOCAL_PORT = 4579


def name_server_port(port: int) -> int:
    """Where the DNS of the local AWS on a port answers."""
    return port + 1


def smtp_ports(port: int) -> tuple[int, int]:
    """Where the SMTP of the local AWS on a port answers: with STARTTLS, and with TLS at once."""
    return port + 2, port + 3


SIDE_BY_SIDE = 8
"""How many environments are looked at together: enough to fill the time that AWS takes."""


class World(Protocol):
    """What a command needs of the outside, so that the same commands run against any AWS."""

    side_by_side: int
    """How many environments may be looked at together."""

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """Connect to the environment's account."""

    def smtp(self, region: str) -> AbstractContextManager[Endpoint]:
        """The SMTP endpoint of a region, while the block runs."""

    def resolve(self, asked: Ask) -> Outcome:
        """What anybody may ask, without an account: DNS and the web."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""

    def now(self) -> datetime:
        """The time, in UTC."""


class RealWorld:
    """AWS, by the ordinary chain of credentials; AWS_ENDPOINT_URL works as everywhere."""

    side_by_side = SIDE_BY_SIDE

    def __init__(self) -> None:
        self.shelf = Shelf()

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """Connect with the profile, the environment's credentials, or the file's profile."""
        from ses_provision.outside import aws, sessions
        from ses_provision.worlds import dns_provider

        servers = resolvers()
        chosen = sessions.chosen_profile(profile, env.profile)
        keeper = dns_provider.whose(env)
        whose = (chosen, env.dns.profile, env.dns.assume_role_arn, keeper)

        def connect() -> Connections:
            return aws.Connections(
                sessions.session(profile, env.profile),
                zones=sessions.zone_session(env.dns.profile),
                zone_role=env.dns.assume_role_arn,
                trace=trace,
                resolve=lambda asked: answer(asked, servers),
                whose=whose,
                provider=dns_provider.real(env, servers),
            )

        return self.shelf.take(whose, connect)

    def smtp(self, region: str) -> AbstractContextManager[Endpoint]:
        """AWS's own endpoint."""
        from ses_provision.outside.smtp import Endpoint, host

        return nullcontext(Endpoint(host(region)))

    def resolve(self, asked: Ask) -> Outcome:
        """What DNS and the web answer."""
        return answer(asked, resolvers())

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        from ses_provision.outside import wait

        wait.real_sleep(seconds)

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)


def answer(asked: Ask, servers: Sequence[str], *, everything_there: bool = False) -> Outcome:
    """What DNS or the web answers. Only who asks it needs what can ask."""
    if asked.service == "web":
        from ses_provision.outside import web

        return web.answer(asked)
    from ses_provision.outside import dns

    return dns.answer(asked, servers, everything_there=everything_there)


def resolvers() -> list[str]:
    """The DNS servers to ask, where SES_PROVISION_RESOLVERS names some: "address[:port],…"."""
    from ses_provision.environment.shapes import name_server

    given = os.environ.get("SES_PROVISION_RESOLVERS", "")
    found = [one.strip() for one in given.split(",") if one.strip()]
    for one in found:
        try:
            name_server(one)
        except ValueError as error:
            raise UsageError(
                f"SES_PROVISION_RESOLVERS: {error}.", "Correct the variable, or unset it."
            ) from error
    return found
