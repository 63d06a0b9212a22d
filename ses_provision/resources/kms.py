"""AWS KMS: keys that somebody else owns."""

from __future__ import annotations

from ses_provision.engine.account import Account
from ses_provision.outside.reading import Ask, question
from ses_provision.outside.refusals import Refusal

ABSENT = (Refusal("NotFoundException"),)


def key_arn(account: Account, region: str, named: str) -> str:
    """The ARN of a key; an alias says nothing of the key behind it."""
    if named.startswith("arn:") and ":key/" in named:
        return named
    return account.arn("kms", "key/<key>" if "alias/" in named else f"key/{named}", region)


def key_question(account: Account, region: str, named: str) -> Ask:
    """The question for a key, given its id, its ARN or an alias."""
    return question(
        "kms",
        region,
        "DescribeKey",
        on=(key_arn(account, region, named),),
        absent=ABSENT,
        something={"KeyMetadata": {"KeyId": named, "Enabled": True}},
        KeyId=named,
    )


def policy_question(account: Account, region: str, key_id: str) -> Ask:
    """The question for a key's policy."""
    return question(
        "kms",
        region,
        "GetKeyPolicy",
        on=(key_arn(account, region, key_id),),
        absent=ABSENT,
        something={"Policy": '{"Statement": []}'},
        KeyId=key_id,
        PolicyName="default",
    )
