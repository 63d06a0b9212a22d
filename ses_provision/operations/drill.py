"""The fire drill: proof that a bounce and a complaint travel from SES to a subscriber.

A temporary queue subscribes to the event topic, mail goes to the mailbox simulator's bouncing and
complaining addresses, and the events have to come out of the queue. Queue and subscription are
removed however it ends.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.errors import ProvisionError
from ses_provision.operations import test_mail
from ses_provision.outside import regions
from ses_provision.outside.call import Call
from ses_provision.outside.rights import Right
from ses_provision.resources.sns import subscriptions, unsubscribe
from ses_provision.steps import temporary

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections, Reader
    from ses_provision.outside.wait import Sleep

EVENTS = {"Bounce": test_mail.BOUNCE, "Complaint": test_mail.COMPLAINT}
"""SES's event types, and the simulator address that causes each."""
QUEUES = temporary.DRILLS
SETTLING = 5.0  # seconds until SNS surely knows a new subscription
KEEP = "3600"  # seconds that the queue keeps a message, should its removal fail
MOST_MESSAGES = 10  # ReceiveMessage gives at most ten (SQS API reference)


def reported(env: Environment) -> dict[str, str]:
    """The events of the drill that the environment has SES report; no other can ever come."""
    return {event: to for event, to in EVENTS.items() if event.upper() in env.events.types}


@dataclass(frozen=True)
class Queue:
    """The temporary queue, and the topic it listens to."""

    account: Account
    name: str
    topic_arn: str
    tags: Mapping[str, str]

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self.account.arn("sqs", self.name)

    @property
    def url(self) -> str:
        """Its address, which follows from its name."""
        suffix = regions.dns_suffix(self.account.partition)
        return f"https://sqs.{self.account.region}.{suffix}/{self.account.id}/{self.name}"

    def call(self, operation: str, **params: Any) -> Call:
        """A call to SQS."""
        return Call("sqs", self.account.region, operation, params, on=(self.arn,))

    def create(self) -> Call:
        """Make it, open to this topic alone (SNS Developer Guide, subscribing a queue)."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": self.arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self.topic_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        attributes = {"Policy": policy, "MessageRetentionPeriod": KEEP}
        call = self.call(
            "CreateQueue", QueueName=self.name, Attributes=attributes, tags=dict(self.tags)
        )
        return replace(call, also=(Right("sqs:TagQueue", (self.arn,)),))

    def subscribe(self) -> Call:
        """Listen to the topic, without SNS's envelope."""
        return Call(
            "sns",
            self.account.region,
            "Subscribe",
            {
                "TopicArn": self.topic_arn,
                "Protocol": "sqs",
                "Endpoint": self.arn,
                "Attributes": {"RawMessageDelivery": "true"},
                "ReturnSubscriptionArn": True,
            },
            on=(self.topic_arn,),
        )

    def unsubscribe(self, subscription: str) -> Call:
        """Listen no more."""
        return unsubscribe(self.topic_arn, subscription)

    def receive(self) -> Call:
        """Take what has come."""
        return self.call("ReceiveMessage", QueueUrl=self.url, MaxNumberOfMessages=MOST_MESSAGES)

    def delete(self) -> Call:
        """Remove it with all that is in it."""
        return self.call("DeleteQueue", QueueUrl=self.url)


def new_queue(env: Environment, account: Account, topic_arn: str = "") -> Queue:
    """A queue whose name nobody has, for a topic in the account's region: that of the events,
    unless another is named."""
    name = f"{QUEUES}-{env.ending}-{secrets.token_hex(4)}"
    topic = topic_arn or account.arn("sns", env.event_topic)
    return Queue(account, name, topic, env.all_tags)


