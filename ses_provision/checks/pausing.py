"""Can the alarms of the set pause it? Looked at only where the file wants that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ses_provision.checks.alarms import live, standing, where
from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import Item, Judgement, Scene, Topic, action, done, waiting
from ses_provision.engine.model import Change, Resource
from ses_provision.engine.needs import Facts
from ses_provision.outside.reading import Reading, together
from ses_provision.resources.functions import FunctionPermission, function
from ses_provision.steps import arns, auto_pause

if TYPE_CHECKING:
    from ses_provision.environment import Environment


def wanted(scene: Scene) -> list[Resource]:
    """The function with all that belongs to it."""
    found = auto_pause.desired(scene.env, Facts(scene.account))
    return list(found) if isinstance(found, Sequence) else []


def amiss(scene: Scene, kind: type[Any], *, others: bool = False) -> Reading[list[str]]:
    """What of a kind is not there, or not as we wrote it; `others`: what is of no such kind."""
    asked = [each for each in wanted(scene) if isinstance(each, kind) is not others]
    read: list[Any] = yield from together(each.read() for each in asked)
    changes = [Change(want, found) for want, found in zip(asked, read, strict=True)]
    return [problem for change in changes for problem in problems(change)]


def problems(change: Change) -> list[str]:
    """What is wrong with one thing, in words."""
    label = change.want.label
    if change.found.live is None:
        return [f"{label} is not there"]
    fields = [other.field.partition(".")[0] for other in change.differences()]
    differs = ", ".join(dict.fromkeys(name for name in fields if name != "tags"))
    return [f"{label}: {differs} not as we wrote it"] if differs else []


def stands(scene: Scene) -> Reading[Judgement]:
    """Are the function, its role and its log as we wrote them, and does it run?"""
    wrong = yield from amiss(scene, FunctionPermission, others=True)
    if wrong:
        return action("; ".join(wrong), scene.apply)
    arn = arns.pause_function(scene.env, scene.account)
    found = yield from function(arn)
    if found is not None and not found.is_ready:
        told = f"function {scene.env.pause_function} is {found.state}"
        because = f": {found.because}" if found.because else ""
        if found.state == "Pending":
            return waiting(f"{told}{because}", "look again in a minute")
        return action(f"{told}{because}", f"Lambda console, region {scene.env.region}: see why")
    return done(
        f"{scene.env.pause_function} may pause {scene.env.configuration_set.name}, note it there, "
        "and do nothing else"
    )


def is_called(scene: Scene) -> Reading[Judgement]:
    """Do the alarms of the set call the function, and may they?"""
    arn = arns.pause_function(scene.env, scene.account)
    forbidden = yield from amiss(scene, FunctionPermission)
    found = [
        (one, at) for one, at in standing((yield from live(scene))) if arn in one.alarm_actions
    ]
    idle = [where(one) for one, at in found if arn not in at.alarm_actions]
    off = [where(one) for one, at in found if not at.actions_enabled]
    wrong = [
        *forbidden,
        *([f"does not call the function: {', '.join(idle)}"] if idle else []),
        *([f"actions are switched off: {', '.join(off)}"] if off else []),
        *([] if found else ["no alarm of the set is there"]),
    ]
    if wrong:
        return action("; ".join(wrong), scene.apply)
    return done(
        f"{', '.join(one.name for one, _ in found)}; to prove it: ses-provision drill {scene.on} "
        "--alarms"
    )


def pauses(env: Environment) -> bool:
    """Whether there is anything to look at."""
    return env.alarms.pause


TOPIC = Topic(
    "pausing",
    "Pausing by alarm",
    (
        Item("SES-PAUSE-001", "The function that pauses stands", stands, Severity.WARNING),
        Item("SES-PAUSE-002", "The alarms of the set call it", is_called, Severity.WARNING),
    ),
    matters=pauses,
)
