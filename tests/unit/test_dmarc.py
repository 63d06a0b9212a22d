"""A DMARC record is created where there is none, made stricter, and never weakened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.engine.model import Action, Change, Found
from ses_provision.errors import CannotReachAws
from ses_provision.names import txt_value
from ses_provision.resources.dmarc import Dmarc
from ses_provision.resources.dmarc_record import is_dmarc, parse, record
from ses_provision.resources.route53 import Zone
from tests.dmarc_strings import STRINGS, strengths

ZONE = Zone("Z1", "dev.example.com")
WANTED = Dmarc.of(ZONE, "dev.example.com", record("quarantine", ["ops@example.com"]), 300)


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
        (["v = DMARC1 ; p = reject"], Action.KEEP),
        ([f"v=DMARC1; {RUA.upper().replace('RUA', 'rua')}!10m; p=quarantine"], Action.BLOCKED),
        (["v=DMARC1; p=quarantine; rua=MAILTO:ops@EXAMPLE.com!10m"], Action.KEEP),
        ([f"v=DMARC1; p=quarantine; {RUA},mailto:x@example.org"], Action.KEEP),
        ([f"v=DMARC1; p=rejekt; {RUA}"], Action.BLOCKED),
        (["v=dmarc1; p=reject"], Action.BLOCKED),
        ([WANTED.value, "v=DMARC1; p=none"], Action.BLOCKED),
    ],
)
def test_what_stands_at_the_name_decides(theirs: list[str], action: Action) -> None:
    assert change(theirs).action is action


def after(wanted: Change) -> list[str]:
    """The TXT strings that stand at the name once the change is made."""
    [call] = wanted.calls()
    [created] = [
        one["ResourceRecordSet"]
        for one in call.params["ChangeBatch"]["Changes"]
        if one["Action"] == "CREATE"
    ]
    return [txt_value(one["Value"]) for one in created["ResourceRecords"]]


@given(
    st.lists(STRINGS.filter(lambda text: '"' not in text), max_size=2),
    st.sampled_from(["none", "quarantine", "reject"]),
    st.booleans(),
)
def test_whatever_stands_there_one_record_is_left_and_no_tag_of_it_is_weaker(
    theirs: list[str], policy: str, taken_over: bool
) -> None:
    want = Dmarc.of(ZONE, ZONE.name, record(policy, ["ops@example.com"]), 300)
    made = replace(change([*theirs, "other=1"], want=want), taken_over=taken_over)
    if made.action not in {Action.CREATE, Action.UPDATE}:
        return

    left = after(made)

    [ours] = [text for text in left if is_dmarc(text)]
    assert "other=1" in left
    new = parse(ours)
    assert new is not None
    assert not new.flaw
    read = [parse(text) for text in theirs]
    if len(read) == 1 and read[0] is not None and not read[0].flaw:
        before = strengths(read[0])
        assert all(strengths(new)[name] >= value for name, value in before.items())


def test_the_plan_shows_that_only_the_policy_changes() -> None:
    made = change([f"v=DMARC1; p=none; sp=reject; adkim=s; {RUA}"])

    assert [(one.field, one.old, one.new) for one in made.differences()] == [
        ("policy", "none", "quarantine")
    ]
    assert made.found.notes == ("kept as it is: sp=reject; adkim=s",)
    assert after(made) == [f"v=DMARC1; p=quarantine; sp=reject; adkim=s; {RUA}"]


def test_a_weaker_record_above_does_not_serve_and_the_change_says_what_it_ends() -> None:
    made = change([], {"values": ["v=DMARC1; p=reject; sp=none"]})

    assert made.action is Action.CREATE
    assert "has the policy none of _dmarc.example.com until now" in made.found.notes[0]


def test_two_records_above_are_said_to_be_none() -> None:
    two = {"values": ["v=DMARC1; p=reject", "v=DMARC1; p=reject"]}

    assert "has 2 DMARC records" in change([], two).found.notes[0]


def test_a_record_above_with_other_reports_serves_and_says_who_gets_none() -> None:
    made = change([], {"values": ["v=DMARC1; p=reject; rua=mailto:x@example.org"]})

    assert made.action is Action.KEEP
    assert "no reports go to mailto:ops@example.com" in made.found.notes[0]


def behind_alias(answer: Any) -> Change:
    """What is to be done where the name is a CNAME, with this answer of DNS behind it."""
    value = {"Value": "policy.example.net."}
    alias = {"Name": f"{WANTED.name}.", "Type": "CNAME", "TTL": 300, "ResourceRecords": [value]}
    zone = {"IsTruncated": False, "ResourceRecordSets": [alias]}
    reading = WANTED.read()
    try:
        asks = next(reading)
        while True:
            asks = reading.send([answer if one.service == "dns" else zone for one in asks])
    except StopIteration as stop:
        return Change(WANTED, stop.value)


def test_a_cname_to_a_hosted_policy_serves() -> None:
    hosted = {"values": [f"v=DMARC1; p=reject; {RUA}"], "alias": "policy.example.net"}

    made = behind_alias(hosted)

    assert made.action is Action.KEEP
    assert made.found.live is not None
    assert "a CNAME to policy.example.net: v=DMARC1; p=reject" in made.found.live.served_by
    assert list(WANTED.deletes(made.found)) == []


def test_a_weaker_hosted_policy_is_left_and_said() -> None:
    hosted = {"values": [f"v=DMARC1; p=none; {RUA}"], "alias": "policy.example.net"}

    made = behind_alias(hosted)

    assert made.action is Action.KEEP
    assert "the file asks for quarantine, and none is in force" in made.found.notes[0]
    assert "policy.example.net" in made.found.notes[0]


@pytest.mark.parametrize(
    "answer",
    [None, {"values": [], "alias": "policy.example.net"}, CannotReachAws("DNS is silent")],
)
def test_a_cname_that_leads_to_no_record_or_to_nobody_knows_what_blocks(answer: Any) -> None:
    assert behind_alias(answer).action is Action.BLOCKED


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
