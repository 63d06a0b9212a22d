"""What a destroy removes and leaves, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.engine.values import plain
from ses_provision.render.message import safe
from ses_provision.render.plan import heading

if TYPE_CHECKING:
    from ses_provision.engine.outcomes import Removed
    from ses_provision.engine.plan import Removal
    from ses_provision.engine.teardown import StepTeardown, Teardown
    from ses_provision.environment import Environment


def teardown(value: Teardown, env: Environment) -> Text:
    """A teardown, in the order in which things go, with a last line that counts."""
    lines = [heading(env), Text()]
    lines += [Text(f"WARNING: {safe(one)}", style="bold red") for one in value.warnings]
    told = [one for one in value.steps if not one.is_silent]
    for number, one in enumerate(told, start=1):
        lines += step(number, one, value)
    return Text("\n").join([*lines, Text(), summary(value)])


def step(number: int, value: StepTeardown, whole: Teardown) -> list[Text]:
    """One step, last resource first."""
    lines = [Text(f"{number:2}. {value.title}", style="bold")]
    if value.note:
        lines.append(Text(f"    · {safe(value.note)}", style="dim"))
    for one in value.removals:
        lines += removal(one, whole)
    absent = sum(not one.is_there for one in value.removals)
    if absent:
        lines.append(Text(f"    = {absent} not there", style="dim"))
    return lines


def removal(one: Removal, whole: Teardown) -> list[Text]:
    """One resource: it goes, it goes with another, or it stays and why."""
    if not one.is_there:
        return []
    if whole.goes_with(one):
        return [Text(f"    - delete {safe(one.label)}, with what it is a part of", style="red")]
    if whole.goes(one):
        return [Text(f"    - delete {safe(one.label)}", style="red")]
    because = [Text(f"        because {safe(reason)}") for reason in whole.why(one)]
    return [Text(f"    ! stays  {safe(one.label)}", style="yellow"), *because]


def summary(value: Teardown) -> Text:
    """The line that counts; the first word is grepped for."""
    if not value.going:
        stays = f"; {len(value.staying)} stay" if value.staying else ""
        return Text(f"Destroy: nothing to delete{stays}.", style="bold green")
    return Text(
        f"Destroy: {len(value.going)} to delete, {len(value.staying)} to stay.", style="bold"
    )


def removed(value: Removed) -> Text:
    """One thing that is gone, and since when."""
    return Text(f"{value.at:%H:%M:%S} - deleted {safe(value.label)}", style="red")


def document(value: Teardown) -> dict[str, Any]:
    """A teardown as JSON has it."""
    return {
        "account_id": value.account_id,
        "region": value.region,
        "warnings": list(value.warnings),
        "counts": {"delete": len(value.going), "stay": len(value.staying)},
        "steps": [
            {
                "id": one.id,
                "title": one.title,
                "note": one.note or None,
                "resources": [entry(each, value) for each in one.removals],
            }
            for one in value.steps
            if not one.is_silent
        ],
    }


def entry(one: Removal, whole: Teardown) -> dict[str, Any]:
    """One resource as JSON has it."""
    goes = whole.goes(one)
    return {
        "action": "delete" if goes else "stay" if one.is_there else "absent",
        "kind": type(one.want).__name__,
        "label": one.label,
        "key": plain(one.key),
        "because": [] if goes else list(whole.why(one)),
    }


def removed_entry(value: Removed) -> dict[str, Any]:
    """One thing that is gone, as JSON has it."""
    return {"step": value.step, "done": True, "label": value.label, "at": value.at.isoformat()}
