"""What IAM is asked before AWS does something: the action, the resources, what narrows it."""

from __future__ import annotations

from enum import StrEnum

from ses_provision.dataclass import dataclass

EVERYTHING = ("*",)
"""What an action is on that knows no resource (Service Authorization Reference)."""

IAM_PREFIXES = {
    "sesv2": "ses",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
}
"""Services whose actions bear another name than their API."""


class Credentials(StrEnum):
    """Whose credentials a question or a call goes out with."""

    ACCOUNT = "account"
    ZONES = "zones"
    """Those for hosted zones, which may be in another account."""


@dataclass(frozen=True)
class Condition:
    """A condition of a policy statement."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Right:
    """One action on some resources, where the conditions hold."""

    action: str
    on: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    credentials: Credentials = Credentials.ACCOUNT


OTHERWISE_NAMED = {
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "PutPublicAccessBlock"): "PutBucketPublicAccessBlock",
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "PutBucketEncryption"): "PutEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "GetLifecycleConfiguration",
    ("s3", "PutBucketLifecycleConfiguration"): "PutLifecycleConfiguration",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "ListObjectVersions"): "ListBucketVersions",
}
"""Operations whose action bears another name (Service Authorization Reference)."""


def iam_action(service: str, operation: str) -> str:
    """The IAM action of an API operation; most bear its name."""
    named = OTHERWISE_NAMED.get((service, operation), operation)
    return f"{IAM_PREFIXES.get(service, service)}:{named}"
