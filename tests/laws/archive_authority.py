"""What IAM looks for in calls about an archive (Service Authorization Reference)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.laws.somebody import partition

if TYPE_CHECKING:
    from tests.laws.world import Bench, Made

ACTIONS = {
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "PutPublicAccessBlock"): "PutBucketPublicAccessBlock",
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "PutBucketEncryption"): "PutEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "GetLifecycleConfiguration",
    ("s3", "PutBucketLifecycleConfiguration"): "PutLifecycleConfiguration",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "ListObjectVersions"): "ListBucketVersions",
}
"""Operations whose action bears another name."""
OF_TABLES = ("CreateTable", "UpdateTable", "DeleteTable", "GetTable")
OF_ALL_TABLES = ("GetTables", "DeleteDatabase")


def arn(made: Made, service: str, rest: str) -> str:
    """An ARN in the account and region of a call."""
    return f"arn:{partition(made.region)}:{service}:{made.region}:{made.account}:{rest}"


def bucket(made: Made, name: str) -> str:
    """The ARN of a bucket, which names neither account nor region."""
    return f"arn:{partition(made.region)}:s3:::{name}"


OF_OBJECTS = ("GetObject", "DeleteObject")


def s3(made: Made, bench: Bench) -> list[str]:
    """Buckets, or objects in them."""
    held = bucket(made, made.params["Bucket"])
    return [f"{held}/{made.params['Key']}" if made.operation in OF_OBJECTS else held]


def firehose(made: Made, bench: Bench) -> list[str]:
    """Streams."""
    return [arn(made, "firehose", f"deliverystream/{made.params['DeliveryStreamName']}")]


def glue(made: Made, bench: Bench) -> list[str]:
    """The catalogue, the database, and the tables that it is about."""
    params = made.params
    if "ResourceArn" in params:
        return [params["ResourceArn"]]
    name = (
        params.get("DatabaseName") or params.get("Name") or params.get("DatabaseInput", {})["Name"]
    )
    found = [arn(made, "glue", "catalog"), arn(made, "glue", f"database/{name}")]
    if made.operation in OF_TABLES:
        table = params.get("TableInput", params)["Name"]
        found.append(arn(made, "glue", f"table/{name}/{table}"))
    if made.operation in OF_ALL_TABLES:
        found.append(arn(made, "glue", f"table/{name}/*"))
    return found


def athena(made: Made, bench: Bench) -> list[str]:
    """The workgroup: its own queries and runs are checked on it."""
    params = made.params
    if "ResourceARN" in params:
        return [params["ResourceARN"]]
    is_of_query = "NamedQuery" in made.operation
    name = params.get("WorkGroup") or ("" if is_of_query else params.get("Name")) or told(bench)
    return [arn(made, "athena", f"workgroup/{name}")]


def told(bench: Bench) -> str:
    """The workgroup that calls have named."""
    named = (each.params.get("WorkGroup") for each in bench.made if each.service == "athena")
    return str(next(filter(None, named)))


def behind(made: Made, bench: Bench) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What else is checked: action, resource, context."""
    params = made.params
    if made.operation == "CreateBucket":
        for action in ("s3:TagResource", "s3:PutBucketOwnershipControls"):
            yield action, bucket(made, params["Bucket"]), {}
    yield from passed(made)
    if made.operation == "GetObject":
        of_bucket = [
            one.params for one in bench.made if one.params.get("Bucket") == params["Bucket"]
        ]
        for key in {key for each in of_bucket for key in keys(each)}:
            named = bench.call(made.account, made.region, "kms", "DescribeKey", KeyId=key)
            yield "kms:Decrypt", named["KeyMetadata"]["Arn"], {}
    if made.operation == "StartQueryExecution":
        yield from of_query(made, bench)


def passed(made: Made) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Roles that a call hands to a service."""
    params = made.params
    for name in ("ExtendedS3DestinationConfiguration", "ExtendedS3DestinationUpdate"):
        role = params.get(name, {}).get("RoleARN")
        if role:
            yield "iam:PassRole", role, {"iam:PassedToService": ("firehose.amazonaws.com",)}
    stream = params.get("EventDestination", {}).get("KinesisFirehoseDestination", {})
    if stream.get("IamRoleArn"):
        yield "iam:PassRole", stream["IamRoleArn"], {"iam:PassedToService": ("ses.amazonaws.com",)}


def of_query(made: Made, bench: Bench) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What Athena reads for whoever asks: the catalogue, the objects, and their key."""
    name = made.params["QueryExecutionContext"]["Database"]
    tables = [each.params["TableInput"] for each in bench.made if each.operation == "CreateTable"]
    catalogued = [
        arn(made, "glue", "catalog"),
        arn(made, "glue", f"database/{name}"),
        *(arn(made, "glue", f"table/{name}/{table['Name']}") for table in tables),
    ]
    for action in ("GetDatabase", "GetTable", "GetTables", "GetPartitions"):
        for resource in catalogued:
            yield f"glue:{action}", resource, {}
    places = (table.get("StorageDescriptor", {}).get("Location") for table in tables)
    for place in filter(None, places):
        held = bucket(made, urlsplit(place).netloc)
        yield "s3:ListBucket", held, {}
        yield "s3:GetBucketLocation", held, {}
        yield "s3:GetObject", f"{held}/events/object", {}
    for key in {key for each in bench.made for key in keys(each.params)}:
        held = bench.call(made.account, made.region, "kms", "DescribeKey", KeyId=key)
        yield "kms:Decrypt", held["KeyMetadata"]["Arn"], {}


def keys(value: Any) -> Iterator[str]:
    """The keys that buckets are encrypted with, wherever they are named."""
    if isinstance(value, dict):
        for name, held in value.items():
            yield from [held] if name == "KMSMasterKeyID" else keys(held)
    elif isinstance(value, list):
        for held in value:
            yield from keys(held)
