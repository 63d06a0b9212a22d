"""export: the environment for those who move on to another tool, or watch it with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ses_provision.cli.run import Run, Target
from ses_provision.engine import planning
from ses_provision.errors import ProvisionError
from ses_provision.render import document

if TYPE_CHECKING:
    from ses_provision.environment import Environment

Format = Literal["terraform", "cloudformation", "grafana", "redshift-sql"]


def export(
    run: Run,
    output_format: Annotated[
        Format,
        typer.Option(
            "--format",
            help="terraform (also for OpenTofu), cloudformation, grafana, or redshift-sql.",
        ),
    ] = "terraform",
) -> None:
    """Write the environment as import blocks and resources of another tool.

    Takes what stands in AWS, so the environment has to be applied. Imported as it is printed, it
    changes nothing. For Grafana it writes a dashboard of what is sent and what becomes of it; for
    Redshift, without asking AWS, the SQL by which it reads the archive.

    Example: ses-provision export --env prod --format terraform

    Example: ses-provision export --env prod --format grafana
    """
    env = run.one_environment()
    with run.boundary(env.name):
        text, data = exported(run, env, output_format)
        run.report(env.name, {"format": output_format, **data})
        run.document(text.rstrip("\n"))


def exported(run: Run, env: Environment, output_format: Format) -> tuple[str, dict[str, Any]]:
    """An environment in a format, as text and as data."""
    match output_format:
        case "grafana":
            return watched(run.open(env))
        case "redshift-sql":
            return asked(env)
        case _:
            return built(run.open(env), output_format)


def asked(env: Environment) -> tuple[str, dict[str, Any]]:
    """The SQL by which Redshift reads the archive, as text and as data; the file says all of it."""
    from ses_provision.export import redshift
    from ses_provision.operations.query import insist_on_an_archive

    insist_on_an_archive(env)
    text = redshift.sql(env)
    return text, {"text": text, "statements": redshift.statements(text)}


def watched(target: Target) -> tuple[str, dict[str, Any]]:
    """A dashboard of Grafana, as text and as data."""
    from ses_provision.export import grafana
    from ses_provision.resources.ses.account import sending_account

    account = target.reader.run(sending_account(target.env.region))
    made = grafana.dashboard(target.env, account.access.daily)
    return document.text(made), {"dashboard": made}


def built(target: Target, output_format: Format) -> tuple[str, dict[str, Any]]:
    """What stands, for another tool to take over, as text and as data."""
    from ses_provision.export import cloudformation, terraform
    from ses_provision.steps import STEPS

    env = target.env
    planned = planning.plan(STEPS, env, target.account, target.reader)
    if not planned.is_settled:
        raise ProvisionError(
            f"Environment {env.name} is not applied: what is exported has to stand in AWS.",
            f"First: ses-provision apply --env {env.name}",
        )
    live: list[Any] = [one.found.live for step in planned.steps for one in step.changes]
    if output_format == "terraform":
        text = terraform.export(env, live)
        return text, {"text": text}
    text = document.text(cloudformation.template(env, live))
    return text, cloudformation.export(env, live)
