"""What a configuration set may do beside its rules: send through a pool, track by a domain of one's
own, keep a copy. Each is wanted only where the file says it, and each is put as SES takes it: a
whole block (SESv2 API reference), so that what stands beside it goes back with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Literal

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Awaited, Found, Key, Obstacle
from ses_provision.names import BUILT_IN_POOLS, DEFAULT_POOL, SHARED_POOL, dns_name, region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Reading
from ses_provision.outside.voices import publicly, values
from ses_provision.outside.web import unanswered
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.account import sending_account
from ses_provision.resources.ses.configuration_set import (
    SetState,
    configuration_set,
    configuration_set_question,
)
from ses_provision.resources.ses.dedicated_ips import DAYS, PLENTY, addresses, exists, pool_arn


@dataclass(frozen=True)
class Option:
    """An option of a configuration set."""

    set_arn: str

    @property
    def rests_on(self) -> str:
        """The step that makes the set."""
        return "configuration-set"

    @property
    def set_name(self) -> str:
        """The set."""
        return self.set_arn.rpartition("/")[2]

    def call(self, operation: str, params: Mapping[str, Any], *more: str) -> Call:
        """Put a block of the set."""
        whole = {"ConfigurationSetName": self.set_name, **params}
        return asking.call_on(self.set_arn, operation, whole, *more)

    def told(self, **blocks: Mapping[str, Any]) -> Answers:
        """SES's answer about the set."""
        return {configuration_set_question(self.set_arn): dict(blocks)}


@dataclass(frozen=True)
class SendingPool(Option):
    """The pool that mail with a set leaves through.

    `declared`: the pool is one of the file's own, so that a destroy has to take the set off it.
    """

    pool: str
    declared: bool = field(default=False, compare=False)

    @property
    def key(self) -> Key:
        """One pool a set."""
        return Key.of("sending pool", self.set_arn, self.set_name)

    @property
    def pool_arn(self) -> str:
        """The pool."""
        return pool_arn(self.set_arn, self.pool)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"sending pool {self.pool} of {self.set_name}"

    @property
    def part_of(self) -> str:
        """The set, which takes it along, unless the pool is to go before the set does."""
        return "" if self.declared else self.set_arn

    @property
    def serves(self) -> str:
        """The set: where that stays, and the pool, so does this."""
        return self.set_arn

    @property
    def uses(self) -> tuple[str, ...]:
        """The pool: where it goes, the set has to leave it first."""
        return (self.pool_arn,) if self.declared else ()

    @property
    def hangs_on(self) -> tuple[Key, ...]:
        """The pool, whoever makes it."""
        return (Key.of("dedicated IP pool", self.pool_arn, self.pool),)

    def read(self) -> Reading[Found[SendingPool]]:
        """Find what the set names; the pool has to be there, and is best not cold."""
        live = yield from configuration_set(self.set_arn)
        named = "" if live is None else (yield from self._named(live))
        found = replace(self, pool=named) if named else None
        beside = {} if live is None else live.delivery
        if found == self:
            return Found(found, beside=beside)
        lacking = () if self.declared else (yield from self._lacking())
        return Found(found, lacking, (yield from self._cold()), beside)

    def _named(self, live: SetState) -> Reading[str]:
        """A set that names no pool sends through leased addresses that are in no other pool, and
        where there are none through the shared one (SES Developer Guide, assigning IP pools)."""
        if self.pool not in BUILT_IN_POOLS:
            return "" if live.pool == SHARED_POOL else live.pool
        if live.pool:
            return live.pool
        held = yield from addresses(region_of(self.set_arn))
        idle = any(each.pool in {"", DEFAULT_POOL} for each in held)
        return DEFAULT_POOL if idle else SHARED_POOL

    def _lacking(self) -> Reading[tuple[Obstacle, ...]]:
        if (yield from exists(self.pool_arn)):
            return ()
        return (
            Obstacle(
                f"there is no IP pool {self.pool}",
                "name it in [[pools]] of one file of the folder and apply that one first, or "
                "correct configuration_set.pool",
            ),
        )

    def _cold(self) -> Reading[tuple[str, ...]]:
        if self.pool in BUILT_IN_POOLS:
            return ()
        sent = (yield from sending_account(region_of(self.set_arn))).access.sent
        if sent * DAYS >= PLENTY:
            return ()
        return (COLD,)

    def writes(self, found: Found[SendingPool]) -> Sequence[Call]:
        """Put the block with this pool."""
        return [self._put(found, self.pool)]

    def deletes(self, found: Found[SendingPool]) -> Sequence[Call]:
        """Let the set send through the addresses that all customers share, where its pool goes."""
        return [self._put(found, SHARED_POOL)] if found.live and self.declared else []

    def _put(self, found: Found[SendingPool], pool: str) -> Call:
        params = {**found.beside, "SendingPoolName": pool}
        operation = "PutConfigurationSetDeliveryOptions"
        return self.call(operation, params, pool_arn(self.set_arn, pool))

    def settled(self) -> Answers:
        """SES's answer where it stands."""
        return self.told(DeliveryOptions={"SendingPoolName": self.pool})

    def strayed(self) -> Sequence[SendingPool]:
        """Another pool."""
        return [replace(self, pool="")]


