"""Access keys: which account a key belongs to, and what its holder is called."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LOCAL_KEY = re.compile(r"LOCAL000(\d{12})")
LOCAL_SECRET = "local"  # noqa: S105 - a convention, not a secret: `--local` needs no handshake


@dataclass(frozen=True)
class Principal:
    """The holder of an access key."""

    account: str
    arn: str
    user_id: str


class Keyring:
    """All keys that the local AWS knows.

    `LOCAL000` + twelve digits belongs to that account by convention; STS and IAM add others.
    """

    def __init__(self) -> None:
        self._issued: dict[str, Principal] = {}
        self._ends: dict[str, datetime] = {}

    @staticmethod
    def local_key(account: str) -> str:
        """The access key id that belongs to an account by convention."""
        return f"LOCAL000{account}"

    def holder(self, access_key: str, partition: str = "aws") -> Principal | None:
        """Who holds a key, None when nobody does; keys by convention belong to every partition."""
        found = LOCAL_KEY.fullmatch(access_key)
        if found:
            account = found[1]
            return Principal(
                account, f"arn:{partition}:iam::{account}:user/local", f"AIDA{account}LOCA"
            )
        return self._issued.get(access_key)

    def issue(self, principal: Principal, until: datetime) -> str:
        """A new temporary access key for a principal."""
        key = f"ASIA{secrets.token_hex(8).upper()}"
        self._issued[key] = principal
        self._ends[key] = until
        return key

    def has_expired(self, access_key: str, now: datetime) -> bool:
        """Whether the time of a temporary key is over."""
        return access_key in self._ends and now >= self._ends[access_key]

    def add(self, access_key: str, principal: Principal) -> None:
        """Take in a key that IAM created."""
        self._issued[access_key] = principal
