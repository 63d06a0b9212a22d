"""Refusals of SESv2 as the API v1 words them: another code, always 400, the same sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from ses_provision.local.contract import AwsError

_GENERAL = {
    "BadRequestException": "InvalidParameterValue",
    "NotFoundException": "InvalidParameterValue",
    "LimitExceededException": "LimitExceeded",
    "AlreadyExistsException": "AlreadyExists",
}
_SHORT = {"bad": "BadRequestException", "gone": "NotFoundException",
          "taken": "AlreadyExistsException", "limit": "LimitExceededException"}  # fmt: skip


@contextmanager
def worded(**codes: str) -> Iterator[None]:
    """Let refusals of SESv2 out as those of v1: `gone`, `taken`, `bad` and `limit` by code."""
    wanted = _GENERAL | {_SHORT[name]: code for name, code in codes.items()}
    try:
        yield
    except AwsError as refusal:
        if refusal.code not in wanted:
            raise
        raise AwsError(wanted[refusal.code], refusal.message, 400) from None


def invalid(message: str) -> AwsError:
    """A parameter the API v1 will not take."""
    return AwsError("InvalidParameterValue", message, 400)
