"""SNS subscriptions: pending until confirmed, and what is delivered to them."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ses_provision.local import arns, policies, sns_envelope, subscription_rules
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import Operation, page
from ses_provision.local.sns_envelope import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ses_provision.local.contract import Service
    from ses_provision.local.sns import Sns, Topic

# Developer Guide, "Fanout": these wait until the owner of the endpoint confirms.
_CONFIRMED_BY_OWNER = ("email", "email-json", "http", "https")
# Developer Guide, "Confirm the subscription": the link is good for two days, and what was not
# confirmed by then is gone.
_TO_CONFIRM = timedelta(hours=48)
# What its owner could have ended is listed as "Deleted" for some days (ansible/ansible#20086).
_SHOWN_AS_DELETED = timedelta(hours=72)
_TOKEN = re.compile(r"[0-9a-f]{128,}")
_LONGEST_SUBJECT = 100
_PAGE = 100


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


class Subscriptions:
    """The part of SNS that is about subscribers."""

    def __init__(
        self,
        sns: Sns,
        outbox: Outbox,
        clock: Clock,
        sqs: Service,
        address: Callable[[str], str],
    ) -> None:
        self._sns = sns
        self._outbox = outbox
        self._clock = clock
        self._sqs = sqs
        self._address = address
        self.operations: Mapping[str, Operation] = {
            "Subscribe": self._subscribe,
            "ConfirmSubscription": self._confirm,
            "Unsubscribe": self._unsubscribe,
            "ListSubscriptions": self._list,
            "ListSubscriptionsByTopic": self._list_by_topic,
            "GetSubscriptionAttributes": self._get_attributes,
            "SetSubscriptionAttributes": self._set_attributes,
            "Publish": self._publish,
        }

    def confirm_all(self, account: str | None, endpoint: str | None) -> int:
        """Confirm what is pending, in one account or at one endpoint where given."""
        confirmed = 0
        for topic in self._sns.every_topic():
            for subscription in topic.subscriptions:
                wanted = account in (None, topic.owner) and endpoint in (
                    None,
                    subscription.endpoint,
                )
                if subscription.pending and wanted:
                    subscription.pending = False
                    confirmed += 1
        return confirmed

    def tidy(self, topic: Topic) -> None:
        """Let end what was not confirmed in time, and forget what ended long ago."""
        now = self._clock.now()
        topic.subscriptions = [
            held
            for held in topic.subscriptions
            if not (held.pending or held.ended)
            or now - held.since < (_SHOWN_AS_DELETED if held.ended else _TO_CONFIRM)
        ]

    def _subscribe(self, caller: Caller, params: Params) -> Reply:
        topic = self._sns.topic(caller, params["TopicArn"], "Subscribe")
        protocol, endpoint = params["Protocol"], params.get("Endpoint", "")
        subscription_rules.check_endpoint(topic.arn, protocol, endpoint)
        attributes = {
            name: subscription_rules.normal(name, value, on_creation=True)
            for name, value in (params.get("Attributes") or {}).items()
        }
        subscription = _held(topic, protocol, endpoint)
        if subscription is None:
            subscription = self._new(topic, protocol, endpoint, attributes)
            topic.subscriptions.append(subscription)
        else:
            subscription_rules.refuse_difference(subscription.attributes, attributes)
        if subscription.pending:
            self._ask_to_confirm(topic, subscription)
            if not params.get("ReturnSubscriptionArn"):
                return {"SubscriptionArn": "pending confirmation"}
        return {"SubscriptionArn": subscription.arn}

    def _new(
        self, topic: Topic, protocol: str, endpoint: str, attributes: dict[str, str]
    ) -> Subscription:
        return Subscription(
            arn=f"{topic.arn}:{uuid4()}",
            topic_arn=topic.arn,
            protocol=protocol,
            endpoint=endpoint,
            pending=protocol in _CONFIRMED_BY_OWNER,
            token=secrets.token_hex(144),
            since=self._clock.now(),
            attributes=attributes,
        )

    def _ask_to_confirm(self, topic: Topic, subscription: Subscription) -> None:
        subscription.since = self._clock.now()
        self._outbox.append(
            Mail(
                "confirmation",
                topic.arn,
                subscription.protocol,
                subscription.endpoint,
                "AWS Notification - Subscription Confirmation",
                f"You have chosen to subscribe to the topic: {topic.arn}",
                subscription.token,
            )
        )

    def _confirm(self, caller: Caller, params: Params) -> Reply:
        token = params["Token"]
        if not _TOKEN.fullmatch(token):
            raise AwsError("InvalidParameter", "Invalid token")
        topic = self._sns.find(params["TopicArn"])
        for subscription in topic.subscriptions if topic else []:
            if subscription.token == token and not subscription.ended:
                self._sns.topic(caller, params["TopicArn"], "ConfirmSubscription")
                subscription.pending = False
                return {"SubscriptionArn": subscription.arn}
        raise AwsError("InvalidParameter", "Invalid parameter: Token")

    def _find(self, caller: Caller, params: Params, action: str) -> tuple[Topic, Subscription]:
        arn = params["SubscriptionArn"]
        parts = arns.split(arn, "SubscriptionArn")
        if len(parts) == 6:
            raise AwsError("InvalidParameter", "Invalid parameter: SubscriptionId")
        topic = self._sns.find(":".join(parts[:6]))
        live = topic.subscriptions if topic else []
        held = [found for found in live if found.arn == arn and not found.ended]
        if topic is None or not held or topic.arn.split(":")[3] != caller.region:
            raise AwsError("NotFound", "Subscription does not exist", 404)
        self._sns.topic(caller, topic.arn, action)
        return topic, held[0]

    def _unsubscribe(self, caller: Caller, params: Params) -> Reply:
        try:
            topic, subscription = self._find(caller, params, "Unsubscribe")
        except AwsError as error:
            if error.code == "NotFound":
                return {}
            raise
        self.end(topic, subscription)
        return {}

    def end(self, topic: Topic, subscription: Subscription) -> None:
        """End a subscription. Recorded: that of a queue is not listed any more."""
        topic.deleted_subscriptions += 1
        subscription.ended, subscription.since = True, self._clock.now()
        if subscription.protocol not in _CONFIRMED_BY_OWNER:
            topic.subscriptions.remove(subscription)

    def _list(self, caller: Caller, params: Params) -> Reply:
        found = [
            _listed(subscription)
            for _, topic in sorted(self._sns.listed(caller).items())
            for subscription in topic.subscriptions
        ]
        return page(found, params, _PAGE, "NextToken", "Subscriptions")

    def _list_by_topic(self, caller: Caller, params: Params) -> Reply:
        topic = self._sns.topic(caller, params["TopicArn"], "ListSubscriptionsByTopic")
        if caller.account == topic.owner:
            seen = self._sns.listed(caller).get(topic.arn.split(":")[5])
        else:
            seen = topic
        found = [_listed(each) for each in (seen.subscriptions if seen else [])]
        return page(found, params, _PAGE, "NextToken", "Subscriptions")

    def _get_attributes(self, caller: Caller, params: Params) -> Reply:
        topic, subscription = self._find(caller, params, "GetSubscriptionAttributes")
        fixed = {
            "SubscriptionArn": subscription.arn,
            "TopicArn": topic.arn,
            "Owner": topic.owner,
            "Protocol": subscription.protocol,
            "Endpoint": subscription.endpoint,
            "PendingConfirmation": str(subscription.pending).lower(),
            "ConfirmationWasAuthenticated": str(not subscription.pending).lower(),
            "RawMessageDelivery": "false",
            "SubscriptionPrincipal": f"arn:{caller.partition}:iam::{topic.owner}:user/local",
        }
        return {"Attributes": fixed | subscription.attributes}

    def _set_attributes(self, caller: Caller, params: Params) -> Reply:
        _, subscription = self._find(caller, params, "SetSubscriptionAttributes")
        name, value = params["AttributeName"], params.get("AttributeValue", "")
        subscription.attributes[name] = subscription_rules.normal(name, value, on_creation=False)
        return {}

    def _publish(self, caller: Caller, params: Params) -> Reply:
        arn = params.get("TopicArn") or params.get("TargetArn")
        if not arn:
            raise AwsError(
                "NotImplementedByLocalAws",
                "The local AWS publishes to topics only (sns:Publish).",
                501,
            )
        for member in ("MessageStructure", "MessageAttributes"):
            if params.get(member):
                raise AwsError(
                    "NotImplementedByLocalAws",
                    f"The local AWS does not serve {member} of sns:Publish.",
                    501,
                )
        if "TopicArn" not in params and ":sns:" not in arn:
            raise AwsError(
                "InvalidParameter",
                "Invalid parameter: TargetArn Reason: No endpoint found for the target arn "
                "specified",
            )
        topic = self._sns.topic(caller, arn, "Publish")
        _check_message(topic, params)
        return {
            "MessageId": self.deliver(
                topic, params["Message"], params.get("Subject"), params.get("MessageGroupId")
            )
        }

    def deliver(
        self, topic: Topic, text: str, subject: str | None, group: str | None = None
    ) -> str:
        """Hand a message to every confirmed subscriber; its message id."""
        self.tidy(topic)
        message = Message(topic.arn, str(uuid4()), text, subject, self._clock.now(), group)
        for subscription in topic.subscriptions:
            if subscription.pending or subscription.ended:
                continue
            if not self._sns.lag.heeded(message.at, subscription.since):
                continue
            if subscription.protocol == "sqs":
                self._to_queue(topic, subscription, message)
            else:
                self._record("notification", subscription, subject, text)
        return message.message_id

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
        policy = (held.get("Attributes") or {}).get("Policy")
        if not _queue_admits(policy, topic.arn, subscription.endpoint):
            # Developer Guide, "Subscribing a queue": without this policy SNS cannot send.
            reason = "the queue's policy does not let sns.amazonaws.com send for this topic"
            self._record("undelivered", subscription, reason, message.text)
            return
        sent = {"QueueUrl": url, "MessageBody": self._body(topic, subscription, message)}
        if queue.endswith(".fifo"):
            sent |= {
                "MessageGroupId": message.group or message.message_id,
                "MessageDeduplicationId": message.message_id,
            }
        self._sqs.handle(owner, "SendMessage", sent)

    def _body(self, topic: Topic, subscription: Subscription, message: Message) -> str:
        if subscription.attributes.get("RawMessageDelivery") == "true":
            return message.text
        address = self._address(topic.arn.split(":")[3])
        version = topic.attributes.get("SignatureVersion", "1")
        return sns_envelope.notification(message, subscription.arn, address, version)


def _check_message(topic: Topic, params: Params) -> None:
    text, subject = params["Message"], params.get("Subject")
    fault = None
    if not text:
        fault = "Empty message"
    elif len(text.encode()) > 262144:
        fault = "Message too long"
    elif subject is not None and not _subject_is_good(subject):
        fault = "Subject"
    elif topic.arn.endswith(".fifo"):
        fault = _fifo_fault(topic, params)
    elif params.get("MessageDeduplicationId"):
        fault = (
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter "
            "that is not valid for this topic type"
        )
    if fault:
        raise AwsError("InvalidParameter", f"Invalid parameter: {fault}")


def _subject_is_good(subject: str) -> bool:
    """API Reference, Publish: at most 100 characters, no line breaks or control characters."""
    return 0 < len(subject) <= _LONGEST_SUBJECT and subject.isprintable()


def _fifo_fault(topic: Topic, params: Params) -> str | None:
    if not params.get("MessageGroupId"):
        return "The MessageGroupId parameter is required for FIFO topics"
    by_content = topic.attributes.get("ContentBasedDeduplication") == "true"
    if not by_content and not params.get("MessageDeduplicationId"):
        return (
            "The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )
    return None


def _held(topic: Topic, protocol: str, endpoint: str) -> Subscription | None:
    return next(
        (
            held
            for held in topic.subscriptions
            if (held.protocol, held.endpoint) == (protocol, endpoint) and not held.ended
        ),
        None,
    )


def _queue_admits(policy: str | None, topic_arn: str, queue_arn: str) -> bool:
    if not policy:
        return False
    ask = policies.Ask(
        "sqs:SendMessage",
        queue_arn,
        ("Service:sns.amazonaws.com",),
        {"aws:SourceArn": (topic_arn,), "aws:SourceAccount": (topic_arn.split(":")[4],),
         "aws:SecureTransport": ("true",)},
    )  # fmt: skip
    return policies.decide(policies.parse(policy), ask)[0] is policies.Decision.ALLOWED


def _listed(subscription: Subscription) -> Reply:
    arn = "PendingConfirmation" if subscription.pending else subscription.arn
    return {
        "SubscriptionArn": "Deleted" if subscription.ended else arn,
        "Owner": subscription.topic_arn.split(":")[4],
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic_arn,
    }
