"""How much an account may send, how much of it is used, and asking AWS for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.checks.account import UNLIMITED
from ses_provision.dataclass import dataclass
from ses_provision.errors import NotReady
from ses_provision.outside.reading import Reading, both
from ses_provision.resources import service_quotas
from ses_provision.resources.service_quotas import QUOTAS, RATE, Quota, Requested
from ses_provision.resources.ses.account import Access, sending_account

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.call import Call
    from ses_provision.resources.ses.account import AccountAccess

MAY_ASK = frozenset({Access.GRANTED, Access.DENIED})
"""Where AWS takes a request: out of the sandbox, or where that was denied, which is said to be the
way on then (a public write-up; Service Quotas has no word on it)."""


@dataclass(frozen=True)
class Quotas:
    """What an account may send in a region, and what was asked for."""

    access: AccountAccess
    requests: Sequence[Requested]

    def live(self, quota: Quota) -> float:
        """How much it is now."""
        return self.access.rate if quota == RATE else self.access.daily

    def open(self, quota: Quota) -> Requested | None:
        """The request on which AWS has not decided."""
        return next((one for one in self.requests if one.quota == quota and one.is_open), None)

    def is_enough(self, quota: Quota, wanted: float) -> bool:
        """Whether it is as much as wanted, or more."""
        return self.live(quota) == UNLIMITED or self.live(quota) >= wanted

    @property
    def used(self) -> float | None:
        """The part of the daily quota that is used; None where there is no limit."""
        return self.access.sent / self.access.daily if self.access.daily > 0 else None


def look(region: str) -> Reading[Quotas]:
    """Ask SES what may be sent, and Service Quotas what was asked for."""
    found, requests = yield from both(sending_account(region), service_quotas.requests(region))
    return Quotas(found.access, requests)


def lacking(seen: Quotas, wanted: dict[Quota, float]) -> dict[Quota, float]:
    """What is still to be asked for: neither granted nor under way."""
    return {
        quota: value
        for quota, value in wanted.items()
        if not seen.is_enough(quota, value) and seen.open(quota) is None
    }


def insist_on_access(env: Environment, seen: Quotas) -> None:
    """Raise NotReady in the sandbox: its quota is not raised but by leaving it."""
    if seen.access.state not in MAY_ASK:
        raise NotReady(
            f"{env.name}: {env.region} is {seen.access.state}: AWS raises no quota before the "
            "account has left the sandbox.",
            f"ses-provision request-access --env {env.name}",
        )


def request(account: Account, quota: Quota, desired: float) -> Call:
    """The call that asks for more."""
    arn = account.arn("servicequotas", f"{service_quotas.SERVICE}/{quota.code}")
    return service_quotas.increase(arn, account.region, quota, desired)


def calls(account: Account) -> Iterator[Call]:
    """Every call that may be made."""
    return (request(account, quota, 1) for quota in QUOTAS)
