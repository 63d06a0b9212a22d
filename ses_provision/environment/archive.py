"""[archive]: where every event of every mail is kept, and by what it is queried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ses_provision.dataclass import dataclass
from ses_provision.environment.keys import ObjectKey
from ses_provision.environment.sections import Section
from ses_provision.environment.shapes import ALL_BUT_TRACKING, EventType, PolicyArn, matching
from ses_provision.environment.smtp import boundary_elsewhere

if TYPE_CHECKING:
    from ses_provision.environment.environment import Environment

BucketName = Annotated[
    str,
    matching(
        r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9](?!.*(-s3alias|--ol-s3|--x-s3|--table-s3)$)"
        r"[a-z0-9-]{1,61}[a-z0-9]",
        "the name of an S3 bucket: 3 to 63 of a-z 0-9 -",
    ),
]
"""Dots are left out: with them, TLS finds no certificate for the name (S3 User Guide)."""
StreamName = Annotated[str, matching(r"[A-Za-z0-9_.-]{1,55}", "1 to 55 of A-Z a-z 0-9 _ . -")]
"""Firehose takes 64; the names of its two IAM roles begin with it."""
DatabaseName = Annotated[str, matching(r"[a-z0-9_]{1,128}", "1 to 128 of a-z 0-9 _")]
WorkGroupName = Annotated[str, matching(r"[A-Za-z0-9._-]{1,128}", "1 to 128 of A-Z a-z 0-9 . _ -")]

LONGEST_BUCKET = 63
ARN_PARTS = 6


class ArchiveSettings(Section):
    """[archive]: every event of every mail in S3, with queries over it; costs a little."""

    bucket: BucketName | None = Field(
        None, description="ses-archive-<suffix>-<account>-<region>-an when left out."
    )
    stream: StreamName | None = Field(None, description="ses-archive-<suffix> when left out.")
    types: frozenset[EventType] = Field(
        ALL_BUT_TRACKING, min_length=1, description="What is archived; OPEN and CLICK by name only."
    )
    days: int = Field(400, strict=True, ge=1, le=3660, description="Days that S3 keeps an event.")
    kms_key: ObjectKey | None = Field(
        None, description="Customer managed key (id, ARN or alias); a key of S3 when left out."
    )
    buffer_seconds: int = Field(
        300, strict=True, ge=60, le=900, description="Seconds that events are gathered."
    )
    permissions_boundary: PolicyArn | None = Field(
        None, description="Permissions boundary of the two roles, where one is wanted."
    )
    database: DatabaseName | None = Field(None, description="ses_<suffix> when left out.")
    workgroup: WorkGroupName | None = Field(None, description="ses-<suffix> when left out.")
    scan_limit_mb: int = Field(
        1024, strict=True, ge=10, le=7_000_000, description="Most that one query may scan, in MB."
    )


@dataclass(frozen=True)
class ArchiveNames:
    """What the parts of an archive are called."""

    bucket: str
    stream: str
    database: str
    workgroup: str

    @property
    def role_of_ses(self) -> str:
        """The role in which SES puts events on the stream."""
        return f"{self.stream}-from-ses"

    @property
    def role_of_firehose(self) -> str:
        """The role in which Firehose writes into the bucket."""
        return f"{self.stream}-to-s3"


def plainly(ending: str) -> str:
    """What names end in, as a bucket may be called."""
    return re.sub(r"[^a-z0-9]+", "-", ending.lower()).strip("-") or "mail"


def names(settings: ArchiveSettings, account: str, region: str, ending: str) -> ArchiveNames:
    """The names that the file gives, and those that follow from the suffix."""
    plain = plainly(ending)
    return ArchiveNames(
        settings.bucket or f"ses-archive-{plain}{account_regional(account, region)}",
        settings.stream or f"ses-archive-{ending}",
        settings.database or f"ses_{plain.replace('-', '_')}",
        settings.workgroup or f"ses-{ending}",
    )


def account_regional(account: str, region: str) -> str:
    """How the names of buckets end that nobody but an account can ever have in a region (S3 API
    reference, CreateBucket, BucketNamespace)."""
    return f"-{account}-{region}-an"


def mistakes_of_bucket(
    bucket: str, kms_key: str | None, account: str, region: str
) -> Iterator[tuple[str, str]]:
    """What is wrong with a bucket, and with the key that encrypts what is in it."""
    if len(bucket) > LONGEST_BUCKET:
        yield (
            "bucket",
            (
                f"missing: {bucket} has {len(bucket)} characters, and S3 takes "
                f"{LONGEST_BUCKET}; name the bucket"
            ),
        )
    own = account_regional(account, region)
    if bucket.endswith("-an") and not bucket.endswith(own):
        yield "bucket", f"ends in -an, which S3 keeps for names that end in {own}"
    key = (kms_key or "").split(":")
    if len(key) >= ARN_PARTS and key[3] != region:
        yield "kms_key", f"the key is in {key[3]}, and the bucket in {region} cannot use it"


def mistakes(env: Environment) -> Iterator[tuple[str, str]]:
    """What is wrong beside the rest of the file: setting, and why."""
    settings, account, region = env.archive, env.account_id, env.region
    if settings is None:
        return
    yield from mistakes_of_bucket(env.archive_names.bucket, settings.kms_key, account, region)
    elsewhere = boundary_elsewhere(settings.permissions_boundary or "", account)
    if elsewhere:
        yield "permissions_boundary", elsewhere
    if env.events.destination == DESTINATION:
        yield "stream", f"events.destination is {DESTINATION}, the name of the archive's own"


DESTINATION = "firehose-archive"
"""What the event destination is called that feeds the archive."""
