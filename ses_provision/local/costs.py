"""Cost Explorer: what SES has cost, as GetCostAndUsage tells it, from what was really sent.

Each recipient costs what the price list of this local AWS asks for under the account's plan, by
tiers of a calendar month; a plan with a fee costs its part of the month each day. Nothing else that
is charged for is in it. A cost is there a day after it arose (facts-data F).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import OwnService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ses_provision.local.price_list import PriceList
    from ses_provision.local.served import Operation
    from ses_provision.local.ses.service import SesV2
    from ses_provision.local.ses.state import Place

REGION = "us-east-1"
_SERVICE = "Amazon Simple Email Service"
_LATE = timedelta(days=1)
_MOST_GROUPS = 2
_OLDEST = 14  # months
_DIGITS = Decimal("0.0000000001")
_COSTS = ("AmortizedCost", "BlendedCost", "NetAmortizedCost", "NetUnblendedCost", "UnblendedCost")
_AMOUNTS = ("NormalizedUsageAmount", "UsageQuantity")
# What rows are told apart by; AWS knows more (aws-sdk-java-v2#6144 has its words).
_KNOWN = ("LINKED_ACCOUNT", "RECORD_TYPE", "REGION", "SERVICE", "USAGE_TYPE")
_OTHERS = (
    "AZ", "CACHE_ENGINE", "DATABASE_ENGINE", "DEPLOYMENT_OPTION", "INSTANCE_TYPE",
    "INSTANCE_TYPE_FAMILY", "INVOICING_ENTITY", "LEGAL_ENTITY_NAME", "OPERATION", "PLATFORM",
    "PURCHASE_TYPE", "TENANCY",
)  # fmt: skip
_MAIL = {
    "NONE": "Recipients",
    "ESSENTIALS": "Essentials-Outbound-Email",
    "PRO": "Pro-Outbound-Email",
    "ENTERPRISE": "Enterprise-Outbound-Email",
}
_FEES = {"PRO": "Pro-Plan-Hours", "ENTERPRISE": "Enterprise-Plan-Hours"}


@dataclass(frozen=True)
class _Row:
    """What something cost on a day."""

    day: date
    dimensions: Mapping[str, str]
    amount: Decimal


class Costs(OwnService):
    """GetCostAndUsage, about SES alone. `enabled`: a person has launched Cost Explorer once, and
    `has_data`: it has had the day that it takes since then."""

    name = "ce"

    def __init__(self, sesv2: SesV2, price_list: PriceList, clock: Clock) -> None:
        self.enabled = self.has_data = True
        self._sesv2 = sesv2
        self._prices = price_list
        self._clock = clock
        self.operations: Mapping[str, Operation] = {"GetCostAndUsage": self._get}

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call; it has one address, in us-east-1."""
        if caller.region != REGION:
            raise AwsError("UnknownEndpoint", f"There is no ce.{caller.region}.amazonaws.com.", 404)
        return super().handle(caller, operation, params)

    def _get(self, caller: Caller, params: Params) -> Reply:
        if not self.enabled:
            # aws-samples/aws-cost-explorer-report#15.
            raise AwsError(
                "AccessDeniedException", "User not enabled for cost explorer access", 400
            )
        if not self.has_data:
            raise AwsError("DataUnavailableException", "The requested data is unavailable.")
        if params.get("NextPageToken"):
            raise AwsError("InvalidNextTokenException", "Invalid NextToken.")
        start, end = self._period(params)
        groups = _groups(params.get("GroupBy") or [])
        metrics = _metrics(params["Metrics"])
        fits = _filter(params.get("Filter"))
        rows = [row for row in self._rows(caller.account) if fits(row.dimensions)]
        periods = _periods(start, end, params["Granularity"])
        now = self._clock.now()
        found = [_result(period, rows, groups, metrics, now) for period in periods]
        reply: Reply = {"ResultsByTime": found, "DimensionValueAttributes": []}
        return reply | ({"GroupDefinitions": params["GroupBy"]} if groups else {})

    def _period(self, params: Params) -> tuple[date, date]:
        start, end = (_day(params["TimePeriod"][name]) for name in ("Start", "End"))
        today = self._clock.now().date()
        if params["Granularity"] == "HOURLY":
            raise AwsError("NotImplementedByLocalAws", "The local AWS serves no hours.", 501)
        if start >= end:
            # elC0mpa/aws-doctor#1.
            raise _invalid("Start date (and hour) should be before end date (and hour)")
        if end > _next_month(today):
            # aws-sdk-js#2732.
            raise _invalid("end date past the beginning of next month")
        if start < _months_before(today, _OLDEST) and start.day != 1:
            # redhat-performance/cloud-governance#1011.
            raise _invalid(
                "To retrieve data beyond the past 14 months, your start date needs to be the "
                "first day of the month."
            )
        return start, end

    def _rows(self, account: str) -> Iterator[_Row]:
        for (owner, region), place in list(self._sesv2.world.places.items()):
            if owner == account:
                yield from self._of(place, region)

    def _of(self, place: Place, region: str) -> Iterator[_Row]:
        until = self._clock.now() - _LATE
        sent: dict[date, int] = defaultdict(int)
        for message in place.sent:
            if message.sent_at <= until:
                sent[message.sent_at.astimezone(UTC).date()] += len(message.recipients)
        plan = place.account.plan
        usage = _MAIL[plan]
        before: dict[tuple[int, int], int] = defaultdict(int)
        for day in sorted(sent):
            month = (day.year, day.month)
            begin, end = before[month], before[month] + sent[day]
            before[month] = end
            amount = self._prices.cost(usage, end) - self._prices.cost(usage, begin)
            yield self._row(place, region, day, usage, amount)
        first = min(sent, default=None)
        if plan in _FEES and first is not None:
            fee = self._prices.cost(_FEES[plan], 1)
            for ahead in range((until.date() - first).days):
                day = first + timedelta(days=ahead)
                part = fee / (_next_month(day) - day.replace(day=1)).days
                yield self._row(place, region, day, _FEES[plan], part)

    def _row(self, place: Place, region: str, day: date, usage: str, amount: Decimal) -> _Row:
        dimensions = {
            "LINKED_ACCOUNT": place.account_id,
            "RECORD_TYPE": "Usage",
            "REGION": region,
            "SERVICE": _SERVICE,
            "USAGE_TYPE": self._prices.usage_type(region, usage),
        }
        return _Row(day, dimensions, amount)


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _invalid(f"Invalid date: {text}") from None


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _months_before(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def _periods(start: date, end: date, granularity: str) -> Iterator[tuple[date, date]]:
    while start < end:
        following = _next_month(start) if granularity == "MONTHLY" else start + timedelta(days=1)
        yield start, min(following, end)
        start = following


def _groups(given: Sequence[Params]) -> list[str]:
    if len(given) > _MOST_GROUPS:
        # facts-data F; the words are not recorded.
        raise _invalid("Group by supports at most 2 group definitions.")
    for each in given:
        if each.get("Type") != "DIMENSION":
            raise AwsError("NotImplementedByLocalAws", "The local AWS groups by DIMENSION.", 501)
        if each.get("Key") not in (*_KNOWN, *_OTHERS):
            # aws-sdk-java-v2#6144.
            known = ", ".join(sorted((*_KNOWN, *_OTHERS)))
            raise _invalid(f"Group Definition dimension is invalid. Valid values are {known}")
    keys = [str(each["Key"]) for each in given]
    if len(set(keys)) < len(keys):
        raise _invalid("Group Definitions must be unique.")
    return keys


def _metrics(names: Sequence[str]) -> list[str]:
    if not names:
        raise _invalid("At least one metric is required.")
    for name in names:
        if name in _AMOUNTS:
            raise AwsError("NotImplementedByLocalAws", "The local AWS tells costs alone.", 501)
        if name not in _COSTS:
            raise _invalid(f"Invalid metric: {name}")
    return list(names)


def _filter(given: Params | None) -> Callable[[Mapping[str, str]], bool]:
    """What a filter lets through. An expression has one root (API reference, Expression)."""
    if not given:
        return lambda _: True
    if len(given) != 1:
        raise _invalid("An expression has exactly one root operator.")
    [(operator, held)] = given.items()
    if operator in ("And", "Or"):
        parts = [_filter(each) for each in held]
        if len(parts) < _MOST_GROUPS:
            raise _invalid(f"{operator} takes at least two expressions.")
        several = all if operator == "And" else any
        return lambda dimensions: several(part(dimensions) for part in parts)
    if operator == "Not":
        inner = _filter(held)
        return lambda dimensions: not inner(dimensions)
    if operator != "Dimensions" or held.get("Key") not in _KNOWN or held.get("MatchOptions"):
        raise AwsError(
            "NotImplementedByLocalAws",
            f"The local AWS serves filters by whole values of {', '.join(_KNOWN)}.",
            501,
        )
    key, values = held["Key"], set(held.get("Values") or ())
    return lambda dimensions: dimensions[key] in values


def _result(
    period: tuple[date, date],
    rows: Sequence[_Row],
    groups: Sequence[str],
    metrics: Sequence[str],
    now: datetime,
) -> dict[str, Any]:
    start, end = period
    inside = [row for row in rows if start <= row.day < end]
    shown: dict[str, Any] = {
        "TimePeriod": {"Start": start.isoformat(), "End": end.isoformat()},
        # A month's bill is final only after its end.
        "Estimated": now.date() < _next_month(end - timedelta(days=1)),
    }
    if not groups:
        total = sum((row.amount for row in inside), Decimal(0))
        return shown | {"Total": _told(total, metrics), "Groups": []}
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in inside:
        sums[tuple(row.dimensions.get(each, f"No{each}") for each in groups)] += row.amount
    told = [
        {"Keys": list(keys), "Metrics": _told(amount, metrics)}
        for keys, amount in sorted(sums.items())
    ]
    return shown | {"Total": {}, "Groups": told}


def _told(amount: Decimal, metrics: Sequence[str]) -> dict[str, Any]:
    text = format(amount.quantize(_DIGITS), "f") if amount else "0"
    return {each: {"Amount": text, "Unit": "USD"} for each in metrics}
