"""What every subject of the service shares: the places, the clock, the neighbours."""

import re
from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import Caller, Clock, Neighbours, Params, Reply
from ses_provision.local.ses.state import Place

if TYPE_CHECKING:
    from ses_provision.local.inbound_door import InboundDoor

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


# Where mail is taken in: SES Developer Guide, regions, and eu-north-1, seen in public use.
RECEIVING_REGIONS = frozenset(
    {
        "us-east-1", "us-east-2", "us-west-2", "ca-central-1", "eu-central-1", "eu-north-1",
        "eu-west-1", "eu-west-2", "ap-northeast-1", "ap-southeast-1", "ap-southeast-2",
        "ap-southeast-3",
    }
)  # fmt: skip
ENDPOINT = re.compile(r"inbound-smtp\.([a-z0-9-]+)\.amazonaws\.com")


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
    # Whether mail is taken in anywhere, and where it goes to beside topics.
    receives: bool = True
    inbound: "InboundDoor | None" = None

    def receives_in(self, region: str) -> bool:
        """Whether SES has an endpoint for mail in a region."""
        return self.receives and region in RECEIVING_REGIONS

    def endpoint_address(self, name: str, kind: str) -> list[str] | None:
        """The address of such an endpoint, as DNS tells it."""
        found = ENDPOINT.fullmatch(name.lower().rstrip("."))
        there = found is not None and self.receives_in(found[1])
        return ["192.0.2.25"] if there and kind == "A" else None

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
