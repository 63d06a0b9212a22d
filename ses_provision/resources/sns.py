"""Amazon SNS: topics and their subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key, Resource
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, both, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import EVERYTHING, Right
from ses_provision.resources import policies, tagging, tags

ABSENT = (Refusal("NotFound"), Refusal("ResourceNotFound"))
"""SNS says the second where tags are asked for."""


def question_about(arn: str, operation: str, **params: Any) -> Ask:
    """A question that IAM checks on a topic."""
    return question("sns", region_of(arn), operation, on=(arn,), absent=ABSENT, **params)


def call_on(arn: str, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
    """A call that IAM checks on a topic."""
    return Call("sns", region_of(arn), operation, params, on=(arn,), **declared)


def topic_question(arn: str) -> Ask:
    """The question for a topic's attributes."""
    return question_about(arn, "GetTopicAttributes", TopicArn=arn)


def tags_question(arn: str) -> Ask:
    """The question for a topic's tags."""
    return question_about(arn, "ListTagsForResource", nothing={"Tags": []}, ResourceArn=arn)


SOMEBODY = {
    "Protocol": "email",
    "Endpoint": "<somebody>",
    "SubscriptionArn": "arn:aws:sns:<subscription>",
}
"""A subscription that a rehearsal finds."""


def subscriptions_question(arn: str) -> Ask:
    """The question for everybody a topic tells."""
    return question_about(
        arn,
        "ListSubscriptionsByTopic",
        nothing={"Subscriptions": []},
        something={"Subscriptions": [SOMEBODY]},
        pages=True,
        TopicArn=arn,
    )


@dataclass(frozen=True)
class TopicState:
    """GetTopicAttributes in our words."""

    policy: str
    kms_key: str


def topic(arn: str) -> Reading[TopicState | None]:
    """What SNS says about a topic; None where there is none."""
    [answer] = yield from ask(topic_question(arn))
    if answer is None:
        return None
    attributes = answer["Attributes"]
    return TopicState(attributes.get("Policy") or "{}", attributes.get("KmsMasterKeyId") or "")


def subscriptions(arn: str) -> Reading[list[Subscription]]:
    """Everybody a topic tells, those that ended left out; nobody where there is no topic."""
    [answer] = yield from ask(subscriptions_question(arn))
    return [
        Subscription(arn, found["Protocol"], found["Endpoint"], found["SubscriptionArn"])
        for found in (answer or {}).get("Subscriptions") or ()
        if found["SubscriptionArn"] != DELETED
    ]


def filter_question(topic_arn: str, subscription_arn: str) -> Ask:
    """The question for a subscription's settings. IAM knows no resource for it (Service
    Authorization Reference)."""
    return question(
        "sns",
        region_of(topic_arn),
        "GetSubscriptionAttributes",
        on=EVERYTHING,
        absent=ABSENT,
        nothing={"Attributes": {}},
        SubscriptionArn=subscription_arn,
    )


def filter_policy(topic_arn: str, subscription_arn: str) -> Reading[tuple[str, str]]:
    """The filter policy of a subscription, empty where it has none, and what it looks at."""
    [answer] = yield from ask(filter_question(topic_arn, subscription_arn))
    held = (answer or {}).get("Attributes") or {}
    return held.get("FilterPolicy") or "", held.get("FilterPolicyScope") or "MessageAttributes"


