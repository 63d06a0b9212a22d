"""outputs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ses_provision.cli.options import offered
from ses_provision.cli.run import Run, Target
from ses_provision.errors import UsageError
from ses_provision.names import meant

if TYPE_CHECKING:
    from ses_provision.environment import Environment

Format = Literal["table", "json", "env", "github"]


def complete_output(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names of the outputs, for the shell."""
    from ses_provision.cli.output_names import names_of
    from ses_provision.outside import files

    folder, named = Path(ctx.params["config_dir"]), ctx.params.get("env")
    chosen = named or files.environments(folder)
    every = (name for one in chosen for name in names_of(folder / f"{one}.toml"))
    return offered(dict.fromkeys(every), incomplete)


def outputs(
    run: Run,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Only this.", autocompletion=complete_output),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="table, json, env (shell), github (GITHUB_OUTPUT).")
    ] = "table",
    raw: Annotated[bool, typer.Option("--raw", help="Nothing but the value of NAME.")] = False,
) -> None:
    """Print what an application needs: names, addresses and ARNs.

    Example: ses-provision outputs --env prod --format env

    Example: ses-provision outputs configuration_set_name --env prod --raw
    """
    from ses_provision.render import outputs as output_text
    from ses_provision.steps.outputs import outputs as values

    run.as_json = run.as_json or output_format == "json"
    form = "raw" if raw and not run.as_json else output_format
    insist_on_one(run.environments(), name, form)

    def work(run: Run, target: Target) -> None:
        every = values(target.env, target.account)
        found = every if name is None else {name: every[name]}
        run.report(target.env.name, {"outputs": found})
        shown = output_text.render(found, target.env, form)
        if form == "table":
            run.show(shown)
        else:
            run.document(shown.plain)

    run.each(work)


def insist_on_one(environments: list[Environment], name: str | None, form: str) -> None:
    """Insist on an output that each environment has, and on one where a form holds only one."""
    if form == "raw" and name is None:
        raise UsageError(
            "--raw prints the value of one output.",
            f"Name it: {', '.join(names(environments))}.",
        )
    flags = {"raw": f"{name} --raw", "env": "--format env", "github": "--format github"}
    if form in flags and len(environments) > 1:
        raise UsageError(
            f"{flags[form].removeprefix(f'{name} ')} gives what holds for one environment.",
            f"Name it: ses-provision outputs --env NAME {flags[form]}",
        )
    for env in environments:
        known = names([env])
        if name is not None and name not in known:
            raise UsageError(
                f"{env.name} has no output {name}.{meant(name, known)}",
                f"Outputs: {', '.join(known)}.",
            )


def names(environments: Iterable[Environment]) -> list[str]:
    """The names of what environments give, as far as their files say it."""
    from ses_provision.engine.account import Account
    from ses_provision.steps.outputs import outputs as values

    return list(
        dict.fromkeys(name for env in environments for name in values(env, Account.of(env)))
    )
