"""Do events reach the programs? The destination, the rules, the queues, what nobody could take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ses_provision.checks.events import KEY_ACTIONS
from ses_provision.checks.finding import Severity
from ses_provision.checks.publishing import Publisher, allows
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    all_of,
    done,
    not_applicable,
    unknown,
)
from ses_provision.engine.model import compare
from ses_provision.outside.reading import Reading, ask, together
from ses_provision.resources import kms
from ses_provision.resources.eventbridge import ENABLED, SERVICE
from ses_provision.resources.sqs import DAY, QueueState, queue, queue_url
from ses_provision.resources.sqs_metrics import oldest
from ses_provision.steps import arns, event_queues

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.environment.events import QueueSettings

READ_WITHIN = timedelta(hours=1)
"""A program that reads a queue takes seconds; one that stands for an hour has stopped."""


def of_each(
    look: Callable[[Scene, QueueSettings], Reading[Judgement]],
) -> Callable[[Scene], Reading[Judgement]]:
    """One look at each queue, as one item."""

    def looks(scene: Scene) -> Reading[Judgement]:
        wanted = scene.env.events.queues
        if not wanted:
            return not_applicable("the file names no queue")
        return all_of((yield from together(look(scene, each) for each in wanted)))

    return looks


def reported(scene: Scene) -> Reading[Judgement]:
    """Does SES report what is wanted to the default bus?"""
    wanted = event_queues.destination(scene.env, scene.account)
    live = (yield from wanted.read()).live
    if live is None:
        return action(
            f"{scene.env.configuration_set.name} has no destination {wanted.name}", scene.apply
        )
    wrong = [] if live.enabled else [f"destination {wanted.name} is switched off"]
    lacking = sorted(wanted.types - live.types)
    if lacking:
        wrong.append(f"destination {wanted.name} does not report {', '.join(lacking)}")
    if live.target != wanted.target:
        wrong.append(f"destination {wanted.name} does not report to the default bus")
    if wrong:
        return action("; ".join(wrong), scene.apply)
    return done(f"{wanted.name} reports {', '.join(sorted(live.types))} to the default bus")


def routed(scene: Scene, wanted: QueueSettings) -> Reading[Judgement]:
    """Does the rule send what is wanted to where it belongs?"""
    rule = event_queues.rule(scene.env, scene.account, wanted)
    live = (yield from rule.read()).live
    if live is None:
        return action(f"there is no rule {rule.name}", scene.apply)
    if live.state != ENABLED:
        return action(f"rule {rule.name} is switched off: nothing comes", scene.apply)
    differing = [
        name
        for name in ("pattern", "targets")
        if compare(name, getattr(live, name), getattr(rule, name))
    ]
    if differing:
        return action(f"rule {rule.name} has another {' and '.join(differing)}", scene.apply)
    return done(f"rule {rule.name} is on")


def admitted(scene: Scene, wanted: QueueSettings) -> Reading[Judgement]:
    """May EventBridge put events into both queues, and use their key?"""
    rule = arns.rule(wanted.name, scene.account)
    looks = [
        lets_in(scene, arns.queue(name, scene.account), Publisher(SERVICE, scene.account.id, rule))
        for name in (wanted.name, wanted.dead_letters)
    ]
    return all_of((yield from together(looks)))


def lets_in(scene: Scene, arn: str, publisher: Publisher) -> Reading[Judgement]:
    """May the rule put events into one queue?"""
    name, state = arn.rpartition(":")[2], (yield from queue(arn))
    if state is None:
        return action(f"there is no queue {name}", scene.apply)
    policy = state.attributes.get("Policy") or "{}"
    if not allows(policy, publisher, ["sqs:SendMessage"]):
        return action(f"the policy of queue {name} does not let the rule send", scene.apply)
    if state.kms_key:
        return (yield from key_lets_in(scene, state.kms_key, publisher))
    return done(f"queue {name} lets the rule send")


def key_lets_in(scene: Scene, key: str, publisher: Publisher) -> Reading[Judgement]:
    """May EventBridge use the customer managed key of a queue?"""
    region = scene.env.region
    [described] = yield from ask(kms.key_question(scene.account, region, key))
    if described is None:
        return action(
            f"there is no key {key} in {region}",
            f"set kms_key of the queue in config/{scene.env.name}.toml to one that there is, then: "
            f"{scene.apply}",
        )
    metadata = described["KeyMetadata"]
    if not metadata.get("Enabled"):
        return action(
            f"key {key} is {metadata.get('KeyState', 'disabled')}",
            f"aws kms enable-key --key-id {key} --region {region}",
        )
    [policy] = yield from ask(kms.policy_question(scene.account, region, metadata["KeyId"]))
    if policy is None:
        return unknown(f"key {key} shows no policy", f"KMS console, region {region}, key {key}")
    if not allows(policy["Policy"], publisher, KEY_ACTIONS):
        return action(
            f"the policy of key {key} does not let {publisher.service} use it",
            f"KMS console, region {region}, key {metadata['KeyId']}, Key policy: allow "
            f"{publisher.service} {' and '.join(KEY_ACTIONS)}",
        )
    return done(f"{publisher.service} may use key {key}")


def taken(scene: Scene, wanted: QueueSettings) -> Reading[Judgement]:
    """Is the dead-letter queue empty?"""
    arn = arns.queue(wanted.dead_letters, scene.account)
    state = yield from queue(arn)
    if state is None:
        return action(f"there is no queue {wanted.dead_letters}", scene.apply)
    if state.holds:
        return action(
            f"{wanted.dead_letters} holds {about(state)}: events that could not be delivered, or "
            f"that a program has taken {wanted.max_receives} times without deleting them",
            f"aws sqs receive-message --region {scene.env.region} --queue-url {queue_url(arn)} "
            "--message-attribute-names All shows one; once the cause is mended, SQS console, "
            f"queue {wanted.dead_letters}, Start DLQ redrive",
        )
    return done(f"{wanted.dead_letters} is empty")


def about(state: QueueState) -> str:
    """How many messages there are, as far as SQS knows."""
    return f"about {state.holds} message{'' if state.holds == 1 else 's'}"


def read_in_time(scene: Scene, wanted: QueueSettings) -> Reading[Judgement]:
    """Does anybody read the queue? CloudWatch knows how old its oldest message is."""
    if scene.now is None:
        return unknown("the time is not known", f"ses-provision checklist {scene.on}")
    arn = arns.queue(wanted.name, scene.account)
    state, age = yield from held(arn, scene.now)
    if state is None:
        return action(f"there is no queue {wanted.name}", scene.apply)
    if not state.holds:
        return done(f"{wanted.name} is empty")
    if age is None:
        return done(f"{wanted.name} holds {about(state)}, and SQS has not told yet how old")
    since = timedelta(seconds=age)
    if since < READ_WITHIN:
        return done(f"{wanted.name} holds {about(state)}, the oldest {minutes(since)} old")
    kept = timedelta(seconds=wanted.retention_days * DAY)
    return action(
        f"{wanted.name} holds {about(state)}, the oldest {minutes(since)} old; after "
        f"{kept.days} days they are lost",
        f"see why no program reads {queue_url(arn)}",
    )


def held(arn: str, now: datetime) -> Reading[tuple[QueueState | None, float | None]]:
    """What a queue holds, and how old the oldest of it is."""
    state = yield from queue(arn)
    if state is None or not state.holds:
        return state, None
    return state, (yield from oldest(arn, now))


def minutes(since: timedelta) -> str:
    """An age in words."""
    total = int(since.total_seconds()) // 60
    if not total:
        return "less than a minute"
    return f"{total // 60} h {total % 60:02} min" if total >= 60 else f"{total} min"


def matters(env: Environment) -> bool:
    """Whether SES is to report to EventBridge."""
    return bool(env.events.bridged)


TOPIC = Topic(
    "event-queues",
    "Events for programs",
    (
        Item("SES-QUEUE-001", "Events are reported to EventBridge", reported),
        Item("SES-QUEUE-002", "Rules send them to the queues", of_each(routed)),
        Item("SES-QUEUE-003", "Queues let the rules send", of_each(admitted)),
        Item("SES-QUEUE-004", "No dead letters", of_each(taken), Severity.WARNING),
        Item("SES-QUEUE-005", "Events are read in time", of_each(read_in_time), Severity.WARNING),
    ),
    matters=matters,
)
