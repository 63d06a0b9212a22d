"""SNS: topics with their policies, attributes and tags; subscriptions are beside, in theirs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import Operation, OwnService, page
from ses_provision.local.subscriptions import Outbox, Subscription, Subscriptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_provision.local.contract import Service

_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,251}\.fifo")
_ATTRIBUTES = frozenset(
    {
        "ArchivePolicy",
        "ContentBasedDeduplication",
        "DeliveryPolicy",
        "DisplayName",
        "FifoThroughputScope",
        "FifoTopic",
        "KmsMasterKeyId",
        "Policy",
        "SignatureVersion",
        "TracingConfig",
    }
)
_FIXED = frozenset({"FifoTopic"})
_OWNER_ACTIONS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)
# SNS refuses wildcards and all other actions in a topic policy (seen by many, e.g. in Terraform
# modules that list the eight for this reason). Receive stood in the policies of older topics.
_POLICY_ACTIONS = frozenset(f"sns:{action}".lower() for action in (*_OWNER_ACTIONS, "Receive"))
_RETRIES = {
    "http": {
        "defaultHealthyRetryPolicy": {
            "minDelayTarget": 20,
            "maxDelayTarget": 20,
            "numRetries": 3,
            "numMaxDelayRetries": 0,
            "numNoDelayRetries": 0,
            "numMinDelayRetries": 0,
            "backoffFunction": "linear",
        },
        "disableSubscriptionOverrides": False,
        "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
    }
}
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

    @property
    def owner(self) -> str:
        """The account it belongs to."""
        return self.arn.split(":")[4]

    @property
    def policy(self) -> str:
        """The access policy in force: the one set, else the one AWS gives every topic."""
        return self.attributes.get("Policy") or default_policy(self.arn)


def default_policy(arn: str) -> str:
    """The access policy of a topic on which none was set, as GetTopicAttributes shows it."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in _OWNER_ACTIONS],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": arn.split(":")[4]}},
    }
    document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    return json.dumps(document, separators=(",", ":"))


class Sns(OwnService):
    """All accounts' topics in all regions."""

    name = "sns"

    def __init__(self, clock: Clock, sqs: Service) -> None:
        self._topics: dict[tuple[str, str], dict[str, Topic]] = {}
        self.outbox = Outbox()
        self._subscriptions = Subscriptions(self, self.outbox, clock, sqs)
        self.operations: Mapping[str, Operation] = {
            "CreateTopic": self._create_topic,
            "DeleteTopic": self._delete_topic,
            "ListTopics": self._list_topics,
            "GetTopicAttributes": self._get_topic_attributes,
            "SetTopicAttributes": self._set_topic_attributes,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list_tags,
            **self._subscriptions.operations,
        }

    def topics(self, account: str, region: str) -> list[Topic]:
        """The topics of an account in a region, by name."""
        return [topic for _, topic in sorted(self._topics.get((account, region), {}).items())]

    def confirm(self, account: str | None = None, endpoint: str | None = None) -> int:
        """Confirm pending subscriptions as their owners would: all, or only some. How many."""
        return self._subscriptions.confirm_all(account, endpoint)

    def every_topic(self) -> list[Topic]:
        """The topics of all accounts."""
        return [topic for topics in self._topics.values() for topic in topics.values()]

    def find(self, arn: str) -> Topic | None:
        """The topic of an ARN, in whatever account and region it lies."""
        parts = arn.split(":")
        if len(parts) != 6 or parts[2] != "sns":
            return None
        return self._topics.get((parts[4], parts[3]), {}).get(parts[5])

    def topic(self, caller: Caller, arn: str, action: str) -> Topic:
        """The topic of an ARN, refusing what the caller may not touch or what is not there."""
        parts = arn.split(":")
        if len(parts) != 6 or parts[2] != "sns" or parts[3] != caller.region:
            raise AwsError("InvalidParameter", "Invalid parameter: TopicArn")
        topic = self.find(arn)
        if topic is None and parts[4] == caller.account:
            raise AwsError("NotFound", "Topic does not exist", 404)
        if topic is None or not _may(caller, topic, action):
            raise AwsError(
                "AuthorizationError",
                f"User: arn:aws:iam::{caller.account}:user/local is not authorized to perform: "
                f"SNS:{action} on resource: {arn} because no resource-based policy allows the "
                f"SNS:{action} action",
                403,
            )
        return topic

    def publish(self, topic: Topic, message: str, subject: str | None) -> str:
        """Deliver a message to a topic's confirmed subscribers; its message id."""
        return self._subscriptions.deliver(topic, message, subject)

    def _create_topic(self, caller: Caller, params: Params) -> Reply:
        name, attributes = params["Name"], params.get("Attributes") or {}
        fifo = attributes.get("FifoTopic") == "true"
        if not (_FIFO_NAME if fifo else _NAME).fullmatch(name):
            raise AwsError("InvalidParameter", "Invalid parameter: Topic Name")
        arn = f"arn:{caller.partition}:sns:{caller.region}:{caller.account}:{name}"
        tags = _tags(params.get("Tags") or [])
        topics = self._topics.setdefault((caller.account, caller.region), {})
        existing = topics.get(name)
        if existing:
            _refuse_difference(existing, attributes, params, tags)
            return {"TopicArn": arn}
        for key, value in attributes.items():
            _check_attribute(key, value)
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
        arns = [{"TopicArn": topic.arn} for topic in self.topics(caller.account, caller.region)]
        return page(arns, params, _PAGE, "NextToken", "Topics")

    def _get_topic_attributes(self, caller: Caller, params: Params) -> Reply:
        topic = self.topic(caller, params["TopicArn"], "GetTopicAttributes")
        pending = sum(subscription.pending for subscription in topic.subscriptions)
        fixed = {
            "TopicArn": topic.arn,
            "Owner": topic.owner,
            "Policy": topic.policy,
            "DisplayName": "",
            "EffectiveDeliveryPolicy": topic.attributes.get(
                "DeliveryPolicy", json.dumps(_RETRIES, separators=(",", ":"))
            ),
            "SubscriptionsPending": str(pending),
            "SubscriptionsConfirmed": str(len(topic.subscriptions) - pending),
            "SubscriptionsDeleted": str(topic.deleted_subscriptions),
        }
        return {"Attributes": fixed | topic.attributes}

    def _set_topic_attributes(self, caller: Caller, params: Params) -> Reply:
        topic = self.topic(caller, params["TopicArn"], "SetTopicAttributes")
        name, value = params["AttributeName"], params.get("AttributeValue", "")
        if name in _FIXED:
            raise AwsError("InvalidParameter", "Invalid parameter: AttributeName")
        _check_attribute(name, value)
        if value:
            topic.attributes[name] = value
        else:
            topic.attributes.pop(name, None)
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


