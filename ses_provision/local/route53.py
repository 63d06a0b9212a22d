"""Route 53: hosted zones, record sets and changes, strict where moto is not."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ses_provision.local import answers, dnsnames, dnsvalues
from ses_provision.local.answers import Outcome
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import Operation, OwnService
from ses_provision.local.zones import Zone, apply_changes, order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# API Reference, ListResourceRecordSets: at most 300 items a page.
_PAGE = 300
_NUMBER = re.compile(r"0*[1-9][0-9]{0,8}")
_ZONE_PAGE = 100
_TYPES_WITH_ANSWERS = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "CAA")


class Route53(OwnService):
    """All accounts' zones. A change is INSYNC `insync_after` seconds after it was made."""

    name = "route53"

    def __init__(self, clock: Clock, around_change: Callable[[str], None] = lambda _: None) -> None:
        self._clock = clock
        self._around_change = around_change
        self.insync_after = timedelta(seconds=60)
        self._zones: dict[str, dict[str, Zone]] = {}
        self._changes: dict[tuple[str, str], datetime] = {}
        self.operations: Mapping[str, Operation] = {
            "CreateHostedZone": self._create_hosted_zone,
            "GetHostedZone": self._get_hosted_zone,
            "DeleteHostedZone": self._delete_hosted_zone,
            "UpdateHostedZoneComment": self._update_comment,
            "GetHostedZoneCount": self._count,
            "ListHostedZones": self._list_hosted_zones,
            "ListHostedZonesByName": self._list_by_name,
            "ChangeResourceRecordSets": self._change,
            "ListResourceRecordSets": self._list_records,
            "GetChange": self._get_change,
            "TestDNSAnswer": self._test_answer,
            "ChangeTagsForResource": self._change_tags,
            "ListTagsForResource": self._list_tags,
        }

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        try:
            return super().handle(caller, operation, params)
        except dnsnames.BadNameError as error:
            raise AwsError("InvalidInput", f"{error} is not a valid domain name") from error

    def add_zone(
        self, account: str, name: str, zone_id: str | None = None, *, private: bool = False
    ) -> Zone:
        """Put a hosted zone in an account, with its NS and SOA records."""
        zones = self._zones.setdefault(account, {})
        number = sum(map(len, self._zones.values())) + 1
        digest = hashlib.sha256(f"{account} {name} {number}".encode()).hexdigest().upper()
        identity = zone_id or f"Z0{digest[:19]}"
        servers = tuple(
            f"ns-{int(digest[at : at + 3], 16) % 512 + 512 * part}.awsdns-{part:02d}.{tld}."
            for part, (at, tld) in enumerate(zip((0, 3, 6, 9), _NAME_SERVER_TLDS, strict=True))
        )
        zone = Zone(
            identity, dnsnames.canonical(name), f"{identity}-reference", private=private,
            name_servers=servers,
        )  # fmt: skip
        apply_changes(zone, [_default_ns(zone), _default_soa(zone)])
        zones[identity] = zone
        return zone

    def zones(self, account: str) -> list[Zone]:
        """The zones of an account, by id."""
        return [zone for _, zone in sorted(self._zones.get(account, {}).items())]

    def accounts(self) -> list[str]:
        """The accounts that have zones."""
        return sorted(self._zones)

    def lookup(self, account: str, name: str, record_type: str) -> list[str] | None:
        """What the account's public zones answer; None where they have no such record."""
        try:
            wanted = dnsnames.canonical(name)
        except dnsnames.BadNameError:
            return None
        zone = answers.closest(self.zones(account), wanted)
        if zone is None:
            return None
        answer = answers.ask(zone, wanted, record_type)
        if answer.outcome is not Outcome.FOUND or answer.records[0]["Type"] != record_type:
            return None
        return [dnsvalues.answer(record_type, value) for value in answer.values]

    def _zone(self, caller: Caller, identity: str) -> Zone:
        bare = identity.rpartition("/")[2]
        zone = self._zones.get(caller.account, {}).get(bare)
        if zone is None:
            raise AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {bare}", 404)
        return zone

    def _new_change(self, caller: Caller, comment: str | None = None) -> Reply:
        number = len(self._changes) + 1
        digest = hashlib.sha256(f"{caller.account} {number}".encode()).hexdigest().upper()
        identity = f"C0{digest[:19]}"
        self._changes[caller.account, identity] = self._clock.now()
        return self._change_info(caller, identity) | ({"Comment": comment} if comment else {})

    def _change_info(self, caller: Caller, identity: str) -> Reply:
        made = self._changes[caller.account, identity]
        insync = self._clock.now() - made >= self.insync_after
        return {
            "Id": f"/change/{identity}",
            "Status": "INSYNC" if insync else "PENDING",
            "SubmittedAt": made,
        }

    def _create_hosted_zone(self, caller: Caller, params: Params) -> Reply:
        reference = params["CallerReference"]
        if any(zone.caller_reference == reference for zone in self.zones(caller.account)):
            raise AwsError(
                "HostedZoneAlreadyExists",
                "A hosted zone has already been created with the specified caller reference.",
                409,
            )
        config = params.get("HostedZoneConfig") or {}
        private = "VPC" in params
        if config.get("PrivateZone") and not private:
            raise AwsError(
                "InvalidInput", "When you're creating a private hosted zone, you must specify a VPC"
            )
        try:
            zone = self.add_zone(caller.account, params["Name"], private=private)
        except dnsnames.BadNameError:
            raise AwsError(
                "InvalidDomainName", f"{params['Name']} is not a valid domain name"
            ) from None
        zone.caller_reference = reference
        zone.comment = config.get("Comment", "")
        reply: Reply = {"HostedZone": _described(zone), "ChangeInfo": self._new_change(caller)}
        address = caller.origin or "https://route53.amazonaws.com"
        reply["Location"] = f"{address}/2013-04-01/hostedzone/{zone.id}"
        if private:
            zone.vpcs = [params["VPC"]]
            return reply | {"VPC": params["VPC"]}
        return reply | {"DelegationSet": _delegation(zone)}

    def _get_hosted_zone(self, caller: Caller, params: Params) -> Reply:
        zone = self._zone(caller, params["Id"])
        beside = {"VPCs": zone.vpcs} if zone.private else {"DelegationSet": _delegation(zone)}
        return {"HostedZone": _described(zone)} | beside

    def _delete_hosted_zone(self, caller: Caller, params: Params) -> Reply:
        zone = self._zone(caller, params["Id"])
        if any(key[1] not in ("NS", "SOA") or key[0] != zone.name for key in zone.records):
            raise AwsError(
                "HostedZoneNotEmpty",
                "The specified hosted zone contains non-required resource record sets and so "
                "cannot be deleted.",
            )
        del self._zones[caller.account][zone.id]
        return {"ChangeInfo": self._new_change(caller)}

    def _update_comment(self, caller: Caller, params: Params) -> Reply:
        zone = self._zone(caller, params["Id"])
        zone.comment = params.get("Comment", "")
        return {"HostedZone": _described(zone)}

    def _count(self, caller: Caller, _: Params) -> Reply:
        return {"HostedZoneCount": len(self.zones(caller.account))}

    def _list_hosted_zones(self, caller: Caller, params: Params) -> Reply:
        zones = self.zones(caller.account)
        if params.get("HostedZoneType") == "PrivateHostedZone":
            zones = [zone for zone in zones if zone.private]
        size = _size(params, _ZONE_PAGE)
        start = params.get("Marker") or ""
        rest = [zone for zone in zones if zone.id >= start]
        reply: Reply = {
            "HostedZones": [_described(zone) for zone in rest[:size]],
            "Marker": start,
            "IsTruncated": len(rest) > size,
            "MaxItems": str(size),
        }
        return reply | ({"NextMarker": rest[size].id} if len(rest) > size else {})

    def _list_by_name(self, caller: Caller, params: Params) -> Reply:
        start, start_id = params.get("DNSName"), params.get("HostedZoneId", "")
        if start_id and not start:
            raise AwsError("InvalidInput", "HostedZoneId cannot be specified without DNSName")
        size = _size(params, _ZONE_PAGE)
        ordered = sorted(
            self.zones(caller.account), key=lambda zone: (dnsnames.sort_key(zone.name), zone.id)
        )
        if start:
            first = (dnsnames.sort_key(dnsnames.canonical(start)), start_id.rpartition("/")[2])
            ordered = [z for z in ordered if (dnsnames.sort_key(z.name), z.id) >= first]
        reply: Reply = {
            "HostedZones": [_described(zone) for zone in ordered[:size]],
            "IsTruncated": len(ordered) > size,
            "MaxItems": str(size),
        }
        if start:
            reply["DNSName"] = start
        if start_id:
            reply["HostedZoneId"] = start_id
        if len(ordered) > size:
            after = ordered[size]
            reply |= {"NextDNSName": after.name, "NextHostedZoneId": after.id}
        return reply

    def _change(self, caller: Caller, params: Params) -> Reply:
        zone = self._zone(caller, params["HostedZoneId"])
        batch = params["ChangeBatch"]
        if len(batch["Changes"]) > 1000:
            raise AwsError("InvalidChangeBatch", "[Number of changes limit of 1000 exceeded.]")
        self._around_change(caller.account)
        apply_changes(zone, batch["Changes"])
        self._around_change(caller.account)
        return {"ChangeInfo": self._new_change(caller, batch.get("Comment"))}

    def _list_records(self, caller: Caller, params: Params) -> Reply:
        zone = self._zone(caller, params["HostedZoneId"])
        size = _size(params, _PAGE)
        records = self._from_start(zone, params)
        reply: Reply = {
            "ResourceRecordSets": records[:size],
            "IsTruncated": len(records) > size,
            "MaxItems": str(size),
        }
        if len(records) > size:
            after = records[size]
            reply |= {"NextRecordName": after["Name"], "NextRecordType": after["Type"]}
            if "SetIdentifier" in after:
                reply["NextRecordIdentifier"] = after["SetIdentifier"]
        return reply

    @staticmethod
    def _from_start(zone: Zone, params: Params) -> list[dict[str, Any]]:
        name, kind = params.get("StartRecordName"), params.get("StartRecordType", "")
        identifier = params.get("StartRecordIdentifier", "")
        if (kind and not name) or (identifier and not kind):
            raise AwsError(
                "InvalidInput",
                "StartRecordType needs StartRecordName, and StartRecordIdentifier needs both",
            )
        if not name:
            return zone.ordered()
        first = order((dnsnames.canonical(name), kind, identifier))
        return [zone.records[key] for key in sorted(zone.records, key=order) if order(key) >= first]

    def _get_change(self, caller: Caller, params: Params) -> Reply:
        identity = params["Id"].rpartition("/")[2]
        if (caller.account, identity) not in self._changes:
            raise AwsError(
                "NoSuchChange", f"A change with the specified change ID does not exist: {identity}",
                404,
            )  # fmt: skip
        return {"ChangeInfo": self._change_info(caller, identity)}

    def _test_answer(self, caller: Caller, params: Params) -> Reply:
        zone = self._zone(caller, params["HostedZoneId"])
        if zone.private:
            raise AwsError("InvalidInput", "TestDNSAnswer works on public hosted zones only.")
        name, kind = dnsnames.canonical(params["RecordName"]), params["RecordType"]
        if kind not in _TYPES_WITH_ANSWERS:
            raise AwsError("InvalidInput", f"Unsupported record type {kind}.")
        answer = answers.ask(zone, name, kind)
        found = answer.values if answer.outcome is Outcome.FOUND else []
        return {
            "Nameserver": zone.name_servers[0].rstrip("."),
            "RecordName": params["RecordName"],
            "RecordType": kind,
            "RecordData": found,
            "ResponseCode": "NXDOMAIN" if answer.outcome is Outcome.NXDOMAIN else "NOERROR",
            "Protocol": "UDP",
        }

    def _tagged(self, caller: Caller, params: Params) -> Zone:
        if params["ResourceType"] != "hostedzone":
            raise AwsError("NotImplementedByLocalAws", "The local AWS tags hosted zones only.", 501)
        return self._zone(caller, params["ResourceId"])

    def _change_tags(self, caller: Caller, params: Params) -> Reply:
        zone = self._tagged(caller, params)
        zone.tags |= {tag["Key"]: tag.get("Value", "") for tag in params.get("AddTags", [])}
        for key in params.get("RemoveTagKeys", []):
            zone.tags.pop(key, None)
        return {}

    def _list_tags(self, caller: Caller, params: Params) -> Reply:
        zone = self._tagged(caller, params)
        tags = [{"Key": key, "Value": value} for key, value in sorted(zone.tags.items())]
        return {
            "ResourceTagSet": {
                "ResourceType": "hostedzone",
                "ResourceId": zone.id,
                "Tags": tags,
            }
        }


