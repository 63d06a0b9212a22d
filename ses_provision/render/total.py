"""What came of an apply or a destroy, in one line at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.engine.model import Action
from ses_provision.render.life import duration
from ses_provision.render.plan import steps

if TYPE_CHECKING:
    from ses_provision.engine.plan import Plan
    from ses_provision.engine.teardown import Teardown

Entries = Sequence[Mapping[str, Any]]
"""What was done, as the JSON document has it."""
VERBS = {"create": "created", "update": "updated", "delete": "deleted"}


def applied(agreed: Plan, pruned: int, entries: Entries, seconds: float, ended: bool) -> Text:
    """What came of an apply that was to make a plan so, and to delete what is left over.

    One that came to its end and left no step alone has made all of the plan, although some of it
    may have been there meanwhile.
    """
    left = sum(not one["done"] for one in entries)
    parts = [f"{done(entries)} in {duration(seconds)}"]
    if ended and not left:
        return total("Applied", agreed.environment, parts, in_part=False)
    lacking = not_made(agreed, pruned, entries)
    parts += [f"{lacking} of the plan not made"] if lacking else []
    parts += [f"{steps(left)} left alone"] if left else []
    return total("Applied", agreed.environment, parts, in_part=True)


def so_far(agreed: Plan, entries: Entries) -> str:
    """How far an apply has come; how much there is, is not known while a step waits for another."""
    done = sum(one["done"] for one in entries)
    of = "" if agreed.waiting else f" of {sum(len(step.pending) for step in agreed.steps)}"
    return f"applying {agreed.environment}: {done}{of} made"


def nothing_to_apply(agreed: Plan) -> Text:
    """The line where nothing was to be done, or nothing could be."""
    if agreed.is_settled:
        kept = f"nothing to do, {agreed.count(Action.KEEP)} unchanged"
        return total("Applied", agreed.environment, [kept], in_part=False)
    stuck = sum(bool(step.blocked or step.failed) for step in agreed.steps)
    parts = ["nothing changed", f"{steps(stuck)} left alone"]
    return Text(f"Not applied {agreed.environment}: {'; '.join(parts)}.", style="bold red")


def not_made(agreed: Plan, pruned: int, entries: Entries) -> int:
    """How much of what was agreed to is not made: an interrupted apply leaves the rest."""
    wanted = [change.want.label for step in agreed.steps for change in step.pending]
    for one in entries:
        if one["done"] and one["label"] in wanted:
            wanted.remove(one["label"])
    return len(wanted) + max(0, pruned - counted(entries)["delete"])


def destroyed(agreed: Teardown, name: str, entries: Entries, seconds: float, ended: bool) -> Text:
    """What came of a destroy. What is a part of another goes with it, without a line of its own."""
    going, stay = len(agreed.going), len(agreed.staying)
    stays = [f"{stay} stay{'s' if stay == 1 else ''}"] if stay else []
    if not going:
        return total("Destroyed", name, ["nothing to delete", *stays], in_part=False)
    alone = sum(not agreed.goes_with(removal) for removal in agreed.going)
    gone, lacking = (going, 0) if ended else (len(entries), alone - len(entries))
    counted = f"{gone} deleted in {duration(seconds)}"
    left = [f"{lacking} not deleted yet"] if lacking else []
    return total("Destroyed", name, [counted, *left, *stays], in_part=bool(lacking))


def total(verb: str, name: str, parts: Sequence[str], *, in_part: bool) -> Text:
    """The line; in part is never said as if it were the whole."""
    how, style = (" in part", "bold yellow") if in_part else ("", "bold green")
    return Text(f"{verb} {name}{how}: {'; '.join(parts)}.", style=style)


def counted(entries: Entries) -> dict[str, int]:
    """How many things were created, updated, deleted."""
    actions = [one.get("action", "delete") for one in entries if one["done"]]
    return {action: actions.count(action) for action in VERBS}


def done(entries: Entries) -> str:
    """What was done, in words."""
    made = counted(entries)
    parts = [f"{made[action]} {verb}" for action, verb in VERBS.items() if made[action]]
    return ", ".join(parts) or "nothing changed"
