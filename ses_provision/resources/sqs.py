"""Amazon SQS: queues in which programs find events, and those for what nobody could take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Self

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key, Resource
from ses_provision.names import region_of
from ses_provision.outside import regions
from ses_provision.outside.call import Call, Doubt
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import policies, tags

ABSENT = (Refusal("AWS.SimpleQueueService.NonExistentQueue"), Refusal("QueueDoesNotExist"))
ALREADY = (Refusal("QueueAlreadyExists"), Refusal("QueueNameExists"))
NOT_YET = (
    Refusal("AWS.SimpleQueueService.QueueDeletedRecently"),
    Refusal("QueueDeletedRecently"),
    Refusal("InvalidParameterValue", "Dead letter target does not exist"),
)
"""A name is free again 60 seconds after its queue was deleted (SQS API reference, CreateQueue), and
a queue is known everywhere a second after it was made."""
LATE = Doubt("SQS", "look again in a minute or two: it shows changed attributes late")
"""SetQueueAttributes: most changes take up to 60 seconds, retention up to 15 minutes (SQS API
reference)."""
COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
DAY = 86_400


def name_in(arn: str) -> str:
    """The name of a queue."""
    return arn.rpartition(":")[2]


def queue_url(arn: str) -> str:
    """The address of a queue, which follows from its ARN."""
    _, partition, _, region, account, name = arn.split(":")
    return f"https://sqs.{region}.{regions.dns_suffix(partition)}/{account}/{name}"


def question_about(arn: str, operation: str, **params: Any) -> Ask:
    """A question that IAM checks on a queue."""
    where = {"QueueUrl": queue_url(arn), **params}
    return question("sqs", region_of(arn), operation, on=(arn,), absent=ABSENT, **where)


def attributes_question(arn: str) -> Ask:
    """The question for all that SQS says of a queue."""
    return question_about(arn, "GetQueueAttributes", AttributeNames=("All",))


def tags_question(arn: str) -> Ask:
    """The question for the tags of a queue."""
    return question_about(arn, "ListQueueTags")


def parsed(text: str | None) -> Mapping[str, Any]:
    """An attribute that is a JSON document."""
    found = json.loads(text) if text else {}
    return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True)
class QueueState:
    """GetQueueAttributes in our words. The counts are approximate, and follow within a minute."""

    attributes: Mapping[str, str]

    @property
    def holds(self) -> int:
        """About how many messages there are, those included that somebody is working on."""
        return sum(int(self.attributes.get(name) or 0) for name in COUNTS)

    @property
    def dead_letters(self) -> str:
        """The ARN of the queue for what nobody could take."""
        return str(parsed(self.attributes.get("RedrivePolicy")).get("deadLetterTargetArn", ""))

    @property
    def max_receives(self) -> int:
        """How often a message is handed out before."""
        return int(parsed(self.attributes.get("RedrivePolicy")).get("maxReceiveCount", 0))

    @property
    def sources(self) -> tuple[str, ...]:
        """The queues whose dead letters it takes; any where nothing is said."""
        allowed = parsed(self.attributes.get("RedriveAllowPolicy"))
        found = allowed.get("sourceQueueArns") or ()
        return tuple(sorted(map(str, found)))

    @property
    def kms_key(self) -> str:
        """The key that encrypts it, where that is not SQS's own."""
        return self.attributes.get("KmsMasterKeyId") or ""

    @property
    def is_encrypted(self) -> bool:
        """Whether messages are encrypted, by whichever key."""
        return bool(self.kms_key) or self.attributes.get("SqsManagedSseEnabled") == "true"


def queue(arn: str) -> Reading[QueueState | None]:
    """What SQS says of a queue; None where there is none."""
    [answer] = yield from ask(attributes_question(arn))
    return None if answer is None else QueueState(answer.get("Attributes") or {})


