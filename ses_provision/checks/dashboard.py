"""Does the dashboard show what is to be watched?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import Item, Judgement, Scene, Topic, action, done
from ses_provision.engine.needs import learned
from ses_provision.outside.reading import Reading
from ses_provision.steps import dashboard
from ses_provision.steps.needs import QUOTA

if TYPE_CHECKING:
    from ses_provision.environment import Environment


def shows(scene: Scene) -> Reading[Judgement]:
    """Is it there, with the limits that hold today?"""
    facts = yield from learned((QUOTA,), scene.env, scene.account)
    wanted = dashboard.wanted(scene.env, facts)
    found = yield from wanted.read()
    if found.live is None:
        return action(f"there is no dashboard {wanted.name}", scene.apply)
    old, new = found.live.widgets, wanted.widgets
    differing = sorted(title for title in {*old, *new} if old.get(title) != new.get(title))
    if differing:
        return action(f"shows otherwise: {', '.join(differing)}", scene.apply)
    return done(f"{wanted.name}: {', '.join(wanted.widgets)}")


def is_wanted(env: Environment) -> bool:
    """Whether there is to be one."""
    return env.dashboard is not None


TOPIC = Topic(
    "dashboard",
    "Dashboard",
    (Item("SES-DASHBOARD-001", "The dashboard shows what it should", shows, Severity.ADVICE),),
    matters=is_wanted,
)
