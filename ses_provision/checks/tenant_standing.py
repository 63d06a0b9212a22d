"""How the tenants of an account stand: who is stopped and by whom, and what SES found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Reading, both, together
from ses_provision.resources.ses.tenancy import (
    DISABLED,
    REINSTATED,
    Reputation,
    findings,
    reputations,
    tenants,
)

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.resources.ses.recommendations import Recommendation
    from ses_provision.resources.ses.tenancy import Listed

MOST_FINDINGS = 50
"""Tenants whose findings are asked for: SES answers about one such question a second."""
UNKNOWN = Reputation("", "", "", "")
MISSING = "not there"


@dataclass(frozen=True)
class Standing:
    """One tenant. `named`: the file names it; `live` is None where it is not made."""

    name: str
    named: bool
    live: Listed | None
    reputation: Reputation = UNKNOWN
    findings: tuple[Recommendation, ...] = ()

    @property
    def state(self) -> str:
        """Whether it sends, and if not, who stopped it."""
        if self.live is None:
            return MISSING
        if self.live.sends:
            return "reinstated" if self.reputation.by_owner == REINSTATED else "sends"
        return "paused by SES" if self.reputation.by_aws == DISABLED else "paused"

    @property
    def urgency(self) -> tuple[int, int, int]:
        """What needs somebody most comes first."""
        states = ("paused by SES", "paused", "reinstated", MISSING, "sends")
        impacts = ("HIGH", "LOW", "")
        return (
            states.index(self.state),
            impacts.index(self.reputation.impact) if self.reputation.impact in impacts else 0,
            0 if self.reputation.policy == "none" else 1,
        )

    @property
    def is_well(self) -> bool:
        """Whether nobody has to look."""
        return self.state == "sends" and not self.reputation.impact


def standings(env: Environment) -> Reading[list[Standing]]:
    """All tenants of the account in the region, and those that the file names; what needs somebody
    most comes first."""
    listed, standing = yield from both(tenants(env.region), reputations(env.region))
    named = {tenant.name for tenant in env.tenants}
    found = [
        Standing(
            name,
            name in named,
            listed.get(name),
            standing.get(listed[name].arn, UNKNOWN) if name in listed else UNKNOWN,
        )
        for name in sorted({*listed, *named})
    ]
    found.sort(key=lambda each: (each.urgency, each.name))
    asked = [each for each in found if each.live and each.reputation.impact][:MOST_FINDINGS]
    told = yield from together(findings(each.live.arn) for each in asked if each.live)
    known = {each.name: tuple(some) for each, some in zip(asked, told, strict=True)}
    return [
        Standing(each.name, each.named, each.live, each.reputation, known.get(each.name, ()))
        for each in found
    ]
