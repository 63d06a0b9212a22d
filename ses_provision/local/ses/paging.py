"""How the List operations cut their answers into pages, each in its own way.

Default sizes, bounds and words differ from list to list: probes of 2026-09-25 to 10-02
(floci-io/floci, SesListPaging). The lists that were not probed share `UNPROBED`.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Params

T = TypeVar("T")


@dataclass(frozen=True)
class Paging:
    """One list's page sizes, and what it says of a size or token that is not right.

    `size_refusal` None: a size out of range is served as `out_of_range` instead.
    """

    default: int
    largest: int
    size_refusal: Callable[[int], str] | None
    invalid_token: str
    code: str = "BadRequestException"
    size: str = "PageSize"
    out_of_range: int = 0


def between(largest: int) -> Callable[[int], str]:
    """The sentence most lists have for a size out of range."""
    return lambda _: f"The page size must be between 1 and {largest}"


def as_constraint(largest: int) -> Callable[[int], str]:
    """The sentence of the lists whose page size is checked as the model's values are."""

    def said(size: int) -> str:
        bound = "greater than or equal to 1" if size < 1 else f"less than or equal to {largest}"
        return (
            f"1 validation error detected: Value '{size}' at 'pageSize' failed to satisfy"
            f" constraint: Member must have value {bound}"
        )

    return said


UNPROBED = Paging(
    1000, 1000, lambda _: "PageSize must be between 1 and 1000.", "The specified token is invalid."
)
TENANTS = Paging(100, 100, as_constraint(100), "Invalid Next Token")


def page(
    params: Params, items: Sequence[T], paging: Paging = UNPROBED
) -> tuple[list[T], dict[str, str]]:
    """The page asked for and, unless it is the last, its NextToken."""
    size = params.get(paging.size, paging.default)
    if not 1 <= size <= paging.largest:
        if paging.size_refusal is not None:
            raise AwsError(paging.code, paging.size_refusal(size), 400)
        size = paging.out_of_range
    start = _offset(params.get("NextToken"), len(items), paging)
    end = start + size
    more = {"NextToken": _token(end)} if end < len(items) else {}
    return list(items[start:end]), more


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"from:{offset}".encode()).decode()


def _offset(token: str | None, count: int, paging: Paging) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        offset = int(number)
    except (ValueError, binascii.Error):
        word, offset = "", 0
    if word != "from" or not 0 < offset <= count:
        raise AwsError(paging.code, paging.invalid_token.format(token=token), 400)
    return offset
