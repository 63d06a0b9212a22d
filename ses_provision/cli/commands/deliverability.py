"""deliverability."""

from __future__ import annotations

from typing import Annotated

import typer

from ses_provision.cli.run import Run, Target

LONGEST = 60
"""Days: as far back does VDM answer at once."""


def deliverability(
    run: Run,
    days: Annotated[
        int, typer.Option("--days", min=1, max=LONGEST, metavar="N", help="Today is the last.")
    ] = 7,
    provider: Annotated[
        list[str] | None,
        typer.Option(
            "--provider",
            metavar="NAME",
            help="A mailbox provider as SES calls it; may be repeated.",
        ),
    ] = None,
) -> None:
    """Show what becomes of mail at each mailbox provider, and what SES recommends.

    By Virtual Deliverability Manager, where it is on; what is recommended stands beside the
    command of ours that shows or mends it.

    Example: ses-provision deliverability --env prod
    """
    from ses_provision.cli.commands.stats import PROVIDERS, insist
    from ses_provision.operations import deliverability as vdm
    from ses_provision.render import deliverability as text

    insist(days, "provider", provider, as_csv=False)
    now = run.world.now()
    names = tuple(dict.fromkeys(provider or PROVIDERS))

    def work(run: Run, target: Target) -> None:
        found = target.reader.run(vdm.look(target.env, now, days, names))
        run.report(target.env.name, {"deliverability": text.data(target.env, found)})
        run.show(text.deliverability(target.env, found, run.out.width))

    run.each(work)
