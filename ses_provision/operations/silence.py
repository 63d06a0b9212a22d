"""Why an event did not reach the drill's queue: what lacks on its way, and nothing beside it.

People's mailboxes hang on the same topic; whether they have confirmed does not keep an event from
a queue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ses_provision.checks import events
from ses_provision.checks.topic import Scene, look
from ses_provision.outside.reading import Reading
from ses_provision.resources.sns import subscriptions

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.drill import Queue


def cause(scene: Scene, queue: Queue, lacking: Iterable[str]) -> Reading[str]:
    """What keeps these events, in SES's own words for them, from the queue; what looks right
    where nothing does."""
    narrowed = replace(scene, env=reporting(scene.env, lacking))
    [looked] = yield from look([events.WAY], narrowed)
    wrong = [finding.evidence for finding in looked.findings if finding.is_open]
    listed = yield from subscriptions(queue.topic_arn)
    if queue.arn not in {subscription.endpoint for subscription in listed}:
        wrong.append("the drill's own queue is not subscribed to the topic any more")
    return "; ".join(wrong) or (
        "destination, topic, key and the drill's own subscription look right, so it may only be "
        "late"
    )


def reporting(env: Environment, lacking: Iterable[str]) -> Environment:
    """The environment as if it reported these events alone: others that are not reported are not
    what keeps these from coming."""
    types = frozenset(event.upper() for event in lacking)
    return env.model_copy(update={"events": env.events.model_copy(update={"types": types})})
