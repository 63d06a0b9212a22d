"""DMARC records by what they mean: read as the grammar has it, raised, never weakened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.resources.dmarc_record import (
    STRENGTH,
    DmarcRecord,
    is_dmarc,
    parse,
    raised,
    record,
    render,
    report_hosts,
    report_uris,
)
from tests.dmarc_strings import WELL_FORMED, records, strengths, written

WANTED = st.builds(
    record,
    st.sampled_from(sorted(STRENGTH)),
    st.lists(st.sampled_from(["ops@example.com", "dmarc@example.org"]), unique=True, max_size=2),
)


def read(text: str) -> DmarcRecord:
    """A record that has to be one."""
    found = parse(text)
    assert found is not None
    return found


@given(records())
def test_what_is_rendered_is_read_again_as_it_was(one: DmarcRecord) -> None:
    assert parse(render(one)) == one


@given(st.data(), records())
def test_white_space_and_the_case_of_names_make_no_difference(
    data: st.DataObject, one: DmarcRecord
) -> None:
    text = data.draw(written(one))

    assert parse(text) == one
    assert is_dmarc(text)


@given(WELL_FORMED, WANTED)
def test_raising_weakens_no_tag_and_reaches_what_is_wanted(one: DmarcRecord, wanted: str) -> None:
    before, asked = strengths(one), read(wanted)

    after = raised(one, asked)

    assert all(strengths(after)[name] >= value for name, value in before.items())
    assert strengths(after)["p"] >= strengths(asked)["p"]
    assert asked.reports <= after.reports
    assert not after.flaw


@given(WELL_FORMED, WANTED)
def test_raising_changes_only_what_has_to_change(one: DmarcRecord, wanted: str) -> None:
    asked = read(wanted)

    after = raised(one, asked)

    others = [tag for tag in one.tags if tag.name not in {"p", "rua"}]
    assert [tag for tag in after.tags if tag.name not in {"p", "rua"}] == others
    assert raised(after, asked) == after
    if STRENGTH[one.policy] >= STRENGTH[asked.policy]:
        assert after.get("p") == one.get("p")
    if asked.reports <= one.reports:
        assert after.get("rua") == one.get("rua")


def test_only_the_policy_changes_in_a_record_with_many_tags() -> None:
    theirs = (
        "v=DMARC1; p=none; sp=reject; np=reject; adkim=s; ruf=mailto:f@x.org; rua=mailto:o@x.org"
    )

    after = raised(read(theirs), read(record("quarantine", ["o@x.org"])))

    assert render(after) == theirs.replace("p=none", "p=quarantine", 1)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("v = DMARC1 ; p = reject", "reject"),
        ("V=DMARC1;P=Reject;", "reject"),
        ("v=DMARC1; rua=mailto:a@x.org; p=quarantine", "quarantine"),
        ("v=DMARC1; p=rejekt; rua=mailto:a@x.org", "none"),
        ("v=DMARC1; p=reject; sp=never; rua=mailto:a@x.org", "none"),
        ("v=DMARC1; p=rejekt", ""),
        ("v=DMARC1", ""),
        ("v=DMARC1; p=none; p=reject", ""),
    ],
)
def test_the_policy_is_the_one_that_receivers_take(text: str, policy: str) -> None:
    assert read(text).policy == policy


@pytest.mark.parametrize(
    "text", ["v=dmarc1; p=none", "p=none; v=DMARC1", " v=DMARC1; p=none", "v=DMARC1 p=none", ""]
)
def test_without_the_exact_version_in_front_it_is_no_record(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("text", ["v=dmarc1; p=none", " v = DMARC1", "v=DMARC1 p=none"])
def test_what_was_meant_to_be_one_is_known_as_such(text: str) -> None:
    assert is_dmarc(text)
    assert not is_dmarc(text.replace("1", "12"))


def test_reports_are_compared_by_who_gets_them() -> None:
    one = "mailto:a@X.org!10m , MAILTO:b@x.org"

    assert report_uris(one) == report_uris("mailto:b@x.org,mailto:a@x.org")
    assert report_uris("mailto:A@x.org") != report_uris("mailto:a@x.org")
    assert report_hosts(read(f"v=DMARC1; p=none; rua={one},https://y.org/z")) == {"x.org"}


def test_a_record_without_reports_has_no_rua() -> None:
    assert record("none", []) == "v=DMARC1; p=none"
    assert record("reject", ["a@x.org", "b@x.org"]) == (
        "v=DMARC1; p=reject; rua=mailto:a@x.org,mailto:b@x.org"
    )
