"""What somebody may do behind the tool's back to what receives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.laws.somebody import Kinds, Made, Somebody


def receipt_rule(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A rule: off, looking for nothing, for others, with an action more, gone."""
    held, _, name = wanted["arn"].partition("receipt-rule-set/")[2].partition(":receipt-rule/")
    named = {"RuleSetName": held}

    def put(change: Callable[[dict[str, Any]], None]) -> Callable[[], object]:
        def make() -> None:
            rule = they("ses", "DescribeReceiptRule", **named, RuleName=name)["Rule"]
            change(rule)
            they("ses", "UpdateReceiptRule", **named, Rule=rule)

        return make

    writes = "ses:UpdateReceiptRule"
    yield "off", {"enabled"}, writes, put(lambda rule: rule.update(Enabled=False))
    other = not wanted["scan"]
    yield "scanning otherwise", {"scan"}, writes, put(lambda rule: rule.update(ScanEnabled=other))
    someone = [f"someone@{they.env.domain}"]
    yield "for others", {"recipients"}, writes, put(lambda rule: rule.update(Recipients=someone))
    stop = {"StopAction": {"Scope": "RuleSet"}}
    yield "stopping", {"others"}, writes, put(lambda rule: rule["Actions"].append(stop))
    yield (
        "gone",
        set(),
        "ses:CreateReceiptRule",
        lambda: they("ses", "DeleteReceiptRule", **named, RuleName=name),
    )


def active_rule_set(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """That no set holds."""
    del wanted
    writes = "ses:SetActiveReceiptRuleSet"
    yield "none holds", set(), writes, lambda: they("ses", "SetActiveReceiptRuleSet")


def nothing(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A set that holds cannot be deleted, and has nothing to change."""
    del wanted, they
    yield from ()


def topic_statement(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A statement in somebody's topic: taken out, or for anybody."""
    arn, sid = wanted["topic_arn"], wanted["sid"]

    def put(change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Callable[[], object]:
        def make() -> None:
            text = they("sns", "GetTopicAttributes", TopicArn=arn)["Attributes"]["Policy"]
            policy = json.loads(text)
            changed = [change(one) if one["Sid"] == sid else one for one in policy["Statement"]]
            policy["Statement"] = [one for one in changed if one]
            they(
                "sns",
                "SetTopicAttributes",
                TopicArn=arn,
                AttributeName="Policy",
                AttributeValue=json.dumps(policy),
            )

        return make

    writes = "sns:SetTopicAttributes"
    yield "for anybody", {"statement"}, writes, put(lambda one: {**one, "Condition": {}})
    yield "gone", set(), writes, put(lambda _: None)


def inbound_record(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The record: another preference or time to live, gone. Another host blocks."""
    zone, name = they.zone_of(wanted), wanted["name"]

    def live() -> dict[str, Any]:
        [found] = they.record_sets(zone, name, "MX")
        return found

    def upsert(**changed: Any) -> Callable[[], object]:
        return lambda: they.change(zone, ("UPSERT", {**live(), **changed}))

    [value] = wanted["values"]
    later = [{"Value": f"20 {value.partition(' ')[2]}"}]
    yield "preference", {"values"}, they.changed_records, upsert(ResourceRecords=later)
    yield "TTL", {"ttl"}, they.changed_records, upsert(TTL=71)
    yield "no record", set(), they.changed_records, lambda: they.change(zone, ("DELETE", live()))


KINDS: Kinds = {
    "ReceiptRule": receipt_rule,
    "ReceiptRuleSet": nothing,
    "ActiveRuleSet": active_rule_set,
    "TopicStatement": topic_statement,
    "InboundRecord": inbound_record,
}
