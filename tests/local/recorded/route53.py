"""Route 53: zones and changes, as AWS answered them."""

from typing import Any

from tests.local.recorded.table import ANYTHING, Call, Like, Only, Refusal, Row

_RECORDED = "localstack, tests/aws/services/route53/test_route53.snapshot.json"
_QUOTED = "Route 53, an error quoted in many issues of DNS tools"
_ZONE = "starlightpractice.com."


def _zone(**more: Any) -> Call:
    params = {"Name": "example.org", "CallerReference": "once"}
    return Call("route53", "CreateHostedZone", params | more, keep={"made": "HostedZone.Id"})


def _change(*changes: tuple[str, str, str, list[str]]) -> Call:
    batch = [
        {
            "Action": action,
            "ResourceRecordSet": {
                "Name": name,
                "Type": kind,
                "TTL": 300,
                "ResourceRecords": [{"Value": value} for value in values],
            },
        }
        for action, name, kind, values in changes
    ]
    params = {"HostedZoneId": "$zone", "ChangeBatch": {"Changes": batch}}
    return Call("route53", "ChangeResourceRecordSets", params)


def _refused(message: Any) -> Refusal:
    return Refusal("InvalidChangeBatch", message, 400)


_TXT = ("CREATE", f"mail.{_ZONE}", "TXT", ['"one"'])
_CNAME = ("CREATE", f"mail.{_ZONE}", "CNAME", ["elsewhere.example.net"])
_CHANGED = {"ChangeInfo": {"Id": Like("^/change/C"), "Status": "PENDING", "SubmittedAt": ANYTHING}}

