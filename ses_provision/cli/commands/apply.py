"""plan and apply."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import ValidationError

from ses_provision.cli import github
from ses_provision.cli.run import A_MONTH, Run, Target
from ses_provision.engine.model import Plan, Step
from ses_provision.environment import loading
from ses_provision.errors import UsageError
from ses_provision.render import document, markdown, markdown_plan, summary
from ses_provision.render import plan as text
from ses_provision.steps import STEPS

if TYPE_CHECKING:
    from ses_provision.engine.saved_plan import SavedPlan
    from ses_provision.environment import Environment

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
    try:
        target.env = target.env.with_role(role)
    except ValidationError as error:
        raise UsageError(f"--{loading.describe(error.errors()[0])}.") from error
    return target


PlanFormat = Literal["text", "markdown", "json"]


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
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the plan into a file for `apply FILE`."),
    ] = None,
    output_format: Annotated[
        PlanFormat, typer.Option("--format", help="text, markdown (pull requests) or json.")
    ] = "text",
    github_summary: Annotated[
        bool,
        typer.Option("--github-summary", help="Also into the job summary, with annotations."),
    ] = False,
) -> None:
    """Show what `apply` would change; write nothing.

    Covers every environment in config/ unless --env names some.

    Example: ses-provision plan --env prod

    Example: ses-provision plan --env prod --out prod.plan
    """
    from ses_provision.engine import applying, saved_plan

    steps, take = chosen(only, skip), taken(take_over)
    run.as_json = run.as_json or output_format == "json"
    if out is not None:
        saved_plan.insist_on_a_place(out)
        if len(run.environments()) > 1:
            raise UsageError(
                "A plan file holds one environment.", "Name it: --env NAME --out FILE."
            )

    def work(target: Target) -> None:
        with_role(target, role)
        planned = applying.plan(steps, target.env, target.account, target.reader, take)
        run.report(target.env.name, {"plan": document.plan(planned)}, ok=not planned.is_blocked)
        if output_format == "markdown":
            run.show(markdown_plan.plan(planned, target.env))
        else:
            run.show(text.plan(planned, target.env, verbose=verbose), "")
        written = "" if out is None else save(run, out, planned, target.env, role, take)
        if github_summary:
            tell_github(run, planned, target.env, written)
        if planned.is_blocked:
            run.fail(1)
        elif planned.has_changes and detailed_exitcode:
            run.fail(2)

    run.each(work)
    if output_format == "text":
        summarise(run)


def save(
    run: Run, out: Path, planned: Plan, env: Environment, role: str | None, take: frozenset[str]
) -> str:
    """Write the plan into a file; the sentence that says what to do with it."""
    from ses_provision.engine import saved_plan

    found = saved_plan.document(planned, env, role, take)
    saved_plan.write(out, found)
    run.reports[-1]["plan_file"] = {"path": str(out), "digest": found["digest"]}
    command = shlex.join(["ses-provision", "apply", str(out), "--digest", found["digest"]])
    told = (
        f"Wrote {out}. It is blocked, so nothing can be applied from it."
        if planned.is_blocked
        else f"Wrote {out}. To make exactly this so, and nothing else: {command}"
    )
    run.tell(told)
    return told


def summarise(run: Run) -> None:
    """Several environments in a line each, below all that was shown of them."""
    if len(run.reports) > 1:
        run.show(summary.summary(run.reports))


def tell_github(run: Run, planned: Plan, env: Environment, written: str) -> None:
    """The plan in the job summary; what wants a person's eye as an annotation."""
    ending = f"\n\n{markdown.plain(written)}" if written else ""
    github.summary(markdown_plan.plan(planned, env).plain + ending)
    title = f"ses-provision {env.name}"
    for step in planned.steps:
        for one in step.blocked:
            said = "; ".join(f"{o.what} ({o.way_out})" for o in one.hindrances)
            github.annotate(run, "error", title, f"{step.title}: {one.want.label}: {said}")
    if planned.has_changes:
        github.annotate(run, "warning", title, text.summary(planned).plain)


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
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Then wait for DKIM.")] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, max=A_MONTH, metavar="MIN", help="Minutes to wait.")
    ] = 30,
    only: Only = None,
    skip: Skip = None,
    take_over: TakeOver = None,
    role: Role = None,
    verbose: Verbose = False,
) -> None:
    """Make the account as the environment says; again and again is safe.

    Shows the plan, asks, then prints each change as AWS accepts it. With a plan file it does not
    ask, and refuses where the settings or the account have moved since.

    Example: ses-provision apply --env prod --yes

    Example: ses-provision apply prod.plan
    """
    from ses_provision.cli.commands.dkim_status import await_verification

    saved = None
    if digest is not None and plan_file is None:
        raise UsageError("--digest names a plan file, and none is given.", "apply FILE --digest D")
    if plan_file is not None:
        if only or skip or take_over or role:
            raise UsageError("A plan file says all of --only, --skip, --take-over and --role.")
        saved = from_file(run, plan_file, digest)
        only, take_over, role = list(saved.steps), list(saved.take_over), saved.role
    steps, take = chosen(only, skip), taken(take_over)

    def work(target: Target) -> None:
        with_role(target, role)
        make_it_so(run, target, steps, take, yes=yes, verbose=verbose, saved=saved)
        if wait:
            await_verification(run, target, timeout)

    run.each(work, writes=True)
    summarise(run)


def from_file(run: Run, path: Path, digest: str | None) -> SavedPlan:
    """The plan in a file, whose environment the run is about."""
    from ses_provision.engine import saved_plan

    found = saved_plan.read(path)
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
    saved: SavedPlan | None = None,
) -> None:
    """Plan, ask, apply, and say what is next."""
    from ses_provision.engine import applying

    env = target.env
    agreed = applying.plan(steps, env, target.account, target.reader, take)
    if saved is not None:
        saved.insist(env, agreed)
    report = {"plan": document.plan(agreed), "applied": []}
    run.report(env.name, report, ok=not agreed.is_blocked)
    run.show(text.plan(agreed, env, verbose=verbose), "")
    if agreed.is_blocked:
        run.fail(1)
    if not agreed.has_changes:
        return
    if not yes and saved is None:
        run.confirm(f"Apply these changes to {env.name} (account {env.account_id})?")
    for done in applying.apply(
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
        if isinstance(done, applying.NotDone):
            run.reports[-1]["ok"] = False
            run.fail(1)
    run.show("", text.next_steps(env, agreed), "")
