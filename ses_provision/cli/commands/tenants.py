"""tenants."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ses_provision.cli.run import Run, Target

Action = Literal["status"]


def tenants(
    run: Run,
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="status.")],
) -> None:
    """Show how tenants stand: who sends, by which policy SES stops them, what it found.

    status lists all of the account and region, a line each; what needs somebody comes first. It
    asks lists of a hundred, and single tenants only for their findings.

    Example: ses-provision tenants status --env prod
    """
    del action  # there is one so far
    from ses_provision.checks.tenant_standing import standings
    from ses_provision.render import tenants as text
    from ses_provision.render.plan import heading

    def work(run: Run, target: Target) -> None:
        found = target.reader.run(standings(target.env))
        run.report(target.env.name, {"tenants": text.document(found)})
        run.show(heading(target.env), text.standing(target.env, found), "")

    run.each(work)
