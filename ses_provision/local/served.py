"""What our own services have in common: a table of the operations they serve."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply, not_served

Operation = Callable[[Caller, Params], Reply]
_OFFSET = re.compile(r"[0-9]{1,9}")


class OwnService:
    """A service of ours: `operations` names everything it serves."""

    name: str
    operations: Mapping[str, Operation]

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call, or say that the operation is not served."""
        served = self.operations.get(operation)
        if served is None:
            raise not_served(self.name, operation)
        return served(caller, params)


def page(
    items: Sequence[Any],
    params: Params,
    size: int,
    token: str,
    member: str,
    *,
    refused_as: str = "InvalidParameter",
) -> Reply:
    """One page of a listing whose token is a plain offset."""
    given = params.get(token) or "0"
    if not _OFFSET.fullmatch(given):
        raise AwsError(refused_as, f"Invalid parameter: {token}")
    start = int(given)
    reply: Reply = {member: items[start : start + size]}
    if start + size < len(items):
        reply[token] = str(start + size)
    return reply


def everything(ask: Callable[[Params], Reply], member: str) -> list[Any]:
    """All pages of a listing."""
    found: list[Any] = []
    token: Params = {}
    while True:
        answer = ask(token)
        found += answer.get(member) or []
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}
