"""Amazon CloudWatch Logs: log groups, made before anything is written to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import tags

ABSENT = (Refusal("ResourceNotFoundException"),)
ALREADY = (Refusal("ResourceAlreadyExistsException"),)
NOT_YET = (Refusal("OperationAbortedException"),)
"""Several calls on one group at a time (CloudWatch Logs API reference)."""


def acted_on(arn: str) -> tuple[str, ...]:
    """What IAM checks for a group: AWS's words name it with and without what is in it."""
    return (arn, f"{arn}:*")


def group_question(arn: str) -> Ask:
    """The question for a log group, by the beginning of its name.

    DescribeLogGroups is checked on all groups of the region (Service Authorization Reference).
    """
    where, _, name = arn.partition(":log-group:")
    return question(
        "logs",
        region_of(arn),
        "DescribeLogGroups",
        on=(f"{where}:log-group:*",),
        nothing={"logGroups": []},
        pages=True,
        logGroupNamePrefix=name,
    )


def tags_question(arn: str) -> Ask:
    """The question for the tags of a log group."""
    return question(
        "logs",
        region_of(arn),
        "ListTagsForResource",
        on=acted_on(arn),
        absent=ABSENT,
        nothing={"tags": {}},
        resourceArn=arn,
    )


@dataclass(frozen=True)
class LogGroup:
    """A log group, and for how many days it keeps what is written (None: for ever)."""

    arn: str
    retention_days: int | None
    tags: Mapping[str, str]
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One group of a name in an account and region."""
        return Key.of("log group", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.partition(":log-group:")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        days = "for ever" if self.retention_days is None else f"for {self.retention_days} days"
        return f"log group {self.name} (kept {days})"

    def read(self) -> Reading[Found[LogGroup]]:
        """Find it by name."""
        [listed] = yield from ask(group_question(self.arn))
        alike = (each for each in (listed or {})["logGroups"] if each["logGroupName"] == self.name)
        held = next(alike, None)
        if held is None:
            return Found(None)
        [tagged] = yield from ask(tags_question(self.arn))
        all_tags = dict((tagged or {}).get("tags") or {})
        days = held.get("retentionInDays")
        ours = tags.ours(all_tags, self.tags)
        return Found(replace(self, retention_days=days, tags=ours, all_tags=all_tags))

    def writes(self, found: Found[LogGroup]) -> Sequence[Call]:
        """Create it with its tags, and set how long it keeps; or what differs of that."""
        live = found.live
        if live is None:
            params = {"tags": tags.marked(self.tags)}
            also = (Right("logs:TagResource", acted_on(self.arn)),)
            return [
                self._call("CreateLogGroup", params, also=also, already=ALREADY),
                self._retention(),
            ]
        calls = [] if live.retention_days == self.retention_days else [self._retention()]
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            whole = {"resourceArn": self.arn, "tags": lacking}
            calls.append(self._sent("TagResource", whole))
        return calls

    def _retention(self) -> Call:
        return self._call("PutRetentionPolicy", {"retentionInDays": self.retention_days})

    def deletes(self, found: Found[LogGroup]) -> Sequence[Call]:
        """Delete it with what was written to it."""
        if found.live is None:
            return []
        return [self._call("DeleteLogGroup", {}, already=ABSENT)]

    def settled(self) -> Answers:
        """The answers where it stands."""
        held = {"logGroupName": self.name, "retentionInDays": self.retention_days}
        return {
            group_question(self.arn): {"logGroups": [held]},
            tags_question(self.arn): {"tags": tags.marked(self.tags)},
        }

    def strayed(self) -> Sequence[LogGroup]:
        """Every setting otherwise than it should be."""
        return [replace(self, retention_days=None, tags={})]

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        return self._sent(operation, {"logGroupName": self.name, **params}, **declared)

    def _sent(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        on, region = acted_on(self.arn), region_of(self.arn)
        return Call("logs", region, operation, params, on=on, not_yet=NOT_YET, **declared)
