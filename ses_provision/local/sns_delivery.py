"""What SNS delivers: to queues with their policies' leave, to people and endpoints as a note."""

from __future__ import annotations

from dataclasses import asdict, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ses_provision.dataclass import dataclass
from ses_provision.local import filter_policy, policies, sns_envelope, web_hooks
from ses_provision.local.contract import AwsError, Caller, Clock, Params
from ses_provision.local.sns_envelope import Message
from ses_provision.local.web_hooks import Post, WebHooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ses_provision.local.contract import Service
    from ses_provision.local.lateness import Lag
    from ses_provision.local.sns import Topic


@dataclass
class Subscription:
    """One subscriber of a topic. `since`: when it was asked to confirm, or when it ended."""

    arn: str
    topic_arn: str
    protocol: str
    endpoint: str
    pending: bool
    token: str
    since: datetime
    attributes: dict[str, str] = field(default_factory=dict)
    ended: bool = False

    @property
    def is_raw(self) -> bool:
        """Whether it gets messages without SNS's envelope."""
        return self.attributes.get("RawMessageDelivery") == "true"


@dataclass(frozen=True)
class Mail:
    """Something that left SNS, or that could not.

    `kind`: `confirmation` (a person is asked to confirm), `notification`, or `undelivered` with
    the reason as its subject.
    """

    kind: str
    topic_arn: str
    protocol: str
    endpoint: str
    subject: str | None
    body: str
    token: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The mail as JSON has it."""
        return asdict(self)


class Outbox(list[Mail]):
    """Everything that SNS sent, oldest first."""

    def to(self, endpoint: str) -> list[Mail]:
        """What was sent to one address."""
        return [mail for mail in self if mail.endpoint == endpoint]


class Deliveries:
    """Hands the messages of topics to their subscribers."""

    def __init__(
        self, outbox: Outbox, clock: Clock, sqs: Service, address: Callable[[str], str]
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._sqs = sqs
        self._address = address
        self._hooks = WebHooks()

    def message(
        self,
        topic: Topic,
        texts: Mapping[str, str],
        subject: str | None,
        group: str | None = None,
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Message:
        """A message of now, with an id of its own."""
        now = self._clock.now()
        return Message(topic.arn, str(uuid4()), texts, subject, now, group, attributes or {})

    def ask_to_confirm(self, topic: Topic, subscription: Subscription) -> None:
        """Ask a web hook on this machine to confirm."""
        address = self._address(topic.arn.split(":")[3])
        if not self._is_hook(subscription, address):
            return
        number = str(uuid4())
        version = topic.attributes.get("SignatureVersion", "1")
        body = sns_envelope.confirmation(
            topic.arn, number, subscription.token, self._clock.now(), address, version
        )
        headers = web_hooks.headers("SubscriptionConfirmation", number, topic.arn)
        self._post(subscription, headers, body)

    @staticmethod
    def _is_hook(subscription: Subscription, address: str) -> bool:
        """Only who can ask back is told: where nothing is served, nobody could confirm."""
        return (
            subscription.protocol in ("http", "https")
            and web_hooks.can_be_reached(address)
            and web_hooks.can_be_reached(subscription.endpoint)
        )

    def _post(self, subscription: Subscription, headers: dict[str, str], body: str) -> None:
        def lost(why: str) -> None:
            self._record("undelivered", subscription, why, body)

        self._hooks.post(Post(subscription.endpoint, headers, body, lost))

    def forget_posts(self) -> None:
        """Make none of the posts to web hooks that still wait."""
        self._hooks.forget()

    def deliver(self, topic: Topic, message: Message, lag: Lag) -> None:
        """Hand a message to every confirmed subscriber."""
        for subscription in topic.subscriptions:
            if subscription.pending or subscription.ended:
                continue
            if not lag.heeded(message.at, subscription.since):
                continue
            policy = subscription.attributes.get("FilterPolicy")
            scope = subscription.attributes.get("FilterPolicyScope", filter_policy.ATTRIBUTES)
            text = message.text_for(subscription.protocol)
            if policy and not filter_policy.wants(policy, scope, message.attributes, text):
                continue
            if subscription.protocol == "sqs":
                self._to_queue(topic, subscription, message)
            else:
                self._record("notification", subscription, message.subject, text)
                self._to_hook(topic, subscription, message)

    def _record(
        self, kind: str, subscription: Subscription, subject: str | None, body: str
    ) -> None:
        self._outbox.append(
            Mail(
                kind,
                subscription.topic_arn,
                subscription.protocol,
                subscription.endpoint,
                subject,
                body,
            )
        )

    def _to_queue(self, topic: Topic, subscription: Subscription, message: Message) -> None:
        _, _, _, region, account, queue = subscription.endpoint.split(":")
        owner = Caller(account, region)
        try:
            url = self._sqs.handle(owner, "GetQueueUrl", {"QueueName": queue})["QueueUrl"]
            held = self._sqs.handle(
                owner, "GetQueueAttributes", {"QueueUrl": url, "AttributeNames": ["Policy"]}
            )
        except AwsError as error:
            self._record("undelivered", subscription, error.message, message.text)
            return
        policy = (held.get("Attributes") or {}).get("Policy", "")
        if not _queue_admits(policy, topic.arn, subscription.endpoint):
            # Developer Guide, "Subscribing a queue": without this policy SNS cannot send.
            reason = "the queue's policy does not let sns.amazonaws.com send for this topic"
            self._record("undelivered", subscription, reason, message.text)
            return
        sent: Params = {
            "QueueUrl": url,
            "MessageBody": self._body(topic, subscription, message),
        }
        if subscription.is_raw and message.attributes:
            # Developer Guide, "Message attributes and raw delivery": they go along as SQS's own.
            sent["MessageAttributes"] = {k: dict(v) for k, v in message.attributes.items()}
        if queue.endswith(".fifo"):
            sent |= {
                "MessageGroupId": message.group or message.message_id,
                "MessageDeduplicationId": message.message_id,
            }
        self._sqs.handle(owner, "SendMessage", sent)

    def _to_hook(self, topic: Topic, subscription: Subscription, message: Message) -> None:
        if self._is_hook(subscription, self._address(topic.arn.split(":")[3])):
            headers = web_hooks.headers(
                "Notification",
                message.message_id,
                topic.arn,
                subscription.arn,
                raw=subscription.is_raw,
            )
            self._post(subscription, headers, self._body(topic, subscription, message))

    def _body(self, topic: Topic, subscription: Subscription, message: Message) -> str:
        if subscription.is_raw:
            return message.text_for(subscription.protocol)
        address = self._address(topic.arn.split(":")[3])
        version = topic.attributes.get("SignatureVersion", "1")
        return sns_envelope.notification(
            message, subscription.arn, address, version, subscription.protocol
        )


def _queue_admits(policy: str, topic_arn: str, queue_arn: str) -> bool:
    ask = policies.Ask(
        "sqs:SendMessage",
        queue_arn,
        ("Service:sns.amazonaws.com",),
        {"aws:SourceArn": (topic_arn,), "aws:SourceAccount": (topic_arn.split(":")[4],),
         "aws:SecureTransport": ("true",)},
    )  # fmt: skip
    return policies.admits(policy, ask)