@dataclass
class Listener:
    """A temporary queue at work: set up, listened to, removed."""

    queue: Queue
    connections: Connections
    reader: Reader
    subscription: str = ""
    left_over: list[str] = field(default_factory=list)

    def set_up(self, sleep: Sleep) -> None:
        """Make the queue and let it listen."""
        self.connections.send(self.queue.create())
        reply = self.connections.send(self.queue.subscribe())
        self.subscription = str(reply["SubscriptionArn"])
        sleep(SETTLING)

    def heard(self) -> list[Mapping[str, Any]]:
        """Take what has come out of the queue."""
        reply = self.connections.send(self.queue.receive())
        return [parsed(message["Body"]) for message in reply.get("Messages", ())]

    def clean_up(self) -> None:
        """Remove subscription and queue, both, whatever happened; note what would not go."""
        for what, remove in (
            (f"the subscription of {self.queue.arn}", self._unsubscribe),
            (f"queue {self.queue.name}", self._delete),
        ):
            try:
                remove()
            except ProvisionError as error:
                if getattr(error, "code", "") not in GONE:
                    self.left_over.append(f"{what}: {error.message}")

    def _unsubscribe(self) -> None:
        for arn in [self.subscription] if self.subscription else self._found():
            self.connections.send(self.queue.unsubscribe(arn))

    def _found(self) -> list[str]:
        """Subscriptions whose ARN never reached us, because we were interrupted."""
        self.reader.forget()
        listed = self.reader.run(subscriptions(self.queue.topic_arn))
        return [found.arn for found in listed if found.endpoint == self.queue.arn]

    def _delete(self) -> None:
        self.connections.send(self.queue.delete())


@dataclass
class Hop:
    """One event on its way. Times in UTC; `occurred_at` is SES's own time of the event."""

    event: str
    recipient: str
    message_id: str = ""
    sent_at: datetime | None = None
    occurred_at: datetime | None = None
    seen_at: datetime | None = None

    @property
    def arrived(self) -> bool:
        """The event came out of the queue."""
        return self.seen_at is not None

    @property
    def delay(self) -> timedelta | None:
        """From sending the mail to seeing the event."""
        return self.seen_at - self.sent_at if self.seen_at and self.sent_at else None


@dataclass
class Drill:
    """The drill of the events: send mail, and wait for what SES tells of it.

    `events`: SES's event types that are proved, each with the address that causes it.
    """

    listener: Listener
    now: Callable[[], datetime]
    events: Mapping[str, str] = field(default_factory=lambda: EVENTS)
    hops: list[Hop] = field(default_factory=list)

    def send(self, deliver: Callable[[str], str]) -> None:
        """Send a mail for each event; `deliver` takes the recipient and gives the message id."""
        for event, recipient in self.events.items():
            sent_at = self.now()
            self.hops.append(Hop(event, recipient, deliver(recipient), sent_at))

    def listen(self) -> list[Hop]:
        """Take what has come out of the queue, and give the hops."""
        for event in self.listener.heard():
            self._recognise(event)
        return self.hops

    @property
    def lacking(self) -> list[str]:
        """The events that have not come."""
        return [hop.event for hop in self.hops if not hop.arrived]

    def _recognise(self, event: Mapping[str, Any]) -> None:
        for hop in self.hops:
            same = part(event, "mail").get("messageId") == hop.message_id
            if same and event.get("eventType") == hop.event and not hop.arrived:
                hop.occurred_at = moment(part(event, hop.event.lower()).get("timestamp"))
                hop.seen_at = self.now()


GONE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NotFound"})
"""Codes that say that what is to be removed was never there."""


def parsed(body: str) -> Mapping[str, Any]:
    """An event; SES's test message for a new destination is no JSON."""
    try:
        event = json.loads(body)
    except ValueError:
        return {}
    return event if isinstance(event, Mapping) else {}


def part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of an event. Whoever may publish to the topic may write anything in its place."""
    found = event.get(name)
    return found if isinstance(found, Mapping) else {}


def moment(text: Any) -> datetime | None:
    """A time as SES writes it."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def calls(env: Environment, account: Account) -> Iterator[Call]:
    """Every call that the drill of the events may make."""
    yield from listening(new_queue(env, account), env)


def listening(queue: Queue, env: Environment) -> Iterator[Call]:
    """Every call that a temporary queue takes."""
    any_name = replace(queue, name=f"{QUEUES}-{env.ending}-<random>")
    yield from (any_name.create(), any_name.subscribe(), any_name.receive(), any_name.delete())
    yield any_name.unsubscribe("")
