"""KMS: moto's keys, each in its one region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.motobridge import MotoService

if TYPE_CHECKING:
    from ses_provision.local.motobridge import Universe

_UNKNOWN_ID = "Invalid keyId "


class Kms(MotoService):
    """moto's KMS behind the rules of the real one."""

    def __init__(self, universe: Universe) -> None:
        super().__init__(universe, "kms")

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        _check(caller, operation, params)
        try:
            if operation == "CreateKey":
                params = {"KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False} | params
            return super().handle(caller, operation, params)
        except AwsError as error:
            message = error.message
            if message.startswith(_UNKNOWN_ID):
                message = f"{_UNKNOWN_ID}'{params.get('KeyId')}'"
            raise AwsError(error.code, message, error.status, **error.extra) from error


def _check(caller: Caller, operation: str, params: Params) -> None:
    """What KMS refuses and moto does not, in recorded words."""
    key = params.get("KeyId")
    parts = key.split(":") if isinstance(key, str) else []
    if len(parts) >= 6 and parts[3] != caller.region:
        raise AwsError("NotFoundException", f"Invalid arn {parts[3]}")
    if operation == "CreateAlias" and not params["AliasName"].startswith("alias/"):
        raise AwsError(
            "ValidationException",
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        )
    for tag in params.get("Tags") or []:
        if tag["TagKey"].lower().startswith("aws:"):
            raise AwsError("TagException", "Tags beginning with aws: are reserved")
