"""Firehose: streams that gather records and write them into buckets of the local S3.

What is due is written when somebody looks: at a stream, at a bucket, by a query.
"""

from __future__ import annotations

import gzip
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local import firehose_paths as paths
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.knobs import Knobs
from ses_provision.local.served import Operation, OwnService

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_provision.local.s3 import S3
    from ses_provision.local.service_access import ServiceAccess

_MB = 1024 * 1024
_RETRIED = timedelta(hours=24)
"""How long Firehose tries to write to S3; then the records are lost (Developer Guide)."""
_DEFAULTS = {"IntervalInSeconds": 300, "SizeInMBs": 5}
_PRINCIPAL = "firehose.amazonaws.com"
_KINDS = ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration")


@dataclass
class Stream:
    """A stream, and what it has gathered: when each record came, and the record."""

    name: str
    account: str
    region: str
    made_at: datetime
    target: dict[str, Any]
    is_encrypted: bool
    tags: dict[str, str]
    version: int = 1
    leaves_at: datetime | None = None
    gathered: list[tuple[datetime, bytes]] = field(default_factory=list)

    @property
    def arn(self) -> str:
        """Its ARN."""
        partition = Caller(self.account, self.region).partition
        return f"arn:{partition}:firehose:{self.region}:{self.account}:deliverystream/{self.name}"

    @property
    def caller(self) -> Caller:
        """Its owner."""
        return Caller(self.account, self.region)

    def due(self, now: datetime) -> list[tuple[datetime, bytes]]:
        """The records that make the next object, where it is time for one."""
        if not self.gathered:
            return []
        hints = self.target["BufferingHints"]
        first = self.gathered[0][0]
        end = first + timedelta(seconds=hints["IntervalInSeconds"])
        found, size = [], 0
        for at, data in self.gathered:
            if at > end or size >= hints["SizeInMBs"] * _MB:
                break
            found.append((at, data))
            size += len(data)
        is_full = size >= hints["SizeInMBs"] * _MB
        return found if is_full or now >= end else []


