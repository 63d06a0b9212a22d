"""Amazon Route 53: how the record sets of a hosted zone are read and changed.

Route 53 applies a batch as a whole or not at all, and refuses a CREATE of what is there and a
DELETE of what is otherwise (API reference, ChangeResourceRecordSets). An UPSERT would silently
replace what somebody wrote in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.names import dns_name
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Condition, Credentials
from ses_provision.resources.dns_zone import EVERY_WAY, Raw, at_name

ABSENT = (Refusal("NoSuchHostedZone"),)

ALREADY = (Refusal("InvalidChangeBatch"),)
"""A record to create is there, or one to delete is not as it was read."""

NAMES = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
"""What a permission to change records is narrowed by (Route 53 Developer Guide, conditions)."""

HOME = {
    "aws": "us-east-1",
    "aws-cn": "cn-northwest-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
}
"""Route 53 is global; its client wants a region of the partition all the same (the endpoints file
of botocore)."""


@dataclass(frozen=True)
class Zone:
    """A public hosted zone, the name servers that Route 53 gave it, and where it is asked for."""

    id: str
    name: str
    name_servers: tuple[str, ...] = ()
    partition: str = field(default="aws", compare=False)

    @property
    def kind(self) -> str:
        """What Route 53 calls it."""
        return "hosted zone"

    @property
    def alone(self) -> frozenset[str]:
        """Values of others stay as they are, whatever is done to ours."""
        return EVERY_WAY

    @property
    def arn(self) -> str:
        """What IAM checks; the account is not in it."""
        return f"arn:{self.partition}:route53:::hostedzone/{self.id}"

    @property
    def region(self) -> str:
        """The region that its client wants."""
        return HOME.get(self.partition, HOME["aws"])

    def at(self, names: Sequence[str]) -> Reading[dict[str, list[Raw]]]:
        """The record sets at each name.

        A zone of up to 300 record sets is one answer; in a larger one each name is asked for: sets
        come sorted by name, so those of a name are at the beginning of a list that starts there.
        """
        [first] = yield from ask(self.question())
        if first is None or not first["IsTruncated"]:
            sets = (first or {}).get("ResourceRecordSets", ())
            return {name: at_name(sets, name) for name in names}
        lists = yield from ask(*(self.question(name) for name in names))
        return {
            name: at_name((listed or {})["ResourceRecordSets"], name)
            for name, listed in zip(names, lists, strict=True)
        }

    def seen_anyway(self) -> Reading[Sequence[Raw]]:
        """The first page of the zone: all of a small one."""
        [first] = yield from ask(self.question())
        return tuple((first or {}).get("ResourceRecordSets", ()))

    def question(self, start: str = "") -> Ask:
        """The question for the first page of the zone; or for a page from a name."""
        params: dict[str, Any] = {"StartRecordName": start, "MaxItems": "100"} if start else {}
        return question(
            "route53",
            self.region,
            "ListResourceRecordSets",
            on=(self.arn,),
            absent=ABSENT,
            nothing={"ResourceRecordSets": [], "IsTruncated": False},
            credentials=Credentials.ZONES,
            HostedZoneId=self.id,
            **params,
        )

    def change(self, changes: Iterable[tuple[str, Raw]]) -> Call:
        """One batch of changes, applied as a whole."""
        listed = list(changes)
        entries = [{"Action": verb, "ResourceRecordSet": dict(found)} for verb, found in listed]
        names = sorted({dns_name(found["Name"]) for _, found in listed})
        return Call(
            "route53",
            self.region,
            "ChangeResourceRecordSets",
            {
                "HostedZoneId": self.id,
                "ChangeBatch": {"Comment": "ses-provision", "Changes": entries},
            },
            on=(self.arn,),
            conditions=(Condition("ForAllValues:StringLike", NAMES, tuple(names)),),
            already=ALREADY,
            batch=("ChangeBatch", "Changes"),
            credentials=Credentials.ZONES,
        )

    def holding(self, *sets: Raw) -> Answers:
        """The answer of a small zone in which these sets stand."""
        return {self.question(): {"ResourceRecordSets": list(sets), "IsTruncated": False}}
