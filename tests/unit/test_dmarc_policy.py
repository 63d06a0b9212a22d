"""The DMARC policy in force, as receivers find it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.resources.dmarc_policy import Standing, in_force, places
from ses_provision.resources.organisation import is_same_organisation, organisational_domain
from tests.dmarc_strings import STRINGS

OWN, ABOVE = "a.b.example.co.uk", "example.co.uk"


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("example.com", ("example.com",)),
        ("dev.example.com", ("dev.example.com", "example.com")),
        ("a.b.example.co.uk", ("a.b.example.co.uk", "example.co.uk")),
        ("example.co.uk", ("example.co.uk",)),
        ("co.uk", ("co.uk",)),
        ("practice.github.io", ("practice.github.io",)),
    ],
)
def test_receivers_look_at_the_domain_and_its_organisation_and_at_no_public_suffix(
    domain: str, found: tuple[str, ...]
) -> None:
    assert places(domain) == found


def test_siblings_are_of_one_organisation_and_customers_of_one_suffix_are_not() -> None:
    assert is_same_organisation("a.example.com", "b.example.com")
    assert not is_same_organisation("a.github.io", "b.github.io")
    assert not is_same_organisation("com", "example.com")
    assert organisational_domain("co.uk") == ""


@given(st.lists(STRINGS, max_size=3), st.lists(STRINGS, max_size=3))
def test_there_is_one_answer_a_record_or_a_reason(own: list[str], above: list[str]) -> None:
    found = in_force(OWN, Standing(OWN, tuple(own)), Standing(ABOVE, tuple(above)))

    assert (found.record is None) == bool(found.why_none)
    assert (found.record is not None) == bool(found.stands_at)
    used = own or above
    assert found.record is None or [found.text] == used
    assert found.stands_at in {"", OWN if own else ABOVE}
    if len(used) > 1:
        assert found.record is None, "two records are none"


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("v=DMARC1; p=reject", "reject"),
        ("v=DMARC1; p=reject; sp=none", "none"),
        ("v=DMARC1; p=none; sp=quarantine; np=reject", "quarantine"),
        ("v=DMARC1; p=reject; t=y", "reject"),
        ("v=DMARC1; p=quarantine; pct=25", "quarantine"),
    ],
)
def test_an_inherited_record_counts_with_its_policy_for_subdomains(text: str, policy: str) -> None:
    found = in_force(OWN, Standing(OWN), Standing(ABOVE, (text,)))

    assert found.written == policy
    assert found.is_inherited
    assert bool(found.qualified) == ("t=y" in text or "pct" in text)


def test_two_records_above_are_none_and_named() -> None:
    two = ("v=DMARC1; p=none", "v=DMARC1; p=reject")

    found = in_force(OWN, Standing(OWN), Standing(ABOVE, two))

    assert "_dmarc.example.co.uk has 2 DMARC records" in found.why_none


def test_what_cannot_be_asked_is_unknown_and_not_missing() -> None:
    found = in_force(OWN, Standing(OWN), Standing(ABOVE, unknown="time-out"))

    assert (found.unknown, found.why_none, found.record) == ("time-out", "", None)
