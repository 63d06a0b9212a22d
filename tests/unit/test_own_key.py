"""What an identity remembers of own keys, and what a key record says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.errors import NotReady
from ses_provision.names import LONGEST_TAG
from ses_provision.operations import own_keys
from ses_provision.operations.own_keys import Rotation, Turn
from ses_provision.outside import signing_keys
from ses_provision.resources import dkim_record
from ses_provision.resources.ses import own_key
from ses_provision.resources.ses.identity import Identity
from ses_provision.resources.ses.own_key import EXTERNAL, PublicKey
from tests.conftest import NOON

SELECTORS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?", fullmatch=True)
KEYS = st.text("ABCZabcz0189+/", min_size=392, max_size=392)


@given(st.dictionaries(SELECTORS, KEYS, max_size=4), SELECTORS, st.datetimes(), SELECTORS)
def test_tags_bring_back_what_they_were_given(
    keys: dict[str, str], selector: str, at: datetime, coming: str
) -> None:
    since = at.replace(microsecond=0, tzinfo=UTC)
    tags = own_key.note(selector, since, coming)
    for name, text in keys.items():
        tags |= PublicKey(name, text).remembered

    found = own_key.remembered({**tags, "Environment": "prod"})

    assert {key.selector: key.text for key in found.keys} == keys
    assert (found.selector, found.since, found.next) == (selector, since, coming)
    assert max(map(len, tags.values())) <= LONGEST_TAG


@given(st.dictionaries(st.text(), st.text()))
def test_tags_of_anybody_are_read_without_a_fault(tags: dict[str, str]) -> None:
    own_key.remembered({f"DkimKey.{name}.1": value for name, value in tags.items()})
    for value in tags.values():
        own_key.remembered({"DkimSelector": value, "DkimEasy": value})


@given(st.lists(st.integers(1, 99999), max_size=4), st.integers(0, 99999))
def test_a_selector_is_never_used_twice(numbers: list[int], shown: int) -> None:
    keys = tuple(PublicKey(f"ses-{number}", "k") for number in numbers)
    own = own_key.OwnKeys(keys, selector="ses-3")

    selector = own.next_selector("ses-", f"ses-{shown}")

    assert selector not in {*(key.selector for key in keys), "ses-3", f"ses-{shown}"}
    assert own_key.number(selector, "ses-") > 0


def test_keys_are_known_by_what_stands_in_their_record_however_it_is_written() -> None:
    wanted = dkim_record.text("QUJD")

    for same in ("p=QUJD", "v=DKIM1; k=rsa; p=QUJD", "v=DKIM1;p=QU JD;", " k = rsa ; p = QUJD "):
        assert dkim_record.serves(same, wanted), same
    for other in ("p=qujd", "p=", "v=DKIM2; p=QUJD", "k=ed25519; p=QUJD", "QUJD", ""):
        assert not dkim_record.serves(other, wanted), other


def test_a_made_key_has_the_length_that_is_asked_for_and_is_told_by_no_repr() -> None:
    pair = signing_keys.make()

    assert dkim_record.length(pair.public) == "RSA_2048_BIT"
    assert dkim_record.length("nonsense") == ""
    assert pair.private not in repr(pair) + repr(own_key.Held("s", pair))


OLD = NOON - timedelta(days=200)
SIGNS = {**PublicKey("s1", "k" * 392).remembered, **own_key.note("s1", OLD)}
NEXT = {**SIGNS, **PublicKey("s2", "l" * 392).remembered}
OWN = Identity(dkim_status="SUCCESS", dkim_origin=EXTERNAL, tokens=("s1",), tags=SIGNS)
STATES = {
    "Easy DKIM signs": (replace(OWN, dkim_origin="AWS_SES"), Turn.RENEW),
    "the key is old": (OWN, Turn.RENEW),
    "the key is new": (replace(OWN, tags={**SIGNS, **own_key.note("s1", NOON)}), Turn.NOTHING),
    "SES looks for the record": (replace(OWN, dkim_status="PENDING"), Turn.FINISH),
    "SES gave up": (replace(OWN, dkim_status="FAILED"), Turn.RENEW),
    "somebody put another key": (replace(OWN, tokens=("x",)), Turn.RENEW),
    "ended before the switch": (replace(OWN, tags=NEXT), Turn.RENEW),
    "ended at the switch, not taken": (
        replace(OWN, tags={**NEXT, **own_key.note("s1", OLD, "s2")}),
        Turn.RENEW,
    ),
    "ended at the switch, taken": (
        replace(OWN, tokens=("s2",), tags={**NEXT, **own_key.note("s1", OLD, "s2")}),
        Turn.FINISH,
    ),
    "ended at the switch, nobody knows": (
        replace(OWN, tokens=(), tags={**NEXT, **own_key.note("s1", OLD, "s2")}),
        Turn.RENEW,
    ),
}


@pytest.mark.parametrize(("live", "turn"), STATES.values(), ids=STATES)
def test_what_a_rotation_has_to_do_follows_from_how_the_identity_stands(
    live: Identity, turn: Turn
) -> None:
    nobody = SimpleNamespace()

    assert Rotation(nobody, nobody, live).turn(NOON, again=False) is turn  # type: ignore[arg-type]


def test_nothing_is_tidied_while_nobody_knows_what_signs() -> None:
    live = STATES["ended at the switch, nobody knows"][0]

    with pytest.raises(NotReady, match="SES does not show which key it took"):
        own_keys.old(live, NOON)


def test_a_key_that_never_signed_goes_at_once_and_one_that_did_after_a_week() -> None:
    both = {**NEXT, **PublicKey("s0", "m" * 392).remembered, **own_key.note("s1", NOON)}
    live = replace(OWN, tags=both)

    now, later = own_keys.old(live, NOON), own_keys.old(live, NOON + own_key.KEEP)

    assert [key.selector for key in now.keys] == ["s2"]
    assert now.later == NOON + own_key.KEEP
    assert [key.selector for key in later.keys] == ["s0", "s2"]
    assert later.later is None
