"""The DNS server on loopback answers from the public hosted zones as Route 53 does."""

from __future__ import annotations

import json

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest

from ses_provision.local.control import Control
from ses_provision.local.nameserver import name_server
from tests.local.conftest import DOMAIN, ZONE, change, record


@pytest.fixture
def r53(client):
    return client("route53")


@pytest.fixture
def ask(aws):
    with name_server(aws) as (host, port):

        def question(name, kind, over=dns.query.udp):
            query = dns.message.make_query(name, kind)
            return over(query, host, port=port, timeout=5)

        yield question


def values(response):
    return sorted(value.to_text() for rrset in response.answer for value in rrset)


@pytest.mark.parametrize("over", [dns.query.udp, dns.query.tcp])
@pytest.mark.parametrize(
    ("kind", "written", "seen"),
    [
        ("A", ["192.0.2.1", "192.0.2.2"], ["192.0.2.1", "192.0.2.2"]),
        ("TXT", ['"v=spf1 include:amazonses.com ~all"'], ['"v=spf1 include:amazonses.com ~all"']),
        ("TXT", [r'"a\052b"'], ['"a*b"']),
        ("MX", ["10 feedback-smtp.us-east-2.amazonses.com"],
         ["10 feedback-smtp.us-east-2.amazonses.com."]),
        ("CNAME", ["t.dkim.amazonses.com"], ["t.dkim.amazonses.com."]),
    ],
)  # fmt: skip
def test_records_are_answered_with_authority(r53, ask, kind, written, seen, over):
    change(r53, "CREATE", record(f"mail.{DOMAIN}", kind, *written))
    response = ask(f"MAIL.{DOMAIN}", kind, over)
    assert values(response) == seen
    assert response.flags & dns.flags.AA
    assert response.answer[0].ttl == 300


def test_the_apex_answers_ns_and_soa(ask):
    assert len(values(ask(DOMAIN, "NS"))) == 4
    assert "awsdns-hostmaster.amazon.com." in values(ask(DOMAIN, "SOA"))[0]


def test_no_such_name_and_no_such_type_are_told_apart(r53, ask):
    """RFC 2308: both carry the SOA; only the first is NXDOMAIN."""
    change(r53, "CREATE", record(f"a.{DOMAIN}", "A", "192.0.2.1"))
    missing, other = ask(f"b.{DOMAIN}", "A"), ask(f"a.{DOMAIN}", "TXT")
    assert (missing.rcode(), other.rcode()) == (dns.rcode.NXDOMAIN, dns.rcode.NOERROR)
    for response in (missing, other):
        assert response.answer == []
        assert response.authority[0].rdtype == dns.rdatatype.SOA


def test_a_cname_is_followed_within_our_zones(r53, ask):
    change(r53, "CREATE", record(f"www.{DOMAIN}", "CNAME", f"a.{DOMAIN}"))
    change(r53, "CREATE", record(f"a.{DOMAIN}", "A", "192.0.2.1"))
    assert values(ask(f"www.{DOMAIN}", "A")) == ["192.0.2.1", f"a.{DOMAIN}."]
    assert values(ask(f"www.{DOMAIN}", "CNAME")) == [f"a.{DOMAIN}."]


def test_a_delegation_is_a_referral_and_the_other_account_answers(r53, ask):
    change(r53, "CREATE", record(f"sub.{DOMAIN}", "NS", "ns-1.awsdns-01.org"))
    response = ask(f"x.sub.{DOMAIN}", "A")
    assert not response.flags & dns.flags.AA
    assert response.authority[0].rdtype == dns.rdatatype.NS
    assert len(values(ask(f"dev.{DOMAIN}", "NS"))) == 4


def test_the_hosts_that_take_mail_in_for_ses_have_addresses_where_they_do(aws, ask):
    host = "inbound-smtp.us-east-2.amazonaws.com"
    assert values(ask(host, "A")) == ["192.0.2.25"]
    assert values(ask("inbound-smtp.us-west-1.amazonaws.com", "A")) == []
    aws.knobs = aws.knobs.changed({"receiving": False})
    assert values(ask(host, "A")) == []


def test_names_of_others_are_missing_unless_declared(aws, ask):
    assert ask("example.org", "A").rcode() == dns.rcode.NXDOMAIN
    aws.declare_dns("example.org", "TXT", ['say "hello"'])
    assert values(ask("example.org", "TXT")) == [r'"say \"hello\""']
    assert ask("example.org", "A").rcode() == dns.rcode.NOERROR
    assert values(ask("example.org", "A")) == []
    assert ask("org", "NS").rcode() == dns.rcode.NOERROR
    assert ask("x.example.org", "TXT").rcode() == dns.rcode.NXDOMAIN


def test_the_document_of_our_dns_command_is_published_as_it_is(aws, ask):
    records = [
        {"name": "mail.example.org", "type": "MX", "value": "10 feedback-smtp.example.net"},
        {"name": "mail.example.org", "type": "TXT", "value": "v=spf1 -all"},
    ]
    document = json.dumps({"environments": [{"records": records}]}).encode()
    status, told = Control(aws).answer("POST", "/_local/dns", document)
    assert (status, json.loads(told)) == (200, {"ok": True, "records": 2})
    assert values(ask("mail.example.org", "MX")) == ["10 feedback-smtp.example.net."]
    assert values(ask("mail.example.org", "TXT")) == ['"v=spf1 -all"']


def test_a_wildcard_answers_under_the_name_that_was_asked(r53, ask):
    change(r53, "CREATE", record(f"*.{DOMAIN}", "A", "192.0.2.1"))
    assert ask(f"any.{DOMAIN}", "A").answer[0].name.to_text() == f"any.{DOMAIN}."


def test_an_answer_too_long_for_a_datagram_is_truncated_and_whole_over_tcp(r53, ask):
    """RFC 1035, 4.2.1."""
    texts = [f'"{number:03d}{"x" * 200}"' for number in range(20)]
    change(r53, "CREATE", record(f"t.{DOMAIN}", "TXT", *texts))
    assert ask(f"t.{DOMAIN}", "TXT").flags & dns.flags.TC
    assert len(values(ask(f"t.{DOMAIN}", "TXT", dns.query.tcp))) == 20


def test_an_ordinary_resolver_can_use_it(aws, r53):
    change(r53, "CREATE", record(f"t.{DOMAIN}", "TXT", '"hello"'), zone=ZONE)
    with name_server(aws) as (host, port):
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [host], port
        assert [each.to_text() for each in resolver.resolve(f"t.{DOMAIN}", "TXT")] == ['"hello"']
        with pytest.raises(dns.resolver.NXDOMAIN):
            resolver.resolve(f"u.{DOMAIN}", "TXT")


def test_only_loopback_is_listened_on(aws):
    with pytest.raises(ValueError, match="loopback"), name_server(aws, "192.0.2.1"):
        pass


def test_odd_names_are_answered_too(r53, ask):
    change(r53, "CREATE", record(f"a@b.{DOMAIN}", "TXT", '"x"'))
    assert values(ask(f"a@b.{DOMAIN}", "TXT")) == ['"x"']
    assert values(ask(f"a\\064b.{DOMAIN}", "TXT")) == ['"x"']
    assert ask(".", "NS").rcode() == dns.rcode.REFUSED
