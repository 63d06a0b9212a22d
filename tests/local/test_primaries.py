"""Name servers outside AWS that take updates: as strict as BIND 9.18 (RFC 2136, RFC 8945)."""

from __future__ import annotations

import socket
from collections.abc import Callable

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update
import pytest

from ses_provision.local import LocalAws
from ses_provision.local.nameserver import name_server
from ses_provision.local.primaries import SECRET

ZONE = "example.com"
KEY = dns.tsig.Key("ours", SECRET, "hmac-sha256")
Fill = Callable[[dns.update.UpdateMessage], None]


@pytest.fixture
def aws() -> LocalAws:
    made = LocalAws()
    made.seed("111122223333", primaries=[(ZONE, "ours")])
    made.primaries.put("there.example.com", "TXT", 60, '"a"', '"b" "c"')
    made.primaries.put("alias.example.com", "CNAME", 60, "there.example.com.")
    made.primaries.put("*.wild.example.com", "TXT", 60, '"wild"')
    made.primaries.put("away.example.com", "NS", 60, "ns.example.net.")
    return made


def told(aws: LocalAws, message: dns.message.Message) -> dns.message.Message:
    """What the server answers, checked as a client checks it."""
    reply = aws.primaries.respond(message.to_wire())
    assert reply is not None
    return dns.message.from_wire(reply, keyring=message.keyring, request_mac=message.mac or b"")


def update(aws: LocalAws, fill: Fill, zone: str = ZONE, key: dns.tsig.Key | None = KEY) -> str:
    """The code that an update is answered with."""
    message = dns.update.UpdateMessage(zone)
    if key:
        message.use_tsig(key)
    fill(message)
    return dns.rcode.to_text(told(aws, message).rcode())


def question(aws: LocalAws, name: str, kind: str) -> dns.message.Message:
    """A signed question."""
    query = dns.message.make_query(name, kind)
    query.use_tsig(KEY)
    return told(aws, query)


def serial(aws: LocalAws) -> int:
    """The serial of the zone."""
    [held] = question(aws, ZONE, "SOA").answer
    return int(held[0].serial)


def rows(aws: LocalAws) -> list[list[str]]:
    """Every record of the zone."""
    return aws.primaries.zones[dns.name.from_text(ZONE)].rows()


def test_a_signed_update_is_made_and_raises_the_serial(aws: LocalAws) -> None:
    before = serial(aws)

    assert update(aws, lambda m: m.add("new.example.com.", 300, "TXT", '"x"')) == "NOERROR"

    [held] = question(aws, "new.example.com", "TXT").answer
    assert held.to_text() == 'new.example.com. 300 IN TXT "x"'
    assert serial(aws) == before + 1


WRONG_KEYS = [
    (dns.tsig.Key("theirs", SECRET, "hmac-sha256"), dns.tsig.PeerBadKey),
    (dns.tsig.Key("ours", b"another", "hmac-sha256"), dns.tsig.PeerBadSignature),
]


@pytest.mark.parametrize(("key", "refusal"), WRONG_KEYS, ids=["unknown", "wrong secret"])
def test_a_key_that_is_not_right_is_refused(
    aws: LocalAws, key: dns.tsig.Key, refusal: type[Exception]
) -> None:
    before = rows(aws)

    with pytest.raises(refusal):
        update(aws, lambda m: m.add("new.example.com.", 300, "TXT", '"x"'), key=key)

    assert rows(aws) == before


@pytest.mark.parametrize("seconds", [-400, 400])
def test_a_clock_that_is_off_by_more_than_five_minutes_is_refused(
    aws: LocalAws, seconds: float
) -> None:
    aws.primaries.ahead = seconds

    with pytest.raises(dns.tsig.PeerBadTime):
        question(aws, ZONE, "SOA")


def test_a_clock_that_is_off_by_less_is_borne(aws: LocalAws) -> None:
    aws.primaries.ahead = 200

    assert serial(aws) > 0


def test_nobody_changes_or_lists_a_zone_unsigned(aws: LocalAws) -> None:
    transfer = dns.message.make_query(ZONE, "AXFR")

    assert update(aws, lambda m: m.add("n.example.com.", 1, "TXT", "x"), key=None) == "REFUSED"
    assert told(aws, transfer).rcode() == dns.rcode.REFUSED


def test_a_key_of_another_zone_may_not_change_this_one(aws: LocalAws) -> None:
    aws.seed("111122223333", primaries=[("example.net", "theirs")])
    theirs = dns.tsig.Key("theirs", SECRET, "hmac-sha256")

    assert update(aws, lambda m: m.delete("there.example.com."), key=theirs) == "REFUSED"


