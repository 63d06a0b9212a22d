"""Amazon Data Firehose: a stream that gathers records and writes them into a bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key, Obstacle
from ses_provision.names import region_of
from ses_provision.outside.call import Begun, Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import tags
from ses_provision.resources.service_role import passing

ABSENT = (Refusal("ResourceNotFoundException"),)
BUSY = Refusal("ResourceInUseException")
INVALID = "InvalidArgumentException"
NOT_YET = (
    Refusal(INVALID, "is unable to assume role"),
    Refusal(INVALID, "Verify that the IAM role has access"),
    Refusal(INVALID, "is not authorized to"),
    Refusal(INVALID, "Access was denied"),
    Refusal(INVALID, "Ensure that the provided IAM role associated with firehose is not deleted"),
    BUSY,
)
"""What Firehose says of a role that was made just now. The code is that of real mistakes too, so
that the words decide (Terraform's AWS provider, retryDeliveryStreamOp; its issue 47937)."""

READY = "ACTIVE"
BROKEN = frozenset({"CREATING_FAILED", "DELETING_FAILED"})
STATUS = ("DeliveryStreamDescription", "DeliveryStreamStatus")
WHY = ("DeliveryStreamDescription", "FailureDescription", "Details")
MEGABYTES = 5
"""What is gathered at most before an object is written; the default of Firehose."""
OWNED = "AWS_OWNED_CMK"


@dataclass(frozen=True)
class DeliveryStream:
    """A stream into a bucket: where its objects go, how long it gathers, in which role it writes.

    `encrypted`: what it has gathered rests encrypted, with a key of AWS. `version` and
    `destination` are what a change has to name.
    """

    arn: str
    state: str
    bucket_arn: str
    role_arn: str
    prefix: str
    error_prefix: str
    buffer_seconds: int
    buffer_mb: int
    compression: str
    encrypted: bool
    tags: Mapping[str, str]
    price: str = field(default="", compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    version: str = field(default="", compare=False)
    destination: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One stream of a name in an account and region."""
        return Key.of("delivery stream", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"delivery stream {self.name}"

    def read(self) -> Reading[Found[DeliveryStream]]:
        """Find it by its name. One that is being deleted is as good as gone, and in the way."""
        answer, tagged = yield from ask(described(self.arn), self._tagged())
        if answer is None:
            return Found(None, notes=(self.price,) if self.price else ())
        held = answer["DeliveryStreamDescription"]
        if held["DeliveryStreamStatus"] == "DELETING":
            return Found(None, (leaving(self.name),))
        all_tags = tags.as_mapping((tagged or {}).get("Tags"))
        [target] = held["Destinations"] or [{}]
        into = target.get("ExtendedS3DestinationDescription")
        if into is None and held["DeliveryStreamStatus"] not in BROKEN:
            live = replace(self, tags=tags.ours(all_tags, self.tags), all_tags=all_tags)
            return Found(live, (other_kind(self.name),))
        return Found(self._live(held, target, into or {}, all_tags))

    def _live(
        self,
        held: Mapping[str, Any],
        target: Mapping[str, Any],
        into: Mapping[str, Any],
        all_tags: Mapping[str, str],
    ) -> DeliveryStream:
        gathers = into.get("BufferingHints") or {}
        resting = held.get("DeliveryStreamEncryptionConfiguration") or {}
        return replace(
            self,
            state=held["DeliveryStreamStatus"],
            bucket_arn=into.get("BucketARN", ""),
            role_arn=into.get("RoleARN", ""),
            prefix=into.get("Prefix", ""),
            error_prefix=into.get("ErrorOutputPrefix", ""),
            buffer_seconds=gathers.get("IntervalInSeconds", 0),
            buffer_mb=gathers.get("SizeInMBs", 0),
            compression=into.get("CompressionFormat", ""),
            encrypted=resting.get("Status") in {"ENABLED", "ENABLING"},
            tags=tags.ours(all_tags, self.tags),
            all_tags=all_tags,
            version=held.get("VersionId", ""),
            destination=target.get("DestinationId", ""),
        )

    def _tagged(self) -> Ask:
        return question(
            "firehose",
            region_of(self.arn),
            "ListTagsForDeliveryStream",
            on=(self.arn,),
            absent=ABSENT,
            DeliveryStreamName=self.name,
        )

    def into(self) -> dict[str, Any]:
        """Where it writes, as Firehose takes it."""
        return {
            "RoleARN": self.role_arn,
            "BucketARN": self.bucket_arn,
            "Prefix": self.prefix,
            "ErrorOutputPrefix": self.error_prefix,
            "BufferingHints": {
                "SizeInMBs": self.buffer_mb,
                "IntervalInSeconds": self.buffer_seconds,
            },
            "CompressionFormat": self.compression,
        }

    def writes(self, found: Found[DeliveryStream]) -> Sequence[Call]:
        """Create it and wait for it, or set what differs; one that could not be made is made
        anew, for Firehose lets nothing else be done with it."""
        live = found.live
        if live is None:
            return [self._creation()]
        if live.state in BROKEN:
            return [self._deletion(), self._creation()]
        calls = []
        if live.into() != self.into():
            calls.append(
                self._call(
                    "UpdateDestination",
                    {
                        "CurrentDeliveryStreamVersionId": live.version,
                        "DestinationId": live.destination,
                        "ExtendedS3DestinationUpdate": self.into(),
                    },
                    also=(passing(self.role_arn, "firehose.amazonaws.com"),),
                    not_yet=NOT_YET,
                )
            )
        if live.encrypted != self.encrypted:
            by = {"DeliveryStreamEncryptionConfigurationInput": {"KeyType": OWNED}}
            calls.append(self._call("StartDeliveryStreamEncryption", by, not_yet=(BUSY,)))
        if live.tags != self.tags or live.state != self.state:
            ours = {"Tags": tags.as_list(self.tags)}
            calls.append(
                self._call("TagDeliveryStream", ours, not_yet=(BUSY,), begins=self._made())
            )
        return calls

    def _made(self) -> Begun:
        return Begun(described(self.arn), STATUS, ("CREATING", None), READY, WHY)

    def _creation(self) -> Call:
        params = {
            "DeliveryStreamType": "DirectPut",
            "DeliveryStreamEncryptionConfigurationInput": {"KeyType": OWNED},
            "ExtendedS3DestinationConfiguration": self.into(),
            "Tags": tags.at_creation(self.tags),
        }
        also = (
            Right("firehose:TagDeliveryStream", (self.arn,)),
            passing(self.role_arn, "firehose.amazonaws.com"),
        )
        not_yet = tuple(refusal for refusal in NOT_YET if refusal != BUSY)
        return self._call(
            "CreateDeliveryStream",
            params,
            also=also,
            not_yet=not_yet,
            already=(BUSY,),
            begins=self._made(),
        )

    def _deletion(self) -> Call:
        gone = Begun(described(self.arn), STATUS, ("DELETING", READY), None, WHY)
        return self._call("DeleteDeliveryStream", {}, already=ABSENT, begins=gone)

    def deletes(self, found: Found[DeliveryStream]) -> Sequence[Call]:
        """Delete it, and wait until it is gone: what it has gathered may be lost."""
        return [] if found.live is None else [self._deletion()]

    def settled(self) -> Answers:
        """Firehose's answers where it stands."""
        held = {
            "DeliveryStreamStatus": READY,
            "VersionId": "1",
            "DeliveryStreamEncryptionConfiguration": {"Status": "ENABLED"},
            "Destinations": [
                {"DestinationId": "1", "ExtendedS3DestinationDescription": self.into()}
            ],
        }
        return {
            described(self.arn): {"DeliveryStreamDescription": held},
            self._tagged(): {"Tags": tags.at_creation(self.tags)},
        }

    def strayed(self) -> Sequence[DeliveryStream]:
        """Every setting otherwise; and one that could not be made."""
        other = replace(self, prefix="", encrypted=False, tags={}, version="1", destination="1")
        return [other, replace(self, state="CREATING_FAILED")]

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        whole = {"DeliveryStreamName": self.name, **params}
        return Call("firehose", region_of(self.arn), operation, whole, on=(self.arn,), **declared)


def described(arn: str) -> Ask:
    """The question for all of a stream but its tags."""
    return question(
        "firehose",
        region_of(arn),
        "DescribeDeliveryStream",
        on=(arn,),
        absent=ABSENT,
        DeliveryStreamName=arn.rpartition("/")[2],
    )


def leaving(name: str) -> Obstacle:
    """A stream that AWS is still deleting: its name is free only then."""
    return Obstacle(
        f"delivery stream {name} is still being deleted", "run the same command in some minutes"
    )


def other_kind(name: str) -> Obstacle:
    """A stream that writes elsewhere; its destination cannot become a bucket."""
    return Obstacle(
        f"delivery stream {name} does not write into a bucket",
        "choose another name in archive.stream",
    )
