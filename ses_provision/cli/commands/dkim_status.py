"""dkim-status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.options import OPEN, Timeout, Yes
from ses_provision.cli.reports import merge
from ses_provision.cli.resolvers import NoDns, Resolvers, asked
from ses_provision.cli.run import Run, Target
from ses_provision.cli.verification import await_verification, look, show_verification
from ses_provision.errors import AwsRefused

if TYPE_CHECKING:
    from ses_provision.checks.whom import Whom


def dkim_status(
    run: Run,
    wait: Annotated[
        bool, typer.Option("--wait", help="Look until everything is verified.")
    ] = False,
    timeout: Timeout = 30,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit status 3 unless all is verified.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Ask SES to look again where it gave up.")
    ] = False,
    yes: Yes = False,
    resolver: Resolvers = None,
    no_dns: NoDns = False,
) -> None:
    """Show where the verification of the domain stands, and why.

    For each record: what SES wants, and what the hosted zone, the domain's own name servers and
    public resolvers have; then one verdict with its cause and what to do.

    Example: ses-provision dkim-status --env prod --wait
    """

    def work(run: Run, target: Target) -> None:
        whom = asked(target.env, resolver, no_dns)
        if restart:
            look_again(run, target, whom, yes=yes)
        if wait:
            await_verification(run, target, timeout, whom)
        else:
            show_verification(run, target, look(target, whom))
        if exit_code and not look(target, whom).is_settled:
            run.fail(OPEN)

    run.each(work, writes=restart, in_turn=wait)


def look_again(run: Run, target: Target, whom: Whom, *, yes: bool) -> None:
    """Ask SES to look for what it gave up on."""
    from ses_provision.operations.restart import otherwise, restarts
    from ses_provision.resources.ses.identity import identity
    from ses_provision.steps import arns

    env, before = target.env, look(target, whom)
    address = target.reader.run(identity(arns.sender(env, target.account)))
    calls = restarts(env, target.account, before, address)
    merge(run, env.name, {"restarted": [call.operation for call in calls]})
    if not calls:
        run.tell(f"{env.name}: SES has not given up on anything; there is nothing to restart.")
        return
    lacking = [one.label for one in before.records if not one.is_right]
    if lacking:
        run.tell(f"{env.name}: not right yet: {', '.join(lacking)}. Correct it within 72 hours.")
    if not yes:
        what = "MAIL FROM" if all("MailFrom" in call.operation for call in calls) else "DKIM"
        run.confirm(f"Ask SES to look for the {what} records of {env.domain} for 72 hours more?")
    for call in calls:
        try:
            target.connections.send(call)
        except AwsRefused as refusal:
            raise otherwise(env, before, refusal) from refusal
    target.reader.forget()
    after = look(target, whom)
    if {one.record.name for one in before.records} != {one.record.name for one in after.records}:
        run.tell(
            f"{env.name}: SES has issued new DKIM tokens, so its records are others now: "
            f"ses-provision apply --env {env.name}"
        )
