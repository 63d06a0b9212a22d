"""Amazon EventBridge: rules on the default bus, on which SES puts its events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Self

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key, Obstacle, Resource
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import functions, tags
from ses_provision.resources.functions import Caller, FunctionPermission

SERVICE = "events.amazonaws.com"
ABSENT = (Refusal("ResourceNotFoundException"),)
BUSY = (Refusal("ConcurrentModificationException"),)
QUEUE, FUNCTION = "queue", "function"
"""What our targets are called: by them they are known among those that others added."""
OURS = (QUEUE, FUNCTION)
RETRIES = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400}
"""What EventBridge does by itself where nothing is said (EventBridge User Guide, retry policy)."""
ENABLED = "ENABLED"
WRITTEN = ("Id", "Arn", "RetryPolicy", "DeadLetterConfig")
"""What our targets say."""

DETAIL_TYPES = {
    "SEND": "Email Sent",
    "DELIVERY": "Email Delivered",
    "BOUNCE": "Email Bounced",
    "COMPLAINT": "Email Complaint Received",
    "REJECT": "Email Rejected",
    "OPEN": "Email Opened",
    "CLICK": "Email Clicked",
    "RENDERING_FAILURE": "Email Rendering Failed",
    "DELIVERY_DELAY": "Email Delivery Delayed",
    "SUBSCRIPTION": "Email Subscribed",
}
"""What EventBridge calls the events of SES (EventBridge reference, events of Amazon SES)."""


def bus_arn(partition: str, region: str, account: str) -> str:
    """The default bus, the only one that SES reports to."""
    return f"arn:{partition}:events:{region}:{account}:event-bus/default"


def pattern(account: str, configuration_set: str, types: Iterable[str]) -> dict[str, Any]:
    """Events of some types of the mail of one set. Which resources SES names in an event is not
    documented; that the mail has a tag with its set is."""
    return {
        "source": ["aws.ses"],
        "account": [account],
        "detail-type": sorted(DETAIL_TYPES[each] for each in types),
        "detail": {"mail": {"tags": {"ses:configuration-set": [configuration_set]}}},
    }


def name_in(arn: str) -> str:
    """The name of a rule on the default bus."""
    return arn.rpartition("/")[2]


def call_on(arn: str, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
    """A call that IAM checks on a rule."""
    return Call("events", region_of(arn), operation, params, on=(arn,), not_yet=BUSY, **declared)


def question_about(arn: str, operation: str, **params: Any) -> Ask:
    """A question that IAM checks on a rule."""
    return question("events", region_of(arn), operation, on=(arn,), absent=ABSENT, **params)


def rule_question(arn: str) -> Ask:
    """The question for a rule."""
    return question_about(arn, "DescribeRule", Name=name_in(arn))


def targets_question(arn: str) -> Ask:
    """The question for where a rule sends events to."""
    return question_about(arn, "ListTargetsByRule", Rule=name_in(arn))


def tags_question(arn: str) -> Ask:
    """The question for the tags of a rule."""
    return question_about(arn, "ListTagsForResource", ResourceARN=arn)


def plain(value: Any) -> Any:
    """A pattern with its lists in one order, which means nothing in it."""
    if isinstance(value, Mapping):
        return {name: plain(held) for name, held in sorted(value.items())}
    if isinstance(value, list):
        return sorted((plain(each) for each in value), key=json.dumps)
    return value


@dataclass(frozen=True)
class Target:
    """Where a rule sends events to, and where those go that could not be delivered. `besides` are
    settings that somebody added, such as one that writes events otherwise."""

    arn: str
    dead_letters: str
    retries: Mapping[str, int]
    besides: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Target:
        """A target as EventBridge tells it."""
        dead = (found.get("DeadLetterConfig") or {}).get("Arn", "")
        besides = tuple(sorted(name for name in found if name not in WRITTEN))
        return cls(found["Arn"], dead, dict(found.get("RetryPolicy") or RETRIES), besides)

    def written(self, name: str) -> dict[str, Any]:
        """The target as EventBridge takes it."""
        dead = {"DeadLetterConfig": {"Arn": self.dead_letters}} if self.dead_letters else {}
        return {"Id": name, "Arn": self.arn, "RetryPolicy": dict(self.retries), **dead}

    def __str__(self) -> str:
        with_these = f" with {', '.join(self.besides)}" if self.besides else ""
        return f"{self.arn}, else {self.dead_letters or 'nowhere'}{with_these}"


@dataclass(frozen=True)
class Rule:
    """A rule on the default bus with its targets. Targets that others added stay."""

    arn: str
    pattern: Mapping[str, Any]
    state: str
    description: str
    targets: Mapping[str, Target]
    tags: Mapping[str, str]
    other_targets: tuple[str, ...] = field(default=(), compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def forgotten(cls, arn: str, tags: Mapping[str, str]) -> Self:
        """One that no setting names any more."""
        return cls(arn, {}, ENABLED, "", {}, tags)

    @property
    def key(self) -> Key:
        """One rule of a name on the default bus of an account and region."""
        return Key.of("rule", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return name_in(self.arn)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"rule {self.name}"

    def _questions(self) -> list[Ask]:
        return [rule_question(self.arn), targets_question(self.arn), tags_question(self.arn)]

    def read(self) -> Reading[Found[Rule]]:
        """Find it by name."""
        answer, listed, tagged = yield from ask(*self._questions())
        if answer is None:
            return Found(None)
        owner = answer.get("ManagedBy")
        targets = {each["Id"]: Target.of(each) for each in (listed or {}).get("Targets") or ()}
        all_tags = tags.as_mapping((tagged or {}).get("Tags"))
        live = replace(
            self,
            pattern=plain(json.loads(answer.get("EventPattern") or "{}")),
            state=answer.get("State", ""),
            description=answer.get("Description", ""),
            targets={name: found for name, found in targets.items() if name in OURS},
            tags=tags.ours(all_tags, self.tags),
            other_targets=tuple(sorted(name for name in targets if name not in OURS)),
            all_tags=all_tags,
        )
        return Found(live, (managed(self.name, owner),) if owner else ())

    def writes(self, found: Found[Rule]) -> Sequence[Call]:
        """Put it, with its targets, or what differs of them."""
        live = found.live
        calls = []
        if live is None or live._definition() != self._definition():
            params = {**self._definition(), "EventPattern": json.dumps(self.pattern)}
            if live is None:
                # PutRule takes the tags of a new rule alone (EventBridge API reference).
                params["Tags"] = tags.at_creation(self.tags)
                also = (Right("events:TagResource", (self.arn,)),)
                calls.append(call_on(self.arn, "PutRule", params, also=also))
            else:
                calls.append(call_on(self.arn, "PutRule", params))
        lacking = {} if live is None else tags.missing(self.tags, live.tags)
        if lacking:
            params = {"ResourceARN": self.arn, "Tags": tags.as_list(lacking)}
            calls.append(call_on(self.arn, "TagResource", params))
        there = {} if live is None else live.targets
        gone = sorted(set(there) - set(self.targets))
        if gone:
            calls += self._removal(gone, there)
        differing = {name: held for name, held in self.targets.items() if there.get(name) != held}
        if differing:
            written = [held.written(name) for name, held in sorted(differing.items())]
            params = {"Rule": self.name, "Targets": written}
            calls.append(call_on(self.arn, "PutTargets", params, failures="FailedEntries"))
        return calls

    def _definition(self) -> dict[str, Any]:
        return {
            "Name": self.name,
            "EventPattern": self.pattern,
            "State": self.state,
            "Description": self.description,
        }

    def _removal(self, names: Sequence[str], there: Mapping[str, Target]) -> list[Call]:
        """Take targets away; from a function that no setting names, with the right to call it."""
        params = {"Rule": self.name, "Ids": list(names)}
        calls = [
            call_on(self.arn, "RemoveTargets", params, already=ABSENT, failures="FailedEntries")
        ]
        if FUNCTION in names and FUNCTION not in self.targets:
            calls += may_call(there[FUNCTION].arn, self.arn).withdrawal()
        return calls

    def deletes(self, found: Found[Rule]) -> Sequence[Call]:
        """Delete it; EventBridge wants its targets taken away first."""
        if found.live is None:
            return []
        ours = sorted(found.live.targets)
        removal = self._removal(ours, found.live.targets) if ours else []
        return [*removal, call_on(self.arn, "DeleteRule", {"Name": self.name}, already=ABSENT)]

    def additions(self, live: Rule, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Where others have it send events to."""
        del ours
        yield from ()
        return tuple(f"others added target {name}" for name in live.other_targets)

    def settled(self) -> Answers:
        """EventBridge's answers where it stands."""
        rule, targets, tagged = self._questions()
        definition = {**self._definition(), "EventPattern": json.dumps(self.pattern)}
        written = [held.written(name) for name, held in sorted(self.targets.items())]
        return {
            rule: definition,
            targets: {"Targets": written},
            tagged: {"Tags": tags.at_creation(self.tags)},
        }

    def strayed(self) -> Sequence[Rule]:
        """Off, sending what it cannot deliver elsewhere, without a tag."""
        elsewhere = {name: replace(held, dead_letters="") for name, held in self.targets.items()}
        return [replace(self, state="DISABLED", targets=elsewhere, tags={})]


