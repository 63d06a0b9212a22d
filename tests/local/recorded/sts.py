"""STS: who asks, and keys for others, as AWS answered."""

from typing import Any

from tests.local.recorded.table import ANYTHING, Call, Like, Only, Refusal, Row

_RECORDED = "localstack, tests/aws/services/sts/test_sts.snapshot.json"


def _assume(arn: str = "arn:aws:iam::$account:role/app", **more: Any) -> Call:
    params = {"RoleArn": arn, "RoleSessionName": "session"}
    return Call("sts", "AssumeRole", params | more)


def _invalid(message: Any) -> Refusal:
    return Refusal("ValidationError", message, 400)


ROWS = [
    Row(
        "GetCallerIdentity names account, ARN and user id and nothing else",
        Call("sts", "GetCallerIdentity"),
        Only(
            {
                "Account": "$account",
                "Arn": Like("^arn:aws:(iam|sts)::$account:"),
                "UserId": Like("^[A-Z0-9]+"),
            }
        ),
        "API Reference, GetCallerIdentity",
    ),
    Row(
        "an assumed role has keys, an id and an ARN of its own",
        _assume(),
        Only(
            {
                "AssumedRoleUser": Only(
                    {
                        "Arn": "arn:aws:sts::$account:assumed-role/app/session",
                        "AssumedRoleId": Like("^AROA[A-Z0-9]+:session$$"),
                    }
                ),
                "Credentials": Only(
                    {
                        "AccessKeyId": Like("^ASIA"),
                        "Expiration": ANYTHING,
                        "SecretAccessKey": ANYTHING,
                        "SessionToken": ANYTHING,
                    }
                ),
            }
        ),
        _RECORDED,
    ),
    *(
        Row(f"{arn!r} is no role", _assume(arn), _invalid(f"{arn} is invalid"), _RECORDED)
        for arn in (
            "nothing-valid-in-here-at-all",
            "arn::b:::something/test-role",
            "arn:a::::something/test-role",
            "arn:a:::something/test-role",
            "arn:a:a::aaaaaaaaaa:1234",
        )
    ),
    Row(
        "the name of a session has no colon",
        _assume(RoleSessionName="Session1:2"),
        _invalid(
            Like(
                r"^1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to "
                r"satisfy constraint: Member must satisfy regular expression pattern: \["
            )
        ),
        _RECORDED,
    ),
    *(
        Row(
            f"in {region} the caller lies in the partition {partition}",
            Call("sts", "GetCallerIdentity", region=region),
            {"Arn": Like(f"^arn:{partition}:iam::")},
            "IAM User Guide, ARNs: a region lies in one partition",
        )
        for region, partition in (
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
            ("eu-central-1", "aws"),
        )
    ),
]
