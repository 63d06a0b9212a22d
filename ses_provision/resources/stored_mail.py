"""The objects of a bucket that hold mail which SES has put there."""

from __future__ import annotations

from datetime import UTC, datetime

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.outside.reading import Ask, Reading, ask
from ses_provision.resources.s3_asking import question_about
from ses_provision.resources.ses.receiving import NOTE


@dataclass(frozen=True)
class Stored:
    """An object that holds a mail. `key` is its name below the prefix: SES's id of the mail."""

    key: str
    arrived: datetime
    size: int


def listing(account: Account, bucket: str, prefix: str) -> Ask:
    """The question for all that is stored. S3 lists by name, and names follow no order in time."""
    return question_about(account, bucket, "ListObjectsV2", pages=True, something={}, Prefix=prefix)


def stored(account: Account, bucket: str, prefix: str) -> Reading[list[Stored] | None]:
    """Every mail that is stored, the newest first; None where the bucket is not there."""
    [answer] = yield from ask(listing(account, bucket, prefix))
    if answer is None:
        return None
    found = [
        Stored(held["Key"].removeprefix(prefix), held["LastModified"].astimezone(UTC), held["Size"])
        for held in answer.get("Contents") or ()
        if not held["Key"].endswith(("/", NOTE))
    ]
    return sorted(found, key=lambda one: (one.arrived, one.key), reverse=True)