@dataclass(frozen=True)
class Queue:
    """A queue, who may put messages into it, and where those go that nobody could take.

    `statements` are ours, by Sid; those that others added stay. So does a key that encrypts it
    where the environment names none (`kms_key` is None). `sources` are the queues whose dead
    letters it takes.
    """

    arn: str
    keeps: int
    dead_letters: str
    max_receives: int
    sources: tuple[str, ...]
    kms_key: str | None
    encrypted: bool
    statements: policies.Statements
    tags: Mapping[str, str]
    price: str = field(default="", compare=False)
    other_statements: policies.Statements = field(default_factory=dict, compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def forgotten(cls, arn: str, tags: Mapping[str, str]) -> Self:
        """One that no setting names any more."""
        return cls(arn, 0, "", 0, (), None, True, {}, tags)

    @property
    def key(self) -> Key:
        """One queue of a name in an account and region."""
        return Key.of("queue", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return name_in(self.arn)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"queue {self.name}"

    @property
    def serves(self) -> str:
        """The queue that it is of use to."""
        return next(iter(self.sources), "")

    def read(self) -> Reading[Found[Queue]]:
        """Find it by name."""
        answer, tagged = yield from ask(attributes_question(self.arn), tags_question(self.arn))
        if answer is None:
            return Found(None, notes=(self.price,) if self.price else ())
        state = QueueState(answer.get("Attributes") or {})
        all_tags = dict((tagged or {}).get("Tags") or {})
        stated = policies.statements(state.attributes.get("Policy") or "{}")
        return Found(
            replace(
                self,
                keeps=int(state.attributes.get("MessageRetentionPeriod") or 0),
                dead_letters=state.dead_letters,
                max_receives=state.max_receives,
                sources=state.sources,
                kms_key=None if self.kms_key is None else state.kms_key,
                encrypted=state.is_encrypted,
                statements={sid: held for sid, held in stated.items() if sid in self.statements},
                tags=tags.ours(all_tags, self.tags),
                other_statements={
                    sid: held for sid, held in stated.items() if sid not in self.statements
                },
                all_tags=all_tags,
            )
        )

    def writes(self, found: Found[Queue]) -> Sequence[Call]:
        """Create it with all its settings, or set what differs."""
        live = found.live
        if live is None:
            params = {
                "QueueName": self.name,
                "Attributes": self._attributes({}),
                "tags": tags.marked(self.tags),
            }
            return [
                Call(
                    "sqs",
                    region_of(self.arn),
                    "CreateQueue",
                    params,
                    on=(self.arn,),
                    also=(Right("sqs:TagQueue", (self.arn,)),),
                    not_yet=NOT_YET,
                    already=ALREADY,
                    doubt=LATE,
                )
            ]
        there, wanted = (
            live._attributes(live.other_statements),
            self._attributes(live.other_statements),
        )
        differing = {name: text for name, text in wanted.items() if there.get(name) != text}
        calls = []
        if replace(live, tags=self.tags) != self:
            calls.append(self._call("SetQueueAttributes", {"Attributes": differing}, doubt=LATE))
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            calls.append(self._call("TagQueue", {"Tags": lacking}))
        return calls

    def deletes(self, found: Found[Queue]) -> Sequence[Call]:
        """Delete it, with all that is in it."""
        if found.live is None:
            return []
        return [self._call("DeleteQueue", {}, already=ABSENT)]

    def additions(self, live: Queue, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """What is in it keeps it, and so does a queue of other settings whose dead letters it
        takes."""
        del ours
        held = yield from queue(live.arn)
        full = (
            ("there are messages in it, which would be lost (read or purge them first)",)
            if held and held.holds
            else ()
        )
        needed = []
        for source in sorted(set(live.sources) - set(self.sources)):
            served = yield from queue(source)
            if served and served.holds and served.dead_letters == live.arn:
                needed.append(f"queue {name_in(source)} holds messages, and needs it")
        added = (f"others added policy statement {sid}" for sid in sorted(live.other_statements))
        return (*full, *needed, *added)

    def settled(self) -> Answers:
        """SQS's answers where it stands."""
        return {
            attributes_question(self.arn): {"Attributes": self._attributes({})},
            tags_question(self.arn): {"Tags": tags.marked(self.tags)},
        }

    def strayed(self) -> Sequence[Queue]:
        """Every setting otherwise than it should be."""
        other = replace(self, keeps=self.keeps + 60, encrypted=False, statements={}, tags={})
        return [other]

    def _attributes(self, others: policies.Statements) -> dict[str, str]:
        """The settings as SQS takes them. A queue has one kind of encryption; naming a key of one's
        own ends that by a key of SQS (SQS Developer Guide, encryption at rest)."""
        found = {"MessageRetentionPeriod": str(self.keeps)}
        stated = [*others.values(), *self.statements.values()]
        if stated:
            found["Policy"] = policies.document(stated)
        if self.dead_letters:
            redrive = {
                "deadLetterTargetArn": self.dead_letters,
                "maxReceiveCount": self.max_receives,
            }
            found["RedrivePolicy"] = json.dumps(redrive)
        if self.sources:
            allowed = {"redrivePermission": "byQueue", "sourceQueueArns": list(self.sources)}
            found["RedriveAllowPolicy"] = json.dumps(allowed)
        if self.kms_key:
            found["KmsMasterKeyId"] = self.kms_key
        elif self.encrypted:
            found["SqsManagedSseEnabled"] = "true"
        return found

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        whole = {"QueueUrl": queue_url(self.arn), **params}
        return Call("sqs", region_of(self.arn), operation, whole, on=(self.arn,), **declared)
