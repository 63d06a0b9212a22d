"""apply."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.options import Timeout, Yes
from ses_provision.cli.reports import summarise
from ses_provision.cli.run import Run, Target
from ses_provision.cli.scope import look_ahead, scope_of
from ses_provision.cli.step_options import (
    Only,
    Role,
    Skip,
    TakeOver,
    Verbose,
    chosen,
    taken,
    with_role,
)
from ses_provision.engine.model import Step
from ses_provision.engine.outcomes import NotDone
from ses_provision.engine.plan import Plan
from ses_provision.errors import UsageError
from ses_provision.render import document
from ses_provision.render import plan as text

if TYPE_CHECKING:
    from ses_provision.engine.saved_plan import SavedPlan


def apply(
    run: Run,
    plan_file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A plan from `plan --out`: that, or nothing."),
    ] = None,
    digest: Annotated[
        str | None,
        typer.Option("--digest", metavar="D", help="Only the plan that has this digest."),
    ] = None,
    yes: Yes = False,
    wait: Annotated[bool, typer.Option("--wait", help="Then wait for DKIM.")] = False,
    timeout: Timeout = 30,
    only: Only = None,
    skip: Skip = None,
    take_over: TakeOver = None,
    role: Role = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Then delete what is left over: no setting names it.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Make the account as the environment says; again and again is safe.

    Shows the plan, asks, then prints each change as AWS accepts it. With a plan file it does not
    ask, and refuses where the settings or the account have moved since.

    Example: ses-provision apply --env prod --yes

    Example: ses-provision apply prod.plan
    """
    from ses_provision.cli.verification import await_verification

    saved = None
    if digest is not None and plan_file is None:
        raise UsageError("--digest names a plan file, and none is given.", "apply FILE --digest D")
    if plan_file is not None:
        if only or skip or take_over or role:
            raise UsageError("A plan file says all of --only, --skip, --take-over and --role.")
        saved = from_file(run, plan_file, digest)
        only, take_over, role = list(saved.steps), list(saved.take_over), saved.role
    steps, take = chosen(only, skip), taken(take_over)

    def work(run: Run, target: Target) -> None:
        with_role(target, role)
        make_it_so(run, target, steps, take, yes=yes, verbose=verbose, prune=prune, saved=saved)
        if wait:
            await_verification(run, target, timeout)

    run.each(work, writes=True)
    summarise(run)


def from_file(run: Run, path: Path, digest: str | None) -> SavedPlan:
    """The plan in a file, whose environment the run is about."""
    from ses_provision.engine import plan_files

    found = plan_files.read(path)
    if digest is not None:
        found.insist_on_digest(digest)
    found.insist_on_nothing_blocked()
    if run.every or (run.env and run.env != (found.environment,)):
        raise UsageError(f"{path} is a plan for {found.environment}, and for nothing else.")
    run.env = (found.environment,)
    return found


def make_it_so(
    run: Run,
    target: Target,
    steps: list[Step],
    take: frozenset[str],
    *,
    yes: bool,
    verbose: bool,
    prune: bool = False,
    saved: SavedPlan | None = None,
) -> None:
    """Plan, ask, apply, and say what is next."""
    env = target.env
    agreed = look_ahead(run, target, steps, take)
    if saved is not None:
        saved.insist(env, agreed, prune=prune)
    report = {"plan": document.plan(agreed), "applied": []}
    run.report(env.name, report, ok=not agreed.is_blocked)
    run.show(text.plan(agreed, env, verbose=verbose), "")
    if agreed.is_blocked:
        run.fail(1)
    going = [removal for removal in agreed.left_over if prune and not removal.stays]
    if not (agreed.has_changes or going):
        if agreed.failure is not None:
            raise agreed.failure
        return
    if not yes and saved is None:
        run.confirm(f"Apply these changes to {env.name} (account {env.account_id})?")
    perform(run, target, agreed, steps, take)
    if going and run.reports[-1]["ok"]:
        prune_left_over(run, target, agreed)
    elif going:
        run.tell(f"{env.name}: what is left over was not deleted, for not every step was made.")
    run.show("", text.next_steps(env, agreed), "")


def perform(
    run: Run, target: Target, agreed: Plan, steps: list[Step], take: frozenset[str]
) -> None:
    """Make the changes, telling of each."""
    from ses_provision.engine import applying

    for done in applying.apply(
        agreed,
        steps,
        target.env,
        target.account,
        target.reader,
        target.connections,
        take_over=take,
        sleep=run.world.sleep,
        now=run.world.now,
    ):
        run.show(text.applied(done))
        run.reports[-1]["applied"].append(document.applied(done))
        if isinstance(done, NotDone):
            run.reports[-1]["ok"] = False
            run.fail(1)


def prune_left_over(run: Run, target: Target, agreed: Plan) -> None:
    """Delete what is left over, telling of each."""
    from ses_provision.engine import leftovers
    from ses_provision.render import destroy as render

    scope = target.reader.run(scope_of(run, target))
    for gone in leftovers.prune(
        agreed, scope, target.reader, target.connections, now=run.world.now
    ):
        run.show(render.removed(gone))
        run.reports[-1]["applied"].append(render.removed_entry(gone))
