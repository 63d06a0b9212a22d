"""dkim: keys of one's own, renewed and tidied."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ses_provision.cli.options import Timeout, Yes
from ses_provision.cli.resolvers import Resolvers
from ses_provision.cli.run import Run
from ses_provision.errors import UsageError

Action = Literal["rotate", "tidy"]


def dkim(
    run: Run,
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="rotate or tidy.")],
    again: Annotated[
        bool, typer.Option("--again", help="rotate: though the key is not a day old.")
    ] = False,
    timeout: Timeout = 30,
    resolver: Resolvers = None,
    yes: Yes = False,
) -> None:
    """Renew a DKIM key of your own without a gap, or remove what signs no more.

    rotate makes a key, publishes its record, waits until everybody sees it, and only then has SES
    sign with it; it goes over from Easy DKIM in the same way. Interrupted, the same command goes
    on. The old record stays until tidy removes it, after 7 days.

    Example: ses-provision dkim rotate --env prod

    Example: ses-provision dkim tidy --env prod
    """
    from ses_provision.cli import dkim_writes

    if action == "rotate":
        dkim_writes.rotate(run, resolver, again=again, timeout=timeout, yes=yes)
        return
    if again:
        raise UsageError("--again goes with rotate.")
    dkim_writes.tidy(run, yes=yes)
