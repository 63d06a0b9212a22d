"""Amazon SNS: topics and their subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ses_provision.engine.model import Found, Resource
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, Reading, ask, question
from ses_provision.resources import policies, tags


def topic_question(arn: str) -> Ask:
    """The question for a topic's attributes."""
    return question("sns", region_of(arn), "GetTopicAttributes", TopicArn=arn)


def subscriptions_question(arn: str) -> Ask:
    """The question for everybody a topic tells."""
    return question("sns", region_of(arn), "ListSubscriptionsByTopic", pages=True, TopicArn=arn)


@dataclass(frozen=True)
class Topic:
    """A topic and who may publish to it.

    `statements` are ours, by Sid; statements that others added stay.
    """

    arn: str
    statements: policies.Statements
    kms_key: str
    tags: Mapping[str, str]
    other_statements: policies.Statements = field(default_factory=dict, compare=False)

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
        [found] = yield from ask(topic_question(self.arn))
        if found is None:
            return Found(None)
        [tagged] = yield from ask(
            question("sns", region_of(self.arn), "ListTagsForResource", ResourceArn=self.arn)
        )
        attributes = found["Attributes"]
        statements = policies.statements(attributes.get("Policy") or "{}")
        return Found(
            Topic(
                self.arn,
                {sid: one for sid, one in statements.items() if sid in self.statements},
                attributes.get("KmsMasterKeyId", ""),
                tags.ours((tagged or {}).get("Tags", ()), self.tags),
                {sid: one for sid, one in statements.items() if sid not in self.statements},
            )
        )

    def writes(self, found: Found[Topic]) -> Sequence[Call]:
        """Create it with policy, key and tags, or set what differs."""
        if found.live is None:
            attributes = {"Policy": self._policy({})}
            if self.kms_key:
                attributes["KmsMasterKeyId"] = self.kms_key
            params = {
                "Name": self.name,
                "Attributes": attributes,
                "Tags": tags.as_list(self.tags),
            }
            return [Call("sns", region_of(self.arn), "CreateTopic", params)]
        live, calls = found.live, []
        if live.kms_key != self.kms_key:
            calls.append(self._set("KmsMasterKeyId", self.kms_key))
        if live.statements != self.statements:
            calls.append(self._set("Policy", self._policy(live.other_statements)))
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            params = {"ResourceArn": self.arn, "Tags": tags.as_list(lacking)}
            calls.append(Call("sns", region_of(self.arn), "TagResource", params))
        return calls

    def deletes(self, found: Found[Topic]) -> Sequence[Call]:
        """Delete the topic and all its subscriptions."""
        if found.live is None:
            return []
        return [Call("sns", region_of(self.arn), "DeleteTopic", {"TopicArn": self.arn})]

    def additions(self, live: Topic, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Subscribers and policy statements of others."""
        [listed] = yield from ask(subscriptions_question(self.arn))
        known = {
            (one.protocol, one.endpoint.lower()) for one in ours if isinstance(one, Subscription)
        }
        subscribers = {
            f"{one['Protocol']} subscriber {one['Endpoint']}"
            for one in (listed or {}).get("Subscriptions", ())
            if (one["Protocol"], one["Endpoint"].lower()) not in known
        }
        statements = {
            f"policy statement {sid}" for sid in live.other_statements if sid != DEFAULT_STATEMENT
        }
        return tuple(f"others added {one}" for one in sorted(subscribers | statements))

    def _policy(self, others: policies.Statements) -> str:
        return policies.document([*others.values(), *self.statements.values()])

    def _set(self, attribute: str, value: str) -> Call:
        params = {"TopicArn": self.arn, "AttributeName": attribute, "AttributeValue": value}
        return Call("sns", region_of(self.arn), "SetTopicAttributes", params)


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
    def label(self) -> str:
        """What the operator calls it."""
        topic = self.topic_arn.rpartition(":")[2]
        waits = " (not confirmed yet)" if self.arn == PENDING else ""
        return f"{self.protocol} subscription of {self.endpoint} to {topic}{waits}"

    @property
    def part_of(self) -> str:
        """Its topic."""
        return self.topic_arn

    def read(self) -> Reading[Found[Subscription]]:
        """Find it among the subscriptions of its topic, confirmed ones first.

        What was unsubscribed lately is still listed, with the word "Deleted" in place of an ARN.
        """
        [topic] = yield from ask(topic_question(self.topic_arn))
        if topic is None:
            return Found(None)
        [listed] = yield from ask(subscriptions_question(self.topic_arn))
        arns = sorted(
            (
                one["SubscriptionArn"]
                for one in (listed or {}).get("Subscriptions", ())
                if (one["Protocol"], one["Endpoint"].lower())
                == (self.protocol, self.endpoint.lower())
                and one["SubscriptionArn"] != DELETED
            ),
            key=lambda arn: not arn.startswith("arn:"),
        )
        if not arns:
            return Found(None)
        return Found(Subscription(self.topic_arn, self.protocol, self.endpoint, arns[0]))

    def writes(self, found: Found[Subscription]) -> Sequence[Call]:  # noqa: ARG002
        """Subscribe; by e-mail, AWS then asks the person."""
        return [self._call("Subscribe", ReturnSubscriptionArn=True)]

    def deletes(self, found: Found[Subscription]) -> Sequence[Call]:
        """Unsubscribe a confirmed one; a pending one goes with its topic or after two days."""
        if found.live is None or not found.live.arn.startswith("arn:"):
            return []
        params = {"SubscriptionArn": found.live.arn}
        return [Call("sns", region_of(self.topic_arn), "Unsubscribe", params)]

    def _call(self, operation: str, **params: Any) -> Call:
        who = {"TopicArn": self.topic_arn, "Protocol": self.protocol, "Endpoint": self.endpoint}
        return Call("sns", region_of(self.topic_arn), operation, {**who, **params})
