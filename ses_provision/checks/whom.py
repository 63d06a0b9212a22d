"""Whom a check asks in DNS."""

from __future__ import annotations

from collections.abc import Sequence

from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment


@dataclass(frozen=True)
class Whom:
    """Whom to ask in DNS beside the hosted zone; nobody with `--no-dns`."""

    resolvers: tuple[str, ...] = ()
    dns: bool = True

    @classmethod
    def of(cls, env: Environment, *, given: Sequence[str] = (), dns: bool = True) -> Whom:
        """The resolvers given on the command line, else those of the environment."""
        return cls(tuple(given) or env.dns.resolvers, dns)
