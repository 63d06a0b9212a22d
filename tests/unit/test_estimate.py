"""What a month costs: the prices that come with the tool, and sums over them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.environment import Environment
from ses_provision.operations.estimate import (
    ITEMS,
    Case,
    Volume,
    case,
    compared,
    estimated,
)
from ses_provision.resources.prices import OLD, Price, Tier, shipped
from tests.pages import guide

PRICES = shipped()
KEYS = sorted(PRICES.prices)
PIECES = st.integers(0, 500_000_000)
SAID = {"plan", "mail", *(item.name for item in ITEMS)}

volumes = st.builds(
    Volume,
    st.integers(0, 300_000_000),
    st.decimals(0, 40_000, places=1),
    st.decimals(0, 100, places=1),
    dedicated_ips=st.integers(0, 5),
    managed_ips=st.booleans(),
    tenants=st.integers(0, 5_000),
    vdm=st.booleans(),
    auto_validation=st.booleans(),
)


def mail_alone(recipients: int, plan: str) -> Decimal:
    """What mail costs under a plan, with its fee, and nothing beside it."""
    held, pieces = PRICES.plans[plan], Decimal(recipients)
    fee = PRICES[held.fee].of(Decimal(1)) if held.fee else Decimal(0)
    return fee + PRICES[held.mail].of(pieces)


@pytest.mark.parametrize("key", KEYS)
def test_a_price_is_positive_falls_from_tier_to_tier_and_has_a_source(key: str) -> None:
    price = PRICES[key]
    asked = [tier.price for tier in price.tiers]
    ends = [tier.to for tier in price.tiers]

    assert asked == sorted(asked, reverse=True)
    assert min(asked) > 0
    assert ends[-1] is None
    assert ends[:-1] == sorted(end for end in ends if end is not None)
    assert price.source.url.startswith("https://")


def test_no_two_prices_have_one_name_in_the_price_list_and_every_plan_has_its_prices() -> None:
    named = [(price.service, price.usage) for price in PRICES.prices.values() if price.usage]

    assert len(set(named)) == len(named)
    for plan in PRICES.plans.values():
        assert {plan.mail, *plan.included} <= set(KEYS)
        assert plan.fee is None or plan.fee in KEYS
    assert {item.price for item in ITEMS} <= set(KEYS)


@given(st.sampled_from(KEYS), PIECES, PIECES)
def test_more_costs_more_and_never_more_a_piece(key: str, first: int, second: int) -> None:
    less, more = sorted((first, second))
    price = PRICES[key]
    small, large = price.of(Decimal(less)), price.of(Decimal(more))

    assert small <= large
    if less:
        assert large / more <= small / less


@given(st.sampled_from(KEYS), PIECES)
def test_a_price_is_the_same_however_it_is_reckoned(key: str, pieces: int) -> None:
    price, left, total, begin = PRICES[key], pieces, Decimal(0), 0
    reached = 1
    for number, tier in enumerate(price.tiers, 1):
        fits = left if tier.to is None else min(left, tier.to - begin)
        total, left, begin = total + fits * tier.price, left - fits, tier.to or 0
        reached = number if fits else reached

    assert price.of(Decimal(pieces)) == total
    assert price.tiers_for(Decimal(pieces)) == price.tiers[:reached]


def test_a_tier_ends_with_its_last_piece() -> None:
    tiers = (Tier(Decimal("0.2"), 10), Tier(Decimal("0.1")))
    price = Price("k", "piece", tiers, PRICES["mail"].source)

    assert [price.of(Decimal(n)) for n in (10, 11)] == [Decimal("2.0"), Decimal("2.1")]


@given(volumes)
def test_lines_add_up_to_the_cent_and_the_cheapest_plan_is_the_cheapest(volume: Volume) -> None:
    made = Case(ENV, volume, Counter(alarm=4))
    found = compared(made, "PRO", PRICES)

    for each in found.plans:
        assert each.total == sum(line.sum for line in each.lines)
        assert all(line.sum == line.sum.quantize(Decimal("0.01")) for line in each.lines)
        assert {line.name for line in each.lines} <= SAID
        assert found.cheapest.total <= each.total
    assert found.chosen.plan.id == "PRO"


@given(volumes)
def test_what_a_plan_includes_is_not_charged_and_the_rest_is(volume: Volume) -> None:
    for plan in PRICES.plans.values():
        for line in estimated(Case(ENV, volume, Counter(alarm=4)), plan, PRICES).lines:
            most = plan.included.get(line.price.key, 0)
            free = line.pieces if most is None else min(line.pieces, Decimal(most))
            assert line.charged == line.pieces - free
            exact = line.price.of(line.charged)
            assert abs(line.sum - exact) <= Decimal("0.005")


def test_half_a_cent_is_rounded_up() -> None:
    [line] = estimated(Case(SILENT, Volume(50), Counter()), PRICES.plans["NONE"], PRICES).lines

    assert (line.price.of(Decimal(50)), line.sum) == (Decimal("0.0050"), Decimal("0.01"))


def settings(**changes: Any) -> Environment:
    """A small environment."""
    base = {
        "name": "prod",
        "account_id": "111122223333",
        "region": "us-east-2",
        "domain": "example.com",
        "configuration_set": {"name": "example"},
    }
    return Environment.model_validate({**base, **changes})


ENV = settings()
SILENT = settings(dns={"provider": "external"})


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, {"alarms": 2, "hosted zone": 1}),
        ({"alarms": {"regions": ["us-east-2", "us-east-1"]}}, {"alarms": 4, "hosted zone": 1}),
        ({"alarms": {"per_configuration_set": True}}, {"alarms": 4, "hosted zone": 1}),
        ({"dns": {"provider": "external"}}, {"alarms": 2}),
        ({"dashboard": {}}, {"alarms": 2, "hosted zone": 1, "dashboard": 1}),
        ({"events": {"kms_key": "alias/mail"}}, {"alarms": 2, "hosted zone": 1, "KMS keys": 1}),
        (
            {"smtp_users": [{"name": "a", "store": "secretsmanager"}, {"name": "b"}]},
            {"alarms": 2, "hosted zone": 1, "secrets of SMTP users": 1},
        ),
        (
            {"events": {"emails": ["a@example.com", "b@example.com"]}},
            {"alarms": 2, "hosted zone": 1, "mails of SNS on events": 102},
        ),
        (
            {"events": {"emails": ["a@example.com"], "types": ["SEND", "OPEN"]}},
            {"alarms": 2, "hosted zone": 1, "mails of SNS on events": 1000},
        ),
    ],
)  # fmt: skip
def test_what_the_file_declares_has_its_line(
    changes: dict[str, Any], lines: dict[str, int]
) -> None:
    found = estimated(case(settings(**changes), Volume(1000)), PRICES.plans["NONE"], PRICES)

    assert {line.name: line.pieces for line in found.lines if line.name != "mail"} == lines


def test_attachments_are_counted_by_the_gigabyte() -> None:
    volume = Volume(100_000, attachment_kb=Decimal(200))
    half = replace(volume, attachment_share=Decimal(50))

    def attached(sent: Volume) -> tuple[Decimal, Decimal]:
        found = estimated(case(SILENT, sent), PRICES.plans["NONE"], PRICES)
        [line] = [line for line in found.lines if line.name == "attachments"]
        return line.pieces, line.sum

    assert attached(volume) == (Decimal(20), Decimal("2.40"))
    assert attached(half) == (Decimal(10), Decimal("1.20"))


def test_of_nobody_there_is_no_price_by_the_thousand() -> None:
    assert estimated(case(ENV, Volume(0)), PRICES.plans["NONE"], PRICES).per_thousand is None


def test_prices_grow_old() -> None:
    read_on = PRICES.read_on

    assert not PRICES.is_old(read_on + OLD)
    assert PRICES.is_old(read_on + OLD + timedelta(days=1))
    assert isinstance(read_on, date)


def test_the_guide_has_the_right_sums_of_mail_alone() -> None:
    rows = re.findall(r"^\| ([\d,]+) \| (.+) \|$", guide("costs"), re.MULTILINE)
    wanted = {
        f"{count:,}": [f"{mail_alone(count, plan):,.2f}" for plan in PRICES.plans]
        for count in (10_000, 100_000, 1_000_000, 10_000_000)
    }

    assert {count: sums.split(" | ") for count, sums in rows} == wanted


def test_the_guide_has_the_prices_and_their_day() -> None:
    page = guide("costs")

    assert PRICES.read_on.isoformat() in page
    for price in PRICES.prices.values():
        for tier in price.tiers:
            exact = (tier.price * price.per).normalize()
            shown = f"{exact:.2f}" if exact == exact.quantize(Decimal("0.01")) else f"{exact:f}"
            assert shown in page, (price.key, shown)


def test_what_the_file_turns_on_for_the_account_is_counted_and_its_plan_taken(
    env: Environment,
) -> None:
    def names(**sections: Any) -> set[str]:
        raw = {**env.model_dump(exclude_unset=True), "name": env.name, **sections}
        found = case(Environment.model_validate(raw), Volume(1000))
        return {line.name for line in estimated(found, PRICES.plans["NONE"], PRICES).lines}

    assert names(vdm={}) - names(vdm={"enabled": False}) == {"deliverability manager"}
    checked = names(account={"auto_validation": "managed"})
    assert checked - names(account={"auto_validation": "off"}) == {"auto validation"}


def test_pools_and_an_archive_are_counted_as_the_file_declares_them(env: Environment) -> None:
    def lines(**sections: Any) -> dict[str, Decimal]:
        raw = {**env.model_dump(exclude_unset=True), "name": env.name, **sections}
        found = case(Environment.model_validate(raw), Volume(1_000_000))
        return {
            each.name: each.sum for each in estimated(found, PRICES.plans["NONE"], PRICES).lines
        }

    before = lines()
    leased = {"name": "own", "scaling": "standard", "ips": ["203.0.113.1", "203.0.113.2"]}
    assert lines(pools=[leased])["dedicated IP addresses"] == Decimal("49.90")
    managed = lines(pools=[{"name": "by-aws", "scaling": "managed"}])
    assert managed.keys() - before.keys() == {"managed IP addresses"}
    sent = {**env.configuration_set.model_dump(exclude_unset=True), "pool": "by-aws"}
    used = lines(pools=[{"name": "by-aws", "scaling": "managed"}], configuration_set=sent)
    assert used["mail by managed addresses"] == Decimal("80.00")
    queue = {"name": "all", "types": ["SEND", "BOUNCE"], "kms_key": "alias/queues"}
    waiting = lines(events={"queues": [queue]})
    assert waiting["requests to queues"] == Decimal("1.26")
    assert waiting["KMS keys"] == Decimal("1.00")
    kept = lines(archive={"types": ["SEND", "DELIVERY"], "kms_key": "alias/archive"})
    assert kept["events into the archive"] == Decimal("0.29")
    assert kept.get("KMS keys", Decimal(0)) - before.get("KMS keys", Decimal(0)) == Decimal("1.00")


@pytest.mark.parametrize("page", ["account", "dashboards", "dedicated-ips", "live-events"])
def test_what_other_pages_say_of_prices_is_what_is_reckoned_with(page: str) -> None:
    known = {price.told.partition(" ")[0] for price in PRICES.prices.values()}
    old_dashboard = {"1,250"}  # a subscription that is never called

    said = set(re.findall(r"([\d,.]+) (?:USD|\$)", guide(page)))

    assert said
    assert said - old_dashboard <= known
