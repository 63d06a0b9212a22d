"""Options that choose steps, for the commands that plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.options import offered
from ses_provision.cli.words import words
from ses_provision.errors import UsageError
from ses_provision.names import meant

if TYPE_CHECKING:
    from ses_provision.cli.run import Target
    from ses_provision.engine.model import Step


def step_names() -> list[str]:
    """The names of the steps, in order."""
    from ses_provision.steps import STEPS

    return [step.id for step in STEPS]


def complete_step(ctx: typer.Context, incomplete: str) -> list[str]:
    """Step names, for the shell: no step is chosen twice, or chosen and left out."""
    chosen = [*(ctx.params.get("only") or ()), *(ctx.params.get("skip") or ())]
    return offered(words("steps"), incomplete, chosen)


def complete_taken(ctx: typer.Context, incomplete: str) -> list[str]:
    """Step names, for the shell: of the steps that are worked on, those not taken over yet."""
    only, skip = ctx.params.get("only"), ctx.params.get("skip") or ()
    without = [*skip, *(ctx.params.get("take_over") or ())]
    return offered(only or words("steps"), incomplete, without)


def steps_option(flag: str, help_text: str, complete: Callable[..., list[str]]) -> object:
    """An option that names steps."""
    text = f"{help_text} May be repeated."
    return typer.Option(flag, metavar="STEP", help=text, autocompletion=complete)


Only = Annotated[list[str] | None, steps_option("--only", "Only this step.", complete_step)]


Skip = Annotated[list[str] | None, steps_option("--skip", "Not this step.", complete_step)]


TakeOver = Annotated[
    list[str] | None,
    steps_option("--take-over", "Replace what stands in the way of this step.", complete_taken),
]


Role = Annotated[
    str | None, typer.Option("--role", metavar="NAME", help="Role that may send (sender.role).")
]


Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Name each thing, also what is unchanged.")
]


def chosen(only: list[str] | None, skip: list[str] | None) -> list[Step]:
    """The steps to work on, in order."""
    from ses_provision.steps import STEPS

    for name in [*(only or ()), *(skip or ())]:
        known_step(name)
    return [step for step in STEPS if (not only or step.id in only) and step.id not in (skip or ())]


def known_step(name: str) -> None:
    """Insist that there is such a step."""
    known = step_names()
    if name not in known:
        raise UsageError(
            f"There is no step {name}.{meant(name, known)}", f"Steps: {', '.join(known)}."
        )


def taken(names: list[str] | None) -> frozenset[str]:
    """The steps that may replace what stands in their way."""
    for name in names or ():
        known_step(name)
    return frozenset(names or ())


def with_role(target: Target, role: str | None) -> Target:
    """The target with a role given on the command line."""
    if role is None:
        return target
    from pydantic import ValidationError

    from ses_provision.environment import loading

    try:
        target.env = target.env.with_role(role)
    except ValidationError as error:
        raise UsageError(f"--{loading.describe(error.errors()[0])}.") from error
    return target
