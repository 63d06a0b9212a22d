"""SNS subscriptions: pending until confirmed, and what is delivered to them."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import Operation, page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ses_provision.local.contract import Service
    from ses_provision.local.sns import Sns, Topic

# Developer Guide, "Fanout": these wait until the owner of the endpoint confirms.
_CONFIRMED_BY_OWNER = ("email", "email-json", "http", "https")
_PAGE = 100
_SETTABLE = frozenset({"RawMessageDelivery", "DeliveryPolicy", "RedrivePolicy",
                       "SubscriptionRoleArn"})  # fmt: skip


@dataclass
class Subscription:
    """One subscriber of a topic."""

    arn: str
    topic_arn: str
    protocol: str
    endpoint: str
    pending: bool
    token: str
    attributes: dict[str, str] = field(default_factory=dict)


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


def _email(endpoint: str) -> str | None:
    good = re.fullmatch(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", endpoint)
    return None if good else "Invalid parameter: Email address"


def _sqs(endpoint: str) -> str | None:
    good = re.fullmatch(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w.-]+", endpoint)
    return None if good else "Invalid parameter: SQS endpoint ARN"


def _url(scheme: str) -> Callable[[str], str | None]:
    def check(endpoint: str) -> str | None:
        good = endpoint.startswith(f"{scheme}://")
        return None if good else "Invalid parameter: Endpoint must match the specified protocol"

    return check


def _sms(endpoint: str) -> str | None:
    good = re.fullmatch(r"\+?[1-9][\d -]{5,18}", endpoint)
    return None if good else f"Invalid parameter: Invalid SMS endpoint: {endpoint}"


def _lambda(endpoint: str) -> str | None:
    if not re.fullmatch(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:.+", endpoint):
        return "Invalid parameter: Lambda endpoint ARN"
    return "Invalid parameter: Endpoint Reason: no such function (the local AWS has no Lambda)"


def _firehose(endpoint: str) -> str | None:
    good = re.fullmatch(r"arn:aws[a-z-]*:firehose:[a-z0-9-]+:\d{12}:deliverystream/.+", endpoint)
    return None if good else "Invalid parameter: Firehose endpoint ARN"


_ENDPOINT_FAULTS: dict[str, Callable[[str], str | None]] = {
    "email": _email,
    "email-json": _email,
    "http": _url("http"),
    "https": _url("https"),
    "sqs": _sqs,
    "sms": _sms,
    "lambda": _lambda,
    "firehose": _firehose,
}


class Subscriptions:
    """The part of SNS that is about subscribers."""

    def __init__(self, sns: Sns, outbox: Outbox, clock: Clock, sqs: Service) -> None:
        self._sns = sns
        self._outbox = outbox
        self._clock = clock
        self._sqs = sqs
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

    def _subscribe(self, caller: Caller, params: Params) -> Reply:
        topic = self._sns.topic(caller, params["TopicArn"], "Subscribe")
        protocol, endpoint = params["Protocol"], params.get("Endpoint", "")
        if protocol not in _ENDPOINT_FAULTS:
            raise AwsError(
                "InvalidParameter",
                f"Invalid parameter: Does not support this protocol string: {protocol}",
            )
        fault = _ENDPOINT_FAULTS[protocol](endpoint)
        if fault:
            raise AwsError("InvalidParameter", fault)
        attributes = dict(params.get("Attributes") or {})
        for name in attributes:
            _check_attribute(name)
        subscription = self._held(topic, protocol, endpoint)
        if subscription is None:
            subscription = Subscription(
                f"{topic.arn}:{uuid4()}",
                topic.arn,
                protocol,
                endpoint,
                protocol in _CONFIRMED_BY_OWNER,
                uuid4().hex * 4,
                attributes,
            )
            topic.subscriptions.append(subscription)
        elif attributes and attributes != subscription.attributes:
            raise AwsError(
                "InvalidParameter",
                "Invalid parameter: Attributes Reason: Subscription already exists with different "
                "attributes",
            )
        if subscription.pending:
            self._ask_to_confirm(topic, subscription)
            if not params.get("ReturnSubscriptionArn"):
                return {"SubscriptionArn": "pending confirmation"}
        return {"SubscriptionArn": subscription.arn}

    @staticmethod
    def _held(topic: Topic, protocol: str, endpoint: str) -> Subscription | None:
        return next(
            (
                held
                for held in topic.subscriptions
                if (held.protocol, held.endpoint) == (protocol, endpoint)
            ),
            None,
        )

    def _ask_to_confirm(self, topic: Topic, subscription: Subscription) -> None:
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
        topic = self._sns.topic(caller, params["TopicArn"], "ConfirmSubscription")
        for subscription in topic.subscriptions:
            if subscription.token == params["Token"]:
                subscription.pending = False
                return {"SubscriptionArn": subscription.arn}
        raise AwsError("InvalidParameter", "Invalid parameter: Token")

    def _find(self, caller: Caller, params: Params, action: str) -> tuple[Topic, Subscription]:
        arn = params["SubscriptionArn"]
        parts = arn.split(":")
        if len(parts) < 6:
            raise AwsError(
                "InvalidParameter",
                "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, "
                f"not {len(parts)}",
            )
        topic = self._sns.find(":".join(parts[:6]))
        held = [found for found in topic.subscriptions if found.arn == arn] if topic else []
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
        topic.subscriptions.remove(subscription)
        topic.deleted_subscriptions += 1
        return {}

    def _list(self, caller: Caller, params: Params) -> Reply:
        found = [
            _listed(subscription)
            for topic in self._sns.topics(caller.account, caller.region)
            for subscription in topic.subscriptions
        ]
        return page(found, params, _PAGE, "NextToken", "Subscriptions")

    def _list_by_topic(self, caller: Caller, params: Params) -> Reply:
        topic = self._sns.topic(caller, params["TopicArn"], "ListSubscriptionsByTopic")
        found = [_listed(subscription) for subscription in topic.subscriptions]
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
        _check_attribute(params["AttributeName"])
        subscription.attributes[params["AttributeName"]] = params.get("AttributeValue", "")
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
        topic = self._sns.topic(caller, arn, "Publish")
        message = params["Message"]
        if not message:
            raise AwsError("InvalidParameter", "Invalid parameter: Empty message")
        if len(message.encode()) > 262144:
            raise AwsError("InvalidParameter", "Invalid parameter: Message too long")
        return {"MessageId": self.deliver(topic, message, params.get("Subject"))}

    def deliver(self, topic: Topic, message: str, subject: str | None) -> str:
        """Hand a message to every confirmed subscriber; its message id."""
        message_id = str(uuid4())
        for subscription in topic.subscriptions:
            if subscription.pending:
                continue
            if subscription.protocol == "sqs":
                self._to_queue(topic, subscription, (message, subject, message_id))
            else:
                self._record("notification", subscription, subject, message)
        return message_id

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

    def _to_queue(
        self, topic: Topic, subscription: Subscription, what: tuple[str, str | None, str]
    ) -> None:
        message, subject, message_id = what
        _, _, _, region, account, queue = subscription.endpoint.split(":")
        owner = Caller(account, region)
        try:
            url = self._sqs.handle(owner, "GetQueueUrl", {"QueueName": queue})["QueueUrl"]
            held = self._sqs.handle(
                owner, "GetQueueAttributes", {"QueueUrl": url, "AttributeNames": ["Policy"]}
            )
        except AwsError as error:
            self._record("undelivered", subscription, error.message, message)
            return
        policy = (held.get("Attributes") or {}).get("Policy")
        if not _queue_admits(policy, topic.arn, subscription.endpoint):
            # Developer Guide, "Subscribing a queue": without this policy SNS cannot send.
            reason = "the queue's policy does not let sns.amazonaws.com send for this topic"
            self._record("undelivered", subscription, reason, message)
            return
        raw = subscription.attributes.get("RawMessageDelivery") == "true"
        body = message if raw else self._envelope(topic.arn, message, subject, message_id)
        self._sqs.handle(owner, "SendMessage", {"QueueUrl": url, "MessageBody": body})

    def _envelope(self, arn: str, message: str, subject: str | None, message_id: str) -> str:
        stamp = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        envelope = {"Type": "Notification", "MessageId": message_id, "TopicArn": arn}
        if subject:
            envelope["Subject"] = subject
        envelope |= {"Message": message, "Timestamp": stamp, "SignatureVersion": "1"}
        return json.dumps(envelope, indent=2)


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
    return {
        "SubscriptionArn": "PendingConfirmation" if subscription.pending else subscription.arn,
        "Owner": subscription.topic_arn.split(":")[4],
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic_arn,
    }


def _check_attribute(name: str) -> None:
    if name.startswith("FilterPolicy"):
        raise AwsError(
            "NotImplementedByLocalAws",
            "The local AWS does not serve subscription filter policies.",
            501,
        )
    if name not in _SETTABLE:
        raise AwsError("InvalidParameter", "Invalid parameter: AttributeName")
