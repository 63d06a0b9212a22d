"""Cost Explorer: what SES has cost an account, day by day.

AWS charges for each question, so there is one: of one account, for all regions at once. It counts
what was used, before credits and refunds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account, partition
from ses_provision.errors import AccessDenied, NotReady, ProvisionError
from ses_provision.outside.reading import Ask, Parameter, Reading, Structure, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import EVERYTHING

PLACE = "us-east-1"
"""Where Cost Explorer has its one address (endpoints of botocore)."""
SERVICE = "Amazon Simple Email Service"
"""What SES is called in a bill."""
METRIC = "UnblendedCost"
NOT_USED = ("Credit", "Refund")
"""Kinds of entries in a bill that are no use of anything."""
NEVER_OPENED = "not enabled for cost explorer"
"""What AWS says to whoever asks an account in which nobody has opened Cost Explorer (seen by
others)."""


@dataclass(frozen=True)
class Spent:
    """What one kind of use has cost in a region on a day."""

    day: date
    region: str
    usage: str
    amount: Decimal


@dataclass(frozen=True)
class Costs:
    """What SES has cost an account. `estimated`: the bill of some of the days is not final.
    `is_whole`: there is no second page, which would cost as much as the first."""

    spent: tuple[Spent, ...]
    currency: str = "USD"
    estimated: bool = False
    is_whole: bool = True


def costs_question(account: Account, begin: date, end: date) -> Ask:
    """The question for what SES has cost an account from a day until before another."""
    used = Structure((("Not", dimension("RECORD_TYPE", *NOT_USED)),))
    wanted = (dimension("SERVICE", SERVICE), dimension("LINKED_ACCOUNT", account.id), used)
    return question(
        "ce",
        PLACE,
        "GetCostAndUsage",
        on=EVERYTHING,
        absent=(Refusal("DataUnavailableException"),),
        nothing={"ResultsByTime": []},
        TimePeriod=Structure((("Start", begin.isoformat()), ("End", end.isoformat()))),
        Granularity="DAILY",
        Metrics=(METRIC,),
        Filter=Structure((("And", wanted),)),
        GroupBy=(group("REGION"), group("USAGE_TYPE")),
    )


def dimension(key: str, *values: str) -> Structure:
    """What a cost is told apart by, with the values that are meant."""
    held: tuple[tuple[str, Parameter], ...] = (("Key", key), ("Values", values))
    return Structure((("Dimensions", Structure(held)),))


def group(key: str) -> Structure:
    """What the answer tells costs apart by."""
    return Structure((("Type", "DIMENSION"), ("Key", key)))


def costs(account: Account, begin: date, end: date) -> Reading[Costs | ProvisionError]:
    """What SES has cost an account, or why that cannot be known: nothing else rests on it."""
    if partition(account.region) != "aws":
        return NotReady(
            f"Cost Explorer of the commercial regions does not know {account.region}.",
            "Leave out --cost.",
        )
    [outcome] = yield [costs_question(account, begin, end)]
    if isinstance(outcome, AccessDenied) and NEVER_OPENED in outcome.hint.lower():
        return NotReady(
            f"Nobody has opened Cost Explorer in account {account.id} yet.",
            "A person does it once: Billing and Cost Management console, Cost Explorer (in an "
            "organisation, from its management account). Costs are there a day later.",
        )
    if isinstance(outcome, ProvisionError):
        return outcome
    if isinstance(outcome, Exception):
        raise outcome
    if outcome is None:
        return NotReady("Cost Explorer has no data yet.", "Try it again in a day.")
    try:
        return told(outcome)
    except ProvisionError as strange:
        return strange


def told(answer: Mapping[str, Any]) -> Costs:
    """An answer of Cost Explorer in our words."""
    results = answer.get("ResultsByTime") or ()
    metrics = [held["Metrics"][METRIC] for each in results for held in each.get("Groups") or ()]
    return Costs(
        tuple(spent for each in results for spent in of_a_day(each)),
        next((str(each["Unit"]) for each in metrics), "USD"),
        any(each.get("Estimated") for each in results),
        not answer.get("NextPageToken"),
    )


def of_a_day(said: Mapping[str, Any]) -> Iterator[Spent]:
    """What each kind of use has cost on a day, by region."""
    day = date.fromisoformat(said["TimePeriod"]["Start"][: len("2026-01-01")])
    for held in said.get("Groups") or ():
        region, usage = held["Keys"]
        yield Spent(day, str(region), str(usage), exact(held["Metrics"][METRIC]["Amount"]))


def exact(text: str) -> Decimal:
    """An amount; AWS writes it as text."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise NotReady(f"Cost Explorer names no amount but {text}.", "Try it again later.")
    return found
