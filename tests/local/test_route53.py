"""Route 53 as strict as the real one. Rows of D2 (where moto is too kind) by their numbers."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_provision.local import dnsnames
from ses_provision.local.contract import AwsError
from tests.local.conftest import (
    AWAY,
    DOMAIN,
    HOME,
    PROD,
    STAGING,
    ZONE,
    change,
    record,
    refused,
    refused_change,
)


@pytest.fixture
def r53(client):
    return client("route53")


def names(client, **params):
    listed = client.list_resource_record_sets(HostedZoneId=ZONE, **params)
    return [(each["Name"], each["Type"]) for each in listed["ResourceRecordSets"]]


def test_creating_an_existing_name_and_type_is_refused_whatever_its_values(r53):
    """D2 row 10."""
    change(r53, "CREATE", record(f"a.{DOMAIN}", "A", "192.0.2.1"))
    for other in (("192.0.2.1", 300), ("192.0.2.2", 300), ("192.0.2.1", 60)):
        again = refused_change(r53, "CREATE", record(f"a.{DOMAIN}", "A", other[0], ttl=other[1]))
        assert again.kind == "InvalidChangeBatch"
        assert again.status == 400
        assert again.message == (
            f"[Tried to create resource record set [name='a.{DOMAIN}.', type='A'] "
            "but it already exists]"
        )


def test_a_cname_does_not_stand_beside_other_records(r53):
    """D2 row 11; the words are real: ansible-collections/amazon.aws#2694, GSA-TTS/dns#443."""
    change(
        r53, "CREATE", record(f"t.{DOMAIN}", "TXT", '"x"'), record(f"c.{DOMAIN}", "CNAME", "x.org")
    )
    assert refused_change(r53, "UPSERT", record(f"t.{DOMAIN}", "CNAME", "x.org")).message == (
        f"[RRSet of type CNAME with DNS name t.{DOMAIN}. is not permitted as it conflicts with "
        f"other records with the same DNS name in zone {DOMAIN}.]"
    )
    assert refused_change(r53, "UPSERT", record(f"c.{DOMAIN}", "TXT", '"x"')).message == (
        f"[RRSet of type TXT with DNS name c.{DOMAIN}. is not permitted because a conflicting "
        f"RRSet of type  CNAME with the same DNS name already exists in zone {DOMAIN}.]"
    )


def test_a_cname_may_take_the_place_of_what_the_same_batch_deletes(r53):
    change(r53, "CREATE", old := record(f"t.{DOMAIN}", "TXT", '"x"'))
    r53.change_resource_record_sets(
        HostedZoneId=ZONE,
        ChangeBatch={
            "Changes": [
                {"Action": "DELETE", "ResourceRecordSet": old},
                {"Action": "CREATE", "ResourceRecordSet": record(f"t.{DOMAIN}", "CNAME", "x.org")},
            ]
        },
    )
    assert (f"t.{DOMAIN}.", "CNAME") in names(r53)


def test_a_cname_does_not_stand_at_the_apex(r53):
    """D2 row 11; ResourceRecordTypes.md line 196."""
    assert refused_change(r53, "CREATE", record(DOMAIN, "CNAME", "x.org")).message == (
        f"[RRSet of type CNAME with DNS name {DOMAIN}. is not permitted at apex in zone {DOMAIN}.]"
    )


