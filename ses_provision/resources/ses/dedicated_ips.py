"""Leased IP addresses and the pools they are in, as SES lists them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.names import BUILT_IN_POOLS, region_of
from ses_provision.outside.reading import Ask, Reading, ask, together
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources import tags
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.configuration_set import SetState, configuration_set

STANDARD, MANAGED = "STANDARD", "MANAGED"
PLENTY = 50_000
"""Mails a month below which addresses of one's own do not stay warm (SES Developer Guide, dedicated
IP addresses, speaks of steady volume; 1,000 mails a day to each large receiver and address)."""
DAYS = 30  # of a month
MOST_SETS = 100
"""Sets that are asked for their pool: SES answers about one such question a second."""


def pool_arn(arn: str, name: str) -> str:
    """The ARN of a pool beside another thing of SES."""
    return f"{':'.join(arn.split(':')[:5])}:dedicated-ip-pool/{name}"


def pool_question(arn: str) -> Ask:
    """The question for a pool. SES answers it about no built-in one (BadRequestException)."""
    return asking.question_about(arn, "GetDedicatedIpPool", PoolName=arn.rpartition("/")[2])


def tags_question(arn: str) -> Ask:
    """The question for the tags of a pool."""
    return asking.question_about(arn, "ListTagsForResource", {"Tags": []}, ResourceArn=arn)


@dataclass(frozen=True)
class PoolState:
    """A pool in our words."""

    scaling: str
    tags: dict[str, str]


def pool(arn: str) -> Reading[PoolState | None]:
    """What SES says about a pool; None where there is none."""
    answer, tagged = yield from ask(pool_question(arn), tags_question(arn))
    if answer is None:
        return None
    scaling = (answer.get("DedicatedIpPool") or {}).get("ScalingMode", STANDARD)
    return PoolState(scaling, tags.as_mapping((tagged or {}).get("Tags")))


def scaling(arn: str) -> Reading[str]:
    """The scaling of a pool; empty where there is none."""
    [answer] = yield from ask(pool_question(arn))
    if answer is None:
        return ""
    return str((answer.get("DedicatedIpPool") or {}).get("ScalingMode", STANDARD))


def exists(arn: str) -> Reading[bool]:
    """Whether there is a pool, be it built in."""
    if arn.rpartition("/")[2] in BUILT_IN_POOLS:
        return True
    [answer] = yield from ask(pool_question(arn))
    return answer is not None


@dataclass(frozen=True)
class Address:
    """A dedicated IP address; `percentage` is how far a standard one is warmed up, else None."""

    ip: str
    pool: str
    status: str
    percentage: int | None


def page_question(
    region: str, operation: str, token: str, nothing: dict[str, Any], something: dict[str, Any]
) -> Ask:
    """The question for one page of a list; botocore has no paginator for these."""
    params = (("NextToken", token),) if token else ()
    return Ask(
        "sesv2",
        region,
        operation,
        params,
        on=EVERYTHING,
        nothing=nothing,
        something=something,
    )


def listed(region: str, operation: str, member: str, example: Any) -> Reading[list[Any]]:
    """All pages of a list; `example` is an entry that a rehearsal finds."""
    found: list[Any] = []
    token = ""
    while True:
        [answer] = yield from ask(
            page_question(region, operation, token, {member: []}, {member: [example]})
        )
        found += (answer or {}).get(member) or ()
        token = str((answer or {}).get("NextToken") or "")
        if not token:
            return found


def addresses(region: str) -> Reading[list[Address]]:
    """Every dedicated IP address of the account in a region."""
    example = {"Ip": "<address>", "WarmupStatus": "DONE", "WarmupPercentage": 100}
    found = yield from listed(region, "GetDedicatedIps", "DedicatedIps", example)
    return [described(each) for each in found]


def described(answer: dict[str, Any]) -> Address:
    """An address as SES tells it. -1 and NOT_APPLICABLE stand for "managed" (SESv2 API reference,
    DedicatedIp)."""
    percentage = answer.get("WarmupPercentage", -1)
    return Address(
        answer["Ip"],
        answer.get("PoolName") or "",
        answer.get("WarmupStatus", ""),
        None if percentage < 0 else percentage,
    )


def pools(region: str) -> Reading[list[str]]:
    """The names of all pools, the built-in ones left out."""
    found = yield from listed(region, "ListDedicatedIpPools", "DedicatedIpPools", "<pool>")
    return [name for name in found if name not in BUILT_IN_POOLS]


@dataclass(frozen=True)
class Senders:
    """The configuration sets that name a pool, by their names; `unasked` were too many to ask."""

    pools: dict[str, str]
    unasked: int = 0

    def through(self, name: str) -> list[str]:
        """The sets that send through a pool."""
        return [each for each, named in self.pools.items() if named == name]


def senders(arn: str, but: Collection[str] = ()) -> Reading[Senders]:
    """Which sets name which pool, in the region of a thing; `but` are not asked."""
    region = region_of(arn)
    member = "ConfigurationSets"
    names = yield from listed(region, "ListConfigurationSets", member, "<configuration-set>")
    others = [name for name in names if name not in but]
    prefix = ":".join(arn.split(":")[:5])
    states: list[SetState | None] = yield from together(
        configuration_set(f"{prefix}:configuration-set/{name}") for name in others[:MOST_SETS]
    )
    found = {
        name: state.pool
        for name, state in zip(others, states, strict=False)
        if state is not None and state.pool
    }
    return Senders(found, max(0, len(others) - MOST_SETS))
