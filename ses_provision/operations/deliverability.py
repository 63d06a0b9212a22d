"""What Virtual Deliverability Manager tells: counts by mailbox provider, and what it recommends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.names import is_within
from ses_provision.operations.statistics import Days, counted, window
from ses_provision.outside.reading import Reading, both
from ses_provision.resources.ses import metrics
from ses_provision.resources.ses.account import sending_account
from ses_provision.resources.ses.recommendations import Recommendation, recommendations

if TYPE_CHECKING:
    from ses_provision.environment import Environment

WAYS = {
    "DKIM": "dkim-status --env {env}",
    "DMARC": "checklist dns --env {env}",
    "SPF": "apply --env {env}",
    "BIMI": "guide bimi",
    "BOUNCE": "stats --env {env} --by provider",
    "COMPLAINT": "stats --env {env} --by provider",
}
"""The command of ours that shows or mends what each kind of recommendation is about."""


@dataclass(frozen=True)
class Deliverability:
    """What VDM tells of an environment. Where it is off, nothing; recommendations of the account
    that are about others are only counted."""

    is_on: bool
    providers: Sequence[Days] = ()
    open: Sequence[Recommendation] = ()
    of_others: int = 0


def look(
    env: Environment, now: datetime, count: int, names: Sequence[str]
) -> Reading[Deliverability]:
    """Ask whether VDM is on, and only then for what it tells."""
    account = yield from sending_account(env.region)
    if not account.vdm_enabled:
        return Deliverability(is_on=False)
    days = window(now, count)
    series, found = yield from both(
        metrics.parts(env.region, days, "provider", names), recommendations(env.region)
    )
    ours = [each for each in found if is_about(each, env)]
    return Deliverability(
        is_on=True,
        providers=tuple(counted(name, held, days) for name, held in series.items()),
        open=tuple(ours),
        of_others=len(found) - len(ours),
    )


def is_about(recommendation: Recommendation, env: Environment) -> bool:
    """Whether it is about the domain, something below it or an address of it; what is about no
    identity is about the whole account."""
    if ":identity/" not in recommendation.about:
        return True
    return is_within(recommendation.name.rpartition("@")[2], env.domain)


def way(recommendation: Recommendation, env: Environment) -> str:
    """What to do about it, as a command without the program's name; nothing of ours for some."""
    return WAYS.get(recommendation.kind, "").format(env=env.name)
