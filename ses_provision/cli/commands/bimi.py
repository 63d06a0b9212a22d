"""bimi: what mailbox providers will show of the logo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ses_provision.cli.options import OPEN
from ses_provision.cli.resolvers import AskedResolvers
from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.errors import UsageError
from ses_provision.outside import files

if TYPE_CHECKING:
    from ses_provision.environment import Environment

Action = Literal["check"]


@without("profile")
def bimi(
    run: Run,
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="check.")],
    file: Annotated[
        str, typer.Option("--file", metavar="SVG", help="A logo that is not published yet.")
    ] = "",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit status 3 while something is open.")
    ] = False,
    resolver: AskedResolvers = None,
) -> None:
    """Say what mailbox providers will show of the logo, and what keeps them from it.

    Looks at DMARC at the domain and its organisational domain, at the record, at the logo (profile
    SVG Tiny PS, size, shape, title) and at its certificate, by DNS and the web; no account is
    asked. With --file alone only that file is looked at.

    Example: ses-provision bimi check --env prod

    Example: ses-provision bimi check --file logo.svg
    """
    del action
    if file:
        of_file(run, file, exit_code=exit_code)
        if not run.env and not run.every:
            return
    found = [env for env in run.environments() if env.bimi is not None]
    if not found:
        raise UsageError(
            "No environment that is meant has a [bimi] section.",
            "`ses-provision guide bimi` says what goes into it; --file looks at a logo alone.",
        )
    for env in found:
        with run.boundary(env.name):
            of_environment(run, env, resolver, exit_code=exit_code)


def of_file(run: Run, file: str, *, exit_code: bool) -> None:
    """Look at a logo by itself."""
    from ses_provision.checks import logo
    from ses_provision.render import bimi as text

    try:
        content = files.content(Path(file), logo.LARGEST_READ)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {files.reason(error)}.") from error
    faults = logo.faults(content)
    run.extra["logo"] = text.logo_data(file, content, faults)
    run.show(text.of_logo(file, content, faults))
    if exit_code and faults:
        run.fail(OPEN)


def of_environment(
    run: Run, env: Environment, resolver: list[str] | None, *, exit_code: bool
) -> None:
    """Look at what receivers find."""
    from ses_provision.checks.bimi_sight import look
    from ses_provision.checks.mailboxes import showing
    from ses_provision.outside import anybody
    from ses_provision.render import bimi as text

    now = run.world.now()
    with run.life.during("asking DNS and the web"):
        sight = anybody.run(look(env, now, resolver or env.dns.resolvers), run.world.resolve)
    if sight is None:
        return
    shown = showing(sight.in_the_way, sight.certified)
    run.report(env.name, {"bimi": text.data(sight, shown)})
    run.show(text.checked(env, sight, shown))
    if exit_code and (sight.in_the_way or sight.certificate_faults):
        run.fail(OPEN)
