"""SNS: topics with their policies, attributes and tags; subscriptions are beside, in theirs."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.local import arns, policies, topic_attributes, topic_permissions
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.lateness import Lag, Past
from ses_provision.local.served import Operation, OwnService, page
from ses_provision.local.sns_delivery import Outbox, Subscription
from ses_provision.local.subscriptions import Subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ses_provision.local.contract import Service

_FIXED = frozenset({"FifoTopic"})
_READS = frozenset(
    {
        "GetSubscriptionAttributes",
        "GetTopicAttributes",
        "ListSubscriptions",
        "ListSubscriptionsByTopic",
        "ListTagsForResource",
        "ListTopics",
        "Publish",
        "PublishBatch",
    }
)
_MOST_TAGS = 50
_PAGE = 100


@dataclass
class Topic:
    """One topic: what was set on it, its tags and its subscriptions."""

    arn: str
    attributes: dict[str, str]
    tags: dict[str, str]
    subscriptions: list[Subscription] = field(default_factory=list)
    deleted_subscriptions: int = 0
    policies: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def owner(self) -> str:
        """The account it belongs to."""
        return self.arn.split(":")[4]

    @property
    def policy(self) -> str:
        """The access policy that is shown: the one set, else the one AWS gives every topic."""
        return self.attributes.get("Policy") or topic_attributes.default_policy(self.arn)


def aws_address(region: str) -> str:
    """Where the SNS of a region answers, for clients in this process."""
    return f"https://sns.{region}.amazonaws.com"


class Sns(OwnService):
    """All accounts' topics in all regions."""

    name = "sns"

    def __init__(
        self, clock: Clock, sqs: Service, address: Callable[[str], str] = aws_address
    ) -> None:
        self._topics: dict[tuple[str, str], dict[str, Topic]] = {}
        self._past: Past[dict[str, Topic]] = Past()
        self._clock = clock
        self.lag = Lag()
        self.outbox = Outbox()
        self._subscriptions = Subscriptions(self, self.outbox, clock, sqs, address)
        self.operations: Mapping[str, Operation] = {
            "AddPermission": self._add_permission,
            "CreateTopic": self._create_topic,
            "DeleteTopic": self._delete_topic,
            "ListTopics": self._list_topics,
            "GetTopicAttributes": self._get_topic_attributes,
            "SetTopicAttributes": self._set_topic_attributes,
            "RemovePermission": self._remove_permission,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list_tags,
            **self._subscriptions.operations,
        }

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        if operation not in _READS:
            place = (caller.account, caller.region)
            self._past.keep(place, self._topics.get(place, {}), self._clock.now(), self.lag)
        return super().handle(caller, operation, params)

    def listed(self, caller: Caller) -> dict[str, Topic]:
        """The topics of the caller, by name, as lists show them: perhaps a little late."""
        place = (caller.account, caller.region)
        held = {topic.arn.split(":")[5]: topic for topic in self.topics(*place)}
        return self._past.seen(place, held, self._clock.now(), self.lag)

    def topics(self, account: str, region: str) -> list[Topic]:
        """The topics of an account in a region, by name."""
        held = self._topics.get((account, region), {})
        return [self._tidied(held[name]) for name in sorted(held)]

    def _tidied(self, topic: Topic) -> Topic:
        self._subscriptions.tidy(topic)
        return topic

    def confirm(self, account: str | None = None, endpoint: str | None = None) -> int:
        """Confirm pending subscriptions as their owners would: all, or only some. How many."""
        return self._subscriptions.confirm_all(account, endpoint)

    def every_topic(self) -> list[Topic]:
        """The topics of all accounts."""
        every = (topic for topics in self._topics.values() for topic in topics.values())
        return [self._tidied(topic) for topic in every]

    def find(self, arn: str) -> Topic | None:
        """The topic of an ARN, in whatever account and region it lies."""
        parts = arn.split(":")
        if len(parts) != 6 or parts[2] != "sns":
            return None
        topic = self._topics.get((parts[4], parts[3]), {}).get(parts[5])
        return self._tidied(topic) if topic else None

    def topic(self, caller: Caller, arn: str, action: str) -> Topic:
        """The topic of an ARN, refusing what the caller may not touch or what is not there."""
        parts = arns.split(arn, "TopicArn")
        if len(parts) != 6 or parts[2] != "sns" or parts[3] != caller.region:
            raise AwsError("InvalidParameter", "Invalid parameter: TopicArn")
        topic = self.find(arn)
        if topic is None and parts[4] == caller.account:
            raise AwsError("NotFound", "Topic does not exist", 404)
        if topic is None or not _may(caller, topic, self.policy_in_force(topic), action):
            raise AwsError(
                "AuthorizationError",
                f"User: arn:{caller.partition}:iam::{caller.account}:user/local is not authorized "
                f"to perform: SNS:{action} on resource: {arn} because no resource-based policy "
                f"allows the SNS:{action} action",
                403,
            )
        return topic

    def policy_in_force(self, topic: Topic) -> str:
        """The access policy that is heeded: the one before those that were set too lately."""
        now = self._clock.now()
        late = (before for at, before in topic.policies if not self.lag.heeded(now, at))
        return next(late, topic.policy)

    def publish(self, topic: Topic, message: str, subject: str | None) -> str:
        """Deliver a message to a topic's confirmed subscribers; its message id."""
        return self._subscriptions.deliver(topic, message, subject)

    def forget_posts(self) -> None:
        """Make none of the posts to web hooks that still wait."""
        self._subscriptions.forget_posts()

    def _create_topic(self, caller: Caller, params: Params) -> Reply:
        name, attributes = params["Name"], params.get("Attributes") or {}
        topic_attributes.check_name(name, fifo=attributes.get("FifoTopic") == "true")
        arn = f"arn:{caller.partition}:sns:{caller.region}:{caller.account}:{name}"
        tags = _tags(params.get("Tags") or [])
        topics = self._topics.setdefault((caller.account, caller.region), {})
        existing = topics.get(name)
        if existing:
            topic_attributes.refuse_difference(
                existing.attributes | {"Policy": existing.policy}, attributes
            )
            _refuse_other_tags(existing, tags)
            return {"TopicArn": arn}
        for key, value in attributes.items():
            topic_attributes.check(key, value)
        topics[name] = Topic(arn, dict(attributes), tags)
        return {"TopicArn": arn}

    def _delete_topic(self, caller: Caller, params: Params) -> Reply:
        # API Reference, DeleteTopic: deleting a topic that does not exist is not an error.
        try:
            topic = self.topic(caller, params["TopicArn"], "DeleteTopic")
        except AwsError as error:
            if error.code == "NotFound":
                return {}
            raise
        _, _, _, region, account, name = topic.arn.split(":")
        del self._topics[account, region][name]
        return {}

    def _list_topics(self, caller: Caller, params: Params) -> Reply:
        found = [{"TopicArn": topic.arn} for _, topic in sorted(self.listed(caller).items())]
        return page(found, params, _PAGE, "NextToken", "Topics")

    def _get_topic_attributes(self, caller: Caller, params: Params) -> Reply:
        topic = self.topic(caller, params["TopicArn"], "GetTopicAttributes")
        live = [held for held in topic.subscriptions if not held.ended]
        pending = sum(held.pending for held in live)
        fixed = {
            "TopicArn": topic.arn,
            "Owner": topic.owner,
            "Policy": topic.policy,
            "DisplayName": "",
            "EffectiveDeliveryPolicy": topic_attributes.effective_delivery_policy(
                topic.attributes.get("DeliveryPolicy")
            ),
            "SubscriptionsPending": str(pending),
            "SubscriptionsConfirmed": str(len(live) - pending),
            "SubscriptionsDeleted": str(topic.deleted_subscriptions),
        }
        return {"Attributes": fixed | topic_attributes.shown(topic.attributes)}

    def _set_topic_attributes(self, caller: Caller, params: Params) -> Reply:
        topic = self.topic(caller, params["TopicArn"], "SetTopicAttributes")
        name, value = params["AttributeName"], params.get("AttributeValue", "")
        if name in _FIXED:
            raise AwsError("InvalidParameter", "Invalid parameter: AttributeName")
        topic_attributes.check(name, value)
        self._put(topic, name, value)
        return {}

    def _put(self, topic: Topic, name: str, value: str) -> None:
        if name == "Policy":
            topic.policies.append((self._clock.now(), topic.policy))
        if value:
            topic.attributes[name] = value
        else:
            topic.attributes.pop(name, None)

    def _add_permission(self, caller: Caller, params: Params) -> Reply:
        topic = self.topic(caller, params["TopicArn"], "AddPermission")
        policy = topic_permissions.added(topic.policy, topic.arn, caller, params)
        topic_attributes.check("Policy", policy)
        self._put(topic, "Policy", policy)
        return {}

    def _remove_permission(self, caller: Caller, params: Params) -> Reply:
        topic = self.topic(caller, params["TopicArn"], "RemovePermission")
        self._put(topic, "Policy", topic_permissions.removed(topic.policy, params["Label"]))
        return {}

    def _resource(self, caller: Caller, params: Params, action: str) -> Topic:
        try:
            return self.topic(caller, params["ResourceArn"], action)
        except AwsError as error:
            if error.code == "NotFound":
                raise AwsError("ResourceNotFound", "Resource does not exist", 404) from None
            raise

    def _tag(self, caller: Caller, params: Params) -> Reply:
        topic = self._resource(caller, params, "TagResource")
        tags = topic.tags | _tags(params["Tags"])
        if len(tags) > _MOST_TAGS:
            raise AwsError("TagLimitExceeded", "Could not complete request: tag quota of per "
                           "resource exceeded")  # fmt: skip
        topic.tags = tags
        return {}

    def _untag(self, caller: Caller, params: Params) -> Reply:
        topic = self._resource(caller, params, "UntagResource")
        for key in params["TagKeys"]:
            topic.tags.pop(key, None)
        return {}

    def _list_tags(self, caller: Caller, params: Params) -> Reply:
        topic = self._resource(caller, params, "ListTagsForResource")
        return {"Tags": [{"Key": key, "Value": value} for key, value in topic.tags.items()]}


def _may(caller: Caller, topic: Topic, policy: str, action: str) -> bool:
    if caller.account == topic.owner:
        return True
    ask = policies.Ask(
        f"sns:{action}",
        topic.arn,
        (f"AWS:{caller.account}", f"AWS:arn:{caller.partition}:iam::{caller.account}:root"),
        {"aws:SourceOwner": (caller.account,), "aws:SecureTransport": ("true",)},
    )
    return policies.admits(policy, ask)


def _tags(pairs: list[dict[str, str]]) -> dict[str, str]:
    keys = [pair["Key"] for pair in pairs]
    if len(keys) != len(set(keys)):
        raise AwsError("InvalidParameter", "Invalid parameter: Duplicated keys are not allowed.")
    return {pair["Key"]: pair.get("Value", "") for pair in pairs}


def _refuse_other_tags(existing: Topic, tags: dict[str, str]) -> None:
    """Recorded: some of the tags that a topic has, or none, are no difference."""
    if not tags.items() <= existing.tags.items():
        raise AwsError(
            "InvalidParameter",
            "Invalid parameter: Tags Reason: Topic already exists with different tags",
        )
