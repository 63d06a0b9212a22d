"""AWS IAM: the access keys of a user. Calls and questions, never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, Reading, ask, question, together
from ses_provision.resources.iam import ABSENT
from ses_provision.resources.iam_asking import call_on, question_about, user_arn

MOST = 2
"""Access keys of one user (IAM User Guide, quotas)."""
SHOWN = 6
"""Signs of an access key id that tell it apart; the whole is half of a credential."""
SOME_KEY = {
    "AccessKeyId": "AKIA<key>",
    "Status": "Active",
    "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
}
"""A key that a rehearsal finds."""


class State(StrEnum):
    """Whether a key may be used."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"


@dataclass(frozen=True)
class AccessKey:
    """One access key: when it was made, and when and for what it was last used."""

    id: str
    state: State
    made_at: datetime
    used_at: datetime | None = None
    used_for: str = ""
    used_in: str = ""

    @property
    def ending(self) -> str:
        """What tells it apart without saying it."""
        return self.id[-SHOWN:]

    @property
    def is_active(self) -> bool:
        """Whether it may be used."""
        return self.state is State.ACTIVE

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"access key …{self.ending} ({self.state.lower()})"


def keys_question(account: Account, user: str) -> Ask:
    """The question for the keys of a user."""
    return question_about(
        account,
        user,
        "ListAccessKeys",
        {"AccessKeyMetadata": []},
        something={"AccessKeyMetadata": [SOME_KEY]},
        pages=True,
    )


def used_question(account: Account, user: str, key_id: str) -> Ask:
    """The question for when a key was last used; IAM tells it hours late."""
    return question(
        "iam",
        account.region,
        "GetAccessKeyLastUsed",
        on=(user_arn(account, user),),
        absent=ABSENT,
        AccessKeyId=key_id,
    )


def access_keys(account: Account, user: str) -> Reading[list[AccessKey]]:
    """The keys of a user, oldest first; none where there is no user."""
    [listed] = yield from ask(keys_question(account, user))
    found = (listed or {}).get("AccessKeyMetadata") or ()
    keys = [
        AccessKey(held["AccessKeyId"], State(held["Status"]), held["CreateDate"]) for held in found
    ]
    return sorted(keys, key=lambda key: (key.made_at, key.id))


def with_use(account: Account, user: str, key: AccessKey) -> Reading[AccessKey]:
    """A key with when it was last used, and for what. AWS says "N/A" where it never was."""
    [answer] = yield from ask(used_question(account, user, key.id))
    used: Mapping[str, Any] = (answer or {}).get("AccessKeyLastUsed") or {}
    at = used.get("LastUsedDate")
    if at is None:
        return key
    return replace(
        key, used_at=at, used_for=used.get("ServiceName", ""), used_in=used.get("Region", "")
    )


def keys_with_use(account: Account, user: str) -> Reading[list[AccessKey]]:
    """The keys of a user with their last use, oldest first."""
    found = yield from access_keys(account, user)
    return (yield from together(with_use(account, user, key) for key in found))


def creation(account: Account, user: str) -> Call:
    """Make a key. The answer has its secret, which AWS tells once."""
    return call_on(account, user, "CreateAccessKey", {})


def setting(account: Account, user: str, key_id: str, state: State) -> Call:
    """Let a key be used, or not; it can be taken back."""
    params = {"AccessKeyId": key_id, "Status": state.value}
    return call_on(account, user, "UpdateAccessKey", params)


def deletion(account: Account, user: str, key_id: str) -> Call:
    """Delete a key for good."""
    return call_on(account, user, "DeleteAccessKey", {"AccessKeyId": key_id}, already=ABSENT)
