"""The record by which mail finds its way into SES."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Obstacle
from ses_provision.outside.reading import Reading
from ses_provision.resources.record_sets import RecordSet


@dataclass(frozen=True)
class InboundRecord(RecordSet):
    """The MX record of a name that receives. Whatever else stands there stays, even when a step is
    taken over: to replace a mail exchanger is to lose mail."""

    def read(self) -> Reading[Found[Self]]:
        """Find it; what is in the way is for a person to remove."""
        found = yield from super().read()
        kept = tuple(for_a_person(each, self.name) for each in found.obstacles)
        return replace(found, obstacles=kept)


def for_a_person(obstacle: Obstacle, name: str) -> Obstacle:
    """An obstacle that no take-over removes."""
    if obstacle.removal is None:
        return obstacle
    return Obstacle(
        obstacle.what,
        f"mail for {name} goes there now: choose another name in receiving.name; ses-provision "
        "never replaces it",
    )