@pytest.mark.parametrize(
    ("kind", "values", "says"),
    [
        ("TXT", [f'"{"x" * 256}"'], "CharacterStringTooLong (Value is too long)"),
        ("TXT", ["v=spf1 -all"], "InvalidCharacterString (Value should be enclosed in quotation"),
        ("CNAME", ["x.org", "y.org"], "only one value"),
        ("MX", ["mail.example.org"], "MX"),
        ("MX", ["70000 mail.example.org"], "MX"),
        ("A", ["300.1.1.1"], "IPv4"),
        ("AAAA", ["192.0.2.1"], "IPv6"),
        ("SRV", ["1 2 host"], "SRV"),
        ("TXT", ['"a"', '"a"'], "Duplicate Resource Record"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_their_type_are_refused(r53, kind, values, says):
    """D2 row 11; ResourceRecordTypes.md lines 195 and 414."""
    found = refused_change(r53, "CREATE", record(f"v.{DOMAIN}", kind, *values))
    assert found.kind == "InvalidChangeBatch"
    assert says in found.message


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("TXT", f'"{"x" * 255}" "{"y" * 255}"'),
        ("TXT", r'"a \"quoted\" word and \052"'),
        ("MX", "10 feedback-smtp.us-east-2.amazonses.com"),
        ("CNAME", "token.dkim.amazonses.com"),
        ("SRV", "1 2 443 host.example.org"),
        ("AAAA", "2001:db8::1"),
        ("CAA", '0 issue "amazon.com"'),
    ],
)
def test_values_that_fit_come_back_as_they_were_written(r53, kind, value):
    change(r53, "CREATE", record(f"v.{DOMAIN}", kind, value))
    listed = r53.list_resource_record_sets(
        HostedZoneId=ZONE, StartRecordName=f"v.{DOMAIN}", StartRecordType=kind, MaxItems="1"
    )
    assert listed["ResourceRecordSets"][0]["ResourceRecords"] == [{"Value": value}]


@pytest.mark.parametrize("name", [f"not{DOMAIN}", "example.org", "com"])
def test_names_outside_the_zone_are_refused_by_whole_labels(r53, name):
    """D2 row 12."""
    assert refused_change(r53, "CREATE", record(name, "A", "192.0.2.1")).message == (
        f"[RRSet with DNS name {name}. is not permitted in zone {DOMAIN}.]"
    )


def test_names_are_kept_in_lower_case_and_are_one_whatever_their_case(r53):
    """D2 row 13; DomainNameFormat.md line 27."""
    change(r53, "CREATE", record(f"MiXeD.{DOMAIN.upper()}", "A", "192.0.2.1"))
    assert (f"mixed.{DOMAIN}.", "A") in names(r53)
    assert refused_change(r53, "CREATE", record(f"mixed.{DOMAIN}", "A", "192.0.2.1")).code == (
        "InvalidChangeBatch"
    )


def test_an_asterisk_comes_back_in_octal(r53):
    """Route 53 Developer Guide, DomainNameFormat.md: `*` is returned as \\052."""
    change(r53, "CREATE", record(f"*.{DOMAIN}", "A", "192.0.2.1"))
    assert (f"\\052.{DOMAIN}.", "A") in names(r53)
    change(r53, "DELETE", record(f"\\052.{DOMAIN}", "A", "192.0.2.1"))


@given(st.text(alphabet=string.ascii_letters + string.digits + "-_*@! é✓", min_size=1, max_size=20))
@settings(max_examples=80, deadline=None)
def test_a_canonical_name_is_its_own_canonical_name(label):
    once = dnsnames.canonical(f"{label}.example.org")
    assert dnsnames.canonical(once) == once
    assert once == once.lower()
    assert dnsnames.decoded(once).encode("latin-1") == f"{label}.example.org.".encode().lower()


def test_deleting_what_is_not_there_or_differs_is_an_invalid_change_batch(r53):
    """D2 row 14."""
    missing = refused_change(r53, "DELETE", record(f"a.{DOMAIN}", "A", "192.0.2.1"))
    assert missing.kind == "InvalidChangeBatch"
    assert "but it was not found" in missing.message
    change(r53, "CREATE", record(f"a.{DOMAIN}", "A", "192.0.2.1"))
    for wrong in (
        record(f"a.{DOMAIN}", "A", "192.0.2.9"),
        record(f"a.{DOMAIN}", "A", "192.0.2.1", ttl=9),
    ):
        found = refused_change(r53, "DELETE", wrong)
        assert "but the values provided do not match the current values" in found.message


def test_a_batch_is_all_or_nothing_and_names_every_fault(r53):
    """API Reference, ChangeResourceRecordSets: a batch is a transaction."""
    before = names(r53)
    found = refused_change(
        r53,
        "CREATE",
        record(f"good.{DOMAIN}", "A", "192.0.2.1"),
        record(f"bad.{DOMAIN}", "A", "no"),
        record("elsewhere.org", "A", "192.0.2.1"),
    )
    assert "IPv4" in found.message
    assert "elsewhere.org" in found.message
    assert names(r53) == before


def test_a_batch_may_not_set_one_record_set_twice(r53):
    found = refused_change(
        r53,
        "UPSERT",
        record(f"a.{DOMAIN}", "A", "192.0.2.1"),
        record(f"a.{DOMAIN}", "A", "192.0.2.2"),
    )
    assert found.message == (
        "[The request contains an invalid set of changes for a resource record set "
        f"'A a.{DOMAIN}.']"
    )


def test_the_apex_keeps_its_ns_and_soa(r53):
    for kind in ("NS", "SOA"):
        held = r53.list_resource_record_sets(
            HostedZoneId=ZONE, StartRecordName=DOMAIN, StartRecordType=kind, MaxItems="1"
        )["ResourceRecordSets"][0]
        assert held["Type"] == kind
        assert "must contain" in refused_change(r53, "DELETE", held).message


def test_a_change_is_pending_until_a_minute_has_passed(aws, r53):
    """D2 row 15; API Reference, GetChange; aws-facts 15: about 60 seconds."""
    first = change(r53, "CREATE", record(f"a.{DOMAIN}", "A", "192.0.2.1"))
    second = change(r53, "CREATE", record(f"b.{DOMAIN}", "A", "192.0.2.1"))
    assert first["Id"] != second["Id"]
    assert first["Status"] == "PENDING"
    aws.clock.advance(59)
    assert r53.get_change(Id=first["Id"])["ChangeInfo"]["Status"] == "PENDING"
    aws.clock.advance(1)
    assert r53.get_change(Id=first["Id"])["ChangeInfo"]["Status"] == "INSYNC"
    r53.get_waiter("resource_record_sets_changed").wait(Id=second["Id"])
    assert refused(r53.get_change, Id="C0NOSUCH").kind == "NoSuchChange"


def test_a_test_dns_answer_says_what_the_zone_answers(r53):
    """D2 row 15."""
    change(r53, "CREATE", record(f"a.b.{DOMAIN}", "TXT", '"x"'))

    def ask(name, kind):
        found = r53.test_dns_answer(HostedZoneId=ZONE, RecordName=name, RecordType=kind)
        return found["ResponseCode"], found["RecordData"]

    assert ask(f"a.b.{DOMAIN}", "TXT") == ("NOERROR", ['"x"'])
    assert ask(f"a.b.{DOMAIN}", "A") == ("NOERROR", [])
    assert ask(f"b.{DOMAIN}", "A") == ("NOERROR", [])
    assert ask(f"c.{DOMAIN}", "A") == ("NXDOMAIN", [])


def test_records_are_listed_by_reversed_labels_and_page_by_page(r53):
    """API Reference, ListResourceRecordSets: reversed labels, then type; Next… when truncated."""
    wanted = [(DOMAIN, "NS"), (DOMAIN, "SOA"), (f"a.{DOMAIN}", "A"), (f"a.{DOMAIN}", "TXT"),
              (f"x.a.{DOMAIN}", "A"), (f"b.{DOMAIN}", "A")]  # fmt: skip
    for name, kind in reversed(wanted[2:]):
        change(r53, "CREATE", record(name, kind, '"x"' if kind == "TXT" else "192.0.2.1"))
    listed = [(f"{name}.", kind) for name, kind in wanted]
    assert names(r53) == listed
    found: list[tuple[str, str]] = []
    start: dict[str, str] = {}
    while True:
        page = r53.list_resource_record_sets(HostedZoneId=ZONE, MaxItems="2", **start)
        found += [(each["Name"], each["Type"]) for each in page["ResourceRecordSets"]]
        if not page["IsTruncated"]:
            break
        start = {
            "StartRecordName": page["NextRecordName"],
            "StartRecordType": page["NextRecordType"],
        }
    assert found == listed
    assert (
        refused(r53.list_resource_record_sets, HostedZoneId=ZONE, StartRecordType="A").kind
        == "InvalidInput"
    )


def test_weighted_record_sets_live_side_by_side_but_not_with_a_simple_one(r53):
    one = record(f"w.{DOMAIN}", "TXT", '"1"', SetIdentifier="one", Weight=1)
    two = record(f"w.{DOMAIN}", "TXT", '"2"', SetIdentifier="two", Weight=2)
    change(r53, "CREATE", one, two)
    assert names(r53).count((f"w.{DOMAIN}.", "TXT")) == 2
    simple = refused_change(r53, "CREATE", record(f"w.{DOMAIN}", "TXT", '"3"'))
    assert "other RRSets exist with the same name and type" in simple.message
    assert (
        refused_change(r53, "CREATE", record(f"v.{DOMAIN}", "TXT", '"1"', SetIdentifier="one")).kind
        == "InvalidInput"
    )


def test_an_alias_has_a_target_and_no_ttl(r53):
    target = {
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "DNSName": "d.Cloudfront.net",
        "EvaluateTargetHealth": False,
    }
    change(r53, "CREATE", record(DOMAIN, "A", AliasTarget=target))
    held = r53.list_resource_record_sets(HostedZoneId=ZONE, MaxItems="1")["ResourceRecordSets"][0]
    assert held["AliasTarget"] == target | {"DNSName": "d.cloudfront.net."}
    assert "TTL" not in held
    both = refused_change(
        r53, "CREATE", record(f"x.{DOMAIN}", "A", "192.0.2.1", AliasTarget=target)
    )
    neither = refused_change(r53, "CREATE", record(f"x.{DOMAIN}", "A"))
    assert (both.kind, neither.kind) == ("InvalidInput", "InvalidInput")
    assert (
        "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords]" in neither.message
    )


def test_zones_of_one_name_may_be_public_and_private(r53):
    private = r53.create_hosted_zone(
        Name=DOMAIN, CallerReference="p", VPC={"VPCRegion": AWAY, "VPCId": "vpc-1"},
        HostedZoneConfig={"PrivateZone": True, "Comment": "inside"},
    )  # fmt: skip
    assert private["HostedZone"]["Config"] == {"PrivateZone": True, "Comment": "inside"}
    assert private["Location"].endswith(private["HostedZone"]["Id"])
    listed = r53.list_hosted_zones_by_name(DNSName=DOMAIN)["HostedZones"]
    assert {zone["Config"]["PrivateZone"] for zone in listed} == {True, False}
    got = r53.get_hosted_zone(Id=private["HostedZone"]["Id"])
    assert got["VPCs"] == [{"VPCRegion": AWAY, "VPCId": "vpc-1"}]
    again = refused(r53.create_hosted_zone, Name=DOMAIN, CallerReference="p")
    assert (again.kind, again.status) == ("HostedZoneAlreadyExists", 409)


def test_only_an_empty_zone_can_be_deleted(r53):
    change(r53, "CREATE", record(f"a.{DOMAIN}", "A", "192.0.2.1"))
    assert refused(r53.delete_hosted_zone, Id=ZONE).kind == "HostedZoneNotEmpty"
    change(r53, "DELETE", record(f"a.{DOMAIN}", "A", "192.0.2.1"))
    r53.delete_hosted_zone(Id=ZONE)
    assert refused(r53.get_hosted_zone, Id=ZONE).status == 404


def test_zones_are_listed_page_by_page(r53):
    for letter in "abcde":
        r53.create_hosted_zone(Name=f"{letter}.org", CallerReference=letter)
    pages = r53.get_paginator("list_hosted_zones").paginate(PaginationConfig={"PageSize": 2})
    assert len([zone for page in pages for zone in page["HostedZones"]]) == 6
    assert r53.get_hosted_zone_count()["HostedZoneCount"] == 6
    first = r53.list_hosted_zones_by_name(MaxItems="1")
    assert first["HostedZones"][0]["Name"] == f"{DOMAIN}."
    after = r53.list_hosted_zones_by_name(
        DNSName=first["NextDNSName"], HostedZoneId=first["NextHostedZoneId"]
    )
    assert [zone["Name"] for zone in after["HostedZones"]] == [f"{x}.org." for x in "abcde"]


def test_tags_of_a_zone(r53):
    r53.change_tags_for_resource(
        ResourceType="hostedzone",
        ResourceId=ZONE,
        AddTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
    )
    r53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=ZONE, RemoveTagKeys=["a"])
    found = r53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=ZONE)
    assert found["ResourceTagSet"]["Tags"] == [{"Key": "b", "Value": "2"}]


