"""What is in the way, and how to go on, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.engine.model import Held
from ses_provision.errors import Blocked

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ses_provision.engine.plan import StepPlan


def blocked(
    steps: Sequence[StepPlan], environment: str, taken: Collection[str], command: str
) -> Blocked:
    """What is in the way of some steps, and the command that goes on."""
    first = [(step, o, c) for step in steps for c in step.blocked for o in c.hindrances]
    own = [(step, o, c) for step, o, c in first if not isinstance(o, Held)]
    points = [
        f"{step.id}: {change.want.label}: {obstacle.what}"
        + ("" if obstacle.removal is not None else f" ({obstacle.way_out})")
        for step, obstacle, change in own
    ]
    points += [f"{step.id}: {step.waiting}" for step in steps if step.waiting]
    by_hand = any(obstacle.removal is None for _, obstacle, _ in own)
    replaced = sorted({step.id for step, obstacle, _ in own if obstacle.removal is not None})
    again = f"ses-provision {command} --env {environment}"
    options = "".join(f" --take-over {step}" for step in sorted({*taken, *replaced}))
    if not replaced:
        hint = f"Clear the way as told, then: {again}{options}"
    else:
        clear = "Clear what has its own way out; to" if by_hand else "To"
        hint = f"{clear} replace what else is in the way: {again}{options}"
        hint = hint.replace("what else is", "what is") if not by_hand else hint
    return Blocked(
        f"{len(points)} thing{' is' if len(points) == 1 else 's are'} in the way; what rests on "
        "that is not made:",
        hint,
        points=points,
    )
