"""What the policies of all buckets say, and a bucket that no setting names."""

from __future__ import annotations

from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.environment import Environment
from ses_provision.environment.receiving import names
from ses_provision.resources import policies
from ses_provision.resources.s3 import Bucket
from ses_provision.resources.s3_asking import bucket_arn
from ses_provision.resources.ses.receiving import NOTE

PUTS = "SesMayPutMail"
"""The statement by which SES puts mail into a bucket."""


def plain_http(account: Account, name: str) -> dict[str, Any]:
    """Nobody reads or writes in clear text."""
    arn = bucket_arn(account, name)
    return {
        "Sid": "NobodyOverPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def note(env: Environment) -> str:
    """The object by which SES tries the bucket of an environment."""
    return f"{names(env).prefix}{NOTE}"


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A bucket that no setting names, whatever it was for."""
    if not arn.startswith(f"arn:{account.partition}:s3:::"):
        return []
    name = arn.rpartition(":")[2]
    ours = policies.named([plain_http(account, name), {"Sid": PUTS}])
    holds = "what was put into it, which is"
    return [Bucket(name, True, "", {}, ours, env.all_tags, account, holds=holds, note=note(env))]
