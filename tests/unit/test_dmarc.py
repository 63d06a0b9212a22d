"""A DMARC record is created where there is none, made stricter, and never weakened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ses_provision.engine.model import Action, Change, Found
from ses_provision.errors import CannotReachAws
from ses_provision.resources.dmarc import Dmarc, parsed, record
from ses_provision.resources.hosted_zones import Zone

ZONE = Zone("Z1", "dev.example.com")
WANTED = Dmarc(ZONE, "dev.example.com", record("quarantine", ["ops@example.com"]), 300)


def change(strings: list[str], above: Any = None, want: Dmarc = WANTED) -> Change:
    """What is to be done where these TXT strings stand, with this answer of DNS above."""
    sets = []
    if strings:
        records = [{"Value": f'"{one}"'} for one in strings]
        new = {"Name": f"{want.name}.", "Type": "TXT", "TTL": 300, "ResourceRecords": records}
        sets = [new]
    zone = {"IsTruncated": False, "ResourceRecordSets": sets}
    reading = want.read()
    try:
        asks = next(reading)
        while True:
            asks = reading.send([above if one.service == "dns" else zone for one in asks])
    except StopIteration as stop:
        return Change(want, stop.value)


RUA = "rua=mailto:ops@example.com"


@pytest.mark.parametrize(
    ("theirs", "action"),
    [
        ([], Action.CREATE),
        (["google-site-verification=x"], Action.UPDATE),
        ([WANTED.value], Action.KEEP),
        ([f"v=DMARC1;p=quarantine; {RUA}"], Action.KEEP),
        (["v=DMARC1; p=reject"], Action.KEEP),
        ([f"v=DMARC1; p=none; {RUA}"], Action.UPDATE),
        (["v=DMARC1; p=none; rua=mailto:x@example.org"], Action.BLOCKED),
        (["v=DMARC1; p=quarantine"], Action.BLOCKED),
        (["v=DMARC1; p=nonsense"], Action.BLOCKED),
        (["v=DMARC1"], Action.BLOCKED),
        ([WANTED.value, "v=DMARC1; p=none"], Action.BLOCKED),
    ],
)
def test_what_stands_at_the_name_decides(theirs: list[str], action: Action) -> None:
    assert change(theirs).action is action


def test_a_record_that_a_domain_above_provides_serves_and_says_so() -> None:
    inherited = change([], {"values": ["v=DMARC1; p=reject", "other"]})

    assert inherited.action is Action.KEEP
    assert inherited.found.live is not None
    assert inherited.found.live.served_by == "inherited from example.com"
    assert list(WANTED.deletes(inherited.found)) == []


@pytest.mark.parametrize("above", [["v=DMARC1; p=none", "v=DMARC1; p=reject"], ["v=DMARC1"], ["x"]])
def test_a_record_above_that_receivers_would_not_use_does_not_serve(above: list[str]) -> None:
    assert change([], {"values": above}).action is Action.CREATE


def test_dns_that_does_not_answer_blocks_until_the_operator_says_otherwise() -> None:
    silent = change([], CannotReachAws("DNS could not be asked"))

    assert silent.action is Action.BLOCKED
    assert replace(silent, taken_over=True).action is Action.CREATE


def test_a_stricter_record_of_theirs_is_not_deleted_as_ours() -> None:
    assert list(WANTED.deletes(change(["v=DMARC1; p=reject"]).found)) == []
    assert list(WANTED.deletes(Found(None))) == []


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("v=DMARC1; p=none", {"v": "DMARC1", "p": "none"}),
        ("V = DMARC1;P=Reject;", {"v": "DMARC1", "p": "Reject"}),
        ("p=none; v=DMARC1", None),
        ("v=dmarc1; p=none", None),
        ("", None),
    ],
)
def test_a_record_is_read_by_its_tags(text: str, tags: dict[str, str] | None) -> None:
    assert parsed(text) == tags


def test_a_record_without_reports_has_no_rua() -> None:
    assert record("none", []) == "v=DMARC1; p=none"
    assert record("reject", ["a@x.org", "b@x.org"]) == (
        "v=DMARC1; p=reject; rua=mailto:a@x.org,mailto:b@x.org"
    )
