"""STS: who asks, as AWS answered it."""

from tests.local.recorded.table import Call, Like, Only, Row

ROWS = [
    Row(
        "GetCallerIdentity names account, ARN and user id and nothing else",
        Call("sts", "GetCallerIdentity"),
        Only({"Account": "$account", "Arn": Like("^arn:aws:(iam|sts)::$account:"),
              "UserId": Like("^[A-Z0-9]+")}),
        "localstack, tests/aws/services/sts/test_sts.snapshot.json",
    ),
]  # fmt: skip
