"""The report as text, as HTML and as JSON: the same numbers and words in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.checks.account import UNLIMITED
from ses_provision.checks.finding import Severity
from ses_provision.dataclass import dataclass
from ses_provision.engine.values import plain
from ses_provision.operations.report import Unknown, Unread
from ses_provision.operations.statistics import LIMITS, RATES
from ses_provision.render import pages
from ses_provision.render.checklist import MARKS, SEVERAL
from ses_provision.render.layout import Folded, prose
from ses_provision.render.message import safe
from ses_provision.render.numbers import percent
from ses_provision.render.overview import overview
from ses_provision.render.statistics import TITLES, USUAL, counts
from ses_provision.render.tables import table

if TYPE_CHECKING:
    from ses_provision.checks.report import Task
    from ses_provision.operations.report import Cost, Report
    from ses_provision.operations.statistics import Days

NAME = "Amazon SES report"
CENT = Decimal("0.01")
MOST_DAYS = 31
"""So many days have a row each; of more there are only sums."""
BY_WHOM = "by Cost Explorer, before credits and refunds"


@dataclass(frozen=True)
class Row:
    """What was counted of one kind: in the days, in those before, the change, the part of all that
    was sent, and from which part on AWS reviews a sender."""

    title: str
    count: str
    before: str
    change: str
    share: str
    limit: str
    is_bad: bool = False


def rows(value: Report) -> list[Row]:
    """A row for each kind."""
    return [
        row(value, kind)
        for kind in value.period.counts
        if kind in USUAL or value.period.total(kind) or value.before.total(kind)
    ]


def row(value: Report, kind: str) -> Row:
    """What was counted of one kind."""
    now, before = value.period.total(kind), value.before.total(kind)
    rate = value.period.rate(kind) if kind != "sends" else None
    review = LIMITS["review"][RATES[kind]] if kind in RATES else None
    judged = rate is not None and review is not None and value.period.tells
    return Row(
        TITLES[kind],
        f"{now:,}",
        f"{before:,}",
        change(now, before),
        percent(rate) if rate is not None else "",
        percent(review) if review is not None else "",
        is_bad=judged and (rate or 0) >= (review or 0),
    )


def change(now: float | Decimal, before: float | Decimal) -> str:
    """By how much it is more or less; nothing can be said of what begins with nothing."""
    if not before:
        return ""
    ratio = float((now - before) / before)  # type: ignore[operator]
    return f"{ratio * 100:+,.0f} %" if abs(ratio) >= 1 else f"{ratio * 100:+.3g} %"


def money(amount: Decimal, currency: str) -> str:
    """An amount in whole cents."""
    if 0 < amount < CENT:
        return f"under {CENT} {currency}"
    return f"{amount:,.2f} {currency}"


def span(value: Report) -> str:
    """Which days it is about."""
    first, last = value.period.days[0].isoformat(), value.period.days[-1].isoformat()
    if first == last:
        return f"{last}, beside the day before; days in UTC"
    return f"{first} to {last}, beside the {value.days} days before; days in UTC"


def own_rates(value: Report) -> str:
    """SES's own rates: it takes them over a volume of its own choosing."""
    known = [
        f"{kind} {percent(rate)}" for kind, rate in value.own_rates.items() if rate is not None
    ]
    return f"by SES's own reckoning: {', '.join(known) or 'no rates yet'}"


def quota(value: Report) -> str:
    """How much of the quota is used, and what was sent on a day that is not over."""
    access, today = value.access, value.today.total("sends")
    used = f"{access.sent:,.0f}"
    if access.daily == UNLIMITED:
        used += " sent in 24 hours, without a daily limit"
    elif access.daily > 0:
        share = percent(access.sent / access.daily)
        used += f" of {access.daily:,.0f} sent in 24 hours ({share})"
    else:
        used += " sent in 24 hours; AWS does not tell the quota"
    return f"{used}; {today:,} today so far"


