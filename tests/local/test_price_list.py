"""The price list of the local AWS: pages, filters, and where it is at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ses_provision.local import LocalAws

ACCOUNT = "111122223333"


@pytest.fixture
def pricing() -> Any:
    """A client of the price list."""
    return LocalAws().session(ACCOUNT).client("pricing", "us-east-1")


def here(region: str, **more: str) -> list[dict[str, str]]:
    """Filters for what is sold in a region."""
    wanted = {"regionCode": region, **more}
    return [{"Type": "TERM_MATCH", "Field": key, "Value": value} for key, value in wanted.items()]


def usage_types(found: Any) -> list[str]:
    """What is sold, by its usage types."""
    return [json.loads(each)["product"]["attributes"]["usagetype"] for each in found["PriceList"]]


def test_filters_narrow_and_pages_together_are_the_whole(pricing: Any) -> None:
    whole = pricing.get_products(ServiceCode="AmazonSES", Filters=here("eu-west-2"))
    pages = pricing.get_paginator("get_products").paginate(
        ServiceCode="AmazonSES", Filters=here("eu-west-2"), PaginationConfig={"PageSize": 5}
    )
    mail = pricing.get_products(
        ServiceCode="AmazonSES", Filters=here("eu-west-2", usagetype="EUW2-Recipients")
    )

    assert [each for page in pages for each in usage_types(page)] == usage_types(whole)
    assert all(each.startswith("EUW2-") for each in usage_types(whole))
    assert usage_types(mail) == ["EUW2-Recipients"]


def test_tiers_join_without_a_gap(pricing: Any) -> None:
    found = pricing.get_products(ServiceCode="AmazonSES", Filters=here("us-east-1"))

    for line in found["PriceList"]:
        [term] = json.loads(line)["terms"]["OnDemand"].values()
        tiers = list(term["priceDimensions"].values())
        ends = [tier["endRange"] for tier in tiers]
        assert [tier["beginRange"] for tier in tiers] == ["0", *ends[:-1]]
        assert ends[-1] == "Inf"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"ServiceCode": "AmazonNothing"}, "InvalidParameterException"),
        ({"ServiceCode": "AmazonSES", "NextToken": "x"}, "InvalidNextTokenException"),
        ({"ServiceCode": "AmazonSES", "MaxResults": 101}, "ValidationException"),
    ],
)
def test_what_makes_no_sense_is_refused(pricing: Any, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        pricing.get_products(**asked)

    assert refused.value.response["Error"]["Code"] == code


def test_it_is_not_in_every_region() -> None:
    elsewhere = LocalAws().session(ACCOUNT).client("pricing", "us-east-2")

    with pytest.raises(ClientError, match=r"no api\.pricing\.us-east-2"):
        elsewhere.get_products(ServiceCode="AmazonSES")
