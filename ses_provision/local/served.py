"""What our own services have in common: a table of the operations they serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.motobridge import not_served

Operation = Callable[[Caller, Params], Reply]


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


def page(items: list[Reply], params: Params, size: int, token: str, member: str) -> Reply:
    """One page of a listing whose token is a plain offset."""
    try:
        start = int(params.get(token) or 0)
    except ValueError:
        raise AwsError("InvalidParameter", f"Invalid parameter: {token}") from None
    reply: Reply = {member: items[start : start + size]}
    if start + size < len(items):
        reply[token] = str(start + size)
    return reply
