"""Events as they come: a temporary rule puts them into a temporary queue, which is read.

Rule and queue are removed however it ends. Where that was not possible, their name tells until when
they were needed, and their tags whose they are.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found
from ses_provision.errors import AwsRefused, NotReady, ProvisionError
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Reading
from ses_provision.resources.eventbridge import ENABLED, QUEUE, RETRIES, Target, pattern
from ses_provision.resources.ses.event_destination import destinations
from ses_provision.resources.sqs import ABSENT, queue_url
from ses_provision.resources.tagging import tagged_alike
from ses_provision.steps import arns, event_queues, temporary
from ses_provision.steps.temporary import TemporaryQueue, TemporaryRule

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections
    from ses_provision.outside.wait import Sleep

KEPT = 3600  # seconds that the queue keeps what nobody reads
LONG_POLL, MOST_MESSAGES = 20, 10  # seconds, messages: the most that ReceiveMessage takes
SHORTEST, LONGEST = 1.0, 8.0
"""Seconds between answers that come at once, and empty, as SQS may give them."""
REMEMBERED = 10_000
"""Events whose ids are kept: SQS and EventBridge may deliver one twice."""


@dataclass(frozen=True)
class Ear:
    """What listens for a while: a rule and a queue of one name."""

    queue: TemporaryQueue
    rule: TemporaryRule

    @classmethod
    def of(cls, env: Environment, account: Account, name: str, types: Iterable[str]) -> Ear:
        """Listen to some types of events of the environment's set."""
        queue, rule = arns.queue(name, account), arns.rule(name, account)
        return cls(
            TemporaryQueue(
                queue,
                keeps=KEPT,
                dead_letters="",
                max_receives=0,
                sources=(),
                kms_key=None,
                encrypted=True,
                statements=event_queues.statements(queue, rule),
                tags=env.all_tags,
            ),
            TemporaryRule(
                rule,
                pattern(account.id, env.configuration_set.name, types),
                ENABLED,
                "Shows events to a person for a while (ses-provision events tail)",
                {QUEUE: Target(queue, "", RETRIES)},
                env.all_tags,
            ),
        )

    @classmethod
    def left(cls, env: Environment, account: Account, name: str) -> Ear:
        """What an earlier one left behind."""
        return cls.of(env, account, name, ())

    @property
    def name(self) -> str:
        """What both are called."""
        return self.queue.name

    def makes(self) -> list[Call]:
        """The queue first: the rule fills it at once."""
        return [*self.queue.writes(Found(None)), *self.rule.writes(Found(None))]

    def removes(self) -> list[Call]:
        """The rule first."""
        return [*self.rule.deletes(Found(self.rule)), *self.queue.deletes(Found(self.queue))]

    def receives(self, seconds: int) -> Call:
        """Take what has come, or wait for it."""
        return Call(
            "sqs",
            self.queue.key.region,
            "ReceiveMessage",
            {
                "QueueUrl": queue_url(self.queue.arn),
                "MaxNumberOfMessages": MOST_MESSAGES,
                "WaitTimeSeconds": seconds,
            },
            on=(self.queue.arn,),
        )


def new(env: Environment, account: Account, until: datetime, types: Iterable[str]) -> Ear:
    """One whose name nobody has."""
    name = temporary.name(env.ending, until, secrets.token_hex(2))
    return Ear.of(env, account, name, types)


def reported(env: Environment, account: Account) -> Reading[frozenset[str]]:
    """What SES reports to EventBridge from the environment's set, by whichever destination."""
    listed = yield from destinations(arns.configuration_set(env, account))
    return frozenset(
        kind
        for each in listed or ()
        if each.enabled and "EventBridgeDestination" in each.target
        for kind in each.types
    )


def insist_on_events(env: Environment, found: frozenset[str]) -> None:
    """Raise NotReady where no event can come, with what would let some."""
    if found:
        return
    if env.events.bridged:
        raise NotReady(
            f"SES does not report the events of {env.configuration_set.name} to EventBridge, "
            "although the file wants it.",
            f"ses-provision apply --env {env.name}",
        )
    raise NotReady(
        f"SES does not report the events of {env.configuration_set.name} to EventBridge, from "
        "where they could be shown.",
        f"ses-provision set events.event_bridge true --env {env.name}; then: ses-provision apply "
        f"--env {env.name}",
    )


