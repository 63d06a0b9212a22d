"""The line on which octoDNS's classes send, and what is made of their records."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from octodns.record import Create, Delete, Record, Update
from octodns.zone import Zone

from ses_provision.errors import CannotReachDns, DnsRefused, HostedZoneProblem
from ses_provision.names import txt_record, txt_value
from ses_provision.outside.providers.octodns import Octodns
from ses_provision.outside.providers.octodns_allowed import ALLOWED
from ses_provision.outside.providers.octodns_line import Line, attached
from ses_provision.outside.providers.octodns_records import changes, told
from ses_provision.outside.providers.token import TokenPlace
from ses_provision.outside.providers.web import Reply, Request, StrayError
from ses_provision.resources.octodns_zone import OctodnsZone

ORIGIN = "https://api.gandi.net"


def line(*replies: Reply) -> tuple[Line, list[Request]]:
    """A line on which these are answered, and what is asked on it."""
    asked: list[Request] = []
    coming = iter(replies)

    def exchange(request: Request) -> Reply:
        asked.append(request)
        return next(coming)

    return Line(ALLOWED["gandi"], ORIGIN, exchange, "there", lambda _: None), asked


def prepared(method: str, url: str) -> requests.PreparedRequest:
    """A request as a session prepares it."""
    return requests.Session().prepare_request(requests.Request(method, url, json={}))


def test_a_class_reaches_no_other_host_and_changes_nothing_where_it_is_only_asked() -> None:
    made, asked = line()

    for method, url in (("GET", "https://elsewhere.example/v5"), ("POST", f"{ORIGIN}/v5")):
        with pytest.raises(StrayError):
            made.send(prepared(method, url))
    assert asked == []


def test_nothing_more_is_sent_after_a_failure_that_a_class_has_swallowed() -> None:
    made, asked = line(Reply(403, {}, b"{}"))
    made.writing = True

    for _ in range(2):
        with pytest.raises((CannotReachDns, DnsRefused)):
            made.send(prepared("GET", f"{ORIGIN}/v5"))
    assert len(asked) == 1


def test_a_zone_that_is_not_there_is_left_to_the_class_until_something_is_written() -> None:
    made, _ = line(Reply(404, {}, b"{}"), Reply(404, {}, b"{}"))

    assert made.send(prepared("GET", f"{ORIGIN}/v5")).status_code == 404
    made.writing = True
    with pytest.raises(DnsRefused):  # the class would make one
        made.send(prepared("GET", f"{ORIGIN}/v5"))


def test_nothing_is_sent_to_a_zone_that_is_not_there() -> None:
    asked: list[Request] = []

    def exchange(request: Request) -> Reply:
        asked.append(request)
        return Reply(404, {}, b"{}")

    provider = Octodns("gandi", {}, TokenPlace("T"), exchange, lambda _: None, lambda: "there")
    call = OctodnsZone("example.com", "gandi").change([("CREATE", wanted("TXT", '"a"'))])

    with pytest.raises(HostedZoneProblem, match=r"There is no zone example\.com at Gandi any more"):
        provider.send(call)
    assert [request.method for request in asked] == ["GET"]


def test_no_session_of_a_class_uses_netrc_or_a_proxy_of_its_own() -> None:
    made, _ = line()
    held = type("Provider", (), {"_session": requests.Session()})()

    assert attached(held, "_session", made)
    assert not attached(held, "_session.missing", made)
    assert held._session.trust_env is False
    assert set(held._session.adapters.values()) == {made}


def wanted(kind: str, *values: str) -> dict[str, Any]:
    """A set as it is wanted."""
    held = [{"Value": value} for value in values]
    return {"Name": "x.example.com", "Type": kind, "TTL": 300, "ResourceRecords": held}


OURS = "v=spf1 include:amazonses.com ~all"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40)
OTHERS = st.lists(TEXTS.filter(lambda text: text not in {"", OURS}), unique=True, max_size=4)


def zone_with(*texts: str) -> Zone:
    """A zone with these strings at a name."""
    zone = Zone("example.com.", [])
    if texts:
        values = [text.replace(";", "\\;") for text in texts]
        data: dict[str, Any] = {"type": "TXT", "ttl": 3600, "values": values}
        zone.add_record(Record.new(zone, "mail", data, lenient=True), lenient=True)
    return zone


def sets(zone: Zone) -> dict[tuple[str, str], Any]:
    """The sets of a zone by name and type."""
    return {(one["Name"], one["Type"]): one for one in told(zone)}


@given(theirs=OTHERS, alone=st.booleans())
def test_no_change_of_our_string_carries_one_of_others(theirs: list[str], alone: bool) -> None:
    key = ("mail.example.com", "TXT")
    before, with_ours = zone_with(*theirs), zone_with(*theirs, OURS)
    old = sets(before)
    record = {"Value": txt_record(OURS)}
    held = old[key]["ResourceRecords"] if theirs else []
    new = {"Name": key[0], "Type": "TXT", "TTL": 3600, "ResourceRecords": [*held, record]}
    whole = sets(with_ours)[key]
    rest = {**whole, "ResourceRecords": [one for one in whole["ResourceRecords"] if one != record]}

    added, shared = changes(before, old, {key: new}, adds_alone=alone)
    removed, kept = changes(
        with_ours, {key: whole}, {key: rest} if theirs else {}, adds_alone=alone
    )

    if not theirs:
        assert ([type(one) for one in added], shared) == ([Create], "")
        assert ([type(one) for one in removed], kept) == ([Delete], "")
    elif alone:
        [change] = added
        assert type(change) is Create
        assert [value.to_raw_text() for value in change.new.values] == [OURS]
    else:
        assert (added, shared) == ([], "TXT mail.example.com")
    if theirs:
        assert (removed, kept) == ([], "TXT mail.example.com")


def test_a_set_of_ours_alone_is_updated_and_only_it_is_named() -> None:
    zone = zone_with(OURS)
    zone.add_record(Record.new(zone, "www", {"type": "A", "ttl": 60, "value": "192.0.2.1"}))
    old = {("mail.example.com", "TXT"): sets(zone)["mail.example.com", "TXT"]}
    new = {key: {**one, "TTL": 300} for key, one in old.items()}

    [change], shared = changes(zone, old, new, adds_alone=False)

    assert (type(change), change.new.ttl, shared) == (Update, 300, "")
    assert [txt_value(txt_record(one.to_raw_text())) for one in change.new.values] == [OURS]


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("CNAME", "a.dkim.amazonses.com", "a.dkim.amazonses.com."),
        ("MX", "10 feedback-smtp.x.amazonses.com", "feedback-smtp.x.amazonses.com."),
        ("TXT", '"v=DMARC1; p=none"', "v=DMARC1\\; p=none"),
    ],
)  # fmt: skip
def test_hosts_are_whole_and_semicolons_are_as_octodns_wants_them(
    kind: str, value: str, written: str
) -> None:
    zone = Zone("example.com.", [])
    new = wanted(kind, value)

    [change], _ = changes(zone, {}, {("x.example.com", kind): new}, adds_alone=False)
    zone.add_record(change.new)

    first = getattr(change.new, "values", None) or [change.new.value]
    assert str(getattr(first[0], "exchange", first[0])) == written
    assert told(zone) == [new]
