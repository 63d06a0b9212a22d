"""What an account sent, as bars of days, and as rows for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.checks.account import NEARLY, UNLIMITED
from ses_provision.operations.statistics import LIMITS, RATES
from ses_provision.render.bars import bars, in_a_cell, squeezed
from ses_provision.render.layout import WHOLE, Folded, command, whole
from ses_provision.render.message import safe
from ses_provision.render.numbers import amount, percent

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.statistics import Days, Statistics

GOOD, BAD, WAITS = "green", "red", "yellow"
TITLES = {
    "sends": "sent",
    "deliveries": "delivered",
    "bounces": "bounces",
    "soft_bounces": "soft",
    "complaints": "complaints",
    "rejects": "rejected",
}
USUAL = frozenset({"sends", "deliveries", "bounces", "complaints"})
"""What is shown even where there was none."""
NAMED = max(map(len, TITLES.values())) + 4
FEWEST_CELLS = 7
BESIDE = 26
"""Columns that stand beside bars, for the number and the rate."""
COLUMNS = ("environment", "account_id", "region", "of", "date", *TITLES)


def statistics(
    envs: Sequence[Environment], found: Statistics, *, width: int, blocks: bool
) -> Folded:
    """All that an account sent in a region, under the names of its environments."""
    cells = max(FEWEST_CELLS, width - NAMED - BESIDE)
    lines = [head(envs, found.whole, in_a_cell(len(found.whole.days), cells))]
    lines += rows(found.whole, cells, blocks=blocks)
    lines += [own_rates(found), *worst(found.whole), quota(envs[0], found)]
    for part in found.parts:
        lines.append(Text(f"  {found.by} ") + whole(safe(part.of)))
        is_silent = not any(map(any, part.counts.values()))
        told = [Text("    nothing")] if is_silent else rows(part, cells, blocks=blocks, apart=True)
        lines += told
    return Folded(Text("\n").join([*lines, Text()]))


def head(envs: Sequence[Environment], held: Days, together: int) -> Text:
    """Whose mail it is, and of which days."""
    names = ", ".join(env.name for env in envs)
    days = "today" if len(held.days) == 1 else f"{len(held.days)} days to today"
    bar = f"; {together} days a bar" if together > 1 else ""
    text = Text("account ", style="bold") + kept(f"{envs[0].account_id}  {envs[0].region}")
    last = held.days[-1].isoformat()
    return text.append(f"  {safe(names)}: {days} ({last}, not over; days in UTC{bar})")


def rows(held: Days, cells: int, *, blocks: bool, apart: bool = False) -> Iterator[Text]:
    """A line for each count: its bars, its number, its rate; beside AWS's limits unless apart."""
    total = f"{held.total('sends'):,}"
    for kind, counts in held.counts.items():
        if kind not in USUAL and not any(counts):
            continue
        drawn = bars(squeezed(counts, cells), blocks=blocks)
        line = Text(f"    {TITLES[kind]:<{NAMED - 4}}  ") + kept(drawn)
        line.append(f"  {held.total(kind):>{len(total)},}")
        if kind != "sends":
            line += Text("  ") + rate(held, kind, apart=apart)
        yield line


def rate(held: Days, kind: str, *, apart: bool) -> Text:
    """A rate; AWS's limits are those of a whole account, and of more than a few mails."""
    value = held.rate(kind)
    if value is None:
        return Text()
    text = Text(percent(value))
    if kind not in RATES or apart:
        return text
    if not held.tells:
        return text.append(" (too few sent to judge by)", style="dim")
    review, pause = (LIMITS[name][RATES[kind]] for name in ("review", "pause"))
    text.stylize(BAD if value >= review else GOOD)
    return text.append(f"  AWS reviews at {percent(review)}, may pause at {percent(pause)}", "dim")


def own_rates(found: Statistics) -> Text:
    """SES's own rates: it takes them over a volume of its own choosing."""
    told = [f"{kind} {percent(rate)}" for kind, rate in found.own_rates.items() if rate is not None]
    return Text(f"    by SES's own reckoning: {', '.join(told) or 'no rates yet'}")


def worst(held: Days) -> list[Text]:
    """The day on which most bounced."""
    number = held.worst
    if number is None:
        return []
    day, bounced = held.days[number], held.counts["bounces"][number]
    sent = held.counts["sends"][number]
    share = f" ({percent(bounced / sent)})" if sent else ""
    return [Text(f"    worst day {day.isoformat()}: {bounced:,} of {sent:,} bounced{share}")]


def quota(env: Environment, found: Statistics) -> Text:
    """How much of the quota is used, and when it will all be."""
    access = found.access
    if access.daily == UNLIMITED:
        return Text(f"    quota: {access.sent:,.0f} sent in 24 hours, no daily limit")
    if access.daily <= 0:
        return Text("    quota: AWS does not tell it")
    used = access.sent / access.daily
    text = Text(f"    quota: {access.sent:,.0f} of {access.daily:,.0f} in 24 hours ")
    text.append(f"({percent(used)})", style=BAD if used >= NEARLY else GOOD)
    text.append(f", {amount(access.rate)} a second; ")
    if not found.has_trend:
        return text.append("too few days for a trend")
    if found.reached_on is None:
        return text.append("no trend that comes to it within a year")
    text.append(f"at this trend it is reached on {found.reached_on.isoformat()}: ", style=WAITS)
    return text + command(f"ses-provision quota --env {env.name} --request {2 * access.daily:.0f}")


def kept(text: str) -> Text:
    """What stays in one piece."""
    return Text(text, WHOLE)


def comma_separated(found: Sequence[tuple[Environment, Statistics]]) -> str:
    """A row for each day of each environment, and of each part; empty where nothing is known."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for env, statistics in found:
        for held in (statistics.whole, *statistics.parts):
            for number, day in enumerate(held.days):
                counts = [
                    held.counts[kind][number] if kind in held.counts else "" for kind in TITLES
                ]
                place = (env.name, env.account_id, env.region, held.of, day.isoformat())
                writer.writerow([*place, *counts])
    return written.getvalue().rstrip("\n")


def data(env: Environment, found: Statistics, above: Sequence[str]) -> dict[str, Any]:
    """Statistics as JSON has them."""
    access, reached = found.access, found.reached_on
    return {
        "account_id": env.account_id,
        "region": env.region,
        **counts(found.whole),
        "own_rates": dict(found.own_rates),
        "limits": {name: {k: held[m] for k, m in RATES.items()} for name, held in LIMITS.items()},
        "quota": {
            "daily": access.daily,
            "rate": access.rate,
            "sent": access.sent,
            "reached_on": reached.isoformat() if reached else None,
        },
        "by": found.by or None,
        "parts": [{"of": part.of, **counts(part)} for part in found.parts],
        "above": list(above),
    }


def counts(held: Days) -> Mapping[str, Any]:
    """Counts by day, their sums, and the rates of the whole time."""
    return {
        "days": [
            {"date": day.isoformat(), **{kind: each[number] for kind, each in held.counts.items()}}
            for number, day in enumerate(held.days)
        ],
        "totals": {kind: held.total(kind) for kind in held.counts},
        "rates": {kind: held.rate(kind) for kind in RATES},
        "enough_to_judge": held.tells,
    }
