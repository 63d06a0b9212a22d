"""dkim-status and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ses_provision.cli.run import A_MONTH, Run, Target
from ses_provision.errors import UsageError
from ses_provision.render import document
from ses_provision.render import outputs as output_text
from ses_provision.render.progress import Progress

if TYPE_CHECKING:
    from ses_provision.checks.verification import Verification
    from ses_provision.checks.views import Whom
    from ses_provision.environment import Environment


def checked_resolvers(given: list[str] | None) -> list[str] | None:
    """Insist that resolvers are given by their address."""
    from ses_provision.environment.shapes import name_server

    for one in given or ():
        try:
            name_server(one)
        except ValueError as error:
            raise UsageError(f"--resolver {error}.") from error
    return given


Resolvers = Annotated[
    list[str] | None,
    typer.Option(
        "--resolver",
        metavar="ADDRESS",
        help="Public resolver to compare with. May be repeated.",
        callback=checked_resolvers,
    ),
]
NoDns = Annotated[bool, typer.Option("--no-dns", help="Ask AWS only, no name servers.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")]

OPEN = 3
"""Exit status of --exit-code where something is open."""


def dkim_status(
    run: Run,
    wait: Annotated[
        bool, typer.Option("--wait", help="Look until everything is verified.")
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, max=A_MONTH, metavar="MIN", help="Minutes to wait.")
    ] = 30,
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

    def work(target: Target) -> None:
        whom = asked(target.env, resolver, no_dns)
        if restart and not look_again(run, target, whom, yes=yes):
            return
        if wait:
            await_verification(run, target, timeout, whom)
        else:
            show_verification(run, target, look(target, whom))
        if exit_code and not look(target, whom).is_settled:
            run.fail(OPEN)

    run.each(work, writes=restart)


def asked(env: Environment, resolver: list[str] | None, no_dns: bool) -> Whom:
    """Whom to ask in DNS, by the options."""
    from ses_provision.checks.views import Whom

    return Whom.of(env, given=resolver or (), dns=not no_dns)


def look(target: Target, whom: Whom) -> Verification:
    """Where the domain stands now."""
    from ses_provision.checks.verification import verification

    return target.reader.run(verification(target.env, target.account, whom))


def show_verification(run: Run, target: Target, seen: Verification) -> None:
    """Show and report where the domain stands."""
    from ses_provision.render import verification as text

    run.show(text.verification(seen, target.env))
    merge(run, target.env.name, {"verification": document.verification(seen)})


def look_again(run: Run, target: Target, whom: Whom, *, yes: bool) -> bool:
    """Ask SES to look for what it gave up on; whether there was anything."""
    from ses_provision.engine.facts import identity_question
    from ses_provision.operations.restart import restarts
    from ses_provision.outside.reading import ask

    env, before = target.env, look(target, whom)
    [address] = target.reader.run(ask(identity_question(env.region, env.from_address)))
    calls = restarts(env, before, address)
    merge(run, env.name, {"restarted": [call.operation for call in calls]})
    if not calls:
        run.tell(f"{env.name}: SES has not given up on anything; there is nothing to restart.")
        return True
    lacking = [one.label for one in before.records if not one.is_right]
    if lacking:
        run.tell(f"{env.name}: not right yet: {', '.join(lacking)}. Correct it within 72 hours.")
    if not yes:
        what = "MAIL FROM" if all("MailFrom" in call.operation for call in calls) else "DKIM"
        run.confirm(f"Ask SES to look for the {what} records of {env.domain} for 72 hours more?")
    for call in calls:
        target.connections.send(call)
    target.reader.forget()
    after = look(target, whom)
    if {one.record.name for one in before.records} != {one.record.name for one in after.records}:
        run.tell(
            f"{env.name}: SES has issued new DKIM tokens, so its records are others now: "
            f"ses-provision apply --env {env.name}"
        )
    return True


def await_verification(run: Run, target: Target, timeout: float, whom: Whom | None = None) -> None:
    """Look until SES has verified everything; `timeout` in minutes."""
    from ses_provision.outside import wait

    chosen = asked(target.env, None, False) if whom is None else whom
    last: list[Verification] = []

    def again() -> Verification:
        target.reader.forget()
        last[:] = [look(target, chosen)]
        return last[0]

    with Progress(run.err, run.world.now) as progress:
        try:
            wait.until(
                again,
                lambda seen: seen.is_settled,
                timeout=timeout * 60,
                sleep=progress.sleeping(run.world.sleep),
                waiting=lambda seen, looked: progress.waits(target.env.name, seen.why, looked),
            )
        finally:
            if last:
                progress.close()
                show_verification(run, target, last[0])


def merge(run: Run, environment: str, data: Mapping[str, Any]) -> None:
    """Add to what is already reported of an environment."""
    for report in run.reports:
        if report["environment"] == environment:
            report.update(data)
            return
    run.report(environment, dict(data))


Format = Literal["table", "json", "env", "github"]


def outputs(
    run: Run,
    output_format: Annotated[
        Format, typer.Option("--format", help="table, json, env (shell), github (GITHUB_OUTPUT).")
    ] = "table",
) -> None:
    """Print what an application needs: names, addresses and ARNs.

    Example: ses-provision outputs --env prod --format env
    """
    from ses_provision.steps.outputs import outputs as values

    run.as_json = run.as_json or output_format == "json"
    if output_format in {"env", "github"} and len(run.environments()) > 1:
        raise UsageError(
            f"--format {output_format} gives names that hold one environment.",
            f"Name it: ses-provision outputs --env NAME --format {output_format}",
        )

    def work(target: Target) -> None:
        found = values(target.env, target.account)
        run.report(target.env.name, {"outputs": found})
        run.show(output_text.render(found, target.env, output_format))

    run.each(work)
