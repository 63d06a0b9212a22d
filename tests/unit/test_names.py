"""Names and values of DNS in one form."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.names import (
    dns_name,
    is_within,
    parents,
    region_of,
    txt_record,
    txt_value,
)

LABELS = st.from_regex(r"[a-z0-9_-]{1,20}", fullmatch=True)
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(".".join)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=700)


@given(TEXTS)
def test_a_txt_value_survives_being_written_and_read(text: str) -> None:
    assert txt_value(txt_record(text)) == text


@given(TEXTS)
def test_a_txt_value_is_written_in_printable_quoted_strings_of_at_most_255_octets(
    text: str,
) -> None:
    written = txt_record(text)

    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"(?: "(?:[^"\\]|\\.)*")*', written)
    assert all(" " <= character <= "~" for character in written)
    for string in re.findall(r'"((?:[^"\\]|\\.)*)"', written):
        assert len(re.sub(r"\\(?:[0-7]{3}|.)", "x", string)) <= 255


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"v=spf1 -all"', "v=spf1 -all"),
        ('"v=spf1 " "-all"', "v=spf1 -all"),
        (r'"say \"hi\" \\ \100"', r"say " + '"hi" \\ @'),
        (r'"\303\251"', "é"),
        (r'"\351"', "\\xe9"),
        ("bare", "bare"),
        ('""', ""),
    ],
)
def test_a_txt_value_is_read_without_quotes_and_escapes(text: str, value: str) -> None:
    assert txt_value(text) == value


def test_a_long_value_is_split_between_its_octets() -> None:
    written = txt_record("k" * 256)

    assert written == f'"{"k" * 255}" "k"'


@given(NAMES)
def test_a_name_has_one_form_with_or_without_dot_in_any_case(name: str) -> None:
    assert dns_name(name) == dns_name(f"{name}.") == dns_name(name.upper()) == name
    assert dns_name(dns_name(name)) == dns_name(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [(r"\052.Example.com.", "*.example.com"), (r"\137dmarc.example.com", "_dmarc.example.com")],
)
def test_octal_escapes_of_route_53_are_undone(text: str, name: str) -> None:
    assert dns_name(text) == name


@given(NAMES, LABELS)
def test_a_name_lies_within_itself_and_above_its_children_by_whole_labels(
    name: str, label: str
) -> None:
    assert is_within(name, name)
    assert is_within(f"{label}.{name}", name)
    assert not is_within(f"{label}{name}", name)
    assert not is_within(name, f"{label}.{name}")


def test_the_parents_of_a_name_are_nearest_first_and_end_at_two_labels() -> None:
    assert parents("_dmarc.dev.example.com") == ["dev.example.com", "example.com"]
    assert parents("example.com") == []


def test_the_region_of_an_arn() -> None:
    assert region_of("arn:aws:sns:us-east-2:524471258033:topic") == "us-east-2"
