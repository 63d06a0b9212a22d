"""What an event of SES looks like in a table: its fields, and how the files are read.

Names and types are those of SES (SES Developer Guide, contents of event data that SES publishes to
Firehose). The catalogue keeps them in lower case; files are read without regard to case.
"""

from __future__ import annotations

from typing import Any

EVENTS = "ses_events"
"""The name of the table."""
PARTITION = "dt"
"""The day on which an event arrived, in UTC: a part of the path of its file."""
PREFIX = "events/"
ERRORS = "errors/"

COLUMNS = {
    "eventType": "string",
    "mail": (
        "struct<timestamp:string,source:string,sourceArn:string,sendingAccountId:string,"
        "messageId:string,destination:array<string>,headersTruncated:boolean,"
        "headers:array<struct<name:string,value:string>>,"
        "commonHeaders:struct<from:array<string>,to:array<string>,messageId:string,"
        "subject:string>,tags:map<string,array<string>>>"
    ),
    "bounce": (
        "struct<bounceType:string,bounceSubType:string,bouncedRecipients:array<struct<"
        "emailAddress:string,action:string,status:string,diagnosticCode:string>>,"
        "timestamp:string,feedbackId:string,reportingMTA:string>"
    ),
    "complaint": (
        "struct<complainedRecipients:array<struct<emailAddress:string>>,timestamp:string,"
        "feedbackId:string,complaintSubType:string,userAgent:string,"
        "complaintFeedbackType:string,arrivalDate:string>"
    ),
    "delivery": (
        "struct<timestamp:string,processingTimeMillis:bigint,recipients:array<string>,"
        "smtpResponse:string,reportingMTA:string>"
    ),
    "reject": "struct<reason:string>",
    "open": "struct<ipAddress:string,timestamp:string,userAgent:string>",
    "click": (
        "struct<ipAddress:string,timestamp:string,userAgent:string,link:string,"
        "linkTags:map<string,array<string>>>"
    ),
    "failure": "struct<templateName:string,errorMessage:string>",
    "deliveryDelay": (
        "struct<delayType:string,delayedRecipients:array<struct<emailAddress:string,"
        "status:string,diagnosticCode:string>>,expirationTime:string,reportingMTA:string,"
        "timestamp:string>"
    ),
    "subscription": "struct<contactList:string,timestamp:string,source:string>",
}
"""The type of each field of an event, as Hive writes types."""


def in_catalog() -> dict[str, str]:
    """The columns as the catalogue keeps them."""
    return {name.lower(): kind.lower() for name, kind in COLUMNS.items()}


def layout(bucket: str) -> dict[str, Any]:
    """How the table's files are read: one JSON object a line, in files that may be compressed."""
    return {
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [{"Name": PARTITION, "Type": "string"}],
        "StorageDescriptor": {
            "Location": f"s3://{bucket}/{PREFIX}",
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
                "Parameters": {"ignore.malformed.json": "true", "case.insensitive": "true"},
            },
        },
    }


def parameters(bucket: str, days: int) -> dict[str, str]:
    """Partition projection: Athena works out the days by itself, and nobody has to add them
    (Athena User Guide, partition projection). The range moves with the day."""
    return {
        "EXTERNAL": "TRUE",
        "classification": "json",
        "projection.enabled": "true",
        f"projection.{PARTITION}.type": "date",
        f"projection.{PARTITION}.format": "yyyy-MM-dd",
        f"projection.{PARTITION}.range": f"NOW-{days}DAYS,NOW",
        f"projection.{PARTITION}.interval": "1",
        f"projection.{PARTITION}.interval.unit": "DAYS",
        "storage.location.template": f"s3://{bucket}/{PREFIX}{PARTITION}=${{{PARTITION}}}/",
    }
