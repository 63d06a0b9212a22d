"""Events for programs: SES reports to the default bus, rules put what is wanted into queues."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.environment.events import BRIDGE, QueueSettings
from ses_provision.resources import policies
from ses_provision.resources.eventbridge import (
    ENABLED,
    FUNCTION,
    QUEUE,
    RETRIES,
    SERVICE,
    Rule,
    RulePermission,
    Target,
    may_call,
    name_in,
    pattern,
)
from ses_provision.resources.prices import shipped
from ses_provision.resources.ses import EventDestination
from ses_provision.resources.sqs import DAY, Queue
from ses_provision.steps import arns, temporary

HOLDS = "holds the recipients of {types}; requests cost {price}, and each event takes three"


def desired(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """Queues and rules first, and last the event destination, which begins to fill them."""
    if not env.events.bridged:
        return Unasked("no [[events.queues]], and no events.event_bridge, in the environment file")
    account = facts.account
    return [
        *(each for queue in env.events.queues for each in way(env, account, queue)),
        destination(env, account),
    ]


def way(env: Environment, account: Account, wanted: QueueSettings) -> list[Resource]:
    """What brings events to a program: two queues, a rule, and perhaps the right to call."""
    return [
        dead_letters(env, account, wanted),
        queue(env, account, wanted),
        *permission(account, wanted),
        rule(env, account, wanted),
    ]


def dead_letters(env: Environment, account: Account, wanted: QueueSettings) -> Queue:
    """The queue for what could not be delivered, or was handed out in vain too often."""
    arn = arns.queue(wanted.dead_letters, account)
    return Queue(
        arn,
        keeps=wanted.dead_letter_days * DAY,
        dead_letters="",
        max_receives=0,
        sources=(arns.queue(wanted.name, account),),
        kms_key=wanted.kms_key,
        encrypted=True,
        statements=statements(arn, arns.rule(wanted.name, account)),
        tags=env.all_tags,
    )


def queue(env: Environment, account: Account, wanted: QueueSettings) -> Queue:
    """The queue in which a program finds events."""
    arn = arns.queue(wanted.name, account)
    return Queue(
        arn,
        keeps=wanted.retention_days * DAY,
        dead_letters=arns.queue(wanted.dead_letters, account),
        max_receives=wanted.max_receives,
        sources=(),
        kms_key=wanted.kms_key,
        encrypted=True,
        statements=statements(arn, arns.rule(wanted.name, account)),
        tags=env.all_tags,
        price=HOLDS.format(
            types=", ".join(sorted(wanted.types)), price=shipped()["sqs-request"].told
        ),
    )


def statements(queue_arn: str, rule_arn: str) -> policies.Statements:
    """Nobody in clear text, and of EventBridge this rule alone (EventBridge User Guide, permissions
    for Amazon SQS). Whoever reads needs a policy of his own in this account."""
    return policies.named(
        [
            {
                "Sid": "EventsOfTheRule",
                "Effect": "Allow",
                "Principal": {"Service": SERVICE},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
            },
            plain_http(queue_arn),
        ]
    )


def plain_http(queue_arn: str) -> dict[str, Any]:
    """Nobody reads or writes in clear text."""
    return {
        "Sid": "NobodyOverPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": queue_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def permission(account: Account, wanted: QueueSettings) -> list[RulePermission]:
    """The right of the rule to call a function, where there is one."""
    if wanted.function is None:
        return []
    return [may_call(wanted.function, arns.rule(wanted.name, account))]


def rule(env: Environment, account: Account, wanted: QueueSettings) -> Rule:
    """The rule that picks the wanted events of this set."""
    dead = arns.queue(wanted.dead_letters, account)
    targets = {QUEUE: Target(arns.queue(wanted.name, account), dead, RETRIES)}
    if wanted.function is not None:
        targets[FUNCTION] = Target(wanted.function, dead, RETRIES)
    return Rule(
        arns.rule(wanted.name, account),
        pattern(account.id, env.configuration_set.name, wanted.types),
        ENABLED,
        f"Events of SES configuration set {env.configuration_set.name}",
        targets,
        env.all_tags,
    )


def destination(env: Environment, account: Account) -> EventDestination:
    """What SES reports to the bus."""
    return EventDestination(
        configuration_set_arn=arns.configuration_set(env, account),
        name=BRIDGE,
        types=env.events.bridged,
        target={"EventBridgeDestination": {"EventBusArn": arns.bus(account)}},
    )


def former_destination(env: Environment, account: Account) -> EventDestination:
    """The destination that the file does not want any more, whatever it reports."""
    return EventDestination(
        configuration_set_arn=arns.configuration_set(env, account),
        name=BRIDGE,
        types=frozenset(),
        target={"EventBridgeDestination": {"EventBusArn": arns.bus(account)}},
    )


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A rule or a queue that no setting names; also what `events tail` left behind."""
    del account
    _, _, service, _, _, rest = [*arn.split(":", 5), ""][:6]
    if service == "events" and rest.startswith("rule/"):
        is_temporary = temporary.is_ours(name_in(arn))
        return [(temporary.TemporaryRule if is_temporary else Rule).forgotten(arn, env.all_tags)]
    if service == "sqs" and not rest.startswith(temporary.DRILLS):
        is_temporary = temporary.is_ours(rest)
        kind = temporary.TemporaryQueue if is_temporary else Queue
        return [replace(kind.forgotten(arn, env.all_tags), statements=statements(arn, ""))]
    return []
