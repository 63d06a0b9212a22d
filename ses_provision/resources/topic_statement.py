"""One statement in the policy of a topic that is somebody else's: the rest stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ses_provision.engine.model import Found, Key
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Reading
from ses_provision.resources import policies
from ses_provision.resources.sns import call_on, topic, topic_question


@dataclass(frozen=True)
class TopicStatement:
    """Who else may publish to a topic."""

    topic_arn: str
    sid: str
    statement: policies.Statement

    @property
    def key(self) -> Key:
        """One statement of a Sid a topic."""
        return Key.of("topic policy statement", self.topic_arn, f"{self.name}/{self.sid}")

    @property
    def name(self) -> str:
        """The name of the topic."""
        return self.topic_arn.rpartition(":")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"policy statement {self.sid} of topic {self.name}"

    def read(self) -> Reading[Found[TopicStatement]]:
        """Find it in the policy of the topic; all of that is written again with it."""
        held = yield from topic(self.topic_arn)
        stated = policies.statements(held.policy) if held else {}
        others = {sid: statement for sid, statement in stated.items() if sid != self.sid}
        live = replace(self, statement=stated[self.sid]) if self.sid in stated else None
        return Found(live, beside=others)

    def writes(self, found: Found[TopicStatement]) -> Sequence[Call]:
        """Put it beside the others."""
        return [self._policy([*found.beside.values(), self.statement])]

    def deletes(self, found: Found[TopicStatement]) -> Sequence[Call]:
        """Take it out. A policy has at least one statement: where it is the last, it stays, for
        what it speaks of is gone."""
        if found.live is None or not found.beside:
            return []
        return [self._policy(list(found.beside.values()))]

    def settled(self) -> Answers:
        """SNS's answer where it stands beside the one that a topic is born with."""
        document = policies.document([policies.Statement.of(DEFAULT), self.statement])
        return {topic_question(self.topic_arn): {"Attributes": {"Policy": document}}}

    def strayed(self) -> Sequence[TopicStatement]:
        """Another statement of that Sid."""
        return [replace(self, statement=policies.Statement.of({"Sid": self.sid}))]

    def _policy(self, statements: Sequence[policies.Statement]) -> Call:
        params = {
            "TopicArn": self.topic_arn,
            "AttributeName": "Policy",
            "AttributeValue": policies.document(statements),
        }
        return call_on(self.topic_arn, "SetTopicAttributes", params)


DEFAULT = {"Sid": "__default_statement_ID", "Effect": "Allow"}
"""A statement of another, for rehearsals."""
