"""What Cost Explorer says, in our words; and where it is not asked at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ses_provision.engine.account import Account
from ses_provision.errors import NotReady
from ses_provision.rehearsal.answers import asked, outcome
from ses_provision.resources.costs import Costs, costs

ACCOUNT = Account("111122223333", "us-east-2")
PERIOD = (date(2026, 11, 8), date(2026, 11, 22))


def answer(amount: str = "1.5", **more: Any) -> dict[str, Any]:
    """An answer with one use on one day."""
    metrics = {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}
    day = {
        "TimePeriod": {"Start": "2026-11-08", "End": "2026-11-09"},
        "Groups": [{"Keys": ["us-east-2", "USE2-Recipients"], "Metrics": metrics}],
        "Total": {},
        "Estimated": False,
    }
    return {"ResultsByTime": [day], **more}


def test_a_second_page_is_told_of_and_never_paid_for() -> None:
    def first_page(question: Any) -> Any:
        assert not question.pages
        return answer(NextPageToken="more")

    found = outcome(costs(ACCOUNT, *PERIOD), first_page)

    assert isinstance(found, Costs)
    assert (found.is_whole, found.estimated, str(found.spent[0].amount)) == (False, False, "1.5")
    assert len(asked(costs(ACCOUNT, *PERIOD), first_page)) == 1


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "much", ""])
def test_what_is_no_amount_is_no_cost(amount: str) -> None:
    assert isinstance(outcome(costs(ACCOUNT, *PERIOD), lambda _: answer(amount)), NotReady)


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1"])
def test_where_cost_explorer_of_the_commercial_regions_knows_nothing_it_is_not_asked(
    region: str,
) -> None:
    elsewhere = costs(Account(ACCOUNT.id, region), *PERIOD)

    assert asked(elsewhere, lambda _: answer()) == []
