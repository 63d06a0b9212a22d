"""SPF is judged as receivers judge it, when SES sends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.errors import CannotReachAws
from ses_provision.outside.reading import Reading
from ses_provision.resources.spf import Judged, judged, offline
from ses_provision.resources.spf_record import RESULTS, is_spf, parse, with_ses

SES = "include:amazonses.com"
NAME = "mail.example.com"
WORLD: dict[str, list[str]] = {
    "amazonses.com": ["v=spf1 ip4:199.255.192.0/22 ip4:54.240.0.0/18 -all"],
    "with.example": [f"v=spf1 {SES} -all"],
    "without.example": ["v=spf1 ip4:192.0.2.0/24 -all"],
    "two.example": ["v=spf1 -all", f"v=spf1 {SES} -all"],
    "loop.example": ["v=spf1 include:loop.example -all"],
    "broken.example": ["v=spf1 ipv4:192.0.2.1 -all"],
    "a.example": ["192.0.2.1"],
}


def asked(text: str, world: dict[str, Any] | None = None) -> Judged:
    """The judgement, with DNS answering from a small world."""
    known: dict[str, Any] = WORLD if world is None else world
    reading: Reading[Judged] = judged(text, NAME, ["192.0.2.53"])
    try:
        asks = next(reading)
        while True:
            names = [str(dict(one.params)["name"]) for one in asks]
            answers = [known.get(name) for name in names]
            asks = reading.send(
                [{"values": one} if isinstance(one, list) else one for one in answers]
            )
    except StopIteration as stop:
        found: Judged = stop.value
        return found


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (f"v=spf1 {SES} ~all", "pass"),
        (f"v=spf1 {SES} -all", "pass"),
        ("V=SPF1 Include:AmazonSES.com. -ALL", "pass"),
        (f"v=spf1 mx a:a.example {SES} -all", "pass"),
        (f"v=spf1 +{SES}", "pass"),
        ("v=spf1 include:with.example -all", "pass"),
        ("v=spf1 redirect=with.example", "pass"),
        (f"v=spf1 include:without.example {SES} -all", "pass"),
        ("v=spf1 +all", "pass"),
        ("v=spf1 ip4:199.255.192.0/22 ip4:54.240.0.0/17 -all", "pass"),
        ("v=spf1 -all", "fail"),
        ("v=spf1", "neutral"),
        (f"v=spf1 -all {SES}", "fail"),
        (f"v=spf1 ?{SES} -all", "neutral"),
        (f"v=spf1 -{SES} +all", "fail"),
        ("v=spf1 ip4:199.255.192.0/22 -all", "fail"),
        ("v=spf1 include:without.example ~all", "softfail"),
        (f"v=spf1 {SES};-all", "permerror"),
        (f"v=spf1 {SES} ipv4:192.0.2.1 -all", "permerror"),
        (f"v=spf1 ip4:192.0.2.999 {SES} -all", "permerror"),
        (f"v=spf1 include: {SES} -all", "permerror"),
        (f"v=spf1 include:two.example {SES} -all", "permerror"),
        (f"v=spf1 include:none.example {SES} -all", "permerror"),
        (f"v=spf1 include:broken.example {SES} -all", "permerror"),
        (f"v=spf1 include:loop.example {SES} -all", "permerror"),
        (f"v=spf1 a:x.example a:y.example a:z.example {SES} -all", "permerror"),
        (f"v=spf1 redirect=with.example redirect=with.example {SES}", "permerror"),
        (f"v=spf1 exp=why.example future=thing {SES} -all", "pass"),
    ],
)
def test_the_result_is_the_one_of_a_receiver(text: str, result: str) -> None:
    found = asked(text)

    assert found.result == result
    assert found.why


def test_the_eleventh_look_up_is_one_too_many_and_named() -> None:
    ten = " ".join(["exists:%{i}.x.example"] * 10)

    found = asked(f"v=spf1 {ten} {SES} -all")

    assert found.result == "permerror"
    assert f"{SES} is look-up 11; 10 are allowed" in found.why
    assert asked(f"v=spf1 {SES} {ten} {ten} -all").passes, "what comes after a match is not asked"


def test_dns_that_does_not_answer_leaves_it_unknown() -> None:
    found = asked("v=spf1 include:x.example -all", {"x.example": CannotReachAws("time-out")})

    assert found.is_unknown


def test_without_dns_only_what_the_record_says_is_known() -> None:
    assert offline(f"v=spf1 include:x.example {SES} -all", NAME).passes
    assert offline("v=spf1 include:x.example -all", NAME).is_unknown
    assert offline("v=spf1 -all", NAME).result == "fail"


TERMS = st.sampled_from(
    ["mx", "a", "ip4:192.0.2.0/24", "ip6:2001:db8::/32", "include:without.example", "-all", "~all"]
)


@given(st.lists(TERMS, max_size=6))
def test_what_is_advised_passes_and_weakens_nothing(terms: list[str]) -> None:
    theirs = " ".join(["v=spf1", *terms])

    advised = with_ses(theirs)

    assert asked(advised).passes
    before = list(dict.fromkeys(str(term) for term in parse(theirs).terms))
    assert [str(term) for term in parse(advised).terms][1:] == before


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_any_text_gets_a_result_and_advice_that_leads_out(text: str) -> None:
    assert asked(with_ses(f"v=spf1 {text}")).passes
    assert asked(f"v=spf1 {text}").result in {*RESULTS.values(), "permerror", "unknown"}


@pytest.mark.parametrize("text", ["v = spf1 -all", " v=spf1", "v=spf10 -all", "v=spf1;-all"])
def test_another_version_is_no_spf(text: str) -> None:
    assert not is_spf(text)