@dataclass(frozen=True)
class Topic:
    """A topic and who may publish to it.

    `statements` are ours, by Sid; statements that others added stay. So does a key that encrypts
    the topic where the environment names none (`kms_key` is None). `sids` are all that we ever
    write: one that stands and is not wanted any more is ours all the same.
    """

    arn: str
    statements: policies.Statements
    kms_key: str | None
    tags: Mapping[str, str]
    other_statements: policies.Statements = field(default_factory=dict, compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    sids: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def key(self) -> Key:
        """One topic of a name in an account and region."""
        return Key.of("topic", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition(":")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"topic {self.name} in {region_of(self.arn)}"

    def read(self) -> Reading[Found[Topic]]:
        """Find it by its ARN."""
        live = yield from topic(self.arn)
        if live is None:
            return Found(None)
        all_tags = yield from tagging.shown(self.arn, self.tags)
        if all_tags is None:
            [tagged] = yield from ask(tags_question(self.arn))
            all_tags = tags.as_mapping((tagged or {}).get("Tags"))
        statements = policies.statements(live.policy)
        ours = self.sids.union(self.statements)
        return Found(
            Topic(
                self.arn,
                {sid: found for sid, found in statements.items() if sid in ours},
                None if self.kms_key is None else live.kms_key,
                tags.ours(all_tags, self.tags),
                {sid: found for sid, found in statements.items() if sid not in ours},
                all_tags,
                self.sids,
            )
        )

    def writes(self, found: Found[Topic]) -> Sequence[Call]:
        """Create it with policy, key and tags, or set what differs."""
        if found.live is None:
            return [self._creation()]
        live, calls = found.live, []
        if live.kms_key != self.kms_key:
            calls.append(self._set("KmsMasterKeyId", self.kms_key or ""))
        if live.statements != self.statements:
            calls.append(self._set("Policy", self._policy(live.other_statements)))
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            params = {"ResourceArn": self.arn, "Tags": tags.as_list(lacking)}
            calls.append(call_on(self.arn, "TagResource", params))
        return calls

    def _creation(self) -> Call:
        key = {"KmsMasterKeyId": self.kms_key} if self.kms_key else {}
        params = {
            "Name": self.name,
            "Attributes": {"Policy": self._policy({}), **key},
            "Tags": tags.at_creation(self.tags),
        }
        also = (Right("sns:TagResource", (self.arn,)),)
        return call_on(self.arn, "CreateTopic", params, also=also)

    def deletes(self, found: Found[Topic]) -> Sequence[Call]:
        """Delete the topic and all its subscriptions."""
        if found.live is None:
            return []
        return [call_on(self.arn, "DeleteTopic", {"TopicArn": self.arn}, already=ABSENT)]

    def additions(self, live: Topic, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Subscribers and policy statements of others."""
        listed, late = yield from both(
            subscriptions(self.arn), tagging.confirmed(live.all_tags, tags_question(self.arn))
        )
        known = {found.key for found in ours if isinstance(found, Subscription)}
        subscribers = {
            f"{found.protocol} subscriber {found.endpoint}"
            for found in listed
            if found.key not in known
        }
        statements = {
            f"policy statement {sid}" for sid in live.other_statements if sid != DEFAULT_STATEMENT
        }
        added = (f"others added {addition}" for addition in sorted(subscribers | statements))
        return (*late, *added)

    def settled(self) -> Answers:
        """SNS's answers where it stands."""
        key = {"KmsMasterKeyId": self.kms_key} if self.kms_key else {}
        return {
            topic_question(self.arn): {"Attributes": {"Policy": self._policy({}), **key}},
            tags_question(self.arn): {"Tags": tags.at_creation(self.tags)},
        }

    def strayed(self) -> Sequence[Topic]:
        """Every setting otherwise than it should be."""
        key = None if self.kms_key is None else f"{self.kms_key}-other"
        return [replace(self, statements={}, kms_key=key, tags={})]

    def _policy(self, others: policies.Statements) -> str:
        return policies.document([*others.values(), *self.statements.values()])

    def _set(self, attribute: str, value: str) -> Call:
        params = {"TopicArn": self.arn, "AttributeName": attribute, "AttributeValue": value}
        return call_on(self.arn, "SetTopicAttributes", params)


DEFAULT_STATEMENT = "__default_statement_ID"
"""The statement that SNS gives a topic which was created without a policy."""

PENDING = "PendingConfirmation"
"""What ListSubscriptionsByTopic gives in place of an ARN until the subscriber has confirmed."""

DELETED = "Deleted"
"""... and for some days after the subscription has ended."""


@dataclass(frozen=True)
class Subscription:
    """Somebody a topic tells. A pending one is there: to subscribe again would mail them again."""

    topic_arn: str
    protocol: str
    endpoint: str
    arn: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One subscription of an endpoint to a topic; the case of an address tells none apart."""
        topic_name = self.topic_arn.rpartition(":")[2]
        name = f"{self.protocol} {self.endpoint.lower()} to {topic_name}"
        return Key.of("subscription", self.topic_arn, name)

    @property
    def asks(self) -> str:
        """The person whom AWS asks to confirm; nobody where a program is told."""
        return self.endpoint if self.protocol.startswith("email") else ""

    @property
    def is_confirmed(self) -> bool:
        """Whether the subscriber has agreed."""
        return self.arn.startswith("arn:")

    @property
    def label(self) -> str:
        """What the operator calls it."""
        topic_name = self.topic_arn.rpartition(":")[2]
        waits = " (not confirmed yet)" if self.arn == PENDING else ""
        return f"{self.protocol} subscription of {self.endpoint} to {topic_name}{waits}"

    @property
    def part_of(self) -> str:
        """Its topic."""
        return self.topic_arn

    def read(self) -> Reading[Found[Subscription]]:
        """Find it among the subscriptions of its topic, confirmed ones first."""
        if (yield from topic(self.topic_arn)) is None:
            return Found(None)
        listed = yield from subscriptions(self.topic_arn)
        same = sorted(
            (found for found in listed if found.key == self.key),
            key=lambda found: not found.is_confirmed,
        )
        return Found(replace(self, arn=same[0].arn) if same else None)

    def writes(self, found: Found[Subscription]) -> Sequence[Call]:  # noqa: ARG002
        """Subscribe; by e-mail, AWS then asks the person."""
        params = {
            "TopicArn": self.topic_arn,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "ReturnSubscriptionArn": True,
        }
        return [call_on(self.topic_arn, "Subscribe", params)]

    def deletes(self, found: Found[Subscription]) -> Sequence[Call]:
        """Unsubscribe a confirmed one; a pending one goes with its topic or after two days."""
        if found.live is None or not found.live.is_confirmed:
            return []
        return [unsubscribe(self.topic_arn, found.live.arn)]

    def settled(self) -> Answers:
        """SNS's answers where it is confirmed."""
        confirmed = {
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "SubscriptionArn": f"{self.topic_arn}:<subscription>",
        }
        return {
            topic_question(self.topic_arn): {"Attributes": {}},
            subscriptions_question(self.topic_arn): {"Subscriptions": [confirmed]},
        }

    def strayed(self) -> Sequence[Subscription]:
        """It is there or not; nothing about it can be otherwise."""
        return []


def unsubscribe(topic_arn: str, subscription_arn: str) -> Call:
    """Tell an endpoint no more. IAM knows no resource for it (Service Authorization Reference)."""
    params = {"SubscriptionArn": subscription_arn}
    region = region_of(topic_arn)
    return Call("sns", region, "Unsubscribe", params, on=EVERYTHING, already=ABSENT)
