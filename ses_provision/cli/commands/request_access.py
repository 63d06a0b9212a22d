"""request-access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ses_provision.cli.options import Timeout, Yes
from ses_provision.cli.resolvers import NoDns, Resolvers, asked
from ses_provision.cli.run import Run, Target
from ses_provision.cli.waiting import progress
from ses_provision.engine.values import plain
from ses_provision.errors import AccessDenied, AwsRefused, NotReady

if TYPE_CHECKING:
    from ses_provision.checks.finding import Finding
    from ses_provision.resources.ses.account import AccountAccess

A_DAY = 24 * 60.0


def request_access(
    run: Run,
    submit: Annotated[bool, typer.Option("--submit", help="Submit the request to AWS.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Look until AWS has decided.")] = False,
    timeout: Timeout = A_DAY,
    yes: Yes = False,
    resolver: Resolvers = None,
    no_dns: NoDns = False,
) -> None:
    """Show what AWS's reviewers will see, and ask them to lift the sandbox.

    Submits only with --submit, only after DKIM is verified, and never twice: a request that was
    denied goes on in its support case. Without the right to submit it shows the console's steps.

    Example: ses-provision request-access --env prod --submit
    """

    def work(run: Run, target: Target) -> None:
        from ses_provision.operations.access_request import may_submit
        from ses_provision.render import access as text

        env = target.env
        findings = preflight(target, resolver, no_dns)
        seen = state(target)
        run.show(text.preflight(seen, findings, env))
        report(run, target, seen, findings)
        if submit:
            submit_once(run, target, seen, findings, yes=yes)
        if wait:
            await_decision(run, target, timeout)
        if submit or wait:
            tell_outcome(run, target)
        elif may_submit(seen.state):
            run.show(
                f"Nothing was sent. To send it: ses-provision request-access --env {env.name} "
                "--submit"
            )

    run.each(work, writes=submit, in_turn=wait)


def preflight(target: Target, resolver: list[str] | None, no_dns: bool) -> list[Finding]:
    """Look at what reviewers look at."""
    from ses_provision.checks.preflight import PREFLIGHT
    from ses_provision.checks.topic import Scene, look

    scene = Scene(target.env, target.account, asked(target.env, resolver, no_dns))
    [looked] = target.reader.run(look([PREFLIGHT], scene))
    return list(looked.findings)


def state(target: Target) -> AccountAccess:
    """Where the account stands now."""
    from ses_provision.resources.ses.account import sending_account

    return target.reader.run(sending_account(target.env.region)).access


def report(run: Run, target: Target, seen: AccountAccess, findings: list[Finding]) -> None:
    """Report where the account stands."""
    data: dict[str, Any] = {
        "access": plain(seen),
        "preflight": [{**plain(one), "open": one.is_open} for one in findings],
        "submitted": False,
    }
    run.report(target.env.name, data)


def submit_once(
    run: Run, target: Target, seen: AccountAccess, findings: list[Finding], *, yes: bool
) -> None:
    """Submit the request where it makes sense, after asking."""
    from ses_provision.operations import access_request
    from ses_provision.render import access as text

    env = target.env
    if not access_request.may_submit(seen.state):
        return
    insist_on_what_is_needed(env.name, findings)
    call = access_request.request(env)
    run.show(text.request(call.params))
    if not yes:
        run.confirm(f"Submit this request to AWS for account {env.account_id} in {env.region}?")
    try:
        target.connections.send(call)
    except AccessDenied:
        run.show(text.by_hand(env))
        run.reports[-1]["console"] = plain(call.params)
        raise
    except AwsRefused as refused:
        # ConflictException: a review is under way or was denied meanwhile; tell_outcome says which.
        if refused.code != "ConflictException":
            raise
    else:
        run.reports[-1]["submitted"] = True
    target.reader.forget()


def insist_on_what_is_needed(name: str, findings: list[Finding]) -> None:
    """Refuse what reviewers would deny, or cannot read."""
    needed = {"SES-DKIM-001", "SES-IDENTITY-001", "SES-ACCESS-001"}
    lacking = [one for one in findings if one.id in needed and one.is_open]
    if lacking:
        first = lacking[0]
        raise NotReady(
            f"{name} is not ready to ask for production access: {first.title}: {first.evidence}.",
            first.next_step,
        )


def await_decision(run: Run, target: Target, timeout: float) -> None:
    """Look until AWS has decided; `timeout` in minutes."""
    from ses_provision.outside import wait
    from ses_provision.resources.ses.account import Access

    def look() -> AccountAccess:
        target.reader.forget()
        return state(target)

    told = progress(run)
    wait.until(
        look,
        lambda seen: seen.state is not Access.PENDING,
        timeout=timeout * 60,
        sleep=told.sleeping(run.world.sleep),
        waiting=lambda seen, looked: told.waits(
            target.env.name, f"AWS reviews case {seen.case_id}", looked
        ),
    )


def tell_outcome(run: Run, target: Target) -> None:
    """Show where the account stands after all this."""
    from ses_provision.render import access as text
    from ses_provision.resources.ses.account import Access

    seen = state(target)
    run.show(text.standing(seen, target.env))
    run.reports[-1]["access"] = plain(seen)
    if seen.state is Access.DENIED:
        raise NotReady(
            f"AWS denied production access (support case {seen.case_id or 'not told'}).",
            "Answer in that case: a new request is refused.",
        )
    if seen.state is Access.FAILED:
        raise NotReady(
            "The review failed inside AWS.",
            f"ses-provision request-access --env {target.env.name} --submit",
        )