def left_behind(env: Environment) -> Reading[list[str]]:
    """The names of what other tails made in this environment, by its tags."""
    found = yield from tagged_alike(env.region, env.all_tags)
    names = {arn.replace("/", ":").rpartition(":")[2] for arn in found}
    return sorted(name for name in names if temporary.is_ours(name))


@dataclass
class Tail:
    """An ear at work: set up, listened to, removed."""

    ear: Ear
    connections: Connections
    now: Callable[[], datetime]
    sleep: Sleep
    left_over: list[str] = field(default_factory=list)

    def set_up(self) -> None:
        """Make queue and rule."""
        for call in self.ear.makes():
            self.connections.send(call)

    def clean_up(self) -> None:
        """Remove rule and queue, whatever happened; note what would not go."""
        self.left_over += remove(self.ear, self.connections)

    def heard(self, until: datetime) -> Iterator[Mapping[str, Any]]:
        """The events as they come, each once, until a time."""
        seen: dict[str, None] = {}
        pause = SHORTEST
        while (left := (until - self.now()).total_seconds()) > 0:
            asked, wait = self.now(), min(LONG_POLL, math.ceil(left))
            messages = self._received(wait)
            for message in messages:
                event = parsed(message.get("Body", ""))
                identity = str(event.get("id") or message.get("MessageId"))
                if event and identity not in seen:
                    seen[identity] = None
                    yield event
            for old in list(seen)[:-REMEMBERED]:
                del seen[old]
            waited = (self.now() - asked).total_seconds()
            if messages or waited >= SHORTEST:
                pause = SHORTEST
            else:
                self.sleep(min(pause, left))
                pause = min(2 * pause, LONGEST)

    def _received(self, wait: int) -> list[Mapping[str, Any]]:
        try:
            return list(self.connections.send(self.ear.receives(wait)).get("Messages") or ())
        except AwsRefused as error:
            if any(refusal.is_meant(error.code, error.said) for refusal in ABSENT):
                raise NotReady(
                    f"Somebody removed queue {self.ear.name} meanwhile, such as apply --prune.",
                    "Run the same command again to go on.",
                ) from error
            raise


def remove(ear: Ear, connections: Connections) -> list[str]:
    """Remove rule and queue; what would not go, and why."""
    lasting = []
    for call in ear.removes():
        try:
            connections.send(call)
        except ProvisionError as error:
            if not (isinstance(error, AwsRefused) and is_gone(error, call)):
                what = "queue" if call.service == "sqs" else "rule"
                lasting.append(f"{what} {ear.name}: {error.message}")
    return list(dict.fromkeys(lasting))


def is_gone(error: AwsRefused, call: Call) -> bool:
    """Whether what was to be removed was never there."""
    return any(refusal.is_meant(error.code, error.said) for refusal in call.already)


def parsed(body: str) -> Mapping[str, Any]:
    """What EventBridge wrote; whoever may send to the queue may write anything."""
    try:
        event = json.loads(body)
    except ValueError:
        return {}
    return event if isinstance(event, Mapping) else {}


def calls(env: Environment, account: Account) -> Iterator[Call]:
    """Every call that a tail may make."""
    if env.events.bridged:
        ear = any_name(env, account)
        yield from (*ear.makes(), ear.receives(LONG_POLL), *ear.removes())


def readings(env: Environment, account: Account) -> Iterator[Reading[Any]]:
    """What is asked of what a tail left behind, or that runs while a plan is made."""
    if env.events.bridged:
        ear = any_name(env, account)
        yield from (ear.queue.read(), ear.rule.read())


def any_name(env: Environment, account: Account) -> Ear:
    """One with a name that is not known."""
    return Ear.left(env, account, f"{temporary.PREFIX}{env.ending[:24]}-<random>")
