"""STS: who is asking, and keys for another account."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.keyring import LOCAL_SECRET, Keyring, Principal
from ses_provision.local.served import Operation, OwnService

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")


class Sts(OwnService):
    """Hands out identities. Trust policies are not evaluated: any role may be assumed."""

    name = "sts"

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock
        self.operations: Mapping[str, Operation] = {
            "GetCallerIdentity": self._get_caller_identity,
            "AssumeRole": self._assume_role,
            "GetSessionToken": self._get_session_token,
            "GetAccessKeyInfo": self._get_access_key_info,
        }

    def _get_caller_identity(self, caller: Caller, _: Params) -> Reply:
        holder = self._holder(caller)
        return {"Account": holder.account, "Arn": holder.arn, "UserId": holder.user_id}

    def _holder(self, caller: Caller) -> Principal:
        holder = self._keyring.holder(caller.access_key, caller.partition)
        if holder is None:
            raise AwsError(
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
                403,
            )
        return holder

    def _assume_role(self, _: Caller, params: Params) -> Reply:
        found = _ROLE.fullmatch(params["RoleArn"])
        if not found:
            raise AwsError("ValidationError", f"{params['RoleArn']} is invalid")
        partition, account, role = found.groups()
        session = params["RoleSessionName"]
        role_id = f"AROA{secrets.token_hex(8).upper()}"
        arn = f"arn:{partition}:sts::{account}:assumed-role/{role}/{session}"
        principal = Principal(account, arn, f"{role_id}:{session}")
        seconds = int(params.get("DurationSeconds", 3600))
        return {
            "Credentials": self._credentials(principal, seconds),
            "AssumedRoleUser": {"AssumedRoleId": principal.user_id, "Arn": arn},
        }

    def _get_session_token(self, caller: Caller, params: Params) -> Reply:
        seconds = int(params.get("DurationSeconds", 43200))
        return {"Credentials": self._credentials(self._holder(caller), seconds)}

    def _credentials(self, principal: Principal, seconds: int) -> Reply:
        until = self._clock.now() + timedelta(seconds=seconds)
        return {
            "AccessKeyId": self._keyring.issue(principal, until),
            "SecretAccessKey": LOCAL_SECRET,
            "SessionToken": LOCAL_SECRET,
            "Expiration": self._clock.of_clients() + timedelta(seconds=seconds),
        }

    def _get_access_key_info(self, _: Caller, params: Params) -> Reply:
        holder = self._keyring.holder(params["AccessKeyId"])
        if holder is None:
            raise AwsError("ValidationError", "The access key ID is not valid.")
        return {"Account": holder.account}
