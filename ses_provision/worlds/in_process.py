"""The local AWS inside this process, for the demo and the tests: same commands, no sockets."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ses_provision.errors import CannotReachAws
from ses_provision.outside import aws
from ses_provision.worlds import dns_provider, public_dns, public_web

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.local import LocalAws
    from ses_provision.outside.providers import Provider
    from ses_provision.outside.providers.rfc2136 import Exchange
    from ses_provision.outside.providers.web import Reply, Request
    from ses_provision.outside.reading import Ask, Outcome
    from ses_provision.outside.smtp import Endpoint
    from ses_provision.worlds.real import Trace


class InProcess:
    """A local AWS with its own clock: waiting moves the clock and takes no time."""

    side_by_side = 1  # nothing here takes time that others could use

    def __init__(self, local: LocalAws) -> None:
        self.local = local
        self.silent: set[str] = set()
        """The DNS servers that do not answer."""

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> aws.Connections:
        """Connect to the environment's account."""
        del profile
        elsewhere = env.zone_account_id != env.account_id
        return aws.Connections(
            self.local.session(env.account_id),
            zones=self.local.session(env.zone_account_id) if elsewhere else None,
            trace=trace,
            resolve=self.resolve,
            provider=self.provider(env),
            whose=(env.account_id, env.zone_account_id, dns_provider.whose(env)),
        )

    def provider(self, env: Environment) -> Provider | None:
        """Who keeps the environment's zone where Route 53 does not."""
        return dns_provider.local(
            env, dns_provider.Ways(self.line, self.web, self.panels, self.sleep)
        )

    @contextlib.contextmanager
    def line(self, server: str) -> Iterator[Exchange]:
        """The way to a name server outside AWS."""
        if server in self.silent:
            raise TimeoutError(f"{server} does not answer")
        yield lambda query: public_dns.exchange(self.local, query)

    def web(self, request: Request) -> Reply:
        """The way to Cloudflare, which keeps zones by an API of HTTP."""
        return public_web.exchange(self.local, request)

    def panels(self, request: Request) -> Reply:
        """The way to the many others who do so, a path each."""
        return public_web.panels(self.local, request)

    def resolve(self, asked: Ask) -> Outcome:
        """What DNS answers, to whomever the question goes, and what was put on the web."""
        if asked.service == "web":
            url = str(dict(asked.params)["url"])
            missing = CannotReachAws(f"{url} could not be fetched: nothing is served there")
            return self.local.pages.get(url, missing)
        return public_dns.answer(self.local, asked, self.silent)

    @contextlib.contextmanager
    def smtp(self, region: str) -> Iterator[Endpoint]:
        """The SMTP side of the local AWS, on loopback while the block runs."""
        from ses_provision.local.smtp.server import serving_smtp
        from ses_provision.worlds.served import endpoint

        with serving_smtp(self.local) as at:
            yield endpoint(region, (at.port, at.tls_port), at.certificate)

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.local.clock.advance(seconds)

    def now(self) -> datetime:
        """The time of the local AWS."""
        return self.local.clock.now()


def seed(local: LocalAws, environments: Iterable[Environment]) -> None:
    """Put the hosted zones and roles of environments into their accounts.

    A zone that several environments share bears the shortest of their domains.
    """
    zones: dict[tuple[str, str], str] = {}
    for env in environments:
        local.seed(env.account_id, roles=[env.sender.role] if env.sender.role else [])
        if env.dns.in_route53:
            place = (env.zone_account_id, zone_id(env))
            zones[place] = min(zones.get(place, env.domain), env.domain, key=len)
        else:
            local.seed(env.account_id, **dns_provider.seed(env))
    for (account, identity), domain in zones.items():
        local.seed(account, zones=[(identity, domain)])


def zone_id(env: Environment) -> str:
    """The hosted zone that the file names, or one made up for the domain."""
    digest = hashlib.sha256(f"{env.zone_account_id} {env.domain}".encode()).hexdigest().upper()
    return env.dns.zone_id or f"Z{digest[:20]}"
