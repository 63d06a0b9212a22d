"""How the List operations cut their answers into pages."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from ses_provision.local.contract import AwsError, Params
from ses_provision.local.ses.errors import bad_request

T = TypeVar("T")
INVALID = "The specified token is invalid."


def page(
    params: Params,
    items: Sequence[T],
    *,
    largest: int = 1000,
    refusal: str = "BadRequestException",
) -> tuple[list[T], dict[str, str]]:
    """The page asked for and, unless it is the last, its NextToken."""
    size = params.get("PageSize", largest)
    if not 1 <= size <= largest:
        raise bad_request(f"PageSize must be between 1 and {largest}.")
    start = _offset(params.get("NextToken"), len(items), refusal)
    end = start + size
    more = {"NextToken": _token(end)} if end < len(items) else {}
    return list(items[start:end]), more


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"from:{offset}".encode()).decode()


def _offset(token: str | None, count: int, refusal: str) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        offset = int(number)
    except (ValueError, binascii.Error):
        raise AwsError(refusal, INVALID, 400) from None
    if word != "from" or not 0 < offset <= count:
        raise AwsError(refusal, INVALID, 400)
    return offset
