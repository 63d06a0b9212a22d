"""What somebody may change behind the tool's back of an archive and its queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.laws.somebody import Made, Somebody

OUR_TAG = ["Environment"]


def bucket(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A bucket: open, with another key, keeping longer, without its policy or a tag."""
    named = {"Bucket": wanted["name"]}
    elsewhere = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/theirs"}

    def call(operation: str, **params: Any) -> Callable[[], object]:
        return lambda: they("s3", operation, **named, **params)

    yield "open", {"shut"}, "s3:PutPublicAccessBlock", call("DeletePublicAccessBlock")
    rules = [{"ApplyServerSideEncryptionByDefault": elsewhere}]
    yield (
        "another key",
        {"kms_key"},
        "s3:PutBucketEncryption",
        call("PutBucketEncryption", ServerSideEncryptionConfiguration={"Rules": rules}),
    )
    yield (
        "kept for ever",
        {f"rules.{name}" for name in wanted["rules"]},
        "s3:PutBucketLifecycleConfiguration",
        call("DeleteBucketLifecycle"),
    )
    yield (
        "no policy",
        {f"statements.{sid}" for sid in wanted["statements"]},
        "s3:PutBucketPolicy",
        call("DeleteBucketPolicy"),
    )

    def untagged() -> None:
        held = they("s3", "GetBucketTagging", **named)["TagSet"]
        kept = [tag for tag in held if tag["Key"] not in OUR_TAG]
        they("s3", "PutBucketTagging", **named, Tagging={"TagSet": kept})

    yield "tag", {"tags.Environment"}, "s3:PutBucketTagging", untagged


def delivery_stream(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A stream: gathering longer, elsewhere, in clear text, without a tag, gone."""
    named = {"DeliveryStreamName": wanted["arn"].rpartition("/")[2]}

    def live() -> dict[str, Any]:
        held = they("firehose", "DescribeDeliveryStream", **named)["DeliveryStreamDescription"]
        return {
            "CurrentDeliveryStreamVersionId": held["VersionId"],
            "DestinationId": held["Destinations"][0]["DestinationId"],
        }

    def update(**changed: Any) -> Callable[[], object]:
        return lambda: they(
            "firehose", "UpdateDestination", **named, **live(), ExtendedS3DestinationUpdate=changed
        )

    hints = {"SizeInMBs": 64, "IntervalInSeconds": 899}
    writes = "firehose:UpdateDestination"
    yield (
        "gathers longer",
        {"buffer_mb", "buffer_seconds"},
        writes,
        update(BufferingHints=hints),
    )
    yield "elsewhere", {"prefix"}, writes, update(Prefix="theirs/")
    yield (
        "in clear text",
        {"encrypted"},
        "firehose:StartDeliveryStreamEncryption",
        lambda: they("firehose", "StopDeliveryStreamEncryption", **named),
    )
    yield (
        "tag",
        {"tags.Environment"},
        "firehose:TagDeliveryStream",
        lambda: they("firehose", "UntagDeliveryStream", **named, TagKeys=OUR_TAG),
    )

    def delete() -> None:
        they("firehose", "DeleteDeliveryStream", **named)
        they.bench.local.clock.advance(60)

    yield "no stream", set(), "firehose:CreateDeliveryStream", delete


def database(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A database without a tag."""
    arn = wanted["arn"]
    yield (
        "tag",
        {"tags.Environment"},
        "glue:TagResource",
        lambda: they("glue", "UntagResource", ResourceArn=arn, TagsToRemove=OUR_TAG),
    )


def table(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A table or a view: other columns, other marks, gone."""
    named = {"DatabaseName": wanted["database"], "Name": wanted["name"]}

    def put(change: Callable[[dict[str, Any]], None]) -> Callable[[], object]:
        def make() -> None:
            held = they("glue", "GetTable", **named)["Table"]
            given = {name: held[name] for name in INPUT if name in held}
            change(given)
            they("glue", "UpdateTable", DatabaseName=wanted["database"], TableInput=given)

        return make

    def fewer(given: dict[str, Any]) -> None:
        given["StorageDescriptor"]["Columns"].pop()

    [*_, last] = wanted["columns"]
    yield "fewer columns", {f"columns.{last}"}, "glue:UpdateTable", put(fewer)

    def unmarked(given: dict[str, Any]) -> None:
        del given["Parameters"]["Environment"]

    yield "mark", {"tags.Environment"}, "glue:UpdateTable", put(unmarked)
    if "query" in wanted:
        text = {"ViewOriginalText": "/* Presto View: e30= */"}
        yield "another query", {"query"}, "glue:UpdateTable", put(lambda g: g.update(text))
    else:
        days = {"projection.dt.range": "NOW-3DAYS,NOW"}
        yield (
            "fewer days",
            {"parameters.projection.dt.range"},
            "glue:UpdateTable",
            put(lambda given: given["Parameters"].update(days)),
        )
    yield "gone", set(), "glue:CreateTable", lambda: they("glue", "DeleteTable", **named)


INPUT = ("Name", "TableType", "PartitionKeys", "StorageDescriptor", "Parameters",
         "ViewOriginalText", "ViewExpandedText")  # fmt: skip


def workgroup(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A workgroup: its limit lifted, not enforced, off, results elsewhere, without a tag."""
    named = {"WorkGroup": wanted["arn"].rpartition("/")[2]}

    def put(state: str = "ENABLED", **changes: Any) -> Callable[[], object]:
        return lambda: they(
            "athena", "UpdateWorkGroup", **named, State=state, ConfigurationUpdates=changes
        )

    writes = "athena:UpdateWorkGroup"
    yield "no limit", {"scan_limit"}, writes, put(RemoveBytesScannedCutoffPerQuery=True)
    yield "not enforced", {"enforced"}, writes, put(EnforceWorkGroupConfiguration=False)
    yield "off", {"enabled"}, writes, put("DISABLED")
    yield (
        "results not managed",
        {"managed_results"},
        writes,
        put(ManagedQueryResultsConfigurationUpdates={"Enabled": False}),
    )
    arn = {"ResourceARN": wanted["arn"]}
    yield (
        "tag",
        {"tags.Environment"},
        "athena:TagResource",
        lambda: they("athena", "UntagResource", **arn, TagKeys=OUR_TAG),
    )


def named_query(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A named query: another text, gone."""
    group = {"WorkGroup": wanted["workgroup_arn"].rpartition("/")[2]}

    def live() -> dict[str, Any]:
        ids = they("athena", "ListNamedQueries", **group)["NamedQueryIds"]
        every = they("athena", "BatchGetNamedQuery", NamedQueryIds=ids)["NamedQueries"]
        [found] = [query for query in every if query["Name"] == wanted["name"]]
        return {"NamedQueryId": found["NamedQueryId"]}

    yield (
        "another text",
        {"text"},
        "athena:UpdateNamedQuery",
        lambda: they(
            "athena", "UpdateNamedQuery", **live(), Name=wanted["name"], QueryString="SELECT 1"
        ),
    )
    yield (
        "gone",
        set(),
        "athena:CreateNamedQuery",
        lambda: they("athena", "DeleteNamedQuery", **live()),
    )


KINDS: dict[str, Callable[[dict[str, Any], Somebody], Iterator[Made]]] = {
    "Bucket": bucket,
    "DeliveryStream": delivery_stream,
    "CatalogDatabase": database,
    "CatalogTable": table,
    "CatalogView": table,
    "WorkGroup": workgroup,
    "NamedQuery": named_query,
}
