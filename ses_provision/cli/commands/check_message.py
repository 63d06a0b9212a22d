"""check-message: a mail in a file, as receivers judge it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.options import OPEN
from ses_provision.cli.resolvers import USUAL, AskedResolvers
from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.errors import UsageError
from ses_provision.outside import files

if TYPE_CHECKING:
    from ses_provision.environment import Environment


@without("every", "profile")
def check_message(
    run: Run,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The mail (.eml), or - for stdin.")],
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit status 3 while something is open.")
    ] = False,
    resolver: AskedResolvers = None,
) -> None:
    """Judge a mail in a file as receivers do: alignment, DKIM, unsubscribing, links, size.

    Asks DNS alone, no account. With --env it is also held against that environment: its domain,
    MAIL FROM and configuration set. A copy that was received shows most: a draft has no signature
    yet.

    Example: ses-provision check-message received.eml --env prod
    """
    from ses_provision.operations import message
    from ses_provision.outside import anybody
    from ses_provision.render import mail as text

    env = environment(run)
    mail = message.taken_apart(content(file))
    whom = tuple(resolver or (env.dns.resolvers if env else USUAL))
    with run.life.during("asking DNS"):
        found = anybody.run(message.judged(mail, env, whom), run.world.resolve)
    told = text.data(mail, found)
    if env is not None:
        run.report(env.name, {"message": told})
    else:
        run.extra["message"] = told
    run.show(text.judged(file, mail, found))
    if exit_code and any(one.is_open for one in found):
        run.fail(OPEN)


def environment(run: Run) -> Environment | None:
    """The environment that the mail is held against, where one is named."""
    if len(run.env) > 1:
        raise UsageError("`ses-provision check-message` takes one environment at a time.")
    return run.environments()[0] if run.env else None


def content(file: str) -> bytes:
    """The octets of the mail."""
    from ses_provision.operations.message import LARGEST

    if file != "-":
        try:
            return files.content(Path(file), LARGEST)
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {files.reason(error)}.") from error
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("There is no mail on standard input.", "Give a file, or pipe one in.")
    read = sys.stdin.buffer.read(LARGEST + 1)
    if len(read) > LARGEST:
        raise UsageError(f"Standard input has more than {LARGEST // 1_000_000} MB: no mail has.")
    return read
