"""outputs."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ses_provision.cli.run import Run, Target
from ses_provision.errors import UsageError
from ses_provision.render import outputs as output_text

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
    from ses_provision.steps.outputs import outputs as values

    run.as_json = run.as_json or output_format == "json"
    if output_format in {"env", "github"} and len(run.environments()) > 1:
        raise UsageError(
            f"--format {output_format} gives names that hold one environment.",
            f"Name it: ses-provision outputs --env NAME --format {output_format}",
        )

    def work(target: Target) -> None:
        found = values(target.env, target.account)
        run.report(target.env.name, {"outputs": found})
        run.show(output_text.render(found, target.env, output_format))

    run.each(work)
