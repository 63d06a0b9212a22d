"""Which dedicated IP addresses there are, how warm they are, and whose mail leaves through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.names import DEFAULT_POOL
from ses_provision.outside.reading import Reading, both, together
from ses_provision.resources.ses.account import SendingAccount, sending_account
from ses_provision.resources.ses.dedicated_ips import (
    MANAGED,
    Address,
    Senders,
    addresses,
    pools,
    scaling,
    senders,
)
from ses_provision.steps import arns

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment


@dataclass(frozen=True)
class PoolUse:
    """A pool, its addresses, and the configuration sets that name it."""

    name: str
    scaling: str
    addresses: tuple[Address, ...]
    sets: tuple[str, ...]

    @property
    def is_managed(self) -> bool:
        """Whether AWS chooses its addresses."""
        return self.scaling == MANAGED


@dataclass(frozen=True)
class Standing:
    """All pools and addresses of an account in a region. `unasked` sets were too many to ask."""

    pools: tuple[PoolUse, ...]
    idle: tuple[Address, ...]
    account: SendingAccount
    unasked: int = 0

    @property
    def leased(self) -> int:
        """How many addresses are leased, each for its price."""
        held = [one for pool in self.pools if not pool.is_managed for one in pool.addresses]
        return len(held) + len(self.idle)


def standing(env: Environment, account: Account) -> Reading[Standing]:
    """How pools and addresses stand."""
    arn = arns.configuration_set(env, account)
    (names, held), (using, sending) = yield from both(
        both(pools(env.region), addresses(env.region)),
        both(senders(arn), sending_account(env.region)),
    )
    modes = yield from together(scaling(arns.pool(name, account)) for name in names)
    found = tuple(used(name, mode, held, using) for name, mode in zip(names, modes, strict=True))
    idle = tuple(each for each in held if each.pool in {"", DEFAULT_POOL})
    return Standing(found, idle, sending, using.unasked)


def used(name: str, mode: str, held: list[Address], using: Senders) -> PoolUse:
    """A pool with what is in it and who sends through it."""
    inside = tuple(each for each in held if each.pool == name)
    return PoolUse(name, mode, inside, tuple(sorted(using.through(name))))
