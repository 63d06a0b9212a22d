"""What an environment made and its file no longer wants: found, shown, and removed on request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ses_provision.engine import planning
from ses_provision.engine.model import Tagged
from ses_provision.engine.outcomes import Removed
from ses_provision.engine.ownership import of_another_project
from ses_provision.engine.teardown import StepTeardown, Teardown, judge, take_away
from ses_provision.outside import wait
from ses_provision.outside.reading import Reading, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from ses_provision.engine.model import Resource
    from ses_provision.engine.plan import Plan, Removal
    from ses_provision.engine.teardown import Scope
    from ses_provision.outside.aws import Connections, Reader

STEP = "left-over"
TITLE = "Left over"


def judged(scope: Scope, resources: Sequence[Resource]) -> Reading[tuple[Removal, ...]]:
    """What is left over, and why some of it has to stay."""
    whole = teardown_of(scope, (yield from looked(scope, resources)))
    return tuple(
        replace(removal, stays=() if whole.goes(removal) else whole.why(removal))
        for removal in whole.there
    )


def looked(scope: Scope, resources: Sequence[Resource]) -> Reading[StepTeardown]:
    """What is left over as if it were what one step made."""
    changes = yield from planning.compared(resources, taken_over=False)
    removals = yield from together(judge(change, scope, resources) for change in changes)
    return StepTeardown(STEP, TITLE, tuple(map(of_this_project, removals)))


def of_this_project(removal: Removal) -> Removal:
    """A removal that has to stay where the thing is another project's."""
    want, live = removal.want, removal.found.live
    if not isinstance(live, Tagged):
        return removal
    because = of_another_project(live.all_tags, want.tags)  # type: ignore[attr-defined]
    return replace(removal, stays=(*removal.stays, *because))


def teardown_of(scope: Scope, step: StepTeardown) -> Teardown:
    """The removal of what is left over."""
    env = scope.env
    return Teardown(env.name, env.account_id, env.region, (step,))


def prune(
    agreed: Plan,
    scope: Scope,
    reader: Reader,
    connections: Connections,
    *,
    now: Callable[[], datetime],
    sleep: wait.Sleep = wait.real_sleep,
) -> Iterator[Removed]:
    """Remove what was left over when the plan was made, where it still may go."""
    wants = [removal.want for removal in agreed.left_over]
    agreed_to = {removal.key for removal in agreed.left_over if not removal.stays}

    def look_again() -> StepTeardown:
        reader.forget()
        return reader.run(looked(scope, wants))

    fresh = look_again()
    going = tuple(removal for removal in fresh.removals if removal.key in agreed_to)
    step = replace(fresh, removals=going)
    yield from take_away(
        step, teardown_of(scope, fresh), look_again, connections, now=now, sleep=sleep
    )
