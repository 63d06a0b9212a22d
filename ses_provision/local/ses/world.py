"""What every subject of the service shares: the places, the clock, the neighbours."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ses_provision.local.contract import Caller, Clock, Neighbours, Params, Reply
from ses_provision.local.ses.state import Place

Handler = Callable[[Caller, Params], Reply]

# aws-facts 8, AWS General Reference as cited there.
REGIONAL_SIGNING_ZONES = frozenset(
    {
        "af-south-1", "ap-northeast-3", "ap-south-2", "ap-southeast-3", "ap-southeast-5",
        "ca-west-1", "eu-central-2", "eu-south-1", "il-central-1", "me-central-1", "us-gov-east-1",
    }
)  # fmt: skip


def signing_hosted_zone(region: str, identity: str) -> str:
    """Where SES publishes the DKIM keys that the CNAME records point at."""
    del identity
    return (
        f"dkim.{region}.amazonses.com" if region in REGIONAL_SIGNING_ZONES else "dkim.amazonses.com"
    )


@dataclass
class World:
    """The state of SES in all accounts and regions, and what surrounds it."""

    neighbours: Neighbours
    clock: Clock
    verification_delay: timedelta = timedelta(seconds=60)
    refuses_same_key_length: bool = False
    hides_own_selector: bool = False
    # Where this local AWS is served; what SES writes into mails leads back to it.
    address: Callable[[], str] = lambda: "http://localhost"
    signing_hosted_zone: Callable[[str, str], str] = signing_hosted_zone
    places: dict[tuple[str, str], Place] = field(default_factory=dict)

    def now(self) -> datetime:
        """The time now."""
        return self.clock.now()

    def place(self, account: str, region: str) -> Place:
        """SES of an account in a region, as new where nobody was before."""
        found = self.places.get((account, region))
        if found is None:
            found = self.places[account, region] = Place(account, region)
        return found

    def of(self, caller: Caller) -> Place:
        """The caller's SES."""
        return self.place(caller.account, caller.region)