ROWS = [
    Row(
        "a new zone has two record sets, four servers and a place",
        _zone(),
        Only(
            {
                "ChangeInfo": {"Id": Like("^/change/"), "Status": "PENDING"},
                "DelegationSet": {"NameServers": [ANYTHING] * 4},
                "HostedZone": Only(
                    {
                        "CallerReference": "once",
                        "Config": {"PrivateZone": False},
                        "Id": Like("^/hostedzone/Z"),
                        "Name": "example.org.",
                        "ResourceRecordSetCount": 2,
                    }
                ),
                "Location": Like(r"^https://route53.amazonaws.com/2013-04-01/hostedzone/Z"),
            }
        ),
        _RECORDED,
    ),
    Row("a zone shows its servers", Call("route53", "GetHostedZone", {"Id": "$made"}),
        Only({"DelegationSet": {"NameServers": [ANYTHING] * 4},
              "HostedZone": {"Id": "$made", "Name": "example.org."}}), _RECORDED, (_zone(),)),
    Row("a private zone shows its networks", Call("route53", "GetHostedZone", {"Id": "$made"}),
        Only({"HostedZone": {"Config": {"Comment": "test", "PrivateZone": True}},
              "VPCs": [{"VPCRegion": "us-east-2", "VPCId": "vpc-0123456789abcdef0"}]}), _RECORDED,
        (_zone(VPC={"VPCRegion": "us-east-2", "VPCId": "vpc-0123456789abcdef0"},
               HostedZoneConfig={"Comment": "test", "PrivateZone": True}),)),
    Row("a zone that is not there", Call("route53", "GetHostedZone", {"Id": "Z0asdf1234"}),
        Refusal("NoSuchHostedZone", "No hosted zone found with ID: Z0asdf1234", 404), _RECORDED),
    Row("an empty zone is deleted by a change",
        Call("route53", "DeleteHostedZone", {"Id": "$made"}),
        {"ChangeInfo": {"Id": Like("^/change/"), "Status": "PENDING"}}, _RECORDED, (_zone(),)),
    Row("a zone with records is not deleted",
        Call("route53", "DeleteHostedZone", {"Id": "$zone"}),
        Refusal("HostedZoneNotEmpty", Like("non-required resource record sets"), 400),
        "API Reference, DeleteHostedZone", (_change(_TXT),)),
    Row("a change is pending at first", _change(_TXT), _CHANGED, "API Reference, ChangeInfo"),
    Row("a CNAME stands alone",
        _change(_CNAME),
        _refused(f"[RRSet of type CNAME with DNS name mail.{_ZONE} is not permitted as it "
                 f"conflicts with other records with the same DNS name in zone {_ZONE}]"),
        "ansible-collections/amazon.aws#2694, an error of AWS", (_change(_TXT),)),
    Row("nothing stands beside a CNAME",
        _change(_TXT),
        _refused(f"[RRSet of type TXT with DNS name mail.{_ZONE} is not permitted because a "
                 "conflicting RRSet of type  CNAME with the same DNS name already exists in zone "
                 f"{_ZONE}]"),
        "GSA-TTS/dns#443, an error of AWS", (_change(_CNAME),)),
    Row("what exists is not created again", _change(_TXT),
        _refused(f"[Tried to create resource record set [name='mail.{_ZONE}', type='TXT'] but it "
                 "already exists]"), _QUOTED, (_change(_TXT),)),
    Row("what is not there is not deleted", _change(("DELETE", f"x.{_ZONE}", "TXT", ['"one"'])),
        _refused(f"[Tried to delete resource record set [name='x.{_ZONE}', type='TXT'] but it was "
                 "not found]"), _QUOTED),
    Row("what differs is not deleted",
        _change(("DELETE", f"mail.{_ZONE}", "TXT", ['"two"'])),
        _refused(f"[Tried to delete resource record set [name='mail.{_ZONE}', type='TXT'] but the "
                 "values provided do not match the current values]"),
        _QUOTED, (_change(_TXT),)),
    Row("text stands in quotation marks",
        _change(("UPSERT", f"mail.{_ZONE}", "TXT", ["v=spf1 -all"])),
        _refused(Like("InvalidCharacterString \\(Value should be enclosed in quotation marks\\) "
                      "encountered with 'v=spf1 -all'")),
        "AWS re:Post, route53-resolve-dkim-text-record-error"),
    Row("quotation marks that were doubled are refused",
        _change(("UPSERT", f"mail.{_ZONE}", "TXT", ['""v=spf1 -all""'])),
        _refused(Like("InvalidCharacterString")),
        "hashicorp/terraform#10048, an error of AWS"),
    Row("a string has at most 255 characters",
        _change(("UPSERT", f"mail.{_ZONE}", "TXT", ['"' + "x" * 256 + '"'])),
        _refused(Like("CharacterStringTooLong \\(Value is too long\\)")),
        "AWS re:Post, route53-resolve-dkim-text-record-error"),
    Row("a longer value is several strings",
        _change(("UPSERT", f"mail.{_ZONE}", "TXT", ['"' + "x" * 255 + '" "' + "y" * 100 + '"'])),
        _CHANGED, "Route 53 Developer Guide, ResourceRecordTypes: TXT"),
    Row("a domain may say that it takes no mail",
        _change(("UPSERT", f"nomail.{_ZONE}", "MX", ["0 ."])), _CHANGED,
        "RFC 7505, and Route 53 Developer Guide, ResourceRecordTypes: MX"),
    Row("one record set stands twice in a batch", _change(_TXT, _TXT),
        _refused(Like("^\\[The request contains an invalid set of changes for a resource record "
                      f"set 'TXT mail.{_ZONE}'")),
        "schwamster/serverless-certificate-creator#28, an error of AWS"),
    Row("a name lies in its zone", _change(("UPSERT", "mail.example.org.", "TXT", ['"x"'])),
        _refused(f"[RRSet with DNS name mail.example.org. is not permitted in zone {_ZONE}]"),
        _QUOTED),
    Row("the apex is no CNAME", _change(("UPSERT", _ZONE, "CNAME", ["elsewhere.example.net"])),
        _refused(f"[RRSet of type CNAME with DNS name {_ZONE} is not permitted at apex in zone "
                 f"{_ZONE}]"), "AWS re:Post, an error of Route 53"),
]  # fmt: skip
