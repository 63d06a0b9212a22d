"""schema and validate: environment files without AWS."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.text import Text

from ses_provision.cli import github
from ses_provision.cli.run import Run, without
from ses_provision.engine import clashes
from ses_provision.environment import loading
from ses_provision.errors import UsageError
from ses_provision.outside import files
from ses_provision.render import environment_file


@without("env", "every", "profile", "local", "debug")
def schema(
    run: Run,
    write: Annotated[
        bool,
        typer.Option("--write", help="Into the config folder, where environment files name it."),
    ] = False,
) -> None:
    """Print the JSON Schema of an environment file, for editors that complete and check TOML.

    Example: ses-provision schema
    """
    text = environment_file.schema()
    if write:
        path = run.config_dir / loading.SCHEMA
        try:
            files.make_folder(path.parent)
            files.replace(path, text, 0o644)
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {files.reason(error)}.",
                "--config-dir names another folder.",
            ) from error
        run.show(Text(f"Wrote {path}."))
        run.extra["file"] = str(path)
        return
    run.extra["schema"] = loading.schema()
    run.show(Text(text.rstrip()))


@without("every", "profile", "local", "debug")
def validate(run: Run) -> None:
    """Check environment files, each and together, without asking AWS.

    Covers every environment in config/ unless --env names some. In GitHub Actions each mistake
    is annotated too.

    Example: ses-provision validate
    """
    names = list(dict.fromkeys(run.env)) or loading.names(run.config_dir)
    if not names:
        raise UsageError(
            f"There is no environment in {run.config_dir}/.", "`ses-provision init` writes one."
        )
    loaded = []
    for name in names:
        with run.boundary(name):
            loaded.append(loading.load(name, run.config_dir))
            path = run.config_dir / f"{name}.toml"
            run.report(name, {"file": str(path)})
            run.show(Text(f"{path} is right: {loaded[-1].domain} in {loaded[-1].region}"))
    if len(loaded) == len(names):
        clashes.insist_on_none(loaded, run.config_dir)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        annotate(run)


def annotate(run: Run) -> None:
    """Mistakes as GitHub shows them beside the files (GitHub Docs, workflow commands)."""
    for report in run.reports:
        for problem in report.get("error", {}).get("problems", ()):
            path, _, said = problem.partition(": ")
            run.tell(github.command("error", said, file=path))