@dataclass(frozen=True)
class Archiving(Option):
    """The Mail Manager archive that keeps a copy of each mail."""

    archive_arn: str

    @property
    def key(self) -> Key:
        """One archive a set."""
        return Key.of("archiving", self.set_arn, self.set_name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"archiving of {self.set_name} into {self.archive_arn.rpartition('/')[2]}"

    @property
    def part_of(self) -> str:
        """The set, which takes it along; the archive stays."""
        return self.set_arn

    def read(self) -> Reading[Found[Archiving]]:
        """Find it on the set."""
        live = yield from configuration_set(self.set_arn)
        if live is None or not live.archive_arn:
            note = "keeps every mail with all that it says, and costs by the GB"
            return Found(None, notes=(note,))
        return Found(replace(self, archive_arn=live.archive_arn))

    def writes(self, found: Found[Archiving]) -> Sequence[Call]:  # noqa: ARG002
        """Name the archive."""
        return [self._put(ArchiveArn=self.archive_arn)]

    def deletes(self, found: Found[Archiving]) -> Sequence[Call]:
        """Keep no copies any more."""
        return [self._put()] if found.live else []

    def _put(self, **params: str) -> Call:
        return self.call("PutConfigurationSetArchivingOptions", params)

    def settled(self) -> Answers:
        """SES's answer where it stands."""
        return self.told(ArchivingOptions={"ArchiveArn": self.archive_arn})

    def strayed(self) -> Sequence[Archiving]:
        """Another archive."""
        return [replace(self, archive_arn="")]


@dataclass(frozen=True)
class Tracking(Option):
    """The domain of the links and pixels by which opens and clicks are seen.

    `https` is None where the file leaves the policy as it is. `seen_by` are the resolvers that have
    to show the record, which is an alias of `target`, where somebody publishes it by hand.
    """

    domain: str
    https: str | None
    target: str = field(compare=False)
    seen_by: tuple[str, ...] | None = field(default=None, compare=False)

    @property
    def key(self) -> Key:
        """One redirect domain a set."""
        return Key.of("redirect domain", self.set_arn, self.set_name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        policy = f" (HTTPS {self.https})" if self.https else ""
        return f"redirect domain {self.domain} of {self.set_name}{policy}"

    @property
    def part_of(self) -> str:
        """The set, which takes it along."""
        return self.set_arn

    def read(self) -> Reading[Found[Tracking]]:
        """Find it on the set; before it is put, its record and its CDN have to answer."""
        live = yield from configuration_set(self.set_arn)
        found = None
        policy = ""
        if live is not None and live.tracking:
            policy = live.tracking.get("HttpsPolicy", "")
            found = replace(
                self,
                domain=dns_name(live.tracking.get("CustomRedirectDomain", "")),
                https=None if self.https is None else policy,
            )
        if found == self:
            return Found(found)
        if self.https is None and policy in SECURE:
            return Found(found, (self._unsaid(policy),))
        unseen = () if self.seen_by is None else (yield from self._unseen(self.seen_by))
        unanswered = (yield from self._unanswered()) if self.https in SECURE else ()
        return Found(found, (*unseen, *unanswered))

    def _unsaid(self, policy: str) -> Obstacle:
        """A policy goes with the domain whose CDN serves it: it is neither taken along nor lost."""
        return Obstacle(
            f"links of {self.set_name} use HTTPS ({policy}) at another redirect domain",
            f"say for {self.domain} which it is: configuration_set.tracking_https, with "
            'tracking_target; "OPTIONAL" where it is to have no CDN',
        )

    def _unseen(self, resolvers: tuple[str, ...]) -> Reading[tuple[Obstacle, ...]]:
        [outcome] = yield from publicly([("CNAME", self.domain)], resolvers)
        if self.target in values(outcome):
            return ()
        return (
            Awaited(
                f"DNS does not show CNAME {self.domain} → {self.target}, without which tracked "
                "links lead nowhere",
                "publish it (ses-provision dns shows it), then apply again",
            ),
        )

    def _unanswered(self) -> Reading[tuple[Obstacle, ...]]:
        """With this policy links are https://: where nobody answers, every link of a mail fails."""
        problem = yield from unanswered(self.domain)
        if not problem:
            return ()
        return (
            Awaited(
                problem,
                f"let {self.target} answer for {self.domain} with a certificate, pass on to "
                "awstrack.me and keep the Host header, then apply again; or leave tracking_https "
                "out",
            ),
        )

    def writes(self, found: Found[Tracking]) -> Sequence[Call]:  # noqa: ARG002
        """Put the domain with its policy; without one it is OPTIONAL (SESv2 API reference)."""
        policy = {"HttpsPolicy": self.https} if self.https else {}
        return [self._put({"CustomRedirectDomain": self.domain, **policy})]

    def deletes(self, found: Found[Tracking]) -> Sequence[Call]:
        """Go back to SES's own domain."""
        return [self._put({})] if found.live else []

    def _put(self, params: Mapping[str, str]) -> Call:
        return self.call("PutConfigurationSetTrackingOptions", params)

    def settled(self) -> Answers:
        """SES's answer where it stands."""
        held = {"CustomRedirectDomain": self.domain, "HttpsPolicy": self.https or "OPTIONAL"}
        return self.told(TrackingOptions=held)

    def strayed(self) -> Sequence[Tracking]:
        """Another domain."""
        return [replace(self, domain="")]


COLD = (
    "too little was sent in the last 24 hours to keep addresses of your own warm (that takes "
    f"about {PLENTY:,} mails a month); from cold ones more lands in spam than from the shared ones "
    '(configuration_set.pool = "shared")'
)
"""What a pool does to mail that is too little for it. It says no count, which changes with each
mail: a plan has to be the same a moment later."""

SECURE: tuple[Literal["REQUIRE", "REQUIRE_OPEN_ONLY"], ...] = ("REQUIRE", "REQUIRE_OPEN_ONLY")
"""The policies under which links need a certificate (SESv2 API reference, TrackingOptions)."""
