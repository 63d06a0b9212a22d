"""What the API v1 of SES says of mail that arrives: the one active rule set of a region, its rules.

Rules and rule sets carry no tags, and IAM knows no resource for them (Service Authorization
Reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.errors import CannotReachAws
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answer, Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import EVERYTHING

Raw = Mapping[str, Any]
"""A rule as SES writes it."""

NOTE = "AMAZON_SES_SETUP_NOTIFICATION"
"""The object by which SES tries a bucket when a rule names it; no mail."""
NO_SET = (Refusal("RuleSetDoesNotExist"),)


@dataclass(frozen=True)
class RuleSet:
    """A rule set with its rules in their order."""

    name: str
    rules: tuple[Raw, ...] = ()

    def rule(self, name: str) -> Raw | None:
        """A rule of it."""
        return next((rule for rule in self.rules if rule["Name"] == name), None)


def active_question(region: str) -> Ask:
    """The question for the rule set that holds in a region; the answer is empty where none does."""
    return question("ses", region, "DescribeActiveReceiptRuleSet", on=EVERYTHING, nothing={})


def set_question(region: str, name: str) -> Ask:
    """The question for a rule set, which may hold or not."""
    return question(
        "ses",
        region,
        "DescribeReceiptRuleSet",
        on=EVERYTHING,
        absent=NO_SET,
        RuleSetName=name,
    )


def told(answer: Answer) -> RuleSet | None:
    """The rule set in an answer."""
    if not answer or "Metadata" not in answer:
        return None
    return RuleSet(answer["Metadata"]["Name"], tuple(answer.get("Rules") or ()))


def active(region: str) -> Reading[RuleSet | None]:
    """The rule set that holds; None where none does. What SES says of one in a region where it
    takes no mail in is not known, and does not matter."""
    host, answer = yield [endpoint_question(region), active_question(region)]
    if isinstance(answer, Exception):
        if host is None:
            return None
        raise answer
    return told(answer)


def rule_set(region: str, name: str) -> Reading[RuleSet | None]:
    """A rule set by its name; asked for by itself only where it does not hold."""
    holds = yield from active(region)
    if holds is not None and holds.name == name:
        return holds
    if not (yield from takes_mail_in(region)):
        return None
    [answer] = yield from ask(set_question(region, name))
    return told(answer)


def holding(region: str, name: str, *rules: Raw) -> Answers:
    """What SES answers where a rule set holds that has these rules."""
    whole = {"Metadata": {"Name": name}, "Rules": list(rules)}
    return {active_question(region): whole, set_question(region, name): whole}


def call(region: str, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
    """A call about rules."""
    return Call("ses", region, operation, params, on=EVERYTHING, **declared)


def endpoint(region: str) -> str:
    """The host that takes mail in (SES Developer Guide, publishing an MX record)."""
    return f"inbound-smtp.{region}.amazonaws.com"


def endpoint_question(region: str) -> Ask:
    """The question for the address of that host."""
    there = {"values": ["<address>"]}
    name = endpoint(region)
    return question("dns", "", "A", on=(), nothing=there, something=there, name=name)


def takes_mail_in(region: str) -> Reading[bool]:
    """Whether SES has an endpoint for mail in a region, as DNS tells: the list of regions in the
    guide is behind. Where nobody answers, it is left to SES to refuse."""
    try:
        [answer] = yield from ask(endpoint_question(region))
    except CannotReachAws:
        return True
    return answer is not None
