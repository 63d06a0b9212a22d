"""plan and apply."""

from __future__ import annotations

from typing import Annotated

import typer

from ses_provision.cli.command import Run, Target
from ses_provision.errors import UsageError
from ses_provision.model import Step
from ses_provision.render import document
from ses_provision.render import plan as text
from ses_provision.steps import STEPS

STEP_NAMES = [step.id for step in STEPS]


def complete_step(incomplete: str) -> list[str]:
    """Step names, for the shell."""
    return [name for name in STEP_NAMES if name.startswith(incomplete)]


def step_option(flag: str, help_text: str) -> object:
    """An option that names steps."""
    return typer.Option(flag, metavar="STEP", help=help_text, autocompletion=complete_step)


Only = Annotated[list[str] | None, step_option("--only", "Only this step. May be repeated.")]
Skip = Annotated[list[str] | None, step_option("--skip", "Not this step. May be repeated.")]
TakeOver = Annotated[
    list[str] | None,
    step_option("--take-over", "Replace what stands in the way of this step. May be repeated."),
]
Role = Annotated[
    str | None, typer.Option("--role", metavar="NAME", help="Role that may send (sender.role).")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show what is unchanged, too.")]


def chosen(only: list[str] | None, skip: list[str] | None) -> list[Step]:
    """The steps to work on, in order."""
    for name in [*(only or ()), *(skip or ())]:
        known_step(name)
    return [step for step in STEPS if (not only or step.id in only) and step.id not in (skip or ())]


def known_step(name: str) -> None:
    """Insist that there is such a step."""
    if name not in STEP_NAMES:
        import difflib

        close = difflib.get_close_matches(name, STEP_NAMES, n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise UsageError(f"There is no step {name}.{meant}", f"Steps: {', '.join(STEP_NAMES)}.")


def taken(names: list[str] | None) -> frozenset[str]:
    """The steps that may replace what stands in their way."""
    for name in names or ():
        known_step(name)
    return frozenset(names or ())


def with_role(target: Target, role: str | None) -> Target:
    """The target with a role given on the command line."""
    if role is None:
        return target
    target.env = target.env.with_role(role)
    return target


def plan(
    run: Run,
    only: Only = None,
    skip: Skip = None,
    take_over: TakeOver = None,
    role: Role = None,
    verbose: Verbose = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="0 no changes, 1 error, 2 changes.")
    ] = False,
) -> None:
    """Show what `apply` would change; write nothing.

    Covers every environment in config/ unless --env names some.

    Example: ses-provision plan --env prod
    """
    from ses_provision import engine

    steps, take = chosen(only, skip), taken(take_over)

    def work(target: Target) -> None:
        with_role(target, role)
        planned = engine.plan(steps, target.env, target.account, target.reader, take)
        run.show(text.plan(planned, target.env, verbose=verbose), "")
        run.report(target.env.name, {"plan": document.plan(planned)}, ok=not planned.is_blocked)
        if planned.is_blocked:
            run.fail(1)
        elif planned.has_changes and detailed_exitcode:
            run.fail(2)

    run.each(work)


def apply(
    run: Run,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Then wait for DKIM.")] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, metavar="MIN", help="Minutes to wait.")
    ] = 30,
    only: Only = None,
    skip: Skip = None,
    take_over: TakeOver = None,
    role: Role = None,
    verbose: Verbose = False,
) -> None:
    """Make the account as the environment says; again and again is safe.

    Shows the plan, asks, then prints each change as AWS accepts it.

    Example: ses-provision apply --env prod
    """
    from ses_provision.cli.status import await_verification

    steps, take = chosen(only, skip), taken(take_over)

    def work(target: Target) -> None:
        with_role(target, role)
        make_it_so(run, target, steps, take, yes=yes, verbose=verbose)
        if wait:
            await_verification(run, target, timeout)

    run.each(work, writes=True)


def make_it_so(
    run: Run,
    target: Target,
    steps: list[Step],
    take: frozenset[str],
    *,
    yes: bool,
    verbose: bool,
) -> None:
    """Plan, ask, apply, and say what is next."""
    from ses_provision import engine

    env = target.env
    agreed = engine.plan(steps, env, target.account, target.reader, take)
    report = {"plan": document.plan(agreed), "applied": []}
    run.report(env.name, report, ok=not agreed.is_blocked)
    run.show(text.plan(agreed, env, verbose=verbose), "")
    if agreed.is_blocked:
        run.fail(1)
    if not agreed.has_changes:
        return
    if not yes:
        run.confirm(f"Apply these changes to {env.name} (account {env.account_id})?")
    for done in engine.apply(
        agreed,
        steps,
        env,
        target.account,
        target.reader,
        target.connections,
        take_over=take,
        sleep=run.world.sleep,
        now=run.world.now,
    ):
        run.show(text.applied(done))
        run.reports[-1]["applied"].append(document.applied(done))
        if isinstance(done, engine.NotDone):
            run.fail(1)
    run.show("", text.next_steps(env, agreed), "")
