"""How S3 is asked and called about a bucket: always as its owner, so that a bucket of another
account is refused and never taken for ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ses_provision.engine.account import Account
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answer, Ask, question
from ses_provision.outside.refusals import Refusal

ABSENT = (Refusal("NoSuchBucket"),)
NOTHING_SET = (
    *ABSENT,
    Refusal("NoSuchPublicAccessBlockConfiguration"),
    Refusal("ServerSideEncryptionConfigurationNotFoundError"),
    Refusal("NoSuchBucketPolicy"),
    Refusal("NoSuchLifecycleConfiguration"),
    Refusal("NoSuchTagSet"),
)
"""What S3 says where a bucket lacks a setting, in place of an empty answer."""


def bucket_arn(account: Account, name: str) -> str:
    """The ARN of a bucket: no account and no region, for names are one for all."""
    return f"arn:{account.partition}:s3:::{name}"


def question_about(
    account: Account,
    bucket: str,
    operation: str,
    *,
    nothing: Answer = None,
    something: Answer = None,
    **params: Any,
) -> Ask:
    """A question that IAM checks on a bucket."""
    return question(
        "s3",
        account.region,
        operation,
        on=(bucket_arn(account, bucket),),
        absent=NOTHING_SET,
        nothing=nothing,
        something=something,
        Bucket=bucket,
        ExpectedBucketOwner=account.id,
        **params,
    )


def call_on(
    account: Account, bucket: str, operation: str, params: Mapping[str, Any], **declared: Any
) -> Call:
    """A call that IAM checks on a bucket."""
    whole = {"Bucket": bucket, "ExpectedBucketOwner": account.id, **params}
    on = (bucket_arn(account, bucket),)
    return Call("s3", account.region, operation, whole, on=on, **declared)
