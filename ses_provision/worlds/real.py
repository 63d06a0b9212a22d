"""Where commands run: against AWS, a local AWS over HTTP, or one in this process."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from ses_provision.errors import CannotReachAws, UsageError
from ses_provision.outside import wait

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections

Trace = Callable[[str], None] | None

LOCAL_PORT = 4579


def name_server_port(port: int) -> int:
    """Where the DNS of the local AWS on a port answers."""
    return port + 1


class World(Protocol):
    """What a command needs of the outside, so that the same commands run against any AWS."""

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """Connect to the environment's account."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""

    def now(self) -> datetime:
        """The time, in UTC."""


class RealWorld:
    """AWS, by the ordinary chain of credentials; AWS_ENDPOINT_URL works as everywhere."""

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """Connect with the profile, the environment's credentials, or the file's profile."""
        from ses_provision.outside import aws, dns

        servers = resolvers()
        return aws.Connections(
            aws.session(profile, env.profile),
            zones=aws.zone_session(env.dns.profile),
            zone_role=env.dns.assume_role_arn,
            trace=trace,
            resolve=lambda asked: dns.answer(asked, servers),
        )

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        wait.real_sleep(seconds)

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)


class LocalServer(RealWorld):
    """A local AWS that `ses-provision local` serves on the loopback address."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or local_port()

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """Connect with the key that belongs to the environment's account there."""
        from ses_provision.outside import aws, dns

        del profile
        self.insist_that_it_listens()
        name_server = f"127.0.0.1:{name_server_port(self.port)}"
        return aws.Connections(
            aws.local_session(env.account_id),
            zones=aws.local_session(env.zone_account_id),
            endpoint_url=f"http://127.0.0.1:{self.port}",
            trace=trace,
            resolve=lambda asked: dns.answer(asked, [name_server], everything_there=True),
        )

    def insist_that_it_listens(self) -> None:
        """Say at once what is missing, where nobody serves the local AWS."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except OSError as error:
            raise CannotReachAws(
                f"No local AWS listens on 127.0.0.1:{self.port}.",
                "Start it in another terminal: ses-provision local "
                "(SES_PROVISION_LOCAL_PORT names another port).",
            ) from error


def local_port() -> int:
    """The port of the local AWS: the usual one, or what SES_PROVISION_LOCAL_PORT says."""
    given = os.environ.get("SES_PROVISION_LOCAL_PORT") or str(LOCAL_PORT)
    if not (given.isascii() and given.isdecimal() and len(given) < 6 and 0 < int(given) < 65535):
        raise UsageError(
            f"SES_PROVISION_LOCAL_PORT wants a port from 1 to 65534, not {given}.",
            "Correct the variable, or unset it.",
        )
    return int(given)


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
