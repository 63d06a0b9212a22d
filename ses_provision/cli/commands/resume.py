"""resume."""

from __future__ import annotations

from ses_provision.cli.commands.pause import (
    OfTenant,
    Whole,
    everybody,
    finish,
    one_switch,
    report,
    switch,
)
from ses_provision.cli.options import Yes
from ses_provision.cli.run import Run, Target


def resume(run: Run, whole: Whole = False, tenant: OfTenant = "", yes: Yes = False) -> None:
    """Let mail through again that somebody paused.

    Shows since when, by whom and why it was paused, as far as it was noted, and asks. What AWS
    itself has stopped only AWS resumes; but a tenant that its reputation policy has stopped is
    reinstated: it sends in spite of what was found.

    Example: ses-provision resume --env prod
    """
    from ses_provision.render.emergency import standing

    one_switch(tenant, whole=whole)

    def work(run: Run, target: Target) -> None:
        stop = switch(target, tenant, whole=whole)
        if stop.sends:
            run.show(standing(stop))
            report(run, target, stop)
            return
        stop.insist_that_we_may_resume()
        run.show(standing(stop))
        if not yes:
            run.confirm(f"Let mail of {stop.name} through{everybody(run, target, stop)}?")
        stop.resume(target.connections)
        finish(run, target, stop, sends=True)

    run.each(work, writes=True)
