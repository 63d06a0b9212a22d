"""What somebody may change behind the tool's back of queues, and of the rules that fill them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tests.laws.watch_mutations import function_permission

if TYPE_CHECKING:
    from tests.laws.somebody import Kinds, Made, Somebody

OUR_TAG = ["Environment"]
SETS, PUTS = "sqs:SetQueueAttributes", "events:PutRule"


def queue(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A queue: forgetting sooner, shut, in clear text, without dead letters or a tag, gone."""
    name = wanted["arn"].rpartition(":")[2]

    def call(operation: str, **params: Any) -> object:
        url = they("sqs", "GetQueueUrl", QueueName=name)["QueueUrl"]
        return they("sqs", operation, QueueUrl=url, **params)

    def attribute(**attributes: str) -> Callable[[], object]:
        return lambda: call("SetQueueAttributes", Attributes=attributes)

    yield "forgets", {"keeps"}, SETS, attribute(MessageRetentionPeriod="60")
    ours = {f"statements.{sid}" for sid in wanted["statements"]}
    yield "shut", ours, SETS, attribute(Policy="")
    if wanted["kms_key"]:
        yield "another key", {"kms_key"}, SETS, attribute(KmsMasterKeyId="alias/theirs")
    else:
        yield "in clear text", {"encrypted"}, SETS, attribute(SqsManagedSseEnabled="false")
    if wanted["dead_letters"]:
        other = {"deadLetterTargetArn": wanted["dead_letters"], "maxReceiveCount": 99}
        text = json.dumps(other)
        yield "tries longer", {"max_receives"}, SETS, attribute(RedrivePolicy=text)
    yield "tag", {"tags.Environment"}, "sqs:TagQueue", lambda: call("UntagQueue", TagKeys=OUR_TAG)

    def delete() -> None:
        call("DeleteQueue")
        they.bench.local.clock.advance(60)

    yield "no queue", set(), "sqs:CreateQueue", delete


def rule(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A rule: off, of all events, sending nowhere or what is lost, without a tag."""
    arn = wanted["arn"]
    name = arn.rpartition("/")[2]
    ids = sorted(wanted["targets"])

    def put(pattern: Any) -> Callable[[], object]:
        text = json.dumps(pattern)
        description = wanted["description"]
        return lambda: they(
            "events", "PutRule", Name=name, EventPattern=text, Description=description
        )

    yield "off", {"state"}, PUTS, lambda: they("events", "DisableRule", Name=name)
    all_of_ses = {**wanted["pattern"], "detail-type": [{"prefix": "Email"}]}
    yield "all events", {"pattern.detail-type"}, PUTS, put(all_of_ses)

    def removed() -> object:
        return they("events", "RemoveTargets", Rule=name, Ids=ids)

    yield "nowhere", {f"targets.{each}" for each in ids}, "events:PutTargets", removed
    bare = [{"Id": ids[-1], "Arn": wanted["targets"][ids[-1]]["arn"]}]
    yield (
        "no dead letters",
        {f"targets.{ids[-1]}"},
        "events:PutTargets",
        lambda: they("events", "PutTargets", Rule=name, Targets=bare),
    )
    rewritten = [{**bare[0], "Input": '{"nothing": "of it"}'}]
    yield (
        "written otherwise",
        {f"targets.{ids[-1]}"},
        "events:PutTargets",
        lambda: they("events", "PutTargets", Rule=name, Targets=rewritten),
    )
    yield (
        "tag",
        {"tags.Environment"},
        "events:TagResource",
        lambda: they("events", "UntagResource", ResourceARN=arn, TagKeys=OUR_TAG),
    )


KINDS: Kinds = {"Queue": queue, "Rule": rule, "RulePermission": function_permission}