def managed(name: str, owner: str) -> Obstacle:
    """A rule that a service of AWS has made for itself (EventBridge API reference, ManagedBy)."""
    return Obstacle(
        f"rule {name} is managed by {owner}", "leave it to AWS, and name the queue otherwise"
    )


@dataclass(frozen=True)
class RulePermission(FunctionPermission):
    """The statement by which a rule may call a function that is not ours."""

    def read(self) -> Reading[Found[RulePermission]]:
        """Find it; without the function nothing can be made."""
        held = (yield from functions.callers(self.function_arn)).get(self.sid)
        if held is not None:
            return Found(replace(self, statement=held))
        state = yield from functions.function(self.function_arn)
        if state is not None:
            return Found(None)
        name = functions.name_in(self.function_arn)
        missing = Obstacle(
            f"there is no Lambda function {name} in {region_of(self.function_arn)}",
            "make the function first, or take `function` out of that queue: ses-provision makes "
            "none",
        )
        return Found(None, (missing,))

    def settled(self) -> Answers:
        """Lambda's answers where it stands, and its function."""
        there = {functions.function_question(self.function_arn): {"State": "Active"}}
        return {**super().settled(), **there}

    def withdrawal(self) -> list[Call]:
        """Take it away, whether it is there or not."""
        return [self._removed()]


def may_call(function_arn: str, rule_arn: str) -> RulePermission:
    """The statement for one rule (Lambda Developer Guide, EventBridge)."""
    return RulePermission.narrowed(
        function_arn,
        f"events-{name_in(rule_arn)}",
        Caller("lambda:InvokeFunction", SERVICE, "", rule_arn),
    )
