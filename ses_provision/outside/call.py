"""One writing call to AWS, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ses_provision.outside.reading import iam_action


@dataclass(frozen=True)
class Call:
    """One writing call, as a value.

    `not_yet` names error codes that only mean "what was written just before has not arrived
    everywhere": the call is repeated for a bounded time while AWS answers with one of them.
    """

    service: str
    region: str
    operation: str
    params: Mapping[str, Any]
    not_yet: frozenset[str] = frozenset()

    @property
    def action(self) -> str:
        """The IAM action that this call needs."""
        return iam_action(self.service, self.operation)

    def joined(self, other: Call) -> Call | None:
        """Both as one call where AWS takes them together: record changes of one zone."""
        ours, theirs = self.params.get("ChangeBatch"), other.params.get("ChangeBatch")
        same = (self.operation, self.params.get("HostedZoneId")) == (
            other.operation,
            other.params.get("HostedZoneId"),
        )
        if ours is None or theirs is None or not same:
            return None
        new = [one for one in theirs["Changes"] if one not in ours["Changes"]]
        batch = {**ours, "Changes": [*ours["Changes"], *new]}
        return Call(
            self.service, self.region, self.operation, {**self.params, "ChangeBatch": batch}
        )
