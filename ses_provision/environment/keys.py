"""Customer managed keys of KMS, by id, ARN or alias. An AWS managed key serves nowhere here."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from ses_provision.environment.complaints import shown

KEY_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}"
ALIAS = r"alias/[A-Za-z0-9/_-]{1,250}"
KMS_KEY = rf"{KEY_ID}|{ALIAS}|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{{12}}:(key/({KEY_ID})|{ALIAS})"
"""What DescribeKey takes for a key (KMS API reference, KeyId)."""


def not_managed(service: str, because: str) -> AfterValidator:
    """Insist on a key that is not the one which AWS manages for a service."""
    managed = f"alias/aws/{service}"

    def check(value: str) -> str:
        if value.endswith(managed):
            raise ValueError(f"{managed} {because}")
        if not re.fullmatch(KMS_KEY, value):
            raise ValueError(
                f"must be the id, the ARN or the alias/NAME of a KMS key, not {shown(value)}"
            )
        return value

    return AfterValidator(check)


# Its key policy cannot be edited (SNS Developer Guide and SQS Developer Guide, key management).
TopicKey = Annotated[
    str,
    not_managed(
        "sns",
        "cannot work: its key policy cannot be edited, so SES and CloudWatch can never publish to "
        "the topic; use a customer managed key",
    ),
]
QueueKey = Annotated[
    str,
    not_managed(
        "sqs",
        "cannot work: its key policy cannot be edited, so EventBridge can never write into the "
        "queue; leave kms_key out, or use a customer managed key",
    ),
]
ObjectKey = Annotated[str, not_managed("s3", "gives nobody control of the key; leave kms_key out")]
