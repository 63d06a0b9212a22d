"""One statement in the policy of a topic that is somebody else's: the rest stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ses_provision.dataclass import dataclass
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
        document = json.loads(held.policy) if held else {}
        stated = policies.as_list(document.get("Statement") or [])
        mine = [one for one in stated if one.get("Sid") == self.sid]
        live = replace(self, statement=policies.Statement.of(mine[0])) if mine else None
        others = [one for one in stated if one not in mine]
        return Found(live, beside={**document, "Statement": others})

    def writes(self, found: Found[TopicStatement]) -> Sequence[Call]:
        """Put it behind the others."""
        return [self._policy(found.beside, [self.statement.parsed])]

    def deletes(self, found: Found[TopicStatement]) -> Sequence[Call]:
        """Take it out. A policy has at least one statement: where it is the last, it stays, for
        what it speaks of is gone."""
        if found.live is None or not found.beside["Statement"]:
            return []
        return [self._policy(found.beside, [])]

    def settled(self) -> Answers:
        """SNS's answer where it stands beside the one that a topic is born with."""
        document = policies.document([policies.Statement.of(DEFAULT), self.statement])
        return {topic_question(self.topic_arn): {"Attributes": {"Policy": document}}}

    def strayed(self) -> Sequence[TopicStatement]:
        """Another statement of that Sid."""
        return [replace(self, statement=policies.Statement.of({"Sid": self.sid}))]

    def _policy(self, beside: Mapping[str, Any], ours: Sequence[Mapping[str, Any]]) -> Call:
        whole = {
            "Version": policies.VERSION,
            **beside,
            "Statement": [*beside.get("Statement", ()), *ours],
        }
        params = {
            "TopicArn": self.topic_arn,
            "AttributeName": "Policy",
            "AttributeValue": json.dumps(whole),
        }
        return call_on(self.topic_arn, "SetTopicAttributes", params)


DEFAULT = {"Sid": "__default_statement_ID", "Effect": "Allow"}
"""A statement of another, for rehearsals."""
