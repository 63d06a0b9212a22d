"""The local AWS inside this process, for the demo and the tests: same commands, no sockets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from ses_provision import aws
from ses_provision.environment import Environment
from ses_provision.local import LocalAws

if TYPE_CHECKING:
    from ses_provision.cli.world import Trace
    from ses_provision.reading import Ask, Outcome


class InProcess:
    """A local AWS with its own clock: waiting moves the clock and takes no time."""

    def __init__(self, local: LocalAws) -> None:
        self.local = local

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> aws.Connections:
        """Connect to the environment's account."""
        del profile
        session = self.local.session(env.account_id)
        return aws.Connections(session, trace=trace, resolve=self.resolve)

    def resolve(self, asked: Ask) -> Outcome:
        """What public DNS answers: the hosted zones of all accounts, and what was declared."""
        name = str(dict(asked.params)["name"])
        zones = self.local.route53
        found = (zones.lookup(account, name, asked.operation) for account in zones.accounts())
        values = next(filter(None, found), None) or self.local.declared_dns(name, asked.operation)
        return {"values": sorted(values)} if values else None

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.local.clock.advance(seconds)

    def now(self) -> datetime:
        """The time of the local AWS."""
        return self.local.clock.now()


def seed(local: LocalAws, environments: Iterable[Environment]) -> None:
    """Put the hosted zones and roles of environments into their accounts."""
    for env in environments:
        roles = [env.sender.role] if env.sender.role else []
        local.seed(env.account_id, zones=[(zone_id(env), env.domain)], roles=roles)


def zone_id(env: Environment) -> str:
    """The hosted zone that the file names, or one made up for the domain."""
    digest = hashlib.sha256(f"{env.account_id} {env.domain}".encode()).hexdigest().upper()
    return env.dns.zone_id or f"Z{digest[:20]}"
