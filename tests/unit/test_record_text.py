"""Record sets between the wire and the form of Route 53: the same octets there and back."""

from __future__ import annotations

import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset
import dns.update
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.names import txt_record, txt_value
from ses_provision.outside.providers import record_text
from ses_provision.outside.providers.rfc2136 import message

STRINGS = st.lists(st.binary(max_size=255), min_size=1, max_size=4)


@given(st.lists(STRINGS, min_size=1, max_size=4), st.integers(0, 2**31 - 1))
def test_every_octet_of_a_txt_set_comes_back_and_every_cut(
    strings: list[list[bytes]], ttl: int
) -> None:
    texts = [
        dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, held) for held in strings
    ]
    found = dns.rrset.from_rdata_list(dns.name.from_text("mail.example.com"), ttl, texts)

    told = record_text.told(found)
    back = record_text.read(told)

    assert (told["Name"], told["Type"], told["TTL"]) == ("mail.example.com", "TXT", ttl)
    assert [record.to_wire() for record in back] == [record.to_wire() for record in found]
    assert (back.name, back.ttl) == (found.name, found.ttl)


@given(st.text(max_size=600).filter(lambda text: text < "\ud800" or text.isprintable()))
def test_a_text_of_ours_is_the_same_on_the_wire(text: str) -> None:
    record = record_text.record(dns.rdatatype.TXT, txt_record(text))

    assert b"".join(record.strings).decode() == text  # type: ignore[attr-defined]
    assert txt_value(record_text.value(record)) == text


@pytest.mark.parametrize(
    ("kind", "value", "wire"),
    [
        ("CNAME", "x.example.net", "x.example.net."),
        ("CNAME", "x.example.net.", "x.example.net."),
        ("MX", "10 feedback-smtp.eu-central-1.amazonses.com",
         "10 feedback-smtp.eu-central-1.amazonses.com."),
        ("MX", "10 Mx.Example.NET.", "10 Mx.Example.NET."),
        ("A", "192.0.2.1", "192.0.2.1"),
        ("CAA", '0 issue "letsencrypt.org"', '0 issue "letsencrypt.org"'),
        ("CNAME", r"a\052b.example.net.", "a*b.example.net."),
    ],
)  # fmt: skip
def test_other_types_are_whole_host_names_whoever_wrote_them(
    kind: str, value: str, wire: str
) -> None:
    found = {"Name": "n.example.com", "Type": kind, "TTL": 5, "ResourceRecords": [{"Value": value}]}

    [record] = record_text.read(found)

    assert record.to_text() == wire


def change(verb: str, kind: str, *values: str, name: str = "n.example.com") -> dict[str, object]:
    """One change in the form of Route 53."""
    records = [{"Value": value} for value in values]
    found = {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": records}
    return {"Action": verb, "ResourceRecordSet": found}


def sections(*changes: dict[str, object]) -> tuple[list[str], list[str]]:
    """The prerequisites of an update, and what it changes, in words."""
    update = dns.message.from_wire(message("example.com", changes).to_wire())
    assert isinstance(update, dns.update.UpdateMessage)

    def words(one: dns.rrset.RRset) -> str:
        kind = dns.rdatatype.to_text(one.rdtype)
        how = {None: "is", dns.rdataclass.ANY: "any", dns.rdataclass.NONE: "none"}[one.deleting]
        return " ".join([how, kind, *(record.to_text() for record in one)])

    assert {one.ttl for one in update.prerequisite} <= {0}, "BIND refuses others (FORMERR)"
    return [words(one) for one in update.prerequisite], [words(one) for one in update.update]


def test_a_new_set_wants_none_of_its_type_and_no_cname() -> None:
    assert sections(change("CREATE", "MX", "10 mx.example.net.")) == (
        ["none CNAME", "none MX"],
        ["is MX 10 mx.example.net."],
    )


def test_a_new_cname_wants_nothing_at_the_name() -> None:
    assert sections(change("CREATE", "CNAME", "x.example.net.")) == (
        ["none ANY"],
        ["is CNAME x.example.net."],
    )


def test_a_set_that_is_replaced_has_to_be_exactly_what_was_read() -> None:
    read, new = ['"a"', '"b" "c"'], ['"a"', '"b" "c"', '"ours"']

    wanted, changed = sections(change("DELETE", "TXT", *read), change("CREATE", "TXT", *new))

    assert wanted == ['is TXT "a"', 'is TXT "b" "c"', "none CNAME"]
    assert changed == ["any TXT", 'is TXT "a"', 'is TXT "b" "c"', 'is TXT "ours"']


def test_a_cname_in_place_of_something_wants_nothing_else_there() -> None:
    wanted, changed = sections(
        change("DELETE", "TXT", '"a"'), change("CREATE", "CNAME", "x.example.net.")
    )

    assert wanted[0] == 'is TXT "a"'
    assert {"none A", "none MX", "none CNAME"} <= set(wanted)
    assert "none TXT" not in wanted
    assert changed == ["any TXT", "is CNAME x.example.net."]


def test_what_is_taken_away_has_to_be_exactly_what_was_read() -> None:
    assert sections(change("DELETE", "CNAME", "x.example.net.")) == (
        ["is CNAME x.example.net."],
        ["any CNAME"],
    )