class Firehose(OwnService):
    """Streams that take records directly, into S3."""

    name = "firehose"

    def __init__(self, clock: Clock, s3: S3, access: ServiceAccess) -> None:
        self._clock = clock
        self._s3 = s3
        self._access = access
        self._streams: dict[str, Stream] = {}
        self.makes_for = timedelta(seconds=Knobs().stream_after)
        """How long making and deleting a stream takes."""
        self.operations: Mapping[str, Operation] = {
            "CreateDeliveryStream": self._create,
            "DescribeDeliveryStream": self._describe,
            "ListDeliveryStreams": self._list,
            "DeleteDeliveryStream": self._delete,
            "UpdateDestination": self._update,
            "StartDeliveryStreamEncryption": self._encrypt,
            "StopDeliveryStreamEncryption": self._encrypt_no_more,
            "TagDeliveryStream": self._tag,
            "UntagDeliveryStream": self._untag,
            "ListTagsForDeliveryStream": self._tags,
            "PutRecord": self._put,
            "PutRecordBatch": self._put_several,
        }

    def streams(self, account: str, region: str) -> list[Stream]:
        """The streams of an account in a region."""
        return [
            held
            for _, held in sorted(self._streams.items())
            if (held.account, held.region) == (account, region)
        ]

    def find(self, arn: str) -> Stream | None:
        """A stream by its ARN, unless it is gone by now."""
        held = self._streams.get(arn)
        if held and held.leaves_at and self._clock.now() >= held.leaves_at:
            del self._streams[arn]
            return None
        return held

    def tagged(self, caller: Caller) -> dict[str, dict[str, str]]:
        """The tags of the caller's streams in a region, by ARN."""
        held = self.streams(caller.account, caller.region)
        return {each.arn: each.tags for each in held if self.find(each.arn)}

    def status(self, stream: Stream) -> str:
        """Whether a stream can be used by now."""
        if stream.leaves_at is not None:
            return "DELETING"
        is_made = self._clock.now() >= stream.made_at + self.makes_for
        return "ACTIVE" if is_made else "CREATING"

    def write_what_is_due(self) -> None:
        """Write an object of each stream for which it is time."""
        now = self._clock.now()
        for stream in list(self._streams.values()):
            while records := stream.due(now):
                if self._write(stream, records) or now - records[0][0] > _RETRIED:
                    del stream.gathered[: len(records)]
                else:
                    break

    def _write(self, stream: Stream, records: list[tuple[datetime, bytes]]) -> bool:
        target, at = stream.target, records[0][0]
        bucket = self._s3.find(target["BucketARN"].rpartition(":")[2])
        is_gzip = target["CompressionFormat"] == "GZIP"
        key = paths.key(
            target["Prefix"], stream.name, str(stream.version), at, ".gz" if is_gzip else ""
        )
        if bucket is None or not self._may_write(stream, bucket.arn, bucket.key, key):
            return False
        body = b"".join(data for _, data in records)
        if is_gzip:
            body = gzip.compress(body, mtime=0)
        held = self._s3.store(bucket, key, body, "gzip" if is_gzip else "")
        held.at = at + timedelta(seconds=target["BufferingHints"]["IntervalInSeconds"])
        held.at = min(held.at, self._clock.now())
        return True

    def _may_write(self, stream: Stream, bucket_arn: str, encrypted_with: str, key: str) -> bool:
        caller, role = stream.caller, stream.target["RoleARN"]
        if not self._may_assume(stream.caller, role, stream.arn):
            return False
        if encrypted_with and not self._access.key_is_usable(caller, encrypted_with):
            return False
        return self._access.lets(caller, role, "s3:PutObject", f"{bucket_arn}/{key}")

    def _may_assume(self, caller: Caller, role: str, arn: str) -> bool:
        del arn
        # The Developer Guide names the external id; of a source it says nothing.
        context = {"sts:ExternalId": (caller.account,)}
        return self._access.may_assume(caller, role, _PRINCIPAL, context)

    def _arn(self, caller: Caller, params: Params) -> str:
        name = params["DeliveryStreamName"]
        return Stream(name, caller.account, caller.region, self._clock.now(), {}, False, {}).arn

    def _held(self, caller: Caller, params: Params) -> Stream:
        held = self.find(self._arn(caller, params))
        if held is None:
            raise AwsError(
                "ResourceNotFoundException",
                f"Firehose {params['DeliveryStreamName']} under account {caller.account} not "
                "found.",
            )
        return held

    def _usable(self, caller: Caller, params: Params) -> Stream:
        held = self._held(caller, params)
        if self.status(held) != "ACTIVE":
            raise AwsError(
                "ResourceInUseException",
                f"Firehose {held.name} under account {caller.account} is not in ACTIVE state.",
            )
        return held

    def _create(self, caller: Caller, params: Params) -> Reply:
        arn = self._arn(caller, params)
        if self.find(arn) is not None:
            raise AwsError(
                "ResourceInUseException",
                f"Firehose {params['DeliveryStreamName']} under accountId {caller.account} already "
                "exists",
            )
        kinds = (params[kind] for kind in _KINDS if params.get(kind))
        given: dict[str, Any] | None = next(kinds, None)
        if given is None:
            raise paths.refused("The local AWS has streams into S3 alone.")
        target = self._checked(caller, arn, dict(given))
        wanted = params.get("DeliveryStreamEncryptionConfigurationInput") or {}
        self._check_key(caller, wanted)
        self._streams[arn] = Stream(
            params["DeliveryStreamName"],
            caller.account,
            caller.region,
            self._clock.now(),
            target,
            bool(wanted),
            {tag["Key"]: tag.get("Value", "") for tag in params.get("Tags") or []},
        )
        return {"DeliveryStreamARN": arn}

    def _check_key(self, caller: Caller, wanted: dict[str, Any]) -> None:
        key = wanted.get("KeyARN", "")
        if key and not self._access.key_is_usable(caller, key):
            raise AwsError("InvalidKMSResourceException", f"The key {key} cannot be used.")

    def _checked(self, caller: Caller, arn: str, given: dict[str, Any]) -> dict[str, Any]:
        target = {
            "Prefix": "",
            "ErrorOutputPrefix": "",
            "CompressionFormat": "UNCOMPRESSED",
            "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
            "CloudWatchLoggingOptions": {"Enabled": False},
            "S3BackupMode": "Disabled",
            **given,
        }
        hints = target.get("BufferingHints") or {}
        if hints and set(hints) != set(_DEFAULTS):
            raise paths.refused("Both IntervalInSeconds and SizeInMBs have to be given, or none.")
        target["BufferingHints"] = {**_DEFAULTS, **hints}
        if (target.get("DataFormatConversionConfiguration") or {}).get("Enabled"):
            raise paths.refused("The local AWS converts no formats.")
        paths.check(target["Prefix"], target["ErrorOutputPrefix"])
        if not self._may_assume(caller, target["RoleARN"], arn):
            raise paths.refused(
                f"Firehose is unable to assume role {target['RoleARN']}. Please check the role "
                "provided."
            )
        key = (target["EncryptionConfiguration"].get("KMSEncryptionConfig") or {}).get(
            "AWSKMSKeyARN", ""
        )
        self._check_key(caller, {"KeyARN": key})
        bucket = target["BucketARN"].rpartition(":")[2]
        if self._s3.find(bucket) is None:
            raise paths.refused(f"The specified bucket {bucket} does not exist.")
        return target

    def _describe(self, caller: Caller, params: Params) -> Reply:
        held = self._held(caller, params)
        status = self.status(held)
        encrypted = {
            "DeliveryStreamEncryptionConfiguration": (
                {"KeyType": "AWS_OWNED_CMK", "Status": "ENABLED"}
                if held.is_encrypted
                else {"Status": "DISABLED"}
            )
        }
        plain = {
            name: held.target[name]
            for name in (
                "RoleARN",
                "BucketARN",
                "Prefix",
                "ErrorOutputPrefix",
                "BufferingHints",
                "CompressionFormat",
                "EncryptionConfiguration",
                "CloudWatchLoggingOptions",
            )
        }
        extended = {**plain, "S3BackupMode": held.target["S3BackupMode"]}
        return {
            "DeliveryStreamDescription": {
                "DeliveryStreamName": held.name,
                "DeliveryStreamARN": held.arn,
                "DeliveryStreamStatus": status,
                "DeliveryStreamType": "DirectPut",
                "VersionId": str(held.version),
                "CreateTimestamp": held.made_at,
                "Destinations": [
                    {
                        "DestinationId": "destinationId-000000000001",
                        "S3DestinationDescription": plain,
                        "ExtendedS3DestinationDescription": extended,
                    }
                ],
                "HasMoreDestinations": False,
                **encrypted,
            }
        }

    def _list(self, caller: Caller, params: Params) -> Reply:
        names = [
            held.name
            for held in self.streams(caller.account, caller.region)
            if self.find(held.arn)
            and held.name > params.get("ExclusiveStartDeliveryStreamName", "")
        ]
        most = params.get("Limit", 10)
        return {
            "DeliveryStreamNames": names[:most],
            "HasMoreDeliveryStreams": len(names) > most,
        }

    def _delete(self, caller: Caller, params: Params) -> Reply:
        held = self._held(caller, params)
        if self.status(held) == "CREATING":
            raise AwsError("ResourceInUseException", f"Firehose {held.name} is being created.")
        # What it has gathered may be lost (Firehose API reference, DeleteDeliveryStream).
        held.gathered.clear()
        held.leaves_at = held.leaves_at or self._clock.now() + self.makes_for
        self.find(held.arn)
        return {}

    def _update(self, caller: Caller, params: Params) -> Reply:
        held = self._usable(caller, params)
        if params["CurrentDeliveryStreamVersionId"] != str(held.version):
            raise AwsError(
                "ConcurrentModificationException",
                "Cannot update firehose: the version id is not the current one.",
            )
        updates = (params[k] for k in params if k.endswith("DestinationUpdate"))
        given: dict[str, Any] = next(updates, {})
        held.target = self._checked(caller, held.arn, {**held.target, **given})
        held.version += 1
        return {}

    def _encrypt(self, caller: Caller, params: Params) -> Reply:
        held = self._usable(caller, params)
        self._check_key(caller, params.get("DeliveryStreamEncryptionConfigurationInput") or {})
        held.is_encrypted = True
        return {}

    def _encrypt_no_more(self, caller: Caller, params: Params) -> Reply:
        self._usable(caller, params).is_encrypted = False
        return {}

    def _tag(self, caller: Caller, params: Params) -> Reply:
        held = self._usable(caller, params)
        held.tags |= {tag["Key"]: tag.get("Value", "") for tag in params["Tags"]}
        return {}

    def _untag(self, caller: Caller, params: Params) -> Reply:
        held = self._usable(caller, params)
        for key in params["TagKeys"]:
            held.tags.pop(key, None)
        return {}

    def _tags(self, caller: Caller, params: Params) -> Reply:
        held = self._held(caller, params)
        shown = [{"Key": key, "Value": value} for key, value in sorted(held.tags.items())]
        return {"Tags": shown, "HasMoreTags": False}

    def _put(self, caller: Caller, params: Params) -> Reply:
        self.put(self._usable(caller, params), params["Record"]["Data"])
        return {"RecordId": "local"}

    def _put_several(self, caller: Caller, params: Params) -> Reply:
        held = self._usable(caller, params)
        for record in params["Records"]:
            self.put(held, record["Data"])
        answers = [{"RecordId": "local"} for _ in params["Records"]]
        return {"FailedPutCount": 0, "RequestResponses": answers}

    def put(self, stream: Stream, data: bytes) -> None:
        """Take a record."""
        self.write_what_is_due()
        stream.gathered.append((self._clock.now(), data))
