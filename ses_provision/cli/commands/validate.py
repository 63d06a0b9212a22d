"""validate: environment files without AWS."""

from __future__ import annotations

import os

from rich.text import Text

from ses_provision.cli import folder, github
from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.errors import UsageError


@without("every", "profile", "local", "debug")
def validate(run: Run) -> None:
    """Check environment files, each and together, without asking AWS.

    Covers every environment in config/ unless --env names some. In GitHub Actions each mistake
    is annotated too.

    Example: ses-provision validate
    """
    from ses_provision.environment import loading

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
        with run.boundary():
            folder.insist_on_no_clash(loaded, run.config_dir)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        annotate(run)


def annotate(run: Run) -> None:
    """Mistakes as GitHub shows them beside the files (GitHub Docs, workflow commands)."""
    for report in (*run.reports, run.extra):
        for problem in report.get("error", {}).get("problems", ()):
            path, _, said = problem.partition(": ")
            run.tell(github.command("error", said, file=path))
