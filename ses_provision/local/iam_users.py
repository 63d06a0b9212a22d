"""What moto does not have of IAM users: boundaries, the ages of keys, what keeps a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.keyring import Keyring, Principal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Ask = Callable[[Caller, str, Params], Reply]

_NEVER = {"Region": "N/A", "ServiceName": "N/A"}
# What IAM lists of a user that keeps it from being deleted, where the answer has it, and in which
# words it says so (quoted in public reports of Terraform and aws-nuke).
_HELD = (
    ("ListAccessKeys", "AccessKeyMetadata", "must delete access keys first."),
    ("ListUserPolicies", "PolicyNames", "must delete policies first."),
    ("ListAttachedUserPolicies", "AttachedPolicies", "must detach all policies first."),
    ("ListGroupsForUser", "Groups", "must remove users from group first."),
    ("ListMFADevices", "MFADevices", "must delete MFA device first."),
)


@dataclass
class _Use:
    """When an access key was last used, and for what."""

    at: datetime
    service: str
    region: str


class Users:
    """Users as IAM has them, over moto's."""

    def __init__(self, ask: Ask, keyring: Keyring, clock: Clock) -> None:
        self._ask = ask
        self._keyring = keyring
        self._clock = clock
        self._made: dict[str, datetime] = {}
        self._used: dict[str, _Use] = {}
        self._bounds: dict[tuple[str, str], str] = {}
        self._own: dict[str, Callable[[Caller, Params], Reply]] = {
            "CreateUser": self._create,
            "GetUser": self._get,
            "DeleteUser": self._delete,
            "PutUserPermissionsBoundary": self._bind,
            "DeleteUserPermissionsBoundary": self._unbind,
            "CreateAccessKey": self._create_key,
            "ListAccessKeys": self._list_keys,
            "UpdateAccessKey": self._update_key,
            "DeleteAccessKey": self._delete_key,
            "GetAccessKeyLastUsed": self._last_used,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations that are answered here."""
        return frozenset(self._own)

    def serves(self, operation: str) -> bool:
        """Whether an operation is answered here."""
        return operation in self._own

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call about a user."""
        return self._own[operation](caller, params)

    def boundary(self, caller: Caller, name: str) -> str:
        """The ARN of the permissions boundary of a user; empty where it has none."""
        return self._bounds.get((caller.account, name), "")

    def age(self, access_key: str) -> float:
        """How many seconds ago a key was made."""
        made = self._made.get(access_key)
        return 0.0 if made is None else (self._clock.now() - made).total_seconds()

    def used(self, access_key: str, service: str, region: str) -> None:
        """Note that a key was used."""
        self._used[access_key] = _Use(self._clock.now(), service, region)

    def _create(self, caller: Caller, params: Params) -> Reply:
        bound = params.get("PermissionsBoundary", "")
        if bound:
            self._check_policy(caller, bound)
        reply = self._ask(caller, "CreateUser", params)
        if bound:
            self._bounds[caller.account, params["UserName"]] = bound
        return {"User": self._whole(caller, reply["User"])}

    def _get(self, caller: Caller, params: Params) -> Reply:
        reply = self._ask(caller, "GetUser", params)
        return {"User": self._whole(caller, reply["User"])}

    def _whole(self, caller: Caller, user: dict[str, Any]) -> dict[str, Any]:
        bound = self.boundary(caller, user["UserName"])
        held = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": bound,
        }
        return {**user, **({"PermissionsBoundary": held} if bound else {})}

    def _delete(self, caller: Caller, params: Params) -> Reply:
        named = {"UserName": params["UserName"]}
        for operation, member, words in _HELD:
            if self._ask(caller, operation, named).get(member):
                raise _conflict(words)
        if self._has_login(caller, named):
            raise _conflict("must delete login profile first.")
        self._bounds.pop((caller.account, params["UserName"]), None)
        return self._ask(caller, "DeleteUser", params)

    def _has_login(self, caller: Caller, named: Params) -> bool:
        try:
            self._ask(caller, "GetLoginProfile", named)
        except AwsError:
            return False
        return True

    def _bind(self, caller: Caller, params: Params) -> Reply:
        self._ask(caller, "GetUser", {"UserName": params["UserName"]})
        self._check_policy(caller, params["PermissionsBoundary"])
        self._bounds[caller.account, params["UserName"]] = params["PermissionsBoundary"]
        return {}

    def _unbind(self, caller: Caller, params: Params) -> Reply:
        self._ask(caller, "GetUser", {"UserName": params["UserName"]})
        self._bounds.pop((caller.account, params["UserName"]), None)
        return {}

    def _check_policy(self, caller: Caller, arn: str) -> None:
        try:
            self._ask(caller, "GetPolicy", {"PolicyArn": arn})
        except AwsError:
            message = f"Scope ARN: {arn} does not exist or is not attachable."
            raise AwsError("NoSuchEntity", message, 404) from None

    def _create_key(self, caller: Caller, params: Params) -> Reply:
        key = self._ask(caller, "CreateAccessKey", params)["AccessKey"]
        name, identity = key["UserName"], key["AccessKeyId"]
        arn = self._ask(caller, "GetUser", {"UserName": name})["User"]["Arn"]
        principal = Principal(caller.account, arn, name)
        self._keyring.add(identity, principal, key["SecretAccessKey"])
        self._made[identity] = self._clock.now()
        return {"AccessKey": {**key, "CreateDate": self._made[identity]}}

    def _list_keys(self, caller: Caller, params: Params) -> Reply:
        reply = self._ask(caller, "ListAccessKeys", params)
        keys = [
            {**key, "CreateDate": self._made.get(key["AccessKeyId"], key["CreateDate"])}
            for key in reply["AccessKeyMetadata"]
        ]
        return {**reply, "AccessKeyMetadata": keys}

    def _update_key(self, caller: Caller, params: Params) -> Reply:
        reply = self._ask(caller, "UpdateAccessKey", params)
        self._keyring.let(params["AccessKeyId"], is_active=params["Status"] == "Active")
        return reply

    def _delete_key(self, caller: Caller, params: Params) -> Reply:
        reply = self._ask(caller, "DeleteAccessKey", params)
        self._keyring.remove(params["AccessKeyId"])
        return reply

    def _last_used(self, caller: Caller, params: Params) -> Reply:
        reply = self._ask(caller, "GetAccessKeyLastUsed", params)
        use = self._used.get(params["AccessKeyId"])
        told: dict[str, Any] = dict(_NEVER)
        if use is not None:
            told = {"LastUsedDate": use.at, "ServiceName": use.service, "Region": use.region}
        return {"UserName": reply["UserName"], "AccessKeyLastUsed": told}


def _conflict(words: str) -> AwsError:
    return AwsError("DeleteConflict", f"Cannot delete entity, {words}", 409)
