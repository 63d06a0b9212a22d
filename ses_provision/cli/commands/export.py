"""export: the environment for those who move on to another tool."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from ses_provision.cli.run import Run
from ses_provision.engine import planning
from ses_provision.errors import ProvisionError
from ses_provision.render import document

Format = Literal["terraform", "cloudformation"]


def export(
    run: Run,
    output_format: Annotated[
        Format, typer.Option("--format", help="terraform (also for OpenTofu) or cloudformation.")
    ] = "terraform",
) -> None:
    """Write the environment as import blocks and resources of another tool.

    Takes what stands in AWS, so the environment has to be applied. Imported as it is printed, it
    changes nothing.

    Example: ses-provision export --env prod --format terraform
    """
    from ses_provision.export import cloudformation, terraform
    from ses_provision.steps import STEPS

    env = run.one_environment()
    with run.boundary(env.name):
        target = run.open(env)
        planned = planning.plan(STEPS, env, target.account, target.reader)
        if not planned.is_settled:
            raise ProvisionError(
                f"Environment {env.name} is not applied: what is exported has to stand in AWS.",
                f"First: ses-provision apply --env {env.name}",
            )
        live: list[Any] = [one.found.live for step in planned.steps for one in step.changes]
        if output_format == "terraform":
            text = terraform.export(env, live)
            run.report(env.name, {"format": output_format, "text": text})
        else:
            text = document.text(cloudformation.template(env, live))
            data = cloudformation.export(env, live)
            run.report(env.name, {"format": output_format, **data})
        run.document(text.rstrip("\n"))
