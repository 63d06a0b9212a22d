"""What S3 keeps of a bucket, and what it takes for one: names, policies, lifecycles."""

from __future__ import annotations

import re
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller, Params

_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED = re.compile(
    r"(xn--|sthree-|amzn-s3-demo-).*|.*(-s3alias|--ol-s3|--x-s3|--table-s3)|.*\.\..*"
)
HOME = "us-east-1"
SHUT = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
ENCRYPTED = {
    "Rules": [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BucketKeyEnabled": False,
        }
    ]
}


@dataclass
class Stored:
    """An object."""

    body: bytes
    at: datetime
    encoding: str = ""
    encrypted_with: str = ""


@dataclass
class Bucket:
    """A bucket, as new ones are since April 2023: shut, without ACLs, encrypted."""

    name: str
    account: str
    region: str
    made_at: datetime
    block: dict[str, bool] | None = field(default_factory=lambda: dict(SHUT))
    encryption: dict[str, Any] = field(default_factory=lambda: dict(ENCRYPTED))
    lifecycle: list[dict[str, Any]] = field(default_factory=list)
    policy: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    objects: dict[str, Stored] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """Its ARN."""
        partition = Caller(self.account, self.region).partition
        return f"arn:{partition}:s3:::{self.name}"

    @property
    def key(self) -> str:
        """The KMS key that objects are encrypted with; empty where it is S3's own."""
        by = self.encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]
        return str(by.get("KMSMasterKeyID") or "")

    def forget(self, now: datetime) -> None:
        """Let go of what its lifecycle has ended."""
        for rule in self.lifecycle:
            days = (rule.get("Expiration") or {}).get("Days")
            prefix = (rule.get("Filter") or {}).get("Prefix") or rule.get("Prefix") or ""
            if rule["Status"] != "Enabled" or not days:
                continue
            ended = now - timedelta(days=days)
            for key in [k for k, held in self.objects.items() if held.at <= ended]:
                if key.startswith(prefix):
                    del self.objects[key]


def check_name(caller: Caller, params: Params) -> None:
    """S3 User Guide, general purpose bucket naming rules."""
    name = params["Bucket"]
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.")
    own = f"-{caller.account}-{caller.region}-an"
    if params.get("BucketNamespace") == "account-regional" and not name.endswith(own):
        raise AwsError(
            "InvalidBucketName",
            f"A bucket of the account regional namespace has a name that ends in {own}.",
        )
    if name.endswith("-an") and params.get("BucketNamespace") != "account-regional":
        raise AwsError("InvalidBucketName", "-an ends names of the account regional namespace.")


def check_location(caller: Caller, params: Params) -> None:
    """S3 API reference, CreateBucket: said everywhere but in us-east-1, and there never."""
    where = (params.get("CreateBucketConfiguration") or {}).get("LocationConstraint", "")
    if caller.region == HOME and where:
        raise AwsError(
            "InvalidLocationConstraint", "The specified location-constraint is not valid"
        )
    if caller.region != HOME and where != caller.region:
        named = where or "unspecified"
        raise AwsError(
            "IllegalLocationConstraintException",
            f"The {named} location constraint is incompatible for the region specific endpoint "
            "this request was sent to.",
        )


def check_policy(bucket: Bucket, text: str) -> None:
    """A policy speaks of its bucket alone, and of nobody in particular only where that is let."""
    try:
        statements = policies.parse(text)
    except policies.MalformedPolicyError as error:
        raise AwsError("MalformedPolicy", f"Policies must be valid JSON: {error}") from None
    for statement in statements:
        if not {"Principal", "NotPrincipal"} & set(statement):
            raise AwsError("MalformedPolicy", "Missing required field Principal")
        for resource in policies.listed(statement.get("Resource", [])):
            if not (resource == bucket.arn or resource.startswith(f"{bucket.arn}/")):
                raise AwsError("MalformedPolicy", "Policy has invalid resource")
    block = bucket.block or {}
    if block.get("BlockPublicPolicy") and any(map(_is_public, statements)):
        raise AwsError(
            "AccessDenied",
            "User is not authorized to perform: s3:PutBucketPolicy because public policies are "
            "prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            403,
        )


def _is_public(statement: dict[str, Any]) -> bool:
    who = statement.get("Principal")
    anybody = who == "*" or (isinstance(who, dict) and "*" in policies.listed(who.get("AWS", "")))
    return statement["Effect"] == "Allow" and anybody and not statement.get("Condition")


def check_lifecycle(rules: list[dict[str, Any]]) -> None:
    """S3 API reference, PutBucketLifecycleConfiguration."""
    names = [rule.get("ID") for rule in rules]
    days = [(rule.get("Expiration") or {}).get("Days", 1) for rule in rules]
    if not rules or any("Status" not in rule for rule in rules):
        raise AwsError("MalformedXML", "The XML you provided was not well-formed")
    if len(set(names)) < len(names):
        raise AwsError("InvalidArgument", "Rule ID must be unique. Found same ID for more than one")
    if any(value < 1 for value in days):
        raise AwsError("InvalidArgument", "'Days' for Expiration action must be a positive integer")


def tags_of(given: list[dict[str, str]]) -> dict[str, str]:
    """Tags by their keys, each of which stands once."""
    found = {tag["Key"]: tag["Value"] for tag in given}
    if len(found) < len(given):
        raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key")
    if any(key.lower().startswith("aws:") for key in found):
        raise AwsError("InvalidTag", "System tags cannot be added/updated by requester")
    return found