_NAME_SERVER_TLDS = ("com", "net", "co.uk", "org")


def _described(zone: Zone) -> Reply:
    config: Reply = {"PrivateZone": zone.private}
    if zone.comment:
        config["Comment"] = zone.comment
    return {
        "Id": f"/hostedzone/{zone.id}",
        "Name": zone.name,
        "CallerReference": zone.caller_reference,
        "Config": config,
        "ResourceRecordSetCount": len(zone.records),
    }


def _delegation(zone: Zone) -> Reply:
    return {"NameServers": [server.rstrip(".") for server in zone.name_servers]}


def _default_ns(zone: Zone) -> Params:
    records = [{"Value": server} for server in zone.name_servers]
    return _creation({"Name": zone.name, "Type": "NS", "TTL": 172800, "ResourceRecords": records})


def _default_soa(zone: Zone) -> Params:
    value = f"{zone.name_servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    records = [{"Value": value}]
    return _creation({"Name": zone.name, "Type": "SOA", "TTL": 900, "ResourceRecords": records})


def _creation(record: Params) -> Params:
    return {"Action": "CREATE", "ResourceRecordSet": record}


def _size(params: Params, most: int) -> int:
    """How much of a list is asked for: MaxItems is text in the model, and may ask for too much."""
    given = params.get("MaxItems") or str(most)
    if not _NUMBER.fullmatch(given):
        raise AwsError("InvalidInput", f"MaxItems is a number from 1 on, not '{given}'")
    return min(int(given), most)
