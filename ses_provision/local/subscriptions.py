"""SNS subscriptions: pending until confirmed, and what is delivered to them."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from ses_provision.local import arns, filter_policy, publishing, subscription_rules
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import Operation, page
from ses_provision.local.sns_delivery import Deliveries, Mail, Outbox, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ses_provision.local.contract import Service
    from ses_provision.local.sns import Sns, Topic
    from ses_provision.local.sns_envelope import Message

# Developer Guide, "Fanout": these wait until the owner of the endpoint confirms.
_CONFIRMED_BY_OWNER = ("email", "email-json", "http", "https")
# Developer Guide, "Confirm the subscription": the link is good for two days, and what was not
# confirmed by then is gone.
_TO_CONFIRM = timedelta(hours=48)
# What its owner could have ended is listed as "Deleted" for some days (ansible/ansible#20086).
_SHOWN_AS_DELETED = timedelta(hours=72)
_TOKEN = re.compile(r"[0-9a-f]{128,}")
_PAGE = 100


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
        self._deliveries = Deliveries(outbox, clock, sqs, address)
        self.operations: Mapping[str, Operation] = {
            "Subscribe": self._subscribe,
            "ConfirmSubscription": self._confirm,
            "Unsubscribe": self._unsubscribe,
            "ListSubscriptions": self._list,
            "ListSubscriptionsByTopic": self._list_by_topic,
            "GetSubscriptionAttributes": self._get_attributes,
            "SetSubscriptionAttributes": self._set_attributes,
            "Publish": self._publish,
            "PublishBatch": self._publish_batch,
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
        subscription_rules.check_filter(attributes, on_creation=True)
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
        self._deliveries.ask_to_confirm(topic, subscription)
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

    def forget_posts(self) -> None:
        """Make none of the posts to web hooks that still wait."""
        self._deliveries.forget_posts()

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
        if subscription.attributes.get("FilterPolicy"):
            fixed["FilterPolicyScope"] = filter_policy.ATTRIBUTES
        return {"Attributes": fixed | subscription.attributes}

    def _set_attributes(self, caller: Caller, params: Params) -> Reply:
        _, subscription = self._find(caller, params, "SetSubscriptionAttributes")
        name, value = params["AttributeName"], params.get("AttributeValue", "")
        value = subscription_rules.normal(name, value, on_creation=False)
        subscription_rules.check_filter(subscription.attributes | {name: value}, on_creation=False)
        subscription.attributes[name] = value
        if not value:
            del subscription.attributes[name]
        return {}

    def _publish(self, caller: Caller, params: Params) -> Reply:
        arn = params.get("TopicArn") or params.get("TargetArn")
        if not arn:
            raise AwsError(
                "NotImplementedByLocalAws",
                "The local AWS publishes to topics only (sns:Publish).",
                501,
            )
        if "TopicArn" not in params and ":sns:" not in arn:
            raise AwsError(
                "InvalidParameter",
                "Invalid parameter: TargetArn Reason: No endpoint found for the target arn "
                "specified",
            )
        return self._published(self._sns.topic(caller, arn, "Publish"), params)

    def _published(self, topic: Topic, params: Params) -> Reply:
        publishing.check(topic, params)
        message = self._deliveries.message(
            topic,
            publishing.texts(params),
            params.get("Subject"),
            params.get("MessageGroupId"),
            params.get("MessageAttributes") or {},
        )
        self._deliver(topic, message)
        return {"MessageId": message.message_id}

    def _publish_batch(self, caller: Caller, params: Params) -> Reply:
        topic = self._sns.topic(caller, params["TopicArn"], "Publish")
        reply: Reply = {"Successful": [], "Failed": []}
        for entry in publishing.entries(params):
            try:
                sent = self._published(topic, entry)
            except AwsError as error:
                told = {"Code": error.code, "Message": error.message, "SenderFault": True}
                reply["Failed"].append({"Id": entry["Id"], **told})
            else:
                reply["Successful"].append({"Id": entry["Id"], **sent})
        return reply

    def deliver(self, topic: Topic, text: str, subject: str | None) -> str:
        """Hand a message to every confirmed subscriber; its message id."""
        message = self._deliveries.message(topic, {"default": text}, subject)
        self._deliver(topic, message)
        return message.message_id

    def _deliver(self, topic: Topic, message: Message) -> None:
        self.tidy(topic)
        self._deliveries.deliver(topic, message, self._sns.lag)


def _held(topic: Topic, protocol: str, endpoint: str) -> Subscription | None:
    return next(
        (
            held
            for held in topic.subscriptions
            if (held.protocol, held.endpoint) == (protocol, endpoint) and not held.ended
        ),
        None,
    )


def _listed(subscription: Subscription) -> Reply:
    arn = "PendingConfirmation" if subscription.pending else subscription.arn
    return {
        "SubscriptionArn": "Deleted" if subscription.ended else arn,
        "Owner": subscription.topic_arn.split(":")[4],
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic_arn,
    }
