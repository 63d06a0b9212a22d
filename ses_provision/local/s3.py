"""S3: buckets and what is in them, strict where the real one is."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.s3_buckets import (
    HOME,
    Bucket,
    Stored,
    check_lifecycle,
    check_location,
    check_name,
    check_policy,
    tags_of,
)
from ses_provision.local.served import Operation, OwnService

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PAGE = 1000


class S3(OwnService):
    """General purpose buckets. Names are one for all accounts."""

    name = "s3"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self.before: Callable[[], None] = lambda: None
        """What is due by now and was not done: streams write when somebody looks."""
        self.operations: Mapping[str, Operation] = {
            "CreateBucket": self._create,
            "DeleteBucket": self._delete,
            "HeadBucket": self._head,
            "ListBuckets": self._list,
            "GetBucketLocation": self._location,
            "GetBucketVersioning": self._versioning,
            "GetBucketOwnershipControls": self._ownership,
            "GetPublicAccessBlock": self._get_block,
            "PutPublicAccessBlock": self._put_block,
            "DeletePublicAccessBlock": self._delete_block,
            "GetBucketEncryption": self._get_encryption,
            "PutBucketEncryption": self._put_encryption,
            "DeleteBucketEncryption": self._delete_encryption,
            "GetBucketPolicy": self._get_policy,
            "PutBucketPolicy": self._put_policy,
            "DeleteBucketPolicy": self._delete_policy,
            "GetBucketLifecycleConfiguration": self._get_lifecycle,
            "PutBucketLifecycleConfiguration": self._put_lifecycle,
            "DeleteBucketLifecycle": self._delete_lifecycle,
            "GetBucketTagging": self._get_tags,
            "PutBucketTagging": self._put_tags,
            "DeleteBucketTagging": self._delete_tags,
            "ListObjectsV2": self._objects,
            "ListObjectVersions": self._versions,
            "PutObject": self._put_object,
            "GetObject": self._get_object,
            "HeadObject": self._head_object,
            "DeleteObject": self._delete_object,
            "DeleteObjects": self._delete_objects,
        }

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call, once all is written that is due."""
        self.before()
        return super().handle(caller, operation, params)

    def find(self, name: str) -> Bucket | None:
        """A bucket by its name."""
        return self._buckets.get(name)

    def buckets(self, account: str, region: str | None = None) -> list[Bucket]:
        """The buckets of an account, in one region or all."""
        return [
            held
            for _, held in sorted(self._buckets.items())
            if held.account == account and region in (None, held.region)
        ]

    def tagged(self, caller: Caller) -> dict[str, dict[str, str]]:
        """The tags of the caller's buckets in a region, by ARN."""
        return {held.arn: held.tags for held in self.buckets(caller.account, caller.region)}

    def _asked(self, caller: Caller, params: Params) -> Bucket:
        bucket = self._buckets.get(params["Bucket"])
        if bucket is None:
            raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
        owner = params.get("ExpectedBucketOwner", bucket.account)
        if bucket.account != caller.account or owner != bucket.account:
            raise AwsError("AccessDenied", "Access Denied", 403)
        bucket.forget(self._clock.now())
        return bucket

    def _create(self, caller: Caller, params: Params) -> Reply:
        check_name(caller, params)
        check_location(caller, params)
        name = params["Bucket"]
        held = self._buckets.get(name)
        if held is not None and held.account != caller.account:
            raise AwsError(
                "BucketAlreadyExists",
                "The requested bucket name is not available. The bucket namespace is shared by all "
                "users of the system. Please select a different name and try again.",
                409,
            )
        if held is not None and caller.region != HOME:
            raise AwsError(
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own "
                "it.",
                409,
            )
        ownership = params.get("ObjectOwnership", "BucketOwnerEnforced")
        if ownership == "BucketOwnerEnforced" and params.get("ACL", "private") != "private":
            raise AwsError(
                "InvalidBucketAclWithObjectOwnership",
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            )
        given = (params.get("CreateBucketConfiguration") or {}).get("Tags") or []
        if held is None:
            made = Bucket(name, caller.account, caller.region, self._clock.now())
            made.tags = tags_of(given)
            self._buckets[name] = made
        return {"Location": f"/{name}"}

    def _delete(self, caller: Caller, params: Params) -> Reply:
        if self._asked(caller, params).objects:
            raise AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409)
        del self._buckets[params["Bucket"]]
        return {}

    def _head(self, caller: Caller, params: Params) -> Reply:
        return {"BucketRegion": self._asked(caller, params).region}

    def _list(self, caller: Caller, params: Params) -> Reply:
        del params
        held = self.buckets(caller.account)
        return {"Buckets": [{"Name": one.name, "CreationDate": one.made_at} for one in held]}

    def _location(self, caller: Caller, params: Params) -> Reply:
        region = self._asked(caller, params).region
        return {"LocationConstraint": "" if region == HOME else region}

    def _versioning(self, caller: Caller, params: Params) -> Reply:
        self._asked(caller, params)
        return {}

    def _ownership(self, caller: Caller, params: Params) -> Reply:
        self._asked(caller, params)
        return {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}

    def _get_block(self, caller: Caller, params: Params) -> Reply:
        block = self._asked(caller, params).block
        if block is None:
            raise _unset(
                "NoSuchPublicAccessBlockConfiguration",
                "The public access block configuration was not found",
            )
        return {"PublicAccessBlockConfiguration": dict(block)}

    def _put_block(self, caller: Caller, params: Params) -> Reply:
        given = params["PublicAccessBlockConfiguration"]
        names = (
            "BlockPublicAcls",
            "IgnorePublicAcls",
            "BlockPublicPolicy",
            "RestrictPublicBuckets",
        )
        self._asked(caller, params).block = {name: bool(given.get(name)) for name in names}
        return {}

    def _delete_block(self, caller: Caller, params: Params) -> Reply:
        self._asked(caller, params).block = None
        return {}

    def _get_encryption(self, caller: Caller, params: Params) -> Reply:
        return {"ServerSideEncryptionConfiguration": self._asked(caller, params).encryption}

    def _put_encryption(self, caller: Caller, params: Params) -> Reply:
        bucket = self._asked(caller, params)
        rules = [dict(rule) for rule in params["ServerSideEncryptionConfiguration"]["Rules"]]
        by = rules[0].get("ApplyServerSideEncryptionByDefault") or {}
        if by.get("KMSMasterKeyID") and by["SSEAlgorithm"] == "AES256":
            raise AwsError(
                "InvalidArgument",
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms",
            )
        rules[0].setdefault("BucketKeyEnabled", False)
        bucket.encryption = {"Rules": rules}
        return {}

    def _delete_encryption(self, caller: Caller, params: Params) -> Reply:
        bucket = self._asked(caller, params)
        bucket.encryption = Bucket("", "", "", bucket.made_at).encryption
        return {}

    def _get_policy(self, caller: Caller, params: Params) -> Reply:
        text = self._asked(caller, params).policy
        if not text:
            raise _unset("NoSuchBucketPolicy", "The bucket policy does not exist")
        return {"Policy": text}

    def _put_policy(self, caller: Caller, params: Params) -> Reply:
        bucket = self._asked(caller, params)
        check_policy(bucket, params["Policy"])
        bucket.policy = params["Policy"]
        return {}

    def _delete_policy(self, caller: Caller, params: Params) -> Reply:
        self._asked(caller, params).policy = ""
        return {}

    def _get_lifecycle(self, caller: Caller, params: Params) -> Reply:
        rules = self._asked(caller, params).lifecycle
        if not rules:
            raise _unset(
                "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"
            )
        return {"Rules": rules}

    def _put_lifecycle(self, caller: Caller, params: Params) -> Reply:
        bucket = self._asked(caller, params)
        rules = (params.get("LifecycleConfiguration") or {}).get("Rules") or []
        check_lifecycle(rules)
        bucket.lifecycle = rules
        return {}

    def _delete_lifecycle(self, caller: Caller, params: Params) -> Reply:
        self._asked(caller, params).lifecycle = []
        return {}

    def _get_tags(self, caller: Caller, params: Params) -> Reply:
        held = self._asked(caller, params).tags
        if not held:
            raise _unset("NoSuchTagSet", "The TagSet does not exist")
        return {"TagSet": [{"Key": key, "Value": value} for key, value in sorted(held.items())]}

    def _put_tags(self, caller: Caller, params: Params) -> Reply:
        self._asked(caller, params).tags = tags_of(params["Tagging"]["TagSet"])
        return {}

    def _delete_tags(self, caller: Caller, params: Params) -> Reply:
        self._asked(caller, params).tags = {}
        return {}

    def _objects(self, caller: Caller, params: Params) -> Reply:
        bucket = self._asked(caller, params)
        prefix = params.get("Prefix", "")
        after = params.get("ContinuationToken") or params.get("StartAfter") or ""
        keys = [k for k in sorted(bucket.objects) if k.startswith(prefix) and k > after]
        most = min(params.get("MaxKeys", _PAGE), _PAGE)
        shown = keys[:most]
        cut = len(keys) > len(shown)
        return {
            "Name": bucket.name,
            "Prefix": prefix,
            "KeyCount": len(shown),
            "MaxKeys": most,
            "IsTruncated": cut,
            "Contents": [_listed(key, bucket.objects[key]) for key in shown],
            **({"NextContinuationToken": shown[-1]} if cut and shown else {}),
        }

    def _versions(self, caller: Caller, params: Params) -> Reply:
        bucket = self._asked(caller, params)
        keys = [k for k in sorted(bucket.objects) if k.startswith(params.get("Prefix", ""))]
        most = min(params.get("MaxKeys", _PAGE), _PAGE)
        shown = [
            _listed(key, bucket.objects[key]) | {"VersionId": "null", "IsLatest": True}
            for key in keys[:most]
        ]
        return {"Name": bucket.name, "IsTruncated": len(keys) > most, "Versions": shown}

    def _put_object(self, caller: Caller, params: Params) -> Reply:
        bucket = self._asked(caller, params)
        if params.get("ACL", "bucket-owner-full-control") != "bucket-owner-full-control":
            raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
        encoding = params.get("ContentEncoding", "").removeprefix("aws-chunked").strip(",")
        held = self.store(bucket, params["Key"], params.get("Body") or b"", encoding)
        return {"ETag": _etag(held)}

    def store(self, bucket: Bucket, key: str, body: bytes, encoding: str = "") -> Stored:
        """Put an object into a bucket."""
        held = Stored(body, self._clock.now(), encoding, bucket.key)
        bucket.objects[key] = held
        return held

    def _held(self, caller: Caller, params: Params) -> Stored:
        found = self._asked(caller, params).objects.get(params["Key"])
        if found is None:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
        return found

    def _get_object(self, caller: Caller, params: Params) -> Reply:
        held = self._held(caller, params)
        body = _part(held.body, params.get("Range", ""))
        return {**_described(held), "Body": body, "ContentLength": len(body)}

    def _head_object(self, caller: Caller, params: Params) -> Reply:
        return _described(self._held(caller, params))

    def _delete_object(self, caller: Caller, params: Params) -> Reply:
        self._asked(caller, params).objects.pop(params["Key"], None)
        return {}

    def _delete_objects(self, caller: Caller, params: Params) -> Reply:
        bucket = self._asked(caller, params)
        keys = [each["Key"] for each in params["Delete"]["Objects"]]
        for key in keys:
            bucket.objects.pop(key, None)
        return {"Deleted": [{"Key": key} for key in keys]}


def _part(body: bytes, asked: str) -> bytes:
    """The octets that a range asks for (RFC 9110 section 14.1.2), where it has a first one."""
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked)
    if found is None:
        return body
    first, last = int(found[1]), int(found[2] or len(body) - 1)
    if first >= len(body):
        raise AwsError("InvalidRange", "The requested range is not satisfiable", 416)
    return body[first : last + 1]


def _unset(code: str, message: str) -> AwsError:
    return AwsError(code, message, 404)


def _etag(held: Stored) -> str:
    return f'"{hashlib.md5(held.body, usedforsecurity=False).hexdigest()}"'


def _listed(key: str, held: Stored) -> dict[str, Any]:
    return {
        "Key": key,
        "LastModified": held.at,
        "ETag": _etag(held),
        "Size": len(held.body),
        "StorageClass": "STANDARD",
    }


def _described(held: Stored) -> Reply:
    coded = {"ContentEncoding": held.encoding} if held.encoding else {}
    return {
        "LastModified": held.at,
        "ContentLength": len(held.body),
        "ETag": _etag(held),
        "ContentType": "binary/octet-stream",
        "ServerSideEncryption": "aws:kms" if held.encrypted_with else "AES256",
        **coded,
    }
