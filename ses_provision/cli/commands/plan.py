"""plan."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ses_provision.cli import github
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
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from ses_provision.engine.plan import Plan
    from ses_provision.environment import Environment

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
    from ses_provision.cli.scope import look_ahead
    from ses_provision.engine import plan_files
    from ses_provision.render import document, markdown_plan
    from ses_provision.render import plan as text

    steps, take = chosen(only, skip), taken(take_over)
    run.as_json = run.as_json or output_format == "json"
    if out is not None:
        plan_files.insist_on_a_place(out)
        if len(run.environments()) > 1:
            raise UsageError(
                "A plan file holds one environment.", "Name it: --env NAME --out FILE."
            )

    def work(run: Run, target: Target) -> None:
        with_role(target, role)
        planned = look_ahead(run, target, steps, take)
        run.report(target.env.name, {"plan": document.plan(planned)}, ok=not planned.is_blocked)
        if output_format == "markdown":
            run.document(run.advice.styled(markdown_plan.plan(planned, target.env)).plain)
        else:
            run.show(text.plan(planned, target.env, verbose=verbose), "")
        written = "" if out is None else save(run, out, planned, target.env, role, take)
        if github_summary:
            tell_github(run, planned, target.env, written)
        if planned.failure is not None:
            raise planned.failure
        if planned.is_blocked:
            stuck = [step for step in planned.steps if step.blocked]
            tell_blocked(run, stuck, target.env.name, take)
        elif planned.has_changes and detailed_exitcode:
            run.fail(2)

    run.each(work)
    if output_format == "text":
        summarise(run)


def save(
    run: Run, out: Path, planned: Plan, env: Environment, role: str | None, take: frozenset[str]
) -> str:
    """Write the plan into a file; the sentence that says what to do with it."""
    from ses_provision.engine import plan_files, saved_plan

    found = saved_plan.document(planned, env, role, take)
    plan_files.write(out, found)
    run.reports[-1]["plan_file"] = {"path": str(out), "digest": found["digest"]}
    command = f"ses-provision apply {shlex.join([str(out), '--digest', found['digest']])}"
    told = (
        f"Wrote {out}. It is blocked, so nothing can be applied from it."
        if planned.is_blocked
        else f"Wrote {out}. To make exactly this so, and nothing else: {command}"
    )
    run.tell(told)
    return run.advice.sentence(told)


def tell_github(run: Run, planned: Plan, env: Environment, written: str) -> None:
    """The plan in the job summary; what wants a person's eye as an annotation."""
    from ses_provision.engine.plan import way_out
    from ses_provision.render import markdown, markdown_plan
    from ses_provision.render import plan as text

    ending = f"\n\n{markdown.plain(written)}" if written else ""
    shown = run.advice.styled(markdown_plan.plan(planned, env)).plain + ending
    run.later(lambda: github.summary(shown))
    title = f"ses-provision {env.name}"
    for step in planned.steps:
        for one in step.blocked:
            said = "; ".join(f"{o.what} ({way_out(o, step.id, env.name)})" for o in one.hindrances)
            github.annotate(run, "error", title, f"{step.title}: {one.want.label}: {said}")
    if planned.has_changes:
        github.annotate(run, "warning", title, text.summary(planned).plain)
