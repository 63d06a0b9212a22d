"""What commands that plan and remove look at beside the environment itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.cli.folder import others
from ses_provision.errors import AccessDenied
from ses_provision.outside.reading import both

if TYPE_CHECKING:
    from ses_provision.cli.run import Run, Target
    from ses_provision.engine.model import Step
    from ses_provision.engine.plan import Plan, Removal
    from ses_provision.engine.teardown import Scope
    from ses_provision.outside.reading import Reading


def scope_of(run: Run, target: Target, *, adopted: bool = False) -> Reading[Scope]:
    """The environment's own things, but not what others of the folder claim."""
    from ses_provision.engine.claims import claimed_by
    from ses_provision.engine.teardown import Scope
    from ses_provision.steps import STEPS

    env = target.env
    neighbours = list(others({env.name}, run.config_dir))
    claims = yield from claimed_by(neighbours, STEPS, env)
    return Scope(STEPS, env, target.account, claims, adopted)


def look_ahead(run: Run, target: Target, steps: list[Step], take: frozenset[str]) -> Plan:
    """The plan of an environment; one of all steps says what is left over of it, too."""
    from ses_provision.engine import planning
    from ses_provision.engine.plan import Plan
    from ses_provision.steps import STEPS

    env, account, reader = target.env, target.account, target.reader
    if len(steps) < len(STEPS):
        return planning.plan(steps, env, account, reader, take)
    planned, (removals, notes) = reader.run(
        both(planning.looks(steps, env, account, take), left_over(run, target))
    )
    return Plan(env.name, env.account_id, env.region, planned, removals, notes)


def left_over(run: Run, target: Target) -> Reading[tuple[tuple[Removal, ...], tuple[str, ...]]]:
    """What is left over, and what could not be looked at."""
    from ses_provision.steps.left_over import strays

    try:
        resources = yield from strays(target.env, target.account)
    except AccessDenied as denied:
        return (), (not_known(denied),)
    if not resources:
        return (), ()
    from ses_provision.engine import leftovers

    scope = yield from scope_of(run, target)
    return (yield from leftovers.judged(scope, resources)), ()


def not_known(denied: AccessDenied) -> str:
    """What may not be looked up is not "nothing"."""
    return f"whether something is left over is not known: {denied.message}"
