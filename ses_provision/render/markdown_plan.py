"""Plans for pull requests and job summaries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.engine.model import Action, Change
from ses_provision.engine.plan import Plan, StepPlan
from ses_provision.render import plan as text
from ses_provision.render.folding import folded
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.environment import Environment

# GitHub colours the lines of a diff by their first character; the signs are those of the terminal.
SIGNS = {action: mark for action, (mark, _) in text.MARKS.items()}


def plan(value: Plan, env: Environment) -> Text:
    """A heading, the line that counts, and the steps with something to say as a diff."""
    shown = [line for step in value.steps for line in lines(step)]
    body = "\n".join([*shown, *left_over(value)])
    fence = "`" * (max((len(run) for run in re.findall("`+", body)), default=2) + 1)
    fence = fence if len(fence) > 2 else "```"
    parts = [
        f"### ses-provision plan: {env.name}",
        "",
        f"`{env.domain}`, account {env.account_id}, {env.region}",
        "",
        f"**{text.summary(value).plain}**",
        "",
    ]
    if body:
        parts += [f"{fence}diff", body, fence, ""]
    return Text(
        "\n".join([*parts, *(f"{one.plain}\n" for one in text.about_dns(value, env) if one)])
    )


def left_over(value: Plan) -> Iterator[str]:
    """What the file no longer wants."""
    if value.left_over:
        yield "# Left over, until apply --prune"
    for removal in value.left_over:
        yield f"  {safe(removal.label)}"


def lines(step: StepPlan) -> Iterator[str]:
    """A step as lines of a diff; nothing where all is as it should be."""
    if step.failed:
        yield f"# {step.title}: not looked at: {safe(step.failed)}"
    if step.waiting:
        yield f"# {step.title}: known after apply: {safe(step.waiting)}"
    named, more = folded(step.changes)
    shown = [one for one in named if one.action is not Action.KEEP]
    if shown:
        yield f"# {step.title}"
    for one in shown:
        yield from change(one)
    yield from (f"{SIGNS[Action.CREATE]} {others}" for others in more)


def change(value: Change) -> Iterator[str]:
    """A change, with what differs or stands in the way."""
    yield f"{SIGNS[value.action]} {value.action} {safe(value.want.label)}"
    if value.action is Action.UPDATE:
        for one in value.differences():
            yield f"    {safe(one.field)}: {text.shown(one.old)} -> {text.shown(one.new)}"
    for obstacle in value.hindrances:
        yield f"    in the way: {safe(obstacle.what)}"
        yield f"    way out: {safe(obstacle.way_out)}"
