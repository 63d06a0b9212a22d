"""quota."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli import folder
from ses_provision.cli.options import Yes
from ses_provision.cli.run import Run, Target

if TYPE_CHECKING:
    from ses_provision.operations.quotas import Quotas
    from ses_provision.resources.service_quotas import Quota

MOST = 10_000_000_000


def quota(
    run: Run,
    request: Annotated[
        int | None,
        typer.Option(
            "--request", min=1, max=MOST, metavar="N", help="Ask for N mails in 24 hours."
        ),
    ] = None,
    request_rate: Annotated[
        int | None,
        typer.Option("--request-rate", min=1, max=MOST, metavar="N", help="Ask for N a second."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Show how much may be sent, and how much of it is used; ask AWS for more.

    Quotas are of an account in a region, and count recipients. A request goes through Service
    Quotas, and AWS decides within a day or so. While one is open no second one is made: it is
    shown.

    Example: ses-provision quota --env prod
    """
    from ses_provision.operations import quotas
    from ses_provision.render import quotas as text
    from ses_provision.resources.service_quotas import DAILY, RATE

    asked = {DAILY: request, RATE: request_rate}
    wanted = {each: float(value) for each, value in asked.items() if value is not None}

    def work(run: Run, target: Target) -> None:
        env = target.env
        seen = target.reader.run(quotas.look(env.region))
        if wanted:
            seen = ask_for_more(run, target, seen, wanted, yes=yes)
        run.report(env.name, {"quota": text.data(env, seen)})
        run.show(text.quotas(env, seen))

    run.each(work, writes=bool(wanted))


def ask_for_more(
    run: Run, target: Target, seen: Quotas, wanted: dict[Quota, float], *, yes: bool
) -> Quotas:
    """Ask for what is neither granted nor asked for already; how things stand then."""
    from ses_provision.engine.calling import ensure
    from ses_provision.operations import quotas
    from ses_provision.render import quotas as text
    from ses_provision.render.numbers import amount

    env = target.env
    lacks = quotas.lacking(seen, wanted)
    for each, value in wanted.items():
        opened = seen.open(each)
        if seen.is_enough(each, value):
            run.show(text.enough(env, seen, each))
        elif opened is not None:
            run.show(text.waits(env, opened))
    if not lacks:
        return seen
    quotas.insist_on_access(env, seen)
    if not yes:
        more = " and ".join(f"{amount(value)} {each.title}" for each, value in lacks.items())
        place = f"account {env.account_id} in {env.region}"
        run.confirm(f"Ask AWS for {more} for {place}{folder.also_there(env, run.config_dir)}?")
    for each, value in lacks.items():
        ensure(quotas.request(target.account, each, value), target.connections)
    target.reader.forget()
    return target.reader.run(quotas.look(env.region))
