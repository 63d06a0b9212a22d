"""Every event of every mail, from SES through a stream of Firehose into a bucket."""

from __future__ import annotations

from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.environment.archive import DESTINATION, ArchiveNames, ArchiveSettings
from ses_provision.resources import policies
from ses_provision.resources.firehose import MEGABYTES, READY, DeliveryStream
from ses_provision.resources.prices import shipped
from ses_provision.resources.s3 import Bucket, Rule
from ses_provision.resources.s3_asking import bucket_arn
from ses_provision.resources.service_role import ServiceRole, role_arn, trusting
from ses_provision.resources.ses import EventDestination
from ses_provision.steps import arns, buckets
from ses_provision.steps.archive_table import ERRORS, PARTITION, PREFIX

DAY = f"{PARTITION}=!{{timestamp:yyyy-MM-dd}}/"
"""The day on which an event arrived, as Firehose writes it into the path of an object."""
OBJECTS = (
    "s3:AbortMultipartUpload",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:PutObject",
)
"""What Firehose needs of a bucket (Firehose Developer Guide, controlling access)."""

HOLDS = (
    "will hold the addresses, subjects and IP addresses of every mail for {days} days; "
    "`destroy` never empties it"
)


def desired(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """The bucket first, and last the event destination, which begins to fill it."""
    if env.archive is None:
        return Unasked("no [archive] in the environment file")
    account, names, settings = facts.account, env.archive_names, env.archive
    return [
        bucket(env, account),
        to_s3(env, account, names, settings),
        stream(env, account),
        from_ses(env, account, names, settings.permissions_boundary),
        destination(env, account, settings),
    ]


def bucket(env: Environment, account: Account) -> Bucket:
    """The bucket, which nobody reaches without TLS."""
    settings, name = env.archive or ArchiveSettings(), env.archive_names.bucket
    return Bucket(
        name,
        shut=True,
        kms_key=settings.kms_key or "",
        rules={
            "ses-events": Rule(PREFIX, settings.days),
            "ses-errors": Rule(ERRORS, settings.days),
        },
        statements=policies.named([buckets.plain_http(account, name)]),
        tags=env.all_tags,
        account=account,
        price=HOLDS.format(days=settings.days),
    )


def costs() -> str:
    """What the stream costs, and what it fills (Data Firehose pricing)."""
    return (
        f"costs about {shipped()['firehose'].told}, and each event counts as 5 KB (ses-provision "
        "estimate reckons it); S3 takes a few cents for what it keeps"
    )


def stream_arn(env: Environment, account: Account) -> str:
    """The ARN of the stream."""
    return account.arn("firehose", f"deliverystream/{env.archive_names.stream}")


def stream(env: Environment, account: Account) -> DeliveryStream:
    """The stream: one object of compressed JSON lines for each buffer, in a folder for each day."""
    settings, names = env.archive or ArchiveSettings(), env.archive_names
    return DeliveryStream(
        stream_arn(env, account),
        READY,
        bucket_arn(account, names.bucket),
        role_arn(account, names.role_of_firehose),
        f"{PREFIX}{DAY}",
        f"{ERRORS}!{{firehose:error-output-type}}/{DAY}",
        settings.buffer_seconds,
        MEGABYTES,
        "GZIP",
        encrypted=True,
        tags=env.all_tags,
        price=costs(),
    )


def by_firehose(env: Environment, account: Account) -> dict[str, Any]:
    """Firehose names the account as external id (Firehose Developer Guide, controlling access).
    Whether it names the stream as well is not said there: where it does, it has to be ours."""
    return {
        "StringEquals": {"sts:ExternalId": account.id},
        "StringEqualsIfExists": {"AWS:SourceAccount": account.id},
        "ArnEqualsIfExists": {"AWS:SourceArn": stream_arn(env, account)},
    }


def to_s3(
    env: Environment, account: Account, names: ArchiveNames, settings: ArchiveSettings
) -> ServiceRole:
    """The role in which Firehose writes objects."""
    arn = bucket_arn(account, names.bucket)
    writing = {
        "Sid": "WriteObjects",
        "Effect": "Allow",
        "Action": list(OBJECTS),
        "Resource": [arn, f"{arn}/*"],
    }
    using = [encrypting(account, settings.kms_key, arn)] if settings.kms_key else []
    return ServiceRole(
        role_arn(account, names.role_of_firehose),
        trusting("firehose.amazonaws.com", by_firehose(env, account)),
        policies.named([writing, *using]),
        settings.permissions_boundary,
        env.all_tags,
        account,
        names.role_of_firehose,
    )


def encrypting(account: Account, key: str, arn: str) -> dict[str, Any]:
    """Use a key for objects of the bucket alone. An alias says nothing of the key behind it; the
    conditions leave no other use. With a bucket key, S3 names the bucket, else the object."""
    known = key if ":key/" in key else account.arn("kms", f"key/{key}")
    return {
        "Sid": "EncryptObjects",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": account.arn("kms", "key/*") if "alias/" in key else known,
        "Condition": {
            "StringEquals": {"kms:ViaService": f"s3.{account.region}.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": [arn, f"{arn}/*"]},
        },
    }


def from_ses(
    env: Environment, account: Account, names: ArchiveNames, boundary: str | None
) -> ServiceRole:
    """The role in which SES puts events on the stream, for this configuration set alone (SES
    Developer Guide, event destination for Firehose)."""
    putting = {
        "Sid": "PutEvents",
        "Effect": "Allow",
        "Action": "firehose:PutRecordBatch",
        "Resource": account.arn("firehose", f"deliverystream/{names.stream}"),
    }
    source = {
        "AWS:SourceAccount": account.id,
        "AWS:SourceArn": arns.configuration_set(env, account),
    }
    return ServiceRole(
        role_arn(account, names.role_of_ses),
        trusting("ses.amazonaws.com", {"StringEquals": source}),
        policies.named([putting]),
        boundary,
        env.all_tags,
        account,
        names.role_of_ses,
    )


def destination(env: Environment, account: Account, settings: ArchiveSettings) -> EventDestination:
    """Where SES reports: to the stream."""
    target = {
        "IamRoleArn": role_arn(account, env.archive_names.role_of_ses),
        "DeliveryStreamArn": stream_arn(env, account),
    }
    return EventDestination(
        configuration_set_arn=arns.configuration_set(env, account),
        name=DESTINATION,
        types=frozenset(settings.types),
        target={"KinesisFirehoseDestination": target},
    )


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A stream that no setting names, with its roles and the destination that feeds it; a bucket.

    They are what is left of other names in the file, or of the whole section.
    """
    if ":deliverystream/" in arn:
        names = ArchiveNames("", arn.rpartition("/")[2], "", "")
        fed = {
            "IamRoleArn": role_arn(account, names.role_of_ses),
            "DeliveryStreamArn": arn,
        }
        former = DeliveryStream(arn, READY, "", "", "", "", 0, 0, "", True, env.all_tags)
        return [
            EventDestination(
                arns.configuration_set(env, account),
                DESTINATION,
                frozenset(),
                {"KinesisFirehoseDestination": fed},
            ),
            former,
            *(
                ServiceRole(role_arn(account, name), {}, {}, None, env.all_tags, account, name)
                for name in (names.role_of_ses, names.role_of_firehose)
            ),
        ]
    return buckets.strays(env, account, arn)
