"""What commands that plan and remove look at beside the environment itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.cli.folder import others
from ses_provision.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.cli.run import Run, Target
    from ses_provision.engine.model import Plan, Removal, Step, StepPlan
    from ses_provision.engine.teardown import Scope
    from ses_provision.outside.reading import Reading


def scope_of(run: Run, target: Target, *, adopted: bool = False) -> Reading[Scope]:
    """The environment's own things, but not what others of the folder claim."""
    from ses_provision.engine.claims import claimed_by
    from ses_provision.engine.teardown import Scope

    env = target.env
    neighbours = list(others({env.name}, run.config_dir))
    claims = yield from claimed_by(neighbours, STEPS, env)
    return Scope(STEPS, env, target.account, claims, adopted)


def look_ahead(run: Run, target: Target, steps: list[Step], take: frozenset[str]) -> Plan:
    """The plan of an environment, with what is left over of it."""
    from ses_provision.engine import leftovers, planning
    from ses_provision.steps.left_over import left_over

    def find(planned: Sequence[StepPlan]) -> Reading[tuple[Removal, ...]]:
        resources = yield from left_over(target.env, target.account, planned)
        if not resources:
            return ()
        scope = yield from scope_of(run, target)
        return (yield from leftovers.judged(scope, resources))

    return planning.plan(steps, target.env, target.account, target.reader, take, find)
