"""What AWS asks for: the prices that come with the tool, dated, each with its source.

They stand in `prices.toml` beside this module and nowhere else. `resources.pricing` puts newer ones
from AWS's price list in their place.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ses_provision.dataclass import dataclass

FILE = Path(__file__).with_suffix(".toml")
SES = "AmazonSES"
"""SES in AWS's price list."""
OLD = timedelta(days=180)
"""From this age on prices are called old."""


@dataclass(frozen=True)
class Source:
    """Where a price was read. `unsure`: it was not read again for this version."""

    what: str
    url: str
    unsure: bool = False


@dataclass(frozen=True)
class Tier:
    """A price for one piece, up to so many pieces a month; without an end the last."""

    price: Decimal
    to: int | None = None


@dataclass(frozen=True)
class Price:
    """What one piece costs, dearest first where many cost less. `per` is how many people name it
    by, `usage` and `service` what AWS's price list calls it, where that is known."""

    key: str
    unit: str
    tiers: tuple[Tier, ...]
    source: Source
    usage: str = ""
    service: str = SES
    per: int = 1

    def of(self, pieces: Decimal) -> Decimal:
        """What so many pieces cost in a month, exactly."""
        total, begin = Decimal(0), Decimal(0)
        for tier in self.tiers:
            end = pieces if tier.to is None else min(pieces, Decimal(tier.to))
            total += max(end - begin, Decimal(0)) * tier.price
            begin = max(begin, end)
        return total

    @property
    def told(self) -> str:
        """What the first pieces cost: 24.95 USD a month, 0.07 USD for 1,000 recipients."""
        amount = (self.tiers[0].price * self.per).normalize()
        return f"{amount:f} USD " + (
            f"for {self.per:,} {self.unit}s" if self.per > 1 else f"a {self.unit}"
        )

    def tiers_for(self, pieces: Decimal) -> tuple[Tier, ...]:
        """The tiers that so many pieces reach."""
        ends = [0, *(tier.to or 0 for tier in self.tiers)]
        reached = zip(self.tiers, ends, strict=False)
        return tuple(tier for tier, begin in reached if begin == 0 or pieces > begin)


@dataclass(frozen=True)
class Plan:
    """A plan of SES: its price of a mail, perhaps a fee, and what it includes; None is all."""

    id: str
    title: str
    mail: str
    fee: str | None = None
    included: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Prices:
    """All prices, of one region, and when they were read. `live` are those that AWS has just told;
    `not_taken` says of others why they were not taken from what it told."""

    region: str
    currency: str
    read_on: date
    prices: Mapping[str, Price]
    plans: Mapping[str, Plan]
    live: frozenset[str] = frozenset()
    not_taken: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Price:
        return self.prices[key]

    @property
    def read_at(self) -> str:
        """Where and when they were read, in a few words."""
        return f"{self.region}, {self.read_on:%Y-%m}"

    def is_old(self, today: date) -> bool:
        """Whether AWS may have changed them long since."""
        return today - self.read_on > OLD


@functools.cache
def shipped() -> Prices:
    """The prices that come with the tool."""
    return read(tomllib.loads(FILE.read_text(encoding="utf-8")))


def read(held: Mapping[str, Any]) -> Prices:
    """Prices as the file has them."""
    sources = {name: Source(**said) for name, said in held["sources"].items()}
    prices = {key: price_of(key, said, sources) for key, said in held["prices"].items()}
    plans = {name: plan_of(name, said) for name, said in held["plans"].items()}
    return Prices(held["region"], held["currency"], held["read_on"], prices, plans)


def price_of(key: str, said: Mapping[str, Any], sources: Mapping[str, Source]) -> Price:
    """One price of the file."""
    tiers = tuple(Tier(Decimal(tier["price"]), tier.get("to")) for tier in said["tiers"])
    rest = {name: said[name] for name in ("unit", "usage", "service", "per") if name in said}
    return Price(key=key, tiers=tiers, source=sources[said["source"]], **rest)


def plan_of(name: str, said: Mapping[str, Any]) -> Plan:
    """One plan of the file; `true` is all."""
    included = {
        key: None if most is True else most for key, most in said.get("included", {}).items()
    }
    return Plan(name, said["title"], said["mail"], said.get("fee"), included)
