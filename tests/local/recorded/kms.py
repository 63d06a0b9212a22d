"""KMS: keys as AWS answered for them."""

from typing import Any

from tests.local.recorded.table import ANYTHING, Call, Refusal, Row

_RECORDED = "localstack, tests/aws/services/kms/test_kms.snapshot.json"
_ELSEWHERE = "eu-west-1"


def _key(**params: Any) -> Call:
    keep = {"key": "KeyMetadata.KeyId", "arn": "KeyMetadata.Arn"}
    return Call("kms", "CreateKey", params, keep=keep)


def _describe(key: str, region: str = "us-east-2") -> Call:
    return Call("kms", "DescribeKey", {"KeyId": key}, region=region)


def _gone(message: str) -> Refusal:
    return Refusal("NotFoundException", message, 400)


ROWS = [
    Row(
        "a new key is enabled and encrypts",
        _describe("$key"),
        {
            "KeyMetadata": {
                "AWSAccountId": "$account",
                "Arn": "arn:aws:kms:$region:$account:key/$key",
                "CreationDate": ANYTHING,
                "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
                "Description": "test key",
                "Enabled": True,
                "KeyManager": "CUSTOMER",
                "KeyState": "Enabled",
                "KeyUsage": "ENCRYPT_DECRYPT",
                "MultiRegion": False,
                "Origin": "AWS_KMS",
            }
        },
        _RECORDED,
        (_key(Description="test key"),),
    ),
    Row("a key is not known by its id in another region", _describe("$key", _ELSEWHERE),
        _gone(f"Key 'arn:aws:kms:{_ELSEWHERE}:$account:key/$key' does not exist"), _RECORDED,
        (_key(),)),
    Row("a key is not known by its ARN in another region", _describe("$arn", _ELSEWHERE),
        _gone("Invalid arn $region"), _RECORDED, (_key(),)),
    Row("a key that never was",
        _describe("00000000-0000-0000-0000-000000000000"),
        _gone("Key 'arn:aws:kms:$region:$account:key/00000000-0000-0000-0000-000000000000' does "
              "not exist"), _RECORDED),
    Row("an id that is none", _describe("fake-key-id"), _gone("Invalid keyId 'fake-key-id'"),
        _RECORDED),
    Row("a key is known by its alias", _describe("alias/events"),
        {"KeyMetadata": {"KeyId": "$key"}}, _RECORDED,
        (_key(), Call("kms", "CreateAlias", {"AliasName": "alias/events", "TargetKeyId": "$key"}))),
    Row("an alias begins with its prefix",
        Call("kms", "CreateAlias", {"AliasName": "events", "TargetKeyId": "$key"}),
        Refusal("ValidationException", 'Alias must start with the prefix "alias/". Please see '
                "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html", 400),
        _RECORDED, (_key(),)),
    *(
        Row(f"a tag does not begin with {prefix}",
            _key(Tags=[{"TagKey": f"{prefix}key", "TagValue": "value"}]),
            Refusal("TagException", "Tags beginning with aws: are reserved", 400), _RECORDED)
        for prefix in ("aws:", "AWS:")
    ),
]  # fmt: skip
