"""AWS's price list: what SES costs, region by region, as GetProducts tells it.

Prices of us-east-1 are those of the list published 2026-07-22; the list of another region differs
in the names of its usage types, and here in nothing else, until somebody changes a price.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.served import OwnService, page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_provision.local.served import Operation

# botocore's endpoints: where the price list has an API.
REGIONS = frozenset({"us-east-1", "eu-central-1", "ap-south-1"})
# How usage types begin in a region (AWS billing; us-east-1 has both forms).
_PREFIXES = {
    "us-east-1": "USE1-",
    "us-east-2": "USE2-",
    "us-west-2": "USW2-",
    "eu-west-1": "EU-",
    "eu-west-2": "EUW2-",
    "eu-central-1": "EUC1-",
    "ap-south-1": "APS3-",
}
_SES = "AmazonSES"
_PUBLISHED = "2026-07-22T17:20:54Z"
_MOST = 100


@dataclass(frozen=True)
class Offer:
    """What one usage type costs: family, unit, and prices with where each tier ends."""

    family: str
    unit: str
    tiers: tuple[tuple[str, int | None], ...]


def _mail(*prices: str) -> Offer:
    ends = (10_000_000, 100_000_000)[: len(prices) - 1]
    return Offer("Sending Email", "Count", tuple(zip(prices, (*ends, None), strict=True)))


_OFFERS: Mapping[str, Offer] = {
    "Recipients": _mail("0.0001"),
    "Essentials-Outbound-Email": _mail("0.00016", "0.00014", "0.00011"),
    "Pro-Outbound-Email": _mail("0.00022", "0.00017", "0.00012"),
    "Enterprise-Outbound-Email": _mail("0.00023", "0.00018", "0.00013"),
    "AttachmentsSize-Bytes": Offer("Sending Attachments", "GB", (("0.12", None),)),
    "Message": Offer("Receiving Email", "Count", (("0.0001", None),)),
    "ReceivedChunk": Offer("Receiving Email", "Count", (("0.00009", None),)),
    "DIP-Hours": Offer("Sending Email", "IP-Month", (("24.95", None),)),
    "Pro-Plan-Hours": Offer("Plan", "Month", (("105", None),)),
    "Enterprise-Plan-Hours": Offer("Plan", "Month", (("500", None),)),
    "Tenant-Count": Offer("Sending Email", "Tenant-Month", (("0.005", None),)),
    "Subscription-VirtDelivMgr": Offer("Sending Email", "Month", (("1250", None),)),
}
# Without the region's prefix in us-east-1.
_BARE = frozenset({"Recipients", "AttachmentsSize-Bytes", "Message", "ReceivedChunk"})


class PriceList(OwnService):
    """GetProducts and DescribeServices, about SES alone."""

    name = "pricing"

    def __init__(self) -> None:
        self._offers = dict(_OFFERS)
        self.operations: Mapping[str, Operation] = {
            "DescribeServices": self._services,
            "GetProducts": self._products,
        }

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call; in a region without the API no such host exists."""
        if caller.region not in REGIONS:
            raise AwsError(
                "UnknownEndpoint", f"There is no api.pricing.{caller.region}.amazonaws.com.", 404
            )
        return super().handle(caller, operation, params)

    def change(self, usage: str, *prices: str, unit: str | None = None) -> None:
        """Let a usage type cost something else from now on; without prices it is not sold."""
        offer = self._offers.pop(usage)
        if prices:
            ends = [end for _, end in offer.tiers[: len(prices) - 1]]
            tiers = tuple(zip(prices, [*ends, None], strict=True))
            self._offers[usage] = replace(offer, tiers=tiers, unit=unit or offer.unit)

    def cost(self, usage: str, pieces: int) -> Decimal:
        """What so many pieces of a usage type cost in a month."""
        total, begin = Decimal(0), 0
        for price, end in self._offers[usage].tiers if usage in self._offers else ():
            last = pieces if end is None else min(pieces, end)
            total += max(last - begin, 0) * Decimal(price)
            begin = max(begin, last)
        return total

    @staticmethod
    def usage_type(region: str, usage: str) -> str:
        """What a usage type is called in a region."""
        bare = region == "us-east-1" and usage in _BARE
        return usage if bare else _PREFIXES.get(region, "") + usage

    def _services(self, caller: Caller, params: Params) -> Reply:
        del caller
        if params.get("ServiceCode", _SES) != _SES:
            raise AwsError("InvalidParameterException", "Service not found")
        names = ["productFamily", "regionCode", "servicecode", "usagetype"]
        service = {"ServiceCode": _SES, "AttributeNames": names}
        return {"Services": [service], "FormatVersion": "aws_v1"}

    def _products(self, caller: Caller, params: Params) -> Reply:
        del caller
        if params["ServiceCode"] != _SES:
            raise AwsError("InvalidParameterException", "Service not found")
        wanted = params.get("Filters") or []
        if any(each["Type"] != "TERM_MATCH" for each in wanted):
            raise AwsError(
                "NotImplementedByLocalAws", "The local AWS serves filters TERM_MATCH.", 501
            )
        size = params.get("MaxResults", _MOST)
        kept = [each for each in self._all() if _fits(each["product"], wanted)]
        lines = [json.dumps(each) for each in kept]
        found = page(
            lines, params, size, "NextToken", "PriceList", refused_as="InvalidNextTokenException"
        )
        return {"FormatVersion": "aws_v1", **found}

    def _all(self) -> Iterator[dict[str, Any]]:
        for region in _PREFIXES:
            for number, (usage, offer) in enumerate(self._offers.items()):
                yield _product(region, self.usage_type(region, usage), offer, number)


def _fits(product: dict[str, Any], wanted: list[dict[str, str]]) -> bool:
    held = product["attributes"] | {"productFamily": product["productFamily"]}
    return all(held.get(each["Field"], "").lower() == each["Value"].lower() for each in wanted)


def _product(region: str, usage: str, offer: Offer, number: int) -> dict[str, Any]:
    sku = f"{number:04d}{''.join(each for each in usage.upper() if each.isalnum())}"[:16]
    return {
        "product": {
            "productFamily": offer.family,
            "attributes": {
                "regionCode": region,
                "servicecode": _SES,
                "usagetype": usage,
                "locationType": "AWS Region",
                "servicename": "Amazon Simple Email Service",
            },
            "sku": sku,
        },
        "serviceCode": _SES,
        "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": _term(sku, offer)}},
        "version": "20260722172054",
        "publicationDate": _PUBLISHED,
    }


def _term(sku: str, offer: Offer) -> dict[str, Any]:
    begin, dimensions = "0", {}
    for number, (price, end) in enumerate(offer.tiers):
        code = f"{sku}.JRTCKXETXF.{number:010d}"
        dimensions[code] = {
            "unit": offer.unit,
            "beginRange": begin,
            "endRange": "Inf" if end is None else str(end),
            "description": f"${price} per {offer.unit}",
            "appliesTo": [],
            "rateCode": code,
            "pricePerUnit": {"USD": f"{price}{'' if '.' in price else '.'}".ljust(12, "0")},
        }
        begin = str(end)
    return {
        "priceDimensions": dimensions,
        "sku": sku,
        "effectiveDate": "2026-07-01T00:00:00Z",
        "offerTermCode": "JRTCKXETXF",
        "termAttributes": {},
    }