def test_a_zone_belongs_to_its_account_alone(client):
    assert refused(client("route53", STAGING).get_hosted_zone, Id=ZONE).kind == "NoSuchHostedZone"


def test_an_operation_that_is_not_served_says_so(r53):
    found = refused(r53.list_health_checks)
    assert found.code == "NotImplementedByLocalAws"
    assert "route53:ListHealthChecks" in found.message


@pytest.mark.parametrize("name", ["a..b", f"{'x' * 64}.org", ".".join(["x" * 60] * 5)])
def test_what_is_no_domain_name_is_refused(r53, name):
    """RFC 1035, 2.3.4."""
    for found in (
        refused(r53.list_resource_record_sets, HostedZoneId=ZONE, StartRecordName=name),
        refused(r53.create_hosted_zone, Name=name, CallerReference="x"),
        refused_change(r53, "CREATE", record(f"{name}.{DOMAIN}", "A", "192.0.2.1")),
    ):
        assert found.code in ("InvalidInput", "InvalidDomainName", "InvalidChangeBatch")


@pytest.mark.parametrize("most", ["x", "0", "-1", "1.5", "\u0663", "9" * 5000])
@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("ListHostedZones", {}),
        ("ListHostedZonesByName", {}),
        ("ListResourceRecordSets", {"HostedZoneId": ZONE}),
    ],
)
def test_a_page_of_no_size_is_refused(aws, operation, asked, most):
    with pytest.raises(AwsError, match="MaxItems") as caught:
        aws.call(PROD, HOME, "route53", operation, {"MaxItems": most, **asked})
    assert caught.value.code == "InvalidInput"