def cost(value: Report, found: Cost) -> str:
    """What SES has cost in the region, and how that has changed."""
    then = change(found.amount, found.before)
    before = money(found.before, found.currency) + (f": {then}" if then else "")
    far = found.elsewhere
    elsewhere = f"; {money(far, found.currency)} in other regions" if far else ""
    text = f"{money(found.amount, found.currency)} in {value.region} (before {before}){elsewhere}"
    return f"{text}; {BY_WHOM}"


def doubts(found: Cost) -> list[str]:
    """Why the cost may still change."""
    said = (
        ["Bills of these days are not final; the last day may be missing."]
        if found.estimated
        else []
    )
    if not found.is_whole:
        said.append("There is more than fits into one answer: the real cost is higher.")
    return said


def monthly(value: Report) -> str:
    """What a month costs at that volume, by the prices at hand."""
    found = value.estimate
    return (
        f"about {found.total:,.2f} USD a month at this volume, plan {found.plan.title}; by item: "
        f"{value.estimated_by}"
    )


def open_items(value: Report) -> str:
    """How much is open, in a few words."""
    numbers = [(value.checklist.open_count(each), each) for each in Severity]
    said = [
        f"{number} {each.value if number == 1 else SEVERAL[each]}"
        for number, each in numbers
        if number
    ]
    return ", ".join(said) or "nothing is open"


def subject(value: Report) -> str:
    """The subject of the mail."""
    last = value.period.days[-1].isoformat()
    days = "day" if value.days == 1 else f"{value.days} days"
    return f"{NAME}: {value.environment}, {days} to {last}: {open_items(value)}"


def text(values: Sequence[Report | Unread], width: int) -> Folded:
    """All environments below one another."""
    lines: list[Text] = []
    for value in values:
        lines += failed(value) if isinstance(value, Unread) else environment(value, width)
        lines.append(Text())
    return Folded(Text("\n").join(lines))


def head(value: Report | Unread) -> Text:
    """Which environment."""
    made = Text(f"{NAME}: ", style="bold").append(safe(value.environment), style="bold")
    return made.append(f"  {safe(value.domain)}, account {value.account_id}, {value.region}")


def failed(value: Unread) -> Iterator[Text]:
    """Why there is no page of an environment."""
    yield head(value)
    yield Text("  could not be looked at: ", style="red") + prose(value.error.why)
    if value.error.hint:
        yield Text("  → ", style="bold") + prose(value.error.hint)


def environment(value: Report, width: int) -> Iterator[Text]:
    """One environment."""
    yield head(value)
    yield Text(f"  {span(value)}; made {value.made_at:%Y-%m-%d %H:%M} UTC")
    yield Text()
    yield from overview([value.status], width).text.split("\n", allow_blank=True)
    yield Text(f"  {quota(value)}")
    yield Text()
    yield from sent(value, width)
    yield Text()
    yield from spent(value)
    yield Text()
    yield Text(f"Open: {open_items(value)}", style="bold")
    for task in value.checklist.tasks:
        yield from to_do(task)
    if value.next_step:
        yield Text()
        yield Text("Next: ", style="bold") + prose(value.next_step)


def sent(value: Report, width: int) -> Iterator[Text]:
    """What was sent, and what became of it."""
    days = "day" if value.days == 1 else f"{value.days} days"
    heads = ("", days, "before", "change", "of sent", "AWS reviews at")
    cells = [
        (
            Text(each.title),
            Text(each.count),
            Text(each.before),
            Text(each.change),
            Text(each.share, style="red" if each.is_bad else ""),
            Text(each.limit),
        )
        for each in rows(value)
    ]
    yield from table(heads, cells, width)
    yield Text(f"  {own_rates(value)}")


