"""Cost Explorer of the local AWS: periods, groups, filters, what AWS refuses, and the sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.local import Clock, LocalAws
from ses_provision.resources.prices import shipped

ACCOUNT, REGION, SENDER = "111122223333", "us-east-2", "sender@example.com"
BEGIN = datetime(2026, 10, 30, 9, tzinfo=UTC)
SERVICE = {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Simple Email Service"]}}
BY_USE = [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}]


def sent(local: LocalAws, recipients: int) -> None:
    """Let SES accept mails to so many, 50 at most in each."""
    while recipients > 0:
        to = [f"a{number}@example.com" for number in range(min(recipients, 50))]
        mail = {
            "FromEmailAddress": SENDER,
            "Destination": {"ToAddresses": to},
            "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
        }
        local.call(ACCOUNT, REGION, "sesv2", "SendEmail", mail)
        recipients -= len(to)


@pytest.fixture(scope="module")
def local() -> LocalAws:
    """An account that sent 10 on 30 October, 20 on 1 November and 3 on the 2nd."""
    made = LocalAws(Clock(frozen_at=BEGIN))
    made.allow_production(ACCOUNT, REGION)
    made.call(ACCOUNT, REGION, "sesv2", "CreateEmailIdentity", {"EmailIdentity": SENDER})
    made.confirm_address(ACCOUNT, REGION, SENDER)
    sent(made, 10)
    made.clock.advance(2 * 86_400)
    sent(made, 20)
    made.clock.advance(86_400)
    sent(made, 3)
    return made


def asked(local: LocalAws, start: str, end: str, **more: Any) -> list[dict[str, Any]]:
    """What Cost Explorer answers."""
    question = {
        "TimePeriod": {"Start": start, "End": end},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        **more,
    }
    client = local.session(ACCOUNT).client("ce", "us-east-1")
    found: list[dict[str, Any]] = client.get_cost_and_usage(**question)["ResultsByTime"]
    return found


def amounts(results: list[dict[str, Any]]) -> list[Decimal]:
    """The totals of an answer that is not grouped."""
    return [Decimal(each["Total"]["UnblendedCost"]["Amount"]) for each in results]


def test_the_end_is_not_in_it_and_a_cost_is_there_a_day_later(local: LocalAws) -> None:
    of_one = shipped()["essentials-mail"].tiers[0].price

    found = asked(local, "2026-10-30", "2026-11-02", Filter=SERVICE)
    assert [each["TimePeriod"]["Start"][-2:] for each in found] == ["30", "31", "01"]
    assert amounts(found) == [10 * of_one, 0, 20 * of_one]
    assert [each["Estimated"] for each in found] == [False, False, True]
    assert amounts(asked(local, "2026-11-02", "2026-11-03")) == [0]
    assert all(isinstance(each["Total"]["UnblendedCost"]["Amount"], str) for each in found)


def test_months_are_cut_where_the_period_is_and_add_up(local: LocalAws) -> None:
    months = asked(local, "2026-10-15", "2026-11-02", Granularity="MONTHLY")

    assert [each["TimePeriod"] for each in months] == [
        {"Start": "2026-10-15", "End": "2026-11-01"},
        {"Start": "2026-11-01", "End": "2026-11-02"},
    ]
    assert sum(amounts(months)) == sum(amounts(asked(local, "2026-10-15", "2026-11-02")))


def test_groups_stand_for_the_total_and_filters_leave_out(local: LocalAws) -> None:
    [day] = asked(local, "2026-11-01", "2026-11-02", GroupBy=BY_USE)
    assert day["Total"] == {}
    assert [each["Keys"] for each in day["Groups"]] == [["USE2-Essentials-Outbound-Email"]]

    elsewhere = {"Dimensions": {"Key": "REGION", "Values": ["eu-west-1"]}}
    credit = {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}}
    for wanted, is_there in (
        ({"And": [SERVICE, credit]}, True),
        ({"And": [SERVICE, elsewhere]}, False),
        ({"Or": [SERVICE, elsewhere]}, True),
    ):
        [day] = asked(local, "2026-11-01", "2026-11-02", Filter=wanted, GroupBy=BY_USE)
        assert bool(day["Groups"]) is is_there


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"TimePeriod": {"Start": "2026-11-01", "End": "2026-11-01"}}, "should be before end date"),
        ({"TimePeriod": {"Start": "2026-11-01", "End": "2026-12-02"}}, "beginning of next month"),
        ({"TimePeriod": {"Start": "2025-08-02", "End": "2025-09-01"}}, "beyond the past 14 months"),
        ({"TimePeriod": {"Start": "2026-13-01", "End": "2027-01-01"}}, "Invalid date"),
        ({"GroupBy": [{"Type": "DIMENSION", "Key": "COLOUR"}]}, "dimension is invalid"),
        ({"GroupBy": [*BY_USE, *BY_USE]}, "unique"),
        ({"GroupBy": [{"Type": "DIMENSION", "Key": key} for key in ("AZ", "REGION", "SERVICE")]},
         "at most 2"),
        ({"Metrics": []}, "metric"),
        ({"Metrics": ["Price"]}, "Invalid metric"),
        ({"Filter": {"And": [SERVICE]}}, "at least two"),
        ({"Filter": SERVICE | {"Not": SERVICE}}, "one root"),
    ],
)  # fmt: skip
def test_what_aws_refuses_is_refused(local: LocalAws, wrong: dict[str, Any], said: str) -> None:
    question = {"TimePeriod": {"Start": "2026-11-01", "End": "2026-11-02"}} | wrong
    period = question.pop("TimePeriod")

    with pytest.raises(ClientError, match=said) as refused:
        asked(local, period["Start"], period["End"], **question)

    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_where_nobody_has_opened_it_it_tells_nothing(local: LocalAws) -> None:
    local.costs.enabled = False
    try:
        with pytest.raises(ClientError, match="User not enabled for cost explorer access"):
            asked(local, "2026-11-01", "2026-11-02")
    finally:
        local.costs.enabled = True


@dataclass(frozen=True)
class Mail:
    """A mail to very many."""

    sent_at: datetime
    recipients: range


@given(
    st.lists(st.integers(0, 60_000_000), min_size=1, max_size=5),
    st.sampled_from(sorted(shipped().plans)),
)
def test_a_whole_month_costs_what_our_own_prices_say_of_all_that_was_sent_in_it(
    counts: list[int], plan: str
) -> None:
    made = LocalAws(Clock(frozen_at=datetime(2026, 10, 12, tzinfo=UTC)))
    place = made.sesv2.world.place(ACCOUNT, REGION)
    place.account.plan = plan
    begin = datetime(2026, 9, 1, 9, tzinfo=UTC)
    mails: Any = [Mail(begin + timedelta(days=n), range(count)) for n, count in enumerate(counts)]
    place.sent += mails

    [month] = amounts(asked(made, "2026-09-01", "2026-10-01", Granularity="MONTHLY"))

    prices = shipped()
    charged = prices.plans[plan]
    fee = prices[charged.fee].of(Decimal(1)) if charged.fee else 0
    assert abs(month - prices[charged.mail].of(Decimal(sum(counts))) - fee) < Decimal("0.000001")
