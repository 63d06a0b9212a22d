"""dkim-status, checklist, outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import typer

from ses_provision.cli.command import Run, Target
from ses_provision.render import document
from ses_provision.render import outputs as output_text
from ses_provision.render import status as text
from ses_provision.render.progress import Progress

OPEN = 3
"""Exit status of --exit-code where something is open."""


def dkim_status(
    run: Run,
    wait: Annotated[
        bool, typer.Option("--wait", help="Look until everything is verified.")
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, metavar="MIN", help="Minutes to wait.")
    ] = 30,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit status 3 unless all is verified.")
    ] = False,
) -> None:
    """Show where the verification of the domain stands, and why.

    Example: ses-provision dkim-status --env prod --wait
    """
    from ses_provision.checks.verification import verification

    def work(target: Target) -> None:
        if wait:
            await_verification(run, target, timeout)
            return
        seen = target.reader.run(verification(target.env, target.account))
        run.show(text.verification(seen, target.env))
        run.report(target.env.name, {"verification": document.verification(seen)})
        if exit_code and not seen.is_settled:
            run.fail(OPEN)

    run.each(work)


def await_verification(run: Run, target: Target, timeout: float) -> None:
    """Look until SES has verified everything; `timeout` in minutes."""
    from ses_provision import wait
    from ses_provision.checks.verification import Verification, verification

    last: list[Verification] = []

    def look() -> Verification:
        target.reader.forget()
        seen = target.reader.run(verification(target.env, target.account))
        last[:] = [seen]
        return seen

    with Progress(run.err, run.world.now) as progress:
        try:
            wait.until(
                look,
                lambda seen: seen.is_settled,
                timeout=timeout * 60,
                sleep=progress.sleeping(run.world.sleep),
                waiting=lambda seen, looked: progress.waits(target.env.name, seen.why, looked),
            )
        finally:
            if last:
                progress.close()
                run.show(text.verification(last[0], target.env))
                verified = {"verification": document.verification(last[0])}
                merge(run, target.env.name, verified)


def merge(run: Run, environment: str, data: Mapping[str, Any]) -> None:
    """Add to what is already reported of an environment."""
    for report in run.reports:
        if report["environment"] == environment:
            report.update(data)
            return
    run.report(environment, dict(data))


def checklist(
    run: Run,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit status 3 while something is open.")
    ] = False,
) -> None:
    """Show what stands between each account and sending, with evidence and the next step.

    Example: ses-provision checklist --env prod
    """
    from ses_provision.checks import TOPICS
    from ses_provision.checks.topic import look

    def work(target: Target) -> None:
        seen = target.reader.run(look(TOPICS, target.env, target.account))
        run.show(text.checklist(seen, target.env))
        run.report(target.env.name, {"checklist": document.checklist(seen)})
        if exit_code and any(one.is_open for topic in seen for one in topic.findings):
            run.fail(OPEN)

    run.each(work)


Format = Literal["table", "json", "env", "github"]


def outputs(
    run: Run,
    output_format: Annotated[
        Format, typer.Option("--format", help="table, json, env (shell), github (GITHUB_OUTPUT).")
    ] = "table",
) -> None:
    """Print what an application needs: names, addresses and ARNs.

    Example: ses-provision outputs --env prod --format env
    """
    from ses_provision.outputs import outputs as values

    run.as_json = run.as_json or output_format == "json"

    def work(target: Target) -> None:
        found = values(target.env, target.account)
        run.report(target.env.name, {"outputs": found})
        run.show(output_text.render(found, target.env, output_format))

    run.each(work)