def _may(caller: Caller, topic: Topic, action: str) -> bool:
    if caller.account == topic.owner:
        return True
    ask = policies.Ask(
        f"sns:{action}",
        topic.arn,
        (f"AWS:{caller.account}", f"AWS:arn:{caller.partition}:iam::{caller.account}:root"),
        {"aws:SourceOwner": (caller.account,), "aws:SecureTransport": ("true",)},
    )
    return policies.decide(policies.parse(topic.policy), ask)[0] is policies.Decision.ALLOWED


def _tags(pairs: list[dict[str, str]]) -> dict[str, str]:
    keys = [pair["Key"] for pair in pairs]
    if len(keys) != len(set(keys)):
        raise AwsError("InvalidParameter", "Invalid parameter: Duplicated keys are not allowed.")
    return {pair["Key"]: pair.get("Value", "") for pair in pairs}


def _refuse_difference(
    existing: Topic, attributes: dict[str, str], params: Params, tags: dict[str, str]
) -> None:
    """API Reference, CreateTopic: idempotent on the name, unless attributes or tags differ."""
    for key, value in attributes.items():
        held = existing.policy if key == "Policy" else existing.attributes.get(key, "")
        if not _equal(key, held, value):
            raise AwsError(
                "InvalidParameter",
                "Invalid parameter: Attributes Reason: Topic already exists with different "
                "attributes",
            )
    if "Tags" in params and tags != existing.tags:
        raise AwsError(
            "InvalidParameter",
            "Invalid parameter: Tags Reason: Topic already exists with different tags",
        )


def _equal(key: str, one: str, other: str) -> bool:
    if key not in ("Policy", "DeliveryPolicy"):
        return one == other
    try:
        first: Any = json.loads(one)
        second: Any = json.loads(other)
    except ValueError:
        return False
    return bool(first == second)


def _check_attribute(name: str, value: str) -> None:
    if name not in _ATTRIBUTES:
        raise AwsError("InvalidParameter", "Invalid parameter: AttributeName")
    if name == "Policy" and value:
        _check_policy(value)


def _check_policy(text: str) -> None:
    try:
        statements = policies.parse(text)
    except policies.MalformedPolicyError as error:
        raise AwsError("InvalidParameter", f"Invalid parameter: Policy Error: {error}") from error
    for statement in statements:
        if not {"Principal", "NotPrincipal"} & set(statement):
            raise AwsError("InvalidParameter", "Invalid parameter: Policy Error: null")
        for action in policies.listed(statement.get("Action", [])):
            if action.lower() not in _POLICY_ACTIONS:
                raise AwsError(
                    "InvalidParameter",
                    "Invalid parameter: Policy statement action out of service scope!",
                )