def spent(value: Report) -> Iterator[Text]:
    """What it cost, and will cost."""
    found = value.cost
    if isinstance(found, Unknown):
        yield Text("Cost: not known: ", style="yellow") + prose(found.why)
        if found.hint:
            yield Text("  → ", style="bold") + prose(found.hint)
    elif found is not None:
        yield Text("Cost: ", style="bold") + Text(cost(value, found))
        for usage, amount in found.by_usage.items():
            yield Text(f"    {money(amount, found.currency)}  {safe(usage)}")
        yield from (Text(f"  {said}") for said in doubts(found))
    yield Text("Estimate: ", style="bold") + prose(monthly(value))


def to_do(task: Task) -> Iterator[Text]:
    """Items that wait for the same thing, and what it is."""
    for each in task.findings:
        mark, style = MARKS[each.status]
        made = Text(f" {mark} {each.severity.value:<8} ", style=style)
        yield made.append(f"{safe(each.title)}  ", style="default").append(each.id, style="dim")
    if task.next_step:
        yield Text("    → ", style="bold") + prose(task.next_step)


def html(values: Sequence[Report | Unread]) -> str:
    """One page about all environments."""
    return pages.page(
        "report.html",
        NAME,
        ", ".join(each.environment for each in values),
        values=values,
        is_unread=lambda value: isinstance(value, Unread),
        is_unknown=lambda value: isinstance(value, Unknown),
        rows=rows,
        span=span,
        quota=quota,
        own_rates=own_rates,
        cost=cost,
        doubts=doubts,
        money=money,
        monthly=monthly,
        open_items=open_items,
        by_day=by_day,
        status_of=status_of,
    )


def by_day(value: Report) -> list[tuple[str, list[str]]]:
    """A row for each day, of not too many: sent, delivered, bounced, complained about."""
    kinds = [kind for kind in value.period.counts if kind in USUAL]
    if value.days > MOST_DAYS:
        return []
    return [
        (day.isoformat(), [f"{value.period.counts[kind][number]:,}" for kind in kinds])
        for number, day in enumerate(value.period.days)
    ]


def status_of(value: Report) -> list[str]:
    """The lines on how the environment stands, as the text has them."""
    wide = overview([value.status], 10_000).text.plain
    return [line.strip() for line in wide.split("\n") if line.strip()]


def data(value: Report) -> dict[str, Any]:
    """The report as JSON has it."""
    found = value.cost
    return {
        "domain": value.domain,
        "account_id": value.account_id,
        "region": value.region,
        "made_at": plain(value.made_at),
        "status": plain(value.status),
        "period": period(value.period),
        "before": period(value.before),
        "today": period(value.today),
        "own_rates": dict(value.own_rates),
        "quota": {
            "daily": value.access.daily,
            "rate": value.access.rate,
            "sent": value.access.sent,
        },
        "estimate": {
            "recipients": value.estimate.recipients,
            "plan": value.estimate.plan.id,
            "total": str(value.estimate.total),
            "currency": "USD",
        },
        "cost": spending(found) if found is not None else None,
        "mailed": None,
        "open": [
            {
                "id": each.id,
                "title": each.title,
                "status": each.status.value,
                "severity": each.severity.value,
                "next_step": each.next_step or None,
            }
            for task in value.checklist.tasks
            for each in task.findings
        ],
        "next_step": value.next_step or None,
    }


def period(held: Days) -> dict[str, Any]:
    """Some days as JSON has them."""
    return {"first": held.days[0].isoformat(), "last": held.days[-1].isoformat(), **counts(held)}


def spending(found: Cost | Unknown) -> dict[str, Any]:
    """The cost as JSON has it."""
    if isinstance(found, Unknown):
        return {"unknown": found.why, "hint": found.hint}
    return {
        "amount": str(found.amount),
        "before": str(found.before),
        "currency": found.currency,
        "by_usage": {usage: str(amount) for usage, amount in found.by_usage.items()},
        "elsewhere": str(found.elsewhere),
        "estimated": found.estimated,
        "is_whole": found.is_whole,
    }
