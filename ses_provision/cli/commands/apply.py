"""apply."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ses_provision.cli.options import Timeout, Yes
from ses_provision.cli.reports import summarise, tell_blocked
from ses_provision.cli.run import Run, Target
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
from ses_provision.cli.totals import show_total, totalled
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from ses_provision.engine.model import Step
    from ses_provision.engine.plan import Plan, StepPlan
    from ses_provision.engine.saved_plan import SavedPlan
    from ses_provision.environment import Environment


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
    ask, and refuses where the settings or the account have moved since. Interrupted or run again,
    it counts what stands and makes the rest.

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
        named = target.env.sender.role
        with_role(target, role)
        left = make_it_so(
            run, target, steps, take, yes=yes, verbose=verbose, prune=prune, saved=saved
        )
        tell_blocked(run, left, target.env.name, take)
        if role is not None and role != named:
            tell_to_name_it(run, target.env, role)
        if wait:
            await_verification(run, target, timeout)

    run.each(work, writes=True)
    summarise(run)


def tell_to_name_it(run: Run, env: Environment, role: str) -> None:
    """The role was given for this run alone: the next one does not know of its policy."""
    run.tell(
        f"{env.name}: config/{env.name}.toml does not name role {role}, so plan, checklist and "
        f"destroy know nothing of its policy without --role {role}. To name it: "
        f"ses-provision set sender.role {role} --env {env.name}"
    )


def tell_what_stands(run: Run, saved: SavedPlan, agreed: Plan) -> None:
    """Where an earlier run has made some of it, or all."""
    done, total = saved.standing(agreed)
    if done:
        rest = "the rest is made now" if agreed.has_changes else "nothing is left to do"
        run.tell(f"{agreed.environment}: {done} of {total} stand already; {rest}.")


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
) -> list[StepPlan]:
    """Plan, ask, apply, and say what is next; the steps that something is in the way of."""
    from ses_provision.cli.scope import look_ahead
    from ses_provision.render import document, total
    from ses_provision.render import plan as text

    env = target.env
    agreed = look_ahead(run, target, steps, take)
    if saved is not None:
        saved.insist(env, agreed, prune=prune)
        tell_what_stands(run, saved, agreed)
    report: dict[str, Any] = {"plan": document.plan(agreed), "applied": []}
    run.report(env.name, report, ok=not agreed.is_blocked)
    run.show(text.plan(agreed, env, verbose=verbose), "")
    stuck = [step for step in agreed.steps if step.blocked]
    going = [removal for removal in agreed.left_over if prune and not removal.stays]
    if not (agreed.has_changes or going):
        show_total(run, total.nothing_to_apply(agreed))
        if agreed.failure is not None:
            raise agreed.failure
        return stuck
    if not yes and saved is None:
        run.confirm(f"Apply these changes to {env.name} (account {env.account_id})?")
    with totalled(run, partial(total.applied, agreed, len(going), report["applied"])):
        left = perform(run, target, agreed, steps, take)
        if going and run.reports[-1]["ok"]:
            prune_left_over(run, target, agreed)
        elif going:
            run.tell(f"{env.name}: what is left over was not deleted, for not every step was made.")
    run.show("", text.next_steps(env, agreed), "")
    done = {step.id for step in left}
    return [*left, *(step for step in stuck if step.id not in done)]


def perform(
    run: Run, target: Target, agreed: Plan, steps: list[Step], take: frozenset[str]
) -> list[StepPlan]:
    """Make the changes, telling of each; the steps that were left as they are."""
    from ses_provision.engine import applying
    from ses_provision.engine.outcomes import NotDone
    from ses_provision.render import document, total
    from ses_provision.render import plan as text

    left = []
    entries = run.reports[-1]["applied"]
    with run.life.during(lambda: total.so_far(agreed, entries)):
        for done in applying.apply(
            agreed,
            steps,
            target.env,
            target.account,
            target.reader,
            target.connections,
            take_over=take,
            sleep=run.life.sleeping(run.world.sleep, "waiting until AWS shows or takes it"),
            now=run.world.now,
        ):
            run.show(text.applied(done, target.env.name))
            entries.append(document.applied(done))
            if isinstance(done, NotDone):
                run.reports[-1]["ok"] = False
                left.append(done.step)
                run.fail(1)
    return left


def prune_left_over(run: Run, target: Target, agreed: Plan) -> None:
    """Delete what is left over, telling of each."""
    from ses_provision.cli.scope import scope_of
    from ses_provision.engine import leftovers
    from ses_provision.render import destroy as render

    scope = target.reader.run(scope_of(run, target))
    for gone in leftovers.prune(
        agreed,
        scope,
        target.reader,
        target.connections,
        now=run.world.now,
        sleep=run.world.sleep,
    ):
        run.show(render.removed(gone))
        run.reports[-1]["applied"].append(render.removed_entry(gone))
