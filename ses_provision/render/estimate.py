"""What an environment costs, as tables: of items, and of the plans of SES beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.operations.estimate import FREE, NOT_COUNTED
from ses_provision.render.layout import Folded
from ses_provision.render.message import safe
from ses_provision.render.tables import table

if TYPE_CHECKING:
    from datetime import date

    from ses_provision.environment import Environment
    from ses_provision.operations.estimate import Comparison, Estimate, Line
    from ses_provision.resources.prices import Price, Tier

HEADS = ("item", "quantity", "price", "sum")
PLAN_HEADS = ("plan", "fee", "mail", "rest", "total", "per 1,000")
UNSURE = "?"


def estimates(found: Sequence[tuple[Environment, Comparison]], today: date, width: int) -> Folded:
    """Each environment's tables, then what the numbers stand on."""
    lines: list[Text] = []
    for env, each in found:
        lines += [*tables(env, each, width), Text()]
    notes = {note.plain: note for _, each in found for note in sources(each, today)}
    lines += notes.values()
    lines += remarks([each for _, each in found])
    return Folded(Text("\n").join([*lines, Text()]))


def tables(env: Environment, found: Comparison, width: int) -> Iterator[Text]:
    """The items under one plan, then all plans."""
    chosen = found.chosen
    what = f"{chosen.recipients:,} recipients a month from {env.region}"
    yield Text(
        f"{safe(env.name)}: {what}, plan {chosen.plan.title}, in {found.prices.currency} a month",
        style="bold",
    )
    yield from table(HEADS, [*map(item, chosen.lines), whole(chosen)], width)
    yield Text()
    yield from table(PLAN_HEADS, list(plans(found)), width)


def item(line: Line) -> list[Text]:
    """A row of the table."""
    marked = f" {UNSURE}" if line.is_unsure else ""
    price = unit_price(line.price, line.charged) if line.charged else "included"
    return [
        Text(line.name),
        Text(quantity(line.pieces) + (" GB" if line.price.unit == "GB" else "")),
        Text(price + marked),
        Text(f"{line.sum:,.2f}"),
    ]


def whole(found: Estimate) -> list[Text]:
    """The last row."""
    thousand = found.per_thousand
    beside = f"{thousand:,.4f} per 1,000" if thousand is not None else ""
    return [Text("total"), Text(), Text(beside), Text(f"{found.total:,.2f}", style="bold")]


def quantity(pieces: Decimal) -> str:
    """How much of something, without digits that say nothing."""
    return f"{pieces:,.0f}" if pieces == pieces.to_integral_value() else f"{pieces:,.2f}"


def unit_price(price: Price, pieces: Decimal) -> str:
    """What people call a price; all tiers that are reached."""
    reached = price.tiers_for(pieces)
    numbers = " / ".join(amount(tier, price.per) for tier in reached)
    return f"{numbers} per {price.per:,}" if price.per > 1 else f"{numbers} a {price.unit}"


def amount(tier: Tier, per: int) -> str:
    """A price with at least two digits behind the point."""
    exact = (tier.price * per).normalize()
    return f"{exact:.2f}" if exact == exact.quantize(Decimal("0.01")) else f"{exact:f}"


def plans(found: Comparison) -> Iterator[list[Text]]:
    """A row for each plan: its fee, its mail, everything else."""
    for each in found.plans:
        sums = {line.name: line.sum for line in each.lines}
        fee, mail = sums.get("plan", Decimal(0)), sums.get("mail", Decimal(0))
        numbers = [f"{part:,.2f}" for part in (fee, mail, each.total - fee - mail, each.total)]
        thousand = "" if each.per_thousand is None else f"{each.per_thousand:,.4f}"
        is_cheapest = each is found.cheapest
        name = f"{each.plan.title}{' (cheapest)' if is_cheapest else ''}"
        style = "green" if is_cheapest else ""
        yield [Text(name, style), *map(Text, [*numbers, thousand])]


def sources(found: Comparison, today: date) -> Iterator[Text]:
    """Where the prices are from, and what AWS's price list did not tell of those that are used."""
    prices, used = found.prices, {line.price.key for plan in found.plans for line in plan.lines}
    taken = used & prices.live
    what = f"AWS's price list of {prices.read_on.isoformat()} for SES in {prices.region}"
    if not taken:
        what = f"read on {prices.read_on.isoformat()}, those of {prices.region}"
    elif taken < used:
        what += "; the rest are those that come with the tool"
    yield Text(f"Prices: {what}.")
    if prices.is_old(today):
        yield Text("These prices are old: ask AWS with --live.", style="yellow")
    for key, why in prices.not_taken.items():
        if key in used:
            yield Text(f"Not taken from AWS's price list: {why}.", style="yellow")


def remarks(found: Sequence[Comparison]) -> Iterator[Text]:
    """How sums are rounded, and what they leave out."""
    yield Text("Sums are rounded to the cent, half a cent up.")
    if any(line.is_unsure for each in found for line in each.chosen.lines):
        yield Text(f"{UNSURE}: not read again for this version; look at AWS's pricing page.")
    yield Text(f"Free: {FREE}.")
    yield Text(f"Not counted: {'; '.join(NOT_COUNTED)}.")


def data(env: Environment, found: Comparison) -> dict[str, Any]:
    """An estimate as JSON has it: amounts are texts, for they are exact."""
    prices = found.prices
    return {
        "account_id": env.account_id,
        "region": env.region,
        "currency": prices.currency,
        "prices": {
            "read_on": prices.read_on.isoformat(),
            "region": prices.region,
            "live": bool(prices.live),
            "not_taken": dict(prices.not_taken),
        },
        "recipients": found.chosen.recipients,
        **costs(found.chosen),
        "plans": [costs(each) for each in found.plans],
        "cheapest": found.cheapest.plan.id,
        "not_counted": list(NOT_COUNTED),
    }


def costs(found: Estimate) -> dict[str, Any]:
    """What one plan costs."""
    thousand = found.per_thousand
    return {
        "plan": found.plan.id,
        "items": [item_data(line) for line in found.lines],
        "total": f"{found.total:.2f}",
        "per_thousand": None if thousand is None else f"{thousand:.4f}",
    }


def item_data(line: Line) -> dict[str, Any]:
    """One item."""
    reached: Sequence[Tier] = line.price.tiers_for(line.charged)
    return {
        "item": line.name,
        "price": line.price.key,
        "quantity": f"{line.pieces.normalize():f}",
        "included": f"{line.included.normalize():f}",
        "unit": line.price.unit,
        "unit_prices": [f"{tier.price.normalize():f}" for tier in reached],
        "sum": f"{line.sum:.2f}",
        "source": line.price.source.what,
        "unsure": line.is_unsure,
    }
