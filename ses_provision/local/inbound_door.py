"""Whether SES may put mail into a bucket, or call a function for it: their own policies decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_provision.local.contract import Service
    from ses_provision.local.functions import Lambda
    from ses_provision.local.s3 import S3
    from ses_provision.local.s3_buckets import Bucket

SES = "ses.amazonaws.com"
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")


class InboundDoor:
    """Where mail that arrives goes to, beside topics."""

    def __init__(self, s3: S3, functions: Lambda, kms: Service) -> None:
        self._s3 = s3
        self._functions = functions
        self._kms = kms
        self.called: list[tuple[str, dict[str, Any]]] = []
        """The functions that were called, with what they were told."""

    def bucket_refusal(self, caller: Caller, name: str, key: str, source: str) -> str | None:
        """Why SES may not write an object, None when it may (words: probes by floci-io/floci)."""
        bucket = self._s3.find(name)
        if bucket is None:
            return f"No such bucket: {name}"
        context = _context(caller, source)
        asked = policies.Ask("s3:PutObject", f"{bucket.arn}/{key}", (f"Service:{SES}",), context)
        if policies.admits(bucket.policy, asked) and self._key_admits(bucket, context):
            return None
        return f"Could not write to bucket: {name}"

    def _key_admits(self, bucket: Bucket, context: Mapping[str, tuple[str, ...]]) -> bool:
        if not bucket.key:
            return True
        owner = Caller(bucket.account, bucket.region)
        try:
            held = self._kms.handle(owner, "DescribeKey", {"KeyId": bucket.key})["KeyMetadata"]
            asked = {"KeyId": held["KeyId"], "PolicyName": "default"}
            text = self._kms.handle(owner, "GetKeyPolicy", asked)["Policy"]
        except AwsError:
            return False
        return bool(held["Enabled"]) and all(
            policies.admits(text, policies.Ask(each, held["Arn"], (f"Service:{SES}",), context))
            for each in _KEY_ACTIONS
        )

    def put(self, name: str, key: str, body: bytes) -> None:
        """Write an object."""
        bucket = self._s3.find(name)
        if bucket is not None:
            self._s3.store(bucket, key, body)

    def function_refusal(self, caller: Caller, arn: str, source: str) -> str | None:
        """Why SES may not call a function, None when it may."""
        if self._functions.refusal(caller, arn, SES, source) is None:
            return None
        return f"Could not invoke Lambda function: {arn}"

    def call(self, caller: Caller, arn: str, event: dict[str, Any], source: str) -> None:
        """Call a function; code that is not of this project is noted, and not run."""
        if self._functions.refusal(caller, arn, SES, source) is None:
            self.called.append((arn, event))
            self._functions.call(caller, arn, event, source, SES)


def _context(caller: Caller, source: str) -> Mapping[str, tuple[str, ...]]:
    return {
        "aws:SourceAccount": (caller.account,),
        "aws:SourceArn": (source,),
        "aws:SecureTransport": ("true",),
    }
