"""Counts of what was sent: of the account from CloudWatch, of a part of it from VDM.

CloudWatch has the counters of an account and region without dimensions, of themselves (SES
Developer Guide, monitoring). Of a set, an identity or a mailbox provider only Virtual
Deliverability Manager tells, and leaves out mail to the simulator and to several at once (SESv2
API reference, BatchGetMetricDataQuery).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ses_provision.errors import AwsRefused, NotReady
from ses_provision.outside.reading import Ask, Reading, Structure, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import EVERYTHING

Series = Mapping[date, float]

A_DAY, AN_HOUR = 86_400, 3_600
COUNTERS = {
    "sends": "Send",
    "deliveries": "Delivery",
    "bounces": "Bounce",
    "complaints": "Complaint",
    "rejects": "Reject",
}
RATES = ("Reputation.BounceRate", "Reputation.ComplaintRate")
OF_VDM = {
    "sends": "SEND",
    "deliveries": "DELIVERY",
    "bounces": "PERMANENT_BOUNCE",
    "soft_bounces": "TRANSIENT_BOUNCE",
    "complaints": "COMPLAINT",
}
DIMENSIONS = {"set": "CONFIGURATION_SET", "identity": "EMAIL_IDENTITY", "provider": "ISP"}
AT_ONCE = 10
"""Queries in one BatchGetMetricData."""
LONGEST = 60
"""Days that VDM answers at once (seen on AWS by others)."""


def account_question(region: str, days: Sequence[date]) -> Ask:
    """The one question for all counters of an account, and for its newest rates."""
    counters = (metric(name, title, "Sum", A_DAY) for name, title in COUNTERS.items())
    rates = (metric(f"rate{n}", title, "Average", AN_HOUR) for n, title in enumerate(RATES))
    return question(
        "cloudwatch",
        region,
        "GetMetricData",
        on=EVERYTHING,
        nothing={"MetricDataResults": []},
        pages=True,
        MetricDataQueries=(*counters, *rates),
        StartTime=midnight(days[0]).isoformat(),
        EndTime=end(days).isoformat(),
        ScanBy="TimestampDescending",
    )


def metric(name: str, title: str, statistic: str, period: int) -> Structure:
    """One series."""
    named = Structure((("Namespace", "AWS/SES"), ("MetricName", title)))
    stat = Structure((("Metric", named), ("Period", period), ("Stat", statistic)))
    return Structure((("Id", name), ("MetricStat", stat)))


def midnight(day: date) -> datetime:
    """When a day begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def end(days: Sequence[date]) -> datetime:
    """When the last of some days is over."""
    return midnight(days[-1]) + timedelta(days=1)


def account_series(
    region: str, days: Sequence[date]
) -> Reading[tuple[dict[str, Series], dict[str, float]]]:
    """The counters of an account by day, and its newest rates."""
    [answer] = yield from ask(account_question(region, days))
    results = (answer or {}).get("MetricDataResults") or ()
    series: dict[str, Series] = {name: by_day(results, name) for name in COUNTERS}
    newest = {title: first(results, f"rate{n}") for n, title in enumerate(RATES)}
    return series, {title: rate for title, rate in newest.items() if rate is not None}


def by_day(results: Sequence[Mapping[str, Any]], name: str) -> dict[date, float]:
    """A series by day; it may come in several pages."""
    found: dict[date, float] = {}
    for said in results:
        if said["Id"] == name:
            pairs = zip(said.get("Timestamps") or (), said.get("Values") or (), strict=False)
            for at, value in pairs:
                day = at.astimezone(UTC).date()
                found[day] = found.get(day, 0) + value
    return found


def first(results: Sequence[Mapping[str, Any]], name: str) -> float | None:
    """The first value of a series, which is its newest."""
    values = (said["Values"] for said in results if said["Id"] == name and said.get("Values"))
    return next((float(each[0]) for each in values), None)


def parts(
    region: str, days: Sequence[date], by: str, names: Sequence[str]
) -> Reading[dict[str, dict[str, Series]]]:
    """The counters of each part by day; none where nothing is asked apart."""
    if not by:
        return {}
    asked = [(name, kind) for name in names for kind in OF_VDM]
    answers = yield from ask(
        *(part_question(region, days, by, some) for some in batches(asked, AT_ONCE))
    )
    if None in answers:
        raise NotReady(
            f"Virtual Deliverability Manager is off in {region}, and only it tells apart by {by}.",
            "Turn it on in the SES console (Virtual Deliverability Manager); what it costs: "
            "ses-provision estimate --vdm",
        )
    told = [each for answer in answers for each in (answer or {}).get("Results") or ()]
    failed = [each for answer in answers for each in (answer or {}).get("Errors") or ()]
    if failed:
        raise refused(failed[0], asked)
    return {
        name: {kind: by_day(told, identifier(asked.index((name, kind)))) for kind in OF_VDM}
        for name in names
    }


def batches(asked: Sequence[tuple[str, str]], most: int) -> Iterator[dict[int, tuple[str, str]]]:
    """Queries by number, so many at once."""
    numbered = list(enumerate(asked))
    for begin in range(0, len(numbered), most):
        yield dict(numbered[begin : begin + most])


def identifier(number: int) -> str:
    """What a query is called."""
    return f"q{number}"


def part_question(
    region: str, days: Sequence[date], by: str, asked: Mapping[int, tuple[str, str]]
) -> Ask:
    """The question for some counters of some parts."""
    return question(
        "sesv2",
        region,
        "BatchGetMetricData",
        on=EVERYTHING,
        absent=(Refusal("NotFoundException"),),
        nothing=None,
        something={"Results": [], "Errors": []},
        Queries=tuple(
            Structure(
                (
                    ("Id", identifier(number)),
                    ("Namespace", "VDM"),
                    ("Metric", OF_VDM[kind]),
                    ("Dimensions", Structure(((DIMENSIONS[by], name),))),
                    ("StartDate", midnight(days[0]).isoformat()),
                    ("EndDate", end(days).isoformat()),
                )
            )
            for number, (name, kind) in asked.items()
        ),
    )


def refused(failure: Mapping[str, Any], asked: Sequence[tuple[str, str]]) -> AwsRefused:
    """What VDM says inside an answer that went well."""
    number = str(failure.get("Id", "")).removeprefix("q")
    name, kind = asked[int(number)] if number.isdecimal() else ("", "")
    return AwsRefused(
        f"Virtual Deliverability Manager does not tell the {kind} of {name}: "
        f"{failure.get('Message') or failure.get('Code')}",
        "Try it again later.",
    )
