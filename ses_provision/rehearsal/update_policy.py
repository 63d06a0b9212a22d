"""What a name server has to let our key change: the names and types of our records, no more.

Collected as the IAM policy is, from every call that could follow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_provision.engine.account import Account
from ses_provision.names import dns_name
from ses_provision.outside.call import Call
from ses_provision.rehearsal.permissions import calls
from ses_provision.resources.updated_zone import SERVICE

if TYPE_CHECKING:
    from ses_provision.environment import Environment


@dataclass(frozen=True)
class Grant:
    """A name, the types of our records there, and whether it is any name below that one."""

    name: str
    types: tuple[str, ...]
    below: bool = False


def grants(env: Environment) -> list[Grant]:
    """What the key has to be allowed; names that SES has yet to choose count as any of their
    kind."""
    types: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for name, kind in changed(env):
        label, _, rest = name.partition(".")
        unknown = label.startswith("<")
        types[rest if unknown else name, unknown].add(kind)
    return [
        Grant(name, tuple(sorted(held)), below) for (name, below), held in sorted(types.items())
    ]


def changed(env: Environment) -> Iterator[tuple[str, str]]:
    """The names and types that updates could change."""
    for call in calls(env, Account.of(env)):
        if isinstance(call, Call) and call.service == SERVICE:
            for change in call.batched:
                found = change["ResourceRecordSet"]
                yield dns_name(found["Name"]), found["Type"]
