"""What an environment made and its file no longer wants: found, shown, and removed on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.engine import calling, planning
from ses_provision.engine.outcomes import Removed
from ses_provision.engine.plan import Removal
from ses_provision.engine.teardown import judge
from ses_provision.outside.reading import Reading, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from ses_provision.engine.model import Resource
    from ses_provision.engine.plan import Plan
    from ses_provision.engine.teardown import Scope
    from ses_provision.outside.aws import Connections, Reader

STEP = "left-over"
TITLE = "Left over"


def judged(scope: Scope, resources: Sequence[Resource]) -> Reading[tuple[Removal, ...]]:
    """What is left over, and why some of it has to stay."""
    changes = yield from planning.compared(resources, taken_over=False)
    removals = yield from together(judge(change, scope, resources) for change in changes)
    return tuple(removal for removal in removals if removal.is_there)


def prune(
    agreed: Plan,
    scope: Scope,
    reader: Reader,
    connections: Connections,
    *,
    now: Callable[[], datetime],
) -> Iterator[Removed]:
    """Remove what was left over when the plan was made, where it is still as it was then."""
    for expected in agreed.left_over:
        if expected.stays:
            continue
        reader.forget()
        [change] = reader.run(planning.compared([expected.want], taken_over=False))
        wants = [removal.want for removal in agreed.left_over]
        fresh = reader.run(judge(change, scope, wants))
        if not fresh.is_there or fresh.stays:
            continue
        for call in fresh.want.deletes(fresh.found):
            try:
                calling.send(call, STEP, TITLE, connections)
            except calling.AlreadySo:
                continue
        yield Removed(STEP, fresh.label, now())
