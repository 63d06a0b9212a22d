"""AWS's price list: what is taken from it, and what is not."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.local.contract import Caller
from ses_provision.local.price_list import PriceList
from ses_provision.resources.prices import SES, Prices, shipped
from ses_provision.resources.pricing import is_of, products_question, renewed

KNOWN = shipped()
REGION = "eu-west-2"
CALLER = Caller("111122223333", "eu-central-1")


def listed(prices: PriceList, region: str = REGION) -> list[str]:
    """What the price list of a region says."""
    asked = products_question(region)
    lines: list[str] = prices.handle(CALLER, "GetProducts", asked.arguments)["PriceList"]
    return lines


def taken(prices: PriceList) -> Prices:
    """The known prices, renewed by a price list."""
    return renewed(KNOWN, REGION, listed(prices))


def test_what_aws_lists_in_the_region_takes_the_place_of_what_is_known() -> None:
    prices = PriceList()
    prices.change("Recipients", "0.00012")
    prices.change("Essentials-Outbound-Email", "0.0002", "0.00018", "0.0001")

    found = taken(prices)

    assert found["mail"].tiers[0].price == Decimal("0.00012")
    assert [(str(t.price), t.to) for t in found["essentials-mail"].tiers] == [
        ("0.0002", 10_000_000), ("0.00018", 100_000_000), ("0.0001", None),
    ]  # fmt: skip
    assert found.region == REGION
    assert REGION in found["mail"].source.what
    assert found["alarm"] == KNOWN["alarm"]
    assert "alarm" not in found.live


def test_what_it_does_not_sell_or_counts_otherwise_stays_and_is_told() -> None:
    prices = PriceList()
    prices.change("AttachmentsSize-Bytes")
    prices.change("DIP-Hours", "0.0342")

    found = taken(prices)

    for key, why in (("attachments", "nothing"), ("dedicated-ip", "another unit")):
        assert found[key] == KNOWN[key]
        assert why in found.not_taken[key]


def test_two_prices_of_one_name_are_none() -> None:
    first, second = PriceList(), PriceList()
    second.change("Recipients", "0.0002")

    found = renewed(KNOWN, REGION, [*listed(first), *listed(second)])

    assert found["mail"] == KNOWN["mail"]
    assert "several things" in found.not_taken["mail"]


@pytest.mark.parametrize(
    ("usage", "name", "is_it"),
    [
        ("Recipients", "Recipients", True),
        ("EUW2-Recipients", "Recipients", True),
        ("EU-Recipients", "Recipients", True),
        ("Global-Recipients", "Recipients", False),
        ("EUW2-Recipients-DIP-Managed", "Recipients", False),
        ("USE1-Pro-Outbound-Email", "Outbound-Email", False),
    ],
)
def test_usage_types_are_known_in_every_region(usage: str, name: str, is_it: bool) -> None:
    assert is_of(usage, name) is is_it


@pytest.mark.parametrize(
    ("region", "place"),
    [("us-east-2", "us-east-1"), ("eu-west-1", "eu-central-1"), ("ap-southeast-2", "ap-south-1"),
     ("ca-central-1", "us-east-1")],
)  # fmt: skip
def test_the_price_list_is_asked_where_it_has_an_api(region: str, place: str) -> None:
    asked = products_question(region)

    assert (asked.region, asked.arguments["ServiceCode"]) == (place, SES)
    assert asked.arguments["Filters"] == [
        {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}
    ]


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda held: st.lists(held, max_size=3)
    | st.dictionaries(
        st.sampled_from(["product", "attributes", "usagetype", "terms", "OnDemand",
                         "priceDimensions", "beginRange", "endRange", "pricePerUnit", "USD"]),
        held,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(NONSENSE.map(json.dumps) | st.text(max_size=20) | NONSENSE))
def test_whatever_the_list_says_prices_stay_prices(lines: list[Any]) -> None:
    found = renewed(KNOWN, REGION, lines)

    assert found.prices == KNOWN.prices
    assert found.read_on == KNOWN.read_on


@pytest.mark.parametrize("price", ["NaN", "-1", "Infinity", "many"])
def test_a_price_that_is_none_is_not_taken(price: str) -> None:
    [line] = [each for each in listed(PriceList()) if '"EUW2-Recipients"' in each]
    wrong = line.replace('"0.0001000000"', f'"{price}"').replace('"0.0001"', f'"{price}"')

    assert wrong != line
    assert renewed(KNOWN, REGION, [wrong])["mail"] == KNOWN["mail"]
