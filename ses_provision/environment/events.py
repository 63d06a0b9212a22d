"""[events]: where SES reports what became of each mail; people by a topic, programs by queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from ses_provision.environment import limits
from ses_provision.environment.keys import QueueKey, TopicKey
from ses_provision.environment.sections import Section, contradiction
from ses_provision.environment.shapes import (
    ALL_BUT_TRACKING,
    Addresses,
    EventType,
    SesName,
    TopicName,
    matching,
)

if TYPE_CHECKING:
    from ses_provision.environment.environment import Environment

BRIDGE = "eventbridge-live-events"
"""What the event destination is called that reports to the default bus of EventBridge."""
TROUBLE: frozenset[EventType] = frozenset({"BOUNCE", "COMPLAINT", "DELIVERY_DELAY"})
"""What somebody, or a program, has to do something about."""
DEAD_LETTERS = "-dead-letters"

QueueName = Annotated[
    str, matching(r"[A-Za-z0-9_-]{1,64}", "the name of a queue: 1 to 64 of A-Z a-z 0-9 _ -")
]
"""SQS takes 80; the rule of the same name has at most 64 (EventBridge API reference, PutRule), and
a FIFO queue is not what SES's events are put in: its name would end in .fifo."""
DeadLetterName = Annotated[
    str, matching(r"[A-Za-z0-9_-]{1,80}", "the name of a queue: 1 to 80 of A-Z a-z 0-9 _ -")
]
FunctionArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}",
        "the ARN of a Lambda function, without version or alias",
    ),
]


class QueueSettings(Section):
    """[[events.queues]]: a queue in which a program finds events, by way of EventBridge."""

    name: QueueName = Field(description="The queue, and the EventBridge rule that fills it.")
    types: frozenset[EventType] = Field(
        TROUBLE, min_length=1, description="What is put into it; OPEN and CLICK by name only."
    )
    retention_days: int = Field(
        4, strict=True, ge=1, le=14, description="Days that an event waits to be read."
    )
    max_receives: int = Field(
        5,
        strict=True,
        ge=1,
        le=1000,
        description="How often an event is handed out before it becomes a dead letter.",
    )
    dead_letter_queue: DeadLetterName | None = Field(
        None, description="<name>-dead-letters when left out."
    )
    dead_letter_days: int = Field(
        14, strict=True, ge=1, le=14, description="Days that a dead letter is kept."
    )
    function: FunctionArn | None = Field(
        None, description="A Lambda function of yours that is called with each event as well."
    )
    kms_key: QueueKey | None = Field(
        None,
        description="Customer managed key (id, ARN or alias) of both queues; a key of SQS when "
        "left out.",
    )

    @property
    def dead_letters(self) -> str:
        """Where events go that nobody could take."""
        return self.dead_letter_queue or f"{self.name}{DEAD_LETTERS}"

    @model_validator(mode="after")
    def dead_letters_outlive_it(self) -> QueueSettings:
        """A message keeps its age when it becomes a dead letter (SQS Developer Guide, dead-letter
        queues)."""
        if self.dead_letter_days < self.retention_days:
            raise contradiction(
                "dead_letter_days",
                f"{self.dead_letter_days} is less than retention_days = {self.retention_days}: an "
                "event keeps its age when it becomes a dead letter, and could be gone at once",
            )
        if self.dead_letters == self.name:
            raise contradiction("dead_letter_queue", "is the queue itself; name another one")
        return self


class EventSettings(Section):
    """[events]: where SES reports what became of each mail."""

    topic: TopicName | None = Field(None, description="ses-events-<suffix> when left out.")
    destination: SesName = Field("sns-bounce-complaint", description="Name of the destination.")
    types: frozenset[EventType] = Field(
        frozenset({"BOUNCE", "COMPLAINT", "DELIVERY_DELAY"}),
        min_length=1,
        description="What is reported.",
    )
    emails: Addresses = Field((), description="Subscribers; each has to confirm once.")
    kms_key: TopicKey | None = Field(
        None, description="Customer managed key (id, ARN or alias) that encrypts the topic."
    )
    event_bridge: bool = Field(
        False,
        strict=True,
        description="Report to EventBridge as well, for `events tail` and for rules of others.",
    )
    event_bridge_types: frozenset[EventType] | None = Field(
        None,
        min_length=1,
        description="What is reported there; all but OPEN and CLICK when left out.",
    )
    queues: tuple[QueueSettings, ...] = Field(
        (), description="Queues in which programs find events, filled by EventBridge."
    )

    @property
    def bridged(self) -> frozenset[EventType]:
        """What SES reports to EventBridge: what was asked for, and what the queues need."""
        asked = (self.event_bridge_types or ALL_BUT_TRACKING) if self.event_bridge else frozenset()
        return frozenset(asked).union(*(queue.types for queue in self.queues))

    @model_validator(mode="after")
    def types_of_a_bridge(self) -> EventSettings:
        """Types say nothing without the destination that they are of."""
        if self.event_bridge_types is not None and not self.event_bridge:
            raise contradiction("event_bridge_types", "only with event_bridge = true")
        return self


def mistakes(env: Environment) -> Iterator[tuple[str, str]]:
    """What is wrong beside the rest of the file, or between two queues: setting, and why."""
    events, home = env.events, f"{env.account_id} in {env.region}"
    if events.bridged and events.destination == BRIDGE:
        yield "destination", f"{BRIDGE} is the name of the destination that reports to EventBridge"
    elsewhere = limits.key_elsewhere(events.kms_key or "", (env.region, *env.alarm_regions))
    if elsewhere:  # the topics of events and of alarms share the key
        yield "kms_key", elsewhere
    names = [name for queue in events.queues for name in (queue.name, queue.dead_letters)]
    for name, count in Counter(names).items():
        if count > 1:
            yield "queues", f"name {name} twice; each queue, and each for dead letters, is one"
    for number, queue in enumerate(events.queues):
        function, key = (queue.function or "").split(":"), (queue.kms_key or "").split(":")
        if queue.function and (function[4], function[3]) != (env.account_id, env.region):
            yield (
                f"queues.{number}.function",
                f"is a function of {function[4]} in {function[3]}, and events arise in {home}",
            )
        if len(key) > 1 and key[3] != env.region:
            yield (
                f"queues.{number}.kms_key",
                f"the key is in {key[3]}, and a queue in {env.region} cannot use it",
            )
