"""Access keys: which account a key belongs to, and what its holder is called."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass

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
        self._secrets: dict[str, str] = {}
        self._asleep: set[str] = set()

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
        return None if access_key in self._asleep else self._issued.get(access_key)

    def issue(self, principal: Principal, until: datetime) -> str:
        """A new temporary access key for a principal."""
        key = f"ASIA{secrets.token_hex(8).upper()}"
        self._issued[key] = principal
        self._ends[key] = until
        return key

    def has_expired(self, access_key: str, now: datetime) -> bool:
        """Whether the time of a temporary key is over."""
        return access_key in self._ends and now >= self._ends[access_key]

    def add(self, access_key: str, principal: Principal, secret: str) -> None:
        """Take in a key that IAM created."""
        self._issued[access_key] = principal
        self._secrets[access_key] = secret

    def secret(self, access_key: str) -> str | None:
        """The secret of a key that IAM created; None of any other."""
        return self._secrets.get(access_key)

    def users(self) -> dict[str, str]:
        """The names of the users whose keys IAM created, by key."""
        return {key: self._issued[key].user_id for key in self._secrets}

    def secrets(self) -> set[str]:
        """The secrets of the keys that IAM created."""
        return set(self._secrets.values())

    def let(self, access_key: str, *, is_active: bool) -> None:
        """Let a key be used, or not."""
        (self._asleep.discard if is_active else self._asleep.add)(access_key)

    def remove(self, access_key: str) -> None:
        """Forget a key that IAM has deleted."""
        for held in (self._issued, self._secrets):
            held.pop(access_key, None)
        self._asleep.discard(access_key)
