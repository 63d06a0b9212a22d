"""What an environment costs a month: by what it sends, and by what its file declares.

`ITEMS` is the table of what costs money. A section that adds something which does adds a line
there, and its price to `resources/prices.toml`; nothing else knows of either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.steps import STEPS

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.resources.prices import Plan, Price, Prices

CENT = Decimal("0.01")
KB_IN_A_GB = Decimal(1_000_000)
EVENT_KB = Decimal(5)
"""What Firehose counts an event as, however short it is (Data Firehose pricing)."""
REQUESTS = 3
"""To SQS for each event: one each to send, receive and delete it."""
SHARES = {
    "SEND": Decimal(1),
    "DELIVERY": Decimal(1),
    "BOUNCE": Decimal("0.05"),
    "COMPLAINT": Decimal("0.001"),
}
"""Events of each kind for a mail, at most: those of bounces and complaints at the rates at which
AWS reviews a sender. Other kinds are rare, or nobody can know them."""


@dataclass(frozen=True)
class Volume:
    """What is sent in a month, and what is used of SES that no file declares."""

    recipients: int
    attachment_kb: Decimal = Decimal(0)
    attachment_share: Decimal = Decimal(100)
    dedicated_ips: int = 0
    managed_ips: bool = False
    tenants: int = 0
    vdm: bool = False
    auto_validation: bool = False
    received: int = 0


@dataclass(frozen=True)
class Case:
    """What is estimated: an environment, what it sends, how many things of each kind it makes."""

    env: Environment
    volume: Volume
    made: Mapping[str, int]


def case(env: Environment, volume: Volume) -> Case:
    """The case of an environment."""
    account = Account.of(env)
    kinds = (each.key.type for step in STEPS for each in step.foreseen(env, account))
    return Case(env, volume, Counter(kinds))


@dataclass(frozen=True)
class Item:
    """Something that costs money: its name, the key of its price, and how much of it there is."""

    name: str
    price: str
    pieces: Callable[[Case], Decimal | int]


def sent_where(used: Callable[[Case], bool]) -> Callable[[Case], int]:
    """All that is sent, where something is used."""
    return lambda case: case.volume.recipients if used(case) else 0


def leased(case: Case) -> int:
    """Leased addresses: as many as were said, or at least those that the pools name."""
    named = sum(len(pool.ips) for pool in case.env.pools)
    return max(case.volume.dedicated_ips, named)


def managed(env: Environment) -> set[str]:
    """The managed pools that the file declares."""
    return {pool.name for pool in env.pools if pool.scaling == "managed"}


def is_managed(case: Case) -> bool:
    """Whether there are managed addresses: their fee is the account's, whoever sends by them."""
    return case.volume.managed_ips or bool(managed(case.env))


def sends_managed(case: Case) -> bool:
    """Whether all mail leaves by managed addresses."""
    return case.volume.managed_ips or case.env.configuration_set.pool in managed(case.env)


def archived(case: Case) -> Decimal:
    """Gigabytes that Firehose takes in, which counts each event as 5 KB at least."""
    archive = case.env.archive
    if archive is None:
        return Decimal(0)
    share = sum((SHARES.get(kind, Decimal(0)) for kind in archive.types), Decimal(0))
    return case.volume.recipients * share * EVENT_KB / KB_IN_A_GB


def has_vdm(case: Case) -> bool:
    """Whether Virtual Deliverability Manager is on."""
    return case.volume.vdm or (case.env.vdm is not None and case.env.vdm.enabled)


def is_validated(case: Case) -> bool:
    """Whether SES checks addresses by itself."""
    named = case.env.account and case.env.account.auto_validation
    return case.volume.auto_validation or named not in {None, "off"}


def attached(case: Case) -> Decimal:
    """Gigabytes of attachments."""
    volume = case.volume
    share = volume.attachment_share / 100
    return volume.recipients * share * volume.attachment_kb / KB_IN_A_GB


def keys(case: Case) -> int:
    """Keys that the file names: KMS has one in each region where a topic is encrypted, and those of
    the buckets and queues."""
    env = case.env
    of_topics = len({env.region, *env.alarm_regions}) if env.events.kms_key else 0
    of_buckets = {section.kms_key for section in (env.archive, env.receiving) if section}
    of_queues = {queue.kms_key for queue in env.events.queues} - {env.events.kms_key}
    return of_topics + len((of_buckets | of_queues) - {None})


def queued(case: Case) -> Decimal:
    """Requests to SQS: each event is sent, received and deleted once."""
    kinds = [kind for queue in case.env.events.queues for kind in queue.types]
    share = sum((SHARES.get(kind, Decimal(0)) for kind in kinds), Decimal(0))
    return case.volume.recipients * share * REQUESTS


def told(case: Case) -> Decimal:
    """Mails with which SNS tells of events."""
    events = case.env.events
    share = sum((SHARES.get(kind, Decimal(0)) for kind in events.types), Decimal(0))
    return case.volume.recipients * share * len(events.emails)


