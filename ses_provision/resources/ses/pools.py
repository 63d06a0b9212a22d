"""Dedicated IP pools, and the leased addresses that belong into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Key, Obstacle, Resource
from ses_provision.names import DEFAULT_POOL, region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Reading
from ses_provision.resources import tags
from ses_provision.resources.prices import shipped
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.dedicated_ips import (
    MANAGED,
    STANDARD,
    addresses,
    page_question,
    pool,
    pool_arn,
    pool_question,
    senders,
    tags_question,
)
from ses_provision.resources.ses.set_options import SendingPool


def price(scaling: str) -> str:
    """What a pool costs, without a plan."""
    known = shipped()
    said = {
        STANDARD: (
            f"costs {known['dedicated-ip'].told} for each leased address, whether it sends or not"
        ),
        MANAGED: (
            f"costs about {known['managed-ips'].told} from the moment it exists until it is "
            f"deleted, and about {known['managed-ip-mail'].told}"
        ),
    }[scaling]
    return f"{said} ({known.read_at})"


@dataclass(frozen=True)
class Pool:
    """A dedicated IP pool; `scaling` is STANDARD or MANAGED."""

    arn: str
    scaling: str
    tags: Mapping[str, str]
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One pool of a name in an account and region."""
        return Key.of("dedicated IP pool", self.arn, self.name)

    @property
    def name(self) -> str:
        """What configuration sets refer to it by."""
        return self.arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"dedicated IP pool {self.name} ({self.scaling.lower()})"

    def read(self) -> Reading[Found[Pool]]:
        """Find it by name. Its price is said where it would be made."""
        live = yield from pool(self.arn)
        if live is None:
            return Found(None, notes=(price(self.scaling),))
        found = replace(
            self, scaling=live.scaling, tags=tags.ours(live.tags, self.tags), all_tags=live.tags
        )
        return Found(found, self._converted(live.scaling))

    def _converted(self, scaling: str) -> tuple[Obstacle, ...]:
        """A conversion changes addresses that receivers may have on their lists, and the price."""
        if scaling == self.scaling:
            return ()
        if scaling == MANAGED:
            return (
                Obstacle(
                    f"IP pool {self.name} is managed, and SES makes no managed pool standard again",
                    'say scaling = "managed" in pools, or make a pool of another name',
                ),
            )
        return (
            Obstacle(
                f"IP pool {self.name} is standard",
                'say scaling = "standard" in pools; a conversion cannot be undone, gives up the '
                f"addresses by which receivers may know you, and {price(MANAGED)}",
                removal={},
            ),
        )

    def writes(self, found: Found[Pool]) -> Sequence[Call]:
        """Create it with its tags; or convert it, and set the tags that differ."""
        live = found.live
        if live is None:
            params = {
                "PoolName": self.name,
                "ScalingMode": self.scaling,
                "Tags": tags.at_creation(self.tags),
            }
            also = asking.tagged_creation(self.arn)
            return [
                asking.call_on(
                    self.arn, "CreateDedicatedIpPool", params, already=asking.ALREADY, also=also
                )
            ]
        calls = []
        if live.scaling != self.scaling:
            params = {"PoolName": self.name, "ScalingMode": self.scaling}
            calls.append(asking.call_on(self.arn, "PutDedicatedIpPoolScalingAttributes", params))
        return [*calls, *asking.tag_calls(self.arn, self.tags, live.tags)]

    def deletes(self, found: Found[Pool]) -> Sequence[Call]:
        """Delete the pool; what it costs ends with it."""
        if found.live is None:
            return []
        return [asking.deletion(self.arn, "DeleteDedicatedIpPool", PoolName=self.name)]

    def additions(self, live: Pool, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """The sets of others that send through it, and their addresses in it."""
        detached = {
            each.set_name
            for each in ours
            if isinstance(each, SendingPool) and each.pool_arn == self.arn
        }
        known = {
            each.ip for each in ours if isinstance(each, PoolMember) and each.pool == self.name
        }
        found = yield from senders(live.arn, detached)
        held = [] if live.scaling == MANAGED else (yield from addresses(region_of(live.arn)))
        unasked = (
            (f"whether others of {found.unasked} more configuration sets use it is not known",)
            if found.unasked
            else ()
        )
        return (
            *(f"configuration set {name} sends through it" for name in found.through(self.name)),
            *unasked,
            *(
                f"{each.ip} is in it, and no setting puts it there"
                for each in held
                if each.pool == self.name and each.ip not in known
            ),
        )

    def settled(self) -> Answers:
        """SES's answers where it stands."""
        told = {"PoolName": self.name, "ScalingMode": self.scaling}
        return {
            pool_question(self.arn): {"DedicatedIpPool": told},
            tags_question(self.arn): {"Tags": tags.at_creation(self.tags)},
        }

    def strayed(self) -> Sequence[Pool]:
        """Without tags; and standard where it should be managed."""
        return [replace(self, scaling=STANDARD, tags={})]


@dataclass(frozen=True)
class PoolMember:
    """A leased address in a pool. Which addresses there are, AWS decides in a support case.

    `beside` are the other pools of the file, between which an address may move.
    """

    ip: str
    pool: str
    account: Account = field(compare=False)
    beside: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def key(self) -> Key:
        """One address in an account and region: it is in exactly one pool."""
        return Key("dedicated IP", self.account.id, self.account.region, self.ip)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"dedicated IP {self.ip} in pool {self.pool}"

    @property
    def serves(self) -> str:
        """Its pool: where that stays, so does the address."""
        return self._pool(self.pool)

    def read(self) -> Reading[Found[PoolMember]]:
        """Find the address among those that are leased."""
        held = yield from addresses(self.account.region)
        live = next((each for each in held if each.ip == self.ip), None)
        if live is None:
            return Found(
                None,
                (
                    Obstacle(
                        f"{self.ip} is not leased by account {self.account.id} in "
                        f"{self.account.region}",
                        "ask AWS for addresses in a support case (service limit increase, SES, "
                        "Desired Dedicated IPs), or take it out of ips in pools",
                    ),
                ),
            )
        found = replace(self, pool=live.pool or DEFAULT_POOL)
        return Found(found, self._anothers(found.pool), self._lost(found.pool))

    def _anothers(self, there: str) -> tuple[Obstacle, ...]:
        if there in {self.pool, DEFAULT_POOL, *self.beside}:
            return ()
        return (
            Obstacle(
                f"{self.ip} is in pool {there}, whose mail would leave without it",
                "take it out there first, or take the step over",
                removal={},
            ),
        )

    def _lost(self, there: str) -> tuple[str, ...]:
        """Mail of sets that name no pool leaves through the default one (SES Developer Guide,
        assigning IP pools)."""
        if there != DEFAULT_POOL or there == self.pool:
            return ()
        return (f"mail that names no pool leaves through {DEFAULT_POOL}, and loses it",)

    def writes(self, found: Found[PoolMember]) -> Sequence[Call]:  # noqa: ARG002
        """Move it; it leaves the pool where it was."""
        return [self._move(self.pool)]

    def deletes(self, found: Found[PoolMember]) -> Sequence[Call]:
        """Give it back to the pool of those that are in no other; it goes on costing."""
        return [self._move(DEFAULT_POOL)] if found.live else []

    def _move(self, where: str) -> Call:
        params = {"Ip": self.ip, "DestinationPoolName": where}
        return asking.call_on(self._pool(where), "PutDedicatedIpInPool", params)

    def _pool(self, name: str) -> str:
        return pool_arn(self.account.arn("ses", ""), name)

    def settled(self) -> Answers:
        """SES's answer where it stands."""
        held = {
            "Ip": self.ip,
            "PoolName": self.pool,
            "WarmupStatus": "DONE",
            "WarmupPercentage": 100,
        }
        asked = page_question(self.account.region, "GetDedicatedIps", "", {}, {})
        return {asked: {"DedicatedIps": [held]}}

    def strayed(self) -> Sequence[PoolMember]:
        """In no pool of anybody's."""
        return [replace(self, pool=DEFAULT_POOL)]
