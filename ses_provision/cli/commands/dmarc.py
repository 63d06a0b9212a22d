"""dmarc: what receivers report."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ses_provision.cli.dmarc_files import DAYS
from ses_provision.cli.run import Run
from ses_provision.errors import UsageError

LONGEST = 3660
"""Days to look back: ten years."""
Action = Literal["report"]


def dmarc(
    run: Run,
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="report.")],
    file: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE...", help="Reports, mails with reports, or folders of them."),
    ] = None,
    inbox: Annotated[
        bool, typer.Option("--inbox", help="What [receiving] stored, instead of files.")
    ] = False,
    days: Annotated[
        int, typer.Option("--days", min=1, max=LONGEST, metavar="N", help="Days to look back.")
    ] = DAYS,
) -> None:
    """Say who sends in a domain's name, by receivers' reports, and if DMARC may be stricter.

    Reads aggregate reports as receivers mail them: XML, gzip, zip, or mails (.eml) with those
    attached. Shows each source with what passes SPF and DKIM and what fails, and whether the next
    policy is safe, with the command. Of AWS nothing is asked but, with --inbox, the mails.

    Example: ses-provision dmarc report reports --env prod
    """
    from ses_provision.cli import dmarc_files
    from ses_provision.operations import dmarc as operation
    from ses_provision.render import dmarc as text

    if bool(file) == inbox:
        raise UsageError(
            f"`ses-provision dmarc {action}` reads files, or the inbox: name one of the two.",
            "Save the mails that arrive at dmarc.reports_to in a folder, and name that; --inbox "
            "reads what [receiving] stored.",
        )
    envs, folder, now = run.environments(), dmarc_files.neighbours(run), run.world.now()
    given = dmarc_files.inboxes(run, days) if inbox else operation.gathered(file or ())
    if inbox and not given:
        return  # what kept the inboxes from being read is told
    found = dmarc_files.read(run, given)
    for env in envs:
        if all(one["environment"] != env.name for one in run.reports):
            summary = operation.judged(env, found.held, now, days, folder)
            run.report(env.name, {"dmarc": text.document(summary)})
            run.show(text.summary(env.name, summary, width=run.out.width))
