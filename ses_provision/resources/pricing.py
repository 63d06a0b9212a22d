"""AWS's price list, as its API tells it: what SES costs in a region today."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import partition
from ses_provision.errors import NotReady
from ses_provision.outside.reading import Ask, Reading, Structure, ask, question
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.prices import SES, Price, Prices, Source, Tier

NEAREST = {"ap-": "ap-south-1", "eu-": "eu-central-1"}
"""Where the price list has an API beside us-east-1 (endpoints file of botocore)."""
PREFIX = re.compile(r"[A-Z]{2,4}\d?-")
"""What stands before the name of a usage type outside us-east-1, such as EUW2-."""
WITHOUT = "Leave out --live: the prices that come with the tool are those of us-east-1."
AS_MUCH = 10
"""A price that is so many times another one is of another unit."""


@dataclass(frozen=True)
class Told:
    """What the price list says of one usage type, and when it was published."""

    usage: str
    tiers: tuple[Tier, ...]
    published: date


def products_question(region: str) -> Ask:
    """The question for all that SES charges in a region."""
    place = next((near for start, near in NEAREST.items() if region.startswith(start)), "us-east-1")
    here = Structure((("Type", "TERM_MATCH"), ("Field", "regionCode"), ("Value", region)))
    return question(
        "pricing",
        place,
        "GetProducts",
        on=EVERYTHING,
        nothing={"PriceList": []},
        pages=True,
        ServiceCode=SES,
        Filters=(here,),
    )


def live(prices: Prices, region: str) -> Reading[Prices]:
    """The prices with those of SES in a region as AWS's list has them now."""
    if partition(region) != "aws":
        raise NotReady(
            f"AWS's price list tells no prices of {region}: it is about the commercial regions.",
            WITHOUT,
        )
    [answer] = yield from ask(products_question(region))
    listed = (answer or {}).get("PriceList") or ()
    if not listed:
        raise NotReady(f"AWS's price list has nothing on SES in {region}.", WITHOUT)
    return renewed(prices, region, listed)


def renewed(prices: Prices, region: str, listed: Iterable[Any]) -> Prices:
    """Prices with those that a list tells. Where it is silent, or of another mind about what a
    piece is, the price stays, and it is said why."""
    found = [each for each in map(told, listed) if each is not None]
    taken: dict[str, Price] = {}
    not_taken: dict[str, str] = {}
    for key, price in prices.prices.items():
        if price.service != SES or not price.usage:
            continue
        named = [each for each in found if is_of(each.usage, price.usage)]
        wanted = {each.tiers for each in named}
        if len(wanted) != 1:
            said = "nothing" if not named else "several things"
            not_taken[key] = f"it says {said} of {price.usage}"
        elif is_other_unit(price.tiers[0].price, named[0].tiers[0].price):
            not_taken[key] = f"it counts {price.usage} in another unit"
        else:
            taken[key] = replace(price, tiers=named[0].tiers, source=source(region, named[0]))
    read_on = max((each.published for each in found), default=prices.read_on)
    return replace(
        prices,
        region=region,
        read_on=read_on if taken else prices.read_on,
        prices={**prices.prices, **taken},
        live=frozenset(taken),
        not_taken=not_taken,
    )


def source(region: str, said: Told) -> Source:
    """Where such a price was read."""
    what = f"AWS's price list of {SES} in {region}, published {said.published.isoformat()}"
    return Source(
        what, "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html"
    )


def is_of(usage: str, name: str) -> bool:
    """Whether a usage type is the one of a name, in whatever region."""
    prefix, found, rest = usage.rpartition(name)
    return bool(found) and not rest and (not prefix or PREFIX.fullmatch(prefix) is not None)


def is_other_unit(known: Decimal, said: Decimal) -> bool:
    """Whether two prices are too far apart to be of the same unit."""
    low, high = sorted((known, said))
    return high > low * AS_MUCH


def told(text: Any) -> Told | None:
    """A product of the price list; None for what is none that is sold by the piece."""
    try:
        held = json.loads(text) if isinstance(text, str) else text
        usage = str(held["product"]["attributes"]["usagetype"])
        offers = held["terms"]["OnDemand"].values()
        dimensions = [each for offer in offers for each in offer["priceDimensions"].values()]
        tiers = tuple(map(tier, sorted(dimensions, key=begin)))
        published = date.fromisoformat(str(held["publicationDate"])[:10])
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return None
    return Told(usage, tiers, published) if tiers else None


def begin(dimension: Mapping[str, Any]) -> Decimal:
    """Where a tier begins."""
    return Decimal(dimension["beginRange"])


def tier(dimension: Mapping[str, Any]) -> Tier:
    """A tier of the price list."""
    end = dimension["endRange"]
    price = Decimal(dimension["pricePerUnit"]["USD"])
    if not price.is_finite() or price < 0:
        raise ValueError("no price")
    return Tier(price.normalize(), None if end == "Inf" else int(end))
