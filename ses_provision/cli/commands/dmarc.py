"""dmarc: what receivers report."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ses_provision.cli.dmarc_files import DAYS
from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.errors import UsageError

LONGEST = 3660
"""Days to look back: ten years."""
Action = Literal["report"]


@without("profile", "local", "debug")
def dmarc(
    run: Run,
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="report.")],
    file: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE...", help="Reports, mails with reports, or folders of them."),
    ] = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=LONGEST, metavar="N", help="Days to look back.")
    ] = DAYS,
) -> None:
    """Say who sends in a domain's name, by receivers' reports, and if DMARC may be stricter.

    Reads aggregate reports as receivers mail them: XML, gzip, zip, or mails (.eml) with those
    attached. Shows each source with what passes SPF and DKIM and what fails, and whether the next
    policy is safe, with the command. Nothing is asked of AWS, DNS or anybody else.

    Example: ses-provision dmarc report reports --env prod
    """
    from ses_provision.cli import dmarc_files
    from ses_provision.operations import dmarc as operation
    from ses_provision.render import dmarc as text

    if not file:
        raise UsageError(
            f"`ses-provision dmarc {action}` reads files: name some.",
            "Save the mails that arrive at dmarc.reports_to in a folder, and name that.",
        )
    envs, folder = run.environments(), dmarc_files.neighbours(run)
    found = dmarc_files.read(run, operation.gathered(file))
    for env in envs:
        summary = operation.judged(env, found.held, run.world.now(), days, folder)
        run.report(env.name, {"dmarc": text.document(summary)})
        run.show(text.summary(env.name, summary, width=run.out.width))