def refusing(text: str) -> Fill:
    """A set as a prerequisite, with a TTL."""
    return lambda m: m.prerequisite.append(dns.rrset.from_text("there.example.com.", 60, "IN",
                                                               "TXT", text))  # fmt: skip


REFUSED: list[tuple[str, Fill, str]] = [
    ("a name outside", lambda m: m.add("x.example.net.", 1, "TXT", "x"), "NOTZONE"),
    ("a prerequisite outside", lambda m: m.absent("x.example.net."), "NOTZONE"),
    ("a name that is not there", lambda m: m.present("no.example.com."), "NXDOMAIN"),
    ("a name that is there", lambda m: m.absent("there.example.com."), "YXDOMAIN"),
    ("a set that is not there", lambda m: m.present("there.example.com.", "MX"), "NXRRSET"),
    ("a set that is there", lambda m: m.absent("there.example.com.", "TXT"), "YXRRSET"),
    ("a part of a set", lambda m: m.present("there.example.com.", "TXT", '"a"'), "NXRRSET"),
    ("strings cut otherwise", lambda m: m.present("there.example.com.", "TXT", '"a"', '"bc"'),
     "NXRRSET"),
    ("a prerequisite with a TTL", refusing('"a"'), "FORMERR"),
]  # fmt: skip


@pytest.mark.parametrize(("fill", "code"), [row[1:] for row in REFUSED],
                         ids=[row[0] for row in REFUSED])  # fmt: skip
def test_what_does_not_hold_is_refused_by_its_code_and_nothing_is_changed(
    aws: LocalAws, fill: Fill, code: str
) -> None:
    before, counted = rows(aws), serial(aws)

    def with_a_change(message: dns.update.UpdateMessage) -> None:
        message.add("must-not-appear.example.com.", 300, "TXT", '"x"')
        fill(message)

    assert update(aws, with_a_change) == code
    assert (rows(aws), serial(aws)) == (before, counted)


def test_the_exact_set_is_a_prerequisite_that_holds_whatever_its_order(aws: LocalAws) -> None:
    exact: Fill = lambda m: m.present("there.example.com.", "TXT", '"b" "c"', '"a"')  # noqa: E731

    assert update(aws, exact) == "NOERROR"


def test_another_zone_is_not_its_own_to_change(aws: LocalAws) -> None:
    for zone in ("example.org", "sub.example.com"):
        assert update(aws, lambda m: m.absent("x.example.org."), zone=zone) == "NOTAUTH"


IGNORED: list[tuple[str, Fill]] = [
    ("a CNAME beside data", lambda m: m.add("there.example.com.", 1, "CNAME", "x.example.net.")),
    ("data beside a CNAME", lambda m: m.add("alias.example.com.", 1, "TXT", '"x"')),
    ("the SOA", lambda m: m.delete("example.com.", "SOA")),
    ("all NS", lambda m: m.delete("example.com.", "NS")),
    ("all at the zone's name", lambda m: m.delete("example.com.")),
    ("what is not there", lambda m: m.delete("there.example.com.", "TXT", '"z"')),
]


@pytest.mark.parametrize("fill", [row[1] for row in IGNORED], ids=[row[0] for row in IGNORED])
def test_what_cannot_be_is_passed_over_without_a_word(aws: LocalAws, fill: Fill) -> None:
    before = rows(aws)

    assert update(aws, fill) == "NOERROR"
    assert rows(aws) == before


def test_the_last_name_server_stays(aws: LocalAws) -> None:
    def take_out(message: dns.update.UpdateMessage) -> None:
        for host in ("ns1.provider.example.", "ns2.provider.example."):
            message.delete("example.com.", "NS", host)

    assert update(aws, take_out) == "NOERROR"
    assert len(question(aws, ZONE, "NS").answer[0]) == 1


def test_one_value_is_taken_out_and_the_others_stay_as_they_are(aws: LocalAws) -> None:
    assert update(aws, lambda m: m.delete("there.example.com.", "TXT", '"a"')) == "NOERROR"

    [held] = question(aws, "there.example.com", "TXT").answer
    assert held.to_text() == 'there.example.com. 60 IN TXT "b" "c"'


def test_a_set_may_be_emptied_and_filled_in_one_message(aws: LocalAws) -> None:
    def replace(message: dns.update.UpdateMessage) -> None:
        message.delete("there.example.com.", "TXT")
        message.add("there.example.com.", 9, "CNAME", "x.example.net.")

    assert update(aws, replace) == "NOERROR"
    assert question(aws, "there.example.com", "CNAME").answer[0].ttl == 9


