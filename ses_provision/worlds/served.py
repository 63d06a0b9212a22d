"""The local AWS that `ses-provision local` serves."""

from __future__ import annotations

import json
import os
import socket
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from http.client import HTTPConnection
from typing import TYPE_CHECKING

from ses_provision.errors import CannotReachAws, UsageError
from ses_provision.worlds.real import LOCAL_PORT, RealWorld, Trace, answer, name_server_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections
    from ses_provision.outside.providers.rfc2136 import Exchange
    from ses_provision.outside.reading import Ask, Outcome
    from ses_provision.outside.smtp import Endpoint


class LocalServer(RealWorld):
    """A local AWS that `ses-provision local` serves on the loopback address."""

    def __init__(self, port: int | None = None) -> None:
        super().__init__()
        self.port = port or local_port()

    @property
    def endpoint_url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """Connect with the key that belongs to the environment's account there."""
        from ses_provision.outside import aws, sessions
        from ses_provision.outside.providers import web
        from ses_provision.worlds import dns_provider

        del profile
        self.insist_that_it_listens()
        whose = (env.account_id, env.zone_account_id, dns_provider.whose(env))
        name_server = f"127.0.0.1:{name_server_port(self.port)}"
        ways = dns_provider.Ways(
            lambda _: by_tcp(name_server),
            web.over_http(f"{self.endpoint_url}{dns_provider.CLOUDFLARE_PATH}"),
            web.over_http(f"{self.endpoint_url}{dns_provider.PANELS_PATH}"),
            self.sleep,
        )

        def connect() -> Connections:
            elsewhere = env.zone_account_id != env.account_id
            return aws.Connections(
                sessions.local_session(env.account_id),
                zones=sessions.local_session(env.zone_account_id) if elsewhere else None,
                endpoint_url=self.endpoint_url,
                trace=trace,
                resolve=lambda asked: answer(asked, [name_server], everything_there=True),
                whose=whose,
                provider=dns_provider.local(env, ways),
            )

        return self.shelf.take(whose, connect)

    def smtp(self, region: str) -> AbstractContextManager[Endpoint]:
        """The SMTP side of the local AWS; it says itself which authority to trust."""
        self.insist_that_it_listens()
        # No proxy is asked: it would look for 127.0.0.1 on another machine.
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            connection.request("GET", "/_local/smtp")
            told = json.loads(connection.getresponse().read())
        ports = (int(told["port"]), int(told["tls_port"]))
        return nullcontext(endpoint(region, ports, str(told["certificate"])))

    def resolve(self, asked: Ask) -> Outcome:
        """What the DNS of the local AWS answers; the web is the real one."""
        self.insist_that_it_listens()
        name_server = f"127.0.0.1:{name_server_port(self.port)}"
        return answer(asked, [name_server], everything_there=True)

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


@contextmanager
def by_tcp(server: str) -> Iterator[Exchange]:
    """The line to the name server of a local AWS; only a zone kept there needs what can speak."""
    from ses_provision.outside.providers import rfc2136

    with rfc2136.over_tcp(server) as exchange:
        yield exchange


def endpoint(region: str, ports: tuple[int, int], authority: str) -> Endpoint:
    """The endpoint of a region as a local AWS has it: one port for each way into TLS."""
    from ses_provision.outside.smtp import IMPLICIT_TLS, PORTS, Endpoint, host

    starttls, at_once = ports
    places = {number: at_once if number in IMPLICIT_TLS else starttls for number in PORTS}
    return Endpoint(host(region), "127.0.0.1", places, authority)


def local_port() -> int:
    """The port of the local AWS: the usual one, or what SES_PROVISION_LOCAL_PORT says."""
    given = os.environ.get("SES_PROVISION_LOCAL_PORT") or str(LOCAL_PORT)
    if not (given.isascii() and given.isdecimal() and len(given) < 6 and 0 < int(given) < 65533):
        raise UsageError(
            f"SES_PROVISION_LOCAL_PORT wants a port from 1 to 65532, not {given}.",
            "Correct the variable, or unset it.",
        )
    return int(given)
