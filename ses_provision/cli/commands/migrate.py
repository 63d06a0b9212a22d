"""migrate: what stands at the domain that mail moves away from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ses_provision.cli.options import OPEN
from ses_provision.cli.resolvers import USUAL, AskedResolvers
from ses_provision.cli.run import Run, Target
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.environment import Environment
    from ses_provision.operations.moving import Peak, Standing, There
    from ses_provision.outside.reading import Reading

Action = Literal["check"]


def migrate(
    run: Run,
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="check.")],
    from_domain: Annotated[
        str,
        typer.Option(
            "--from-domain", metavar="DOMAIN", help="Where mail comes from; the environment's own."
        ),
    ] = "",
    old_selector: Annotated[
        list[str] | None,
        typer.Option("--old-selector", metavar="NAME", help="A DKIM selector. May be repeated."),
    ] = None,
    peak: Annotated[
        int | None, typer.Option("--peak", min=1, metavar="N", help="The most recipients a day.")
    ] = None,
    peak_rate: Annotated[
        float | None,
        typer.Option("--peak-rate", min=0.01, metavar="N", help="The most recipients a second."),
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit status 3 while something is open.")
    ] = False,
    resolver: AskedResolvers = None,
) -> None:
    """Show what stands at the domain that one moves from, and how to move.

    Reads only: SPF with all its look-ups, who sends by it, DKIM selectors that answer, DMARC, MX,
    and the way over as a table by day. With --env also the account's quota against the peak;
    without, DNS alone is asked.

    Example: ses-provision migrate check --from-domain example.com

    Example: ses-provision migrate check --env prod --peak 20000
    """
    from ses_provision.operations.moving import Peak
    from ses_provision.outside import anybody

    del action
    wanted = Wanted(domain_of(from_domain), tuple(old_selector or ()), Peak(peak, peak_rate))
    if not run.env and not run.every:
        if not wanted.domain:
            raise UsageError("Say which domain: --from-domain DOMAIN, or --env NAME.")
        with run.life.during("asking DNS"):
            seen = anybody.run(wanted.look(None, resolver or USUAL), run.world.resolve)
        run.extra["migration"] = told(run, wanted, seen, None, exit_code=exit_code)
        return

    def work(run: Run, target: Target) -> None:
        from ses_provision.operations.moving import Room, There
        from ses_provision.outside.reading import both
        from ses_provision.resources.ses.account import sending_account
        from ses_provision.resources.ses.identity import identity
        from ses_provision.steps import arns

        env = target.env
        seen, (account, found) = target.reader.run(
            both(
                wanted.look(env, resolver or env.dns.resolvers),
                both(sending_account(env.region), identity(arns.identity(env, target.account))),
            )
        )
        there = There(env, Room(account.access.daily, account.access.rate), found)
        run.report(env.name, {"migration": told(run, wanted, seen, there, exit_code=exit_code)})

    run.each(work)


class Wanted:
    """What was asked for on the command line."""

    def __init__(self, domain: str, selectors: tuple[str, ...], peak: Peak) -> None:
        self.domain = domain
        self.selectors = selectors
        self.peak = peak

    def look(self, env: Environment | None, resolvers: Sequence[str]) -> Reading[Standing]:
        """Ask DNS about the domain, and about the name that MAIL FROM is to have."""
        from ses_provision.operations.moving import look

        domain = self.domain or (env.domain if env else "")
        mail_from = env.mail_from_domain if env and env.domain == domain else f"mail.{domain}"
        return look(domain, mail_from, self.selectors, resolvers)


def domain_of(given: str) -> str:
    """The domain in the form of DNS."""
    import re

    from ses_provision.environment.shapes import DOMAIN, to_ascii

    try:
        domain = str(to_ascii(given))
    except ValueError as error:
        raise UsageError(f"--from-domain {error}.") from error
    if domain and not re.fullmatch(DOMAIN, domain):
        raise UsageError(f"--from-domain must be a domain such as example.com, not {given}.")
    return domain


def told(
    run: Run,
    wanted: Wanted,
    seen: Standing,
    there: There | None,
    *,
    exit_code: bool,
) -> dict[str, Any]:
    """Show it, and give it as the document has it."""
    from ses_provision.operations.moving import findings, ramp
    from ses_provision.render import migration as text

    found = tuple(findings(seen, wanted.peak, there))
    room = there.room if there else None
    days = ramp(wanted.peak, room)
    run.show(text.shown(seen, found, days, there))
    if exit_code and any(one.is_open for one in found):
        run.fail(OPEN)
    return text.data(seen, found, days, room)
