"""environments: which there are, for people and for CI's own matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.text import Text

from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.errors import UsageError
from ses_provision.render import document

if TYPE_CHECKING:
    from ses_provision.environment import Environment

Format = Literal["list", "json", "github-matrix"]

MOST_JOBS = 256
"""Jobs that one matrix of GitHub Actions makes (GitHub Docs, usage limits)."""


@without("every", "profile", "local", "debug")
def environments(
    run: Run,
    output_format: Annotated[
        Format, typer.Option("--format", help="list (a name a line), json or github-matrix.")
    ] = "list",
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="I/N", help="Only the I-th of N parts, such as 2/4."),
    ] = None,
) -> None:
    """List the environments, all or one part of them, for jobs that run side by side.

    Asks AWS nothing. Every environment is in exactly one part, and the same folder gives the same
    parts everywhere. A part may be empty where there are more parts than environments.

    Example: ses-provision environments

    Example: ses-provision environments --format github-matrix

    Example: ses-provision environments --shard 1/4
    """
    run.as_json = run.as_json or output_format == "json"
    chosen = part(run.environments(), shard)
    for env in chosen:
        run.report(env.name, entry(env))
    if shard is not None:
        run.extra["shard"] = shard
    if output_format == "github-matrix":
        run.document(matrix(chosen))
    else:
        run.show(*(Text(env.name) for env in chosen))


def part(found: list[Environment], written: str | None) -> list[Environment]:
    """The environments of a shard; all where none is named."""
    from ses_provision.environment import shards

    if written is None:
        return found
    wanted = shards.Shard.parse(written)
    if wanted is None:
        raise UsageError(
            f"--shard wants I/N with I from 1 to N, such as 2/4, not {written}.",
            "The parts 1/4, 2/4, 3/4 and 4/4 are all environments together.",
        )
    return shards.shard(found, wanted)


def entry(env: Environment) -> dict[str, Any]:
    """What a job may want to know of an environment."""
    return {"account_id": env.account_id, "region": env.region, "domain": env.domain}


def matrix(chosen: list[Environment]) -> str:
    """What `strategy.matrix` of a workflow takes: a job for each environment."""
    if len(chosen) > MOST_JOBS:
        parts = -(-len(chosen) // MOST_JOBS)
        raise UsageError(
            f"A matrix of GitHub has at most {MOST_JOBS} jobs, and there are {len(chosen)} "
            "environments.",
            f"--shard I/{parts} gives a matrix for each of {parts} workflow jobs; or let each job "
            "do one of several shards (ses-provision guide many-environments).",
        )
    jobs = [{"environment": env.name, **entry(env)} for env in chosen]
    return document.line({"include": jobs})
