"""One page about an environment: how it stands, what it sent, what is to be done, what it cost.

Days are whole ones, up to yesterday, beside as many before them: what has changed is told without
anything kept. Recipients and subjects are in none of it; addresses of strangers that advice may
name, such as a subscriber's, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from ses_provision.checks import TOPICS
from ses_provision.checks.finding import Severity
from ses_provision.checks.overview import Overview, overview
from ses_provision.checks.topic import look as look_at
from ses_provision.dataclass import dataclass
from ses_provision.errors import ProvisionError
from ses_provision.operations import estimate, statistics
from ses_provision.operations.statistics import Days
from ses_provision.outside.reading import Reading, both
from ses_provision.resources import costs
from ses_provision.resources.costs import Costs
from ses_provision.resources.prices import shipped

if TYPE_CHECKING:
    from ses_provision.checks.report import Checklist
    from ses_provision.checks.topic import Looked, Scene
    from ses_provision.environment import Environment
    from ses_provision.operations.estimate import Estimate
    from ses_provision.operations.statistics import Statistics
    from ses_provision.resources.ses.account import AccountAccess

A_MONTH = 30
"""Days that an estimate is for."""
NEW = "ESSENTIALS"
ADDRESS = re.compile(r"[^\s@<>\"'`,;:()\[\]]+@[A-Za-z0-9.-]*[A-Za-z0-9]")
SOMEBODY = "(an address)"
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Cost:
    """What SES has cost an account: in the region, and in others; by what was used, the dearest
    first; and what it cost in as many days before."""

    amount: Decimal
    before: Decimal
    by_usage: Mapping[str, Decimal]
    elsewhere: Decimal
    currency: str
    estimated: bool
    is_whole: bool


@dataclass(frozen=True)
class Unknown:
    """What could not be found out: why, and what to do about it."""

    why: str
    hint: str


@dataclass(frozen=True)
class Report:
    """The page. `cost` is None where nobody asked for it."""

    environment: str
    domain: str
    account_id: str
    region: str
    made_at: datetime
    status: Overview
    period: Days
    before: Days
    today: Days
    own_rates: Mapping[str, float | None]
    access: AccountAccess
    estimate: Estimate
    estimated_by: str
    checklist: Checklist
    cost: Cost | Unknown | None = None

    @property
    def days(self) -> int:
        """How many days it is about."""
        return len(self.period.days)

    @property
    def next_step(self) -> str:
        """The first thing to do; empty where nothing is open."""
        return next((task.next_step for task in self.checklist.tasks if task.next_step), "")


@dataclass(frozen=True)
class Unread:
    """An environment that could not be looked at."""

    environment: str
    domain: str
    account_id: str
    region: str
    error: Unknown


@dataclass(frozen=True)
class Seen:
    """What AWS and DNS say, as it was read."""

    status: Overview
    looked: Sequence[Looked]
    statistics: Statistics
    plan: str
    costs: Costs | ProvisionError | None


def look(scene: Scene, now: datetime, days: int, *, cost: bool) -> Reading[Seen]:
    """Ask for all of it at once; Cost Explorer, which charges for it, only where that is wanted."""
    env, account = scene.env, scene.account
    end = statistics.window(now, 1)[-1]
    asked = costs.costs(account, begin_of(end, days), end) if cost else silent()
    (status, looked), (counts, spent) = yield from both(
        both(overview(env, account, now), look_at(TOPICS, scene)),
        both(both(statistics.look(env.region, now, 2 * days + 1), plan_of(env.region)), asked),
    )
    found, plan = counts
    return Seen(status, looked, found, plan, spent)


def begin_of(end: date, days: int) -> date:
    """The first day of the days before those of the report."""
    return end - timedelta(days=2 * days)


def silent() -> Reading[None]:
    """Nothing is asked."""
    yield from ()


def plan_of(region: str) -> Reading[str]:
    """The plan that AWS charges the account by."""
    from ses_provision.resources.ses.account import sending_account

    account = yield from sending_account(region)
    return account.plan


def report(env: Environment, seen: Seen, found: Checklist, now: datetime, days: int) -> Report:
    """The page, of what was read."""
    whole = seen.statistics.whole
    period = part(whole, days, 2 * days)
    monthly = estimated(env, period, seen.plan)
    return Report(
        env.name,
        env.domain,
        env.account_id,
        env.region,
        now,
        standing(seen.status, found, env),
        period,
        part(whole, 0, days),
        part(whole, 2 * days, 2 * days + 1),
        seen.statistics.own_rates,
        seen.statistics.access,
        monthly,
        f"ses-provision estimate --env {env.name} --recipients {monthly.recipients}",
        told(found, env),
        spent(seen.costs, env, period.days[0]),
    )


def standing(status: Overview, found: Checklist, env: Environment) -> Overview:
    """How the environment stands, with what is open."""
    return replace(
        status,
        paused=without_strangers(status.paused, env),
        open_items=len(found.open),
        blockers=found.open_count(Severity.BLOCKER),
    )


def unread(env: Environment, error: ProvisionError) -> Unread:
    """What stands for an environment that could not be looked at."""
    return Unread(env.name, env.domain, env.account_id, env.region, unknown(error, env))


def unknown(error: ProvisionError, env: Environment) -> Unknown:
    """Why something could not be found out, as a page may say it."""
    said = (error.message, error.hint)
    return Unknown(*(without_strangers(text, env) for text in said))


def part(whole: Days, first: int, end: int) -> Days:
    """Some of the days."""
    counts = {kind: held[first:end] for kind, held in whole.counts.items()}
    return Days(whole.of, whole.days[first:end], counts)


def estimated(env: Environment, period: Days, plan: str) -> Estimate:
    """What a month costs in which as much is sent as in these days, by the prices at hand."""
    sent = round(period.total("sends") * A_MONTH / len(period.days))
    case = estimate.case(env, estimate.Volume(sent))
    prices = shipped()
    return estimate.estimated(case, prices.plans[plan if plan in prices.plans else NEW], prices)


def spent(
    found: Costs | ProvisionError | None, env: Environment, first: date
) -> Cost | Unknown | None:
    """What the days have cost from the first on, and those before it."""
    if isinstance(found, ProvisionError):
        return unknown(found, env)
    if found is None:
        return None
    here = [each for each in found.spent if each.region == env.region]
    by_usage: dict[str, Decimal] = {}
    for each in here:
        if each.day >= first:
            by_usage[each.usage] = by_usage.get(each.usage, NOTHING) + each.amount
    far = (each for each in found.spent if each.region != env.region and each.day >= first)
    return Cost(
        sum(by_usage.values(), NOTHING),
        sum((each.amount for each in here if each.day < first), NOTHING),
        dict(sorted(by_usage.items(), key=lambda pair: (-pair[1], pair[0]))),
        sum((each.amount for each in far), NOTHING),
        found.currency,
        found.estimated,
        found.is_whole,
    )


def without_strangers(text: str, env: Environment) -> str:
    """A text without addresses but those that the file itself names."""
    to = env.report.to if env.report else ()
    named = {
        each.lower() for each in (env.from_address, *env.events.emails, *env.alarm_emails, *to)
    }
    return ADDRESS.sub(lambda m: m[0] if m[0].lower() in named else SOMEBODY, text)


def told(found: Checklist, env: Environment) -> Checklist:
    """The checklist as the page has it: what is to be done, and nothing of what was read."""
    topics = (
        replace(
            topic,
            note="",
            findings=tuple(
                replace(
                    each,
                    title=without_strangers(each.title, env),
                    evidence="",
                    next_step=without_strangers(each.next_step, env),
                )
                for each in topic.findings
            ),
        )
        for topic in found.topics
    )
    return replace(found, topics=tuple(topics))