def test_questions_are_answered_as_a_primary_does(aws: LocalAws) -> None:
    aliased = question(aws, "alias.example.com", "TXT")
    wild = question(aws, "x.wild.example.com", "TXT")
    away = question(aws, "x.away.example.com", "TXT")
    empty = question(aws, "there.example.com", "MX")
    nothing = question(aws, "no.example.com", "TXT")

    assert [dns.rdatatype.to_text(held.rdtype) for held in aliased.answer] == ["CNAME", "TXT"]
    assert wild.answer[0].name == dns.name.from_text("x.wild.example.com")
    assert (away.answer, away.flags & dns.flags.AA) == ([], 0)
    assert away.authority[0].name == dns.name.from_text("away.example.com")
    assert (empty.rcode(), empty.answer) == (dns.rcode.NOERROR, [])
    assert nothing.rcode() == dns.rcode.NXDOMAIN
    assert question(aws, "example.net", "SOA").rcode() == dns.rcode.REFUSED


def test_a_transfer_lists_all_records_between_two_soa(aws: LocalAws) -> None:
    query = dns.message.make_query(ZONE, "AXFR")
    query.use_tsig(KEY)
    reply = aws.primaries.respond(query.to_wire())
    listed = dns.message.from_wire(
        reply or b"", keyring=query.keyring, request_mac=query.mac or b"", one_rr_per_rrset=True
    ).answer

    assert listed[0] == listed[-1]
    assert listed[0].rdtype == dns.rdatatype.SOA
    assert {str(held.name) for held in listed} >= {"there.example.com.", "*.wild.example.com."}


def test_it_is_served_over_tcp_on_loopback_many_questions_a_line(aws: LocalAws) -> None:
    with name_server(aws) as address, socket.create_connection(address, timeout=5) as line:
        line.setblocking(False)
        for _ in range(3):
            query = dns.message.make_query("there.example.com", "TXT")
            query.use_tsig(KEY)
            assert dns.query.tcp(query, "", timeout=5, sock=line).answer


def test_the_world_sees_what_an_update_wrote(aws: LocalAws) -> None:
    update(aws, lambda m: m.add("new.example.com.", 300, "TXT", '"part" " two"'))

    assert aws.declared_dns("new.example.com", "TXT") == ["part two"]
    assert aws.declared_dns("no.example.com", "TXT") is None


def test_updates_are_in_the_journal_and_faults_strike_them(aws: LocalAws) -> None:
    add: Fill = lambda m: m.add("new.example.com.", 300, "TXT", '"x"')  # noqa: E731
    aws.fault("deny", "rfc2136:UpdateRecordSets")

    assert update(aws, add) == "REFUSED"
    assert aws.declared_dns("new.example.com", "TXT") is None
    assert update(aws, add) == "NOERROR"
    aws.fault("lose-reply", "UpdateRecordSets")
    message = dns.update.UpdateMessage(ZONE)
    message.use_tsig(KEY)
    assert aws.primaries.respond(message.to_wire()) is None

    told_of = [(entry.operation, entry.status, entry.error) for entry in aws.journal.writes()]
    assert told_of == [
        ("UpdateRecordSets", 400, "REFUSED"),
        ("UpdateRecordSets", 200, None),
        ("UpdateRecordSets", None, "ConnectionLost"),
    ]


def test_nonsense_is_answered_or_passed_over_and_nothing_breaks(aws: LocalAws) -> None:
    whole = dns.update.UpdateMessage(ZONE)
    whole.use_tsig(KEY)
    whole.add("new.example.com.", 300, "TXT", '"x"')
    wire = whole.to_wire()

    for cut in range(len(wire)):
        if aws.primaries.takes(wire[:cut]):
            aws.primaries.respond(wire[:cut])

    assert aws.declared_dns("new.example.com", "TXT") is None


def test_a_signed_message_without_a_question_is_malformed(aws: LocalAws) -> None:
    message = dns.message.Message()
    message.use_tsig(KEY)
    wire = message.to_wire()

    assert aws.primaries.takes(wire)
    reply = aws.primaries.respond(wire)

    assert reply is not None
    assert dns.message.from_wire(reply).rcode() == dns.rcode.FORMERR


def test_a_reset_brings_the_zones_back_as_they_were_seeded(aws: LocalAws) -> None:
    aws.reset()

    assert aws.declared_dns("there.example.com", "TXT") is None
    assert serial(aws) == 1
