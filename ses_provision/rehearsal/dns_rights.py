"""What a provider outside AWS has to let us change: the names and types of our records, no more.

Collected as the IAM policy is, from every call that could follow. A zone has one such policy, so
that all environments whose records are in it are allowed by the same one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.names import dns_name
from ses_provision.outside.call import Call
from ses_provision.rehearsal.permissions import calls
from ses_provision.resources import zones

if TYPE_CHECKING:
    from ses_provision.environment import Environment


@dataclass(frozen=True)
class Grant:
    """Whose key may change a name, the types of our records there, and whether it is any name below
    that one."""

    key: str
    name: str
    types: tuple[str, ...]
    below: bool = False


UNNAMED = "KEY"
"""What stands for a key that only a key file names."""


def grants(env: Environment, others: Iterable[Environment]) -> list[Grant]:
    """What keys have to be allowed in the zone of an environment, which is outside AWS; names that
    SES has yet to choose count as any of their kind."""
    types: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for near in (env, *beside(env, others)):
        for name, kind in changed(near):
            label, _, rest = name.partition(".")
            unknown = label.startswith("<")
            key = near.dns.key_name or near.dns.token_env or UNNAMED
            types[key, rest if unknown else name, unknown].add(kind)
    return [
        Grant(key, name, tuple(sorted(held)), below)
        for (key, name, below), held in sorted(types.items())
    ]


def beside(env: Environment, others: Iterable[Environment]) -> list[Environment]:
    """The environments whose records are in the zone of this one."""
    zone = zones.outside(env)
    return [other for other in others if zone is not None and zones.outside(other) == zone]


def changed(env: Environment) -> Iterator[tuple[str, str]]:
    """The names and types that updates could change."""
    for call in calls(env, Account.of(env)):
        if isinstance(call, Call) and call.service in zones.ELSEWHERE:
            for change in call.batched:
                found = change["ResourceRecordSet"]
                yield dns_name(found["Name"]), found["Type"]
