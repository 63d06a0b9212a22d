"""pause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli import folder
from ses_provision.cli.options import Yes
from ses_provision.cli.run import Run, Target
from ses_provision.errors import NotSettled, UsageError

if TYPE_CHECKING:
    from ses_provision.operations.emergency import Stop
    from ses_provision.operations.tenant_stop import TenantStop

LONGEST = 120  # characters of a reason: it goes into a tag, with a date and a name

Whole = Annotated[
    bool,
    typer.Option("--account", help="All mail of the account in this region, not one set's alone."),
]

OfTenant = Annotated[
    str, typer.Option("--tenant", metavar="NAME", help="The mail of one tenant alone.")
]


def pause(
    run: Run,
    whole: Whole = False,
    tenant: OfTenant = "",
    because: Annotated[
        str, typer.Option("--because", metavar="TEXT", help="Why; it is kept on the set as a tag.")
    ] = "",
    yes: Yes = False,
) -> None:
    """Stop sending at once: the emergency stop.

    SES refuses mail with the configuration set from now on; it keeps none for later. With
    --account it refuses all mail of the account in the region, with --tenant that of one tenant.
    Only `resume` ends it: no apply, no alarm.

    Example: ses-provision pause --env prod --because "complaints rise"
    """
    from ses_provision.render.emergency import standing

    one_line(because)
    one_switch(tenant, whole=whole)

    def work(run: Run, target: Target) -> None:
        stop = switch(target, tenant, whole=whole)
        if not stop.sends:
            run.show(standing(stop))
            report(run, target, stop)
            return
        if not yes:
            run.confirm(f"Stop all mail of {stop.name}{everybody(run, target, stop)}?")
        stop.pause(target.connections, run.world.now(), because.strip())
        finish(run, target, stop, sends=False)

    run.each(work, writes=True)


def one_line(because: str) -> None:
    """Insist on a reason that fits into a tag."""
    if not because.isprintable() or len(because) > LONGEST:
        raise UsageError(f"--because wants one line, at most {LONGEST} letters.")


def one_switch(tenant: str, *, whole: bool) -> None:
    """Insist on one switch."""
    if tenant and whole:
        raise UsageError("--account is all mail, and --tenant that of one: name one of both.")


def switch(target: Target, tenant: str, *, whole: bool) -> Stop | TenantStop:
    """How the switch of an environment stands, or that of a tenant."""
    from ses_provision.operations import emergency, tenant_stop

    if tenant:
        found = target.reader.run(tenant_stop.look(target.env, target.account, tenant))
        return tenant_stop.TenantStop(target.env, found)
    seen = target.reader.run(emergency.look(target.env, target.account))
    stop = emergency.Stop(target.env, seen, whole)
    stop.insist_on_something()
    return stop


def everybody(run: Run, target: Target, stop: Stop | TenantStop) -> str:
    """Who else is met by the switch of the account."""
    if not getattr(stop, "whole_account", False):
        return ""
    return f" (environment {target.env.name}{folder.also_there(target.env, run.config_dir)})"


def finish(run: Run, target: Target, stop: Stop | TenantStop, *, sends: bool) -> None:
    """Look again, and tell how the switch stands; raise NotSettled where AWS has not turned it."""
    from ses_provision.render.emergency import standing

    proved = stop.proved(target.reader, target.account)
    for note in proved.notes:
        run.tell(f"{target.env.name}: {note}")
    report(run, target, proved)
    if proved.sends is not sends:
        raise NotSettled(
            f"AWS took the call, and still shows {stop.name} as {'off' if sends else 'on'}.",
            f"Look again: ses-provision status --env {target.env.name}",
        )
    run.show(standing(proved))


def report(run: Run, target: Target, stop: Stop | TenantStop) -> None:
    """Report how both switches stand, or that of a tenant."""
    from ses_provision.operations.tenant_stop import TenantStop
    from ses_provision.render.tenants import stopped

    if isinstance(stop, TenantStop):
        run.report(target.env.name, {"sending": stopped(stop)})
        return
    found = stop.seen.sending
    run.report(
        target.env.name,
        {
            "sending": {
                "configuration_set": target.env.configuration_set.name,
                "set_sends": found.set_sends,
                "account_sends": found.account_sends,
                "paused": found.paused,
                "enforcement": found.account.enforcement,
            }
        },
    )
