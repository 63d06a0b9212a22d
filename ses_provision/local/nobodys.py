"""Sessions of botocore in which no person's profile or configuration has a say."""

from __future__ import annotations

import os
from typing import Any

import boto3
import botocore.session

NOBODYS: dict[str, tuple[None, None, Any, None]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "region": (None, None, None, None),
}
"""The session variables of botocore that say so."""


def session() -> boto3.Session:
    """A session without anybody's profile, for asking what botocore knows."""
    return boto3.Session(botocore_session=botocore.session.Session(session_vars=NOBODYS))