ITEMS = (
    Item("attachments", "attachments", attached),
    Item("dedicated IP addresses", "dedicated-ip", leased),
    Item("managed IP addresses", "managed-ips", lambda case: int(is_managed(case))),
    Item(
        "mail by managed addresses",
        "managed-ip-mail",
        sent_where(sends_managed),
    ),
    Item("deliverability manager", "vdm", sent_where(has_vdm)),
    Item("auto validation", "auto-validation", sent_where(is_validated)),
    Item("tenants", "tenant", lambda case: case.volume.tenants or len(case.env.tenants)),
    Item("alarms", "alarm", lambda case: case.made["alarm"]),
    Item("dashboard", "dashboard", lambda case: case.made["dashboard"]),
    Item("events into the archive", "firehose", archived),
    Item("requests to queues", "sqs-request", queued),
    Item(
        "mail received",
        "received-mail",
        lambda case: case.volume.received if case.env.receiving else 0,
    ),
    Item("KMS keys", "kms-key", keys),
    Item(
        "secrets of SMTP users",
        "secret",
        lambda case: sum(user.store == "secretsmanager" for user in case.env.smtp_users),
    ),
    Item("hosted zone", "hosted-zone", lambda case: int(case.env.dns.in_route53)),
    Item("mails of SNS on events", "sns-mail", told),
)
"""What costs money beside the mail itself and the fee of a plan."""

FREE = (
    "identities, configuration sets, topics, rules for events of AWS, IAM users and policies, and "
    "parameters of SSM cost nothing"
)
NOT_COUNTED = (
    "what an account has free, and may use up elsewhere: 10 alarms, 3 dashboards, 1,000 SNS mails",
    "a million requests to SQS that are free as well, and those that find a queue empty",
    "calls to KMS and Secrets Manager, queries to Route 53: cents",
    "events of kinds other than sends, deliveries, bounces (5 %) and complaints (0.1 %)",
    "calls of functions of yours",
    "what an archive keeps in S3, and queries in Athena: cents",
    "received mail that is large (by 256 KB), and what a bucket keeps of it: cents",
    "questions to Cost Explorer by `report --cost`: one cent each",
    "tax, data transfer, support",
)


@dataclass(frozen=True)
class Line:
    """A line of an estimate. `included` are pieces that the plan includes; they cost nothing."""

    name: str
    price: Price
    pieces: Decimal
    included: Decimal
    sum: Decimal

    @property
    def charged(self) -> Decimal:
        """The pieces that cost something."""
        return self.pieces - self.included

    @property
    def is_unsure(self) -> bool:
        """Whether its sum stands on a price that was not read again."""
        return bool(self.charged) and self.price.source.unsure


@dataclass(frozen=True)
class Estimate:
    """What all costs under one plan, in a month."""

    plan: Plan
    recipients: int
    lines: Sequence[Line]

    @property
    def total(self) -> Decimal:
        """The sum of what the lines show."""
        return sum((line.sum for line in self.lines), Decimal(0)).quantize(CENT)

    @property
    def per_thousand(self) -> Decimal | None:
        """What a thousand recipients cost; there is none of nobody."""
        if not self.recipients:
            return None
        exact = self.total * 1000 / self.recipients
        return exact.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def rounded(amount: Decimal) -> Decimal:
    """An amount in whole cents, half a cent up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def line(name: str, price: Price, pieces: Decimal, plan: Plan) -> Line:
    """A line, without what the plan includes."""
    most = plan.included.get(price.key, 0)
    included = pieces if most is None else min(pieces, Decimal(most))
    return Line(name, price, pieces, included, rounded(price.of(pieces - included)))


def estimated(case: Case, plan: Plan, prices: Prices) -> Estimate:
    """What a case costs under a plan."""
    recipients = case.volume.recipients
    fee = [("plan", plan.fee, Decimal(1))] if plan.fee else []
    asked = [
        *fee,
        ("mail", plan.mail, Decimal(recipients)),
        *((item.name, item.price, Decimal(item.pieces(case))) for item in ITEMS),
    ]
    lines = [line(name, prices[key], pieces, plan) for name, key, pieces in asked if pieces]
    return Estimate(plan, recipients, lines)


@dataclass(frozen=True)
class Comparison:
    """What a case costs under each plan of SES, the one asked for apart."""

    chosen: Estimate
    plans: Sequence[Estimate]
    prices: Prices

    @property
    def cheapest(self) -> Estimate:
        """The cheapest; of equals the one with fewer promises."""
        return min(self.plans, key=lambda each: each.total)


def compared(case: Case, chosen: str, prices: Prices) -> Comparison:
    """What a case costs under each plan."""
    plans = [estimated(case, plan, prices) for plan in prices.plans.values()]
    [own] = [each for each in plans if each.plan.id == chosen]
    return Comparison(own, plans, prices)
