"""suppression."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ses_provision.cli import suppression_list
from ses_provision.cli.options import Yes
from ses_provision.cli.run import Run, Target
from ses_provision.cli.suppression_list import Action, Given
from ses_provision.operations.suppression_files import Format


class Reason(StrEnum):
    """Why an address is suppressed."""

    BOUNCE = "BOUNCE"
    COMPLAINT = "COMPLAINT"


def suppression(
    run: Run,
    action: Annotated[
        Action,
        typer.Argument(metavar="ACTION", help="list, add, remove, import, export, settings."),
    ],
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[WHAT]...", help="Addresses, or the file.")
    ] = None,
    reason: Annotated[
        list[Reason] | None,
        typer.Option("--reason", help="The reason, or the only ones; may be repeated."),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="Whose file it is; told by its columns if left out."),
    ] = None,
    tenant: Annotated[
        str, typer.Option("--tenant", metavar="NAME", help="The list of a tenant.")
    ] = "",
    rate: Annotated[
        float, typer.Option("--rate", min=0.1, max=50, metavar="N", help="Calls a second.")
    ] = 1,
    yes: Yes = False,
) -> None:
    """Look at the account's suppression list in a region, and change it.

    list shows it, or the addresses given. add ADDRESS... and remove ADDRESS... change it. import
    FILE takes in what another provider kept: run it before the first mail. export writes it as CSV.
    settings shows what SES takes in by itself, and --reason says what it should.

    A tenant may have a list of its own: --tenant NAME is about that; export it before the tenant is
    deleted, for it is lost with it.

    An import puts only what lacks, at the pace that SES allows; interrupted, it goes on where it
    was. An address that stands on the list keeps its reason.

    Example: ses-provision suppression list --env prod
    """
    given = Given(
        action, tuple(what or ()), tuple(each.value for each in reason or ()), form, tenant
    )
    given.insist()
    wanted = suppression_list.file(given) if action is Action.IMPORT else None

    def work(run: Run, target: Target) -> None:
        match action:
            case Action.LIST | Action.EXPORT:
                suppression_list.show(run, target, given)
            case Action.SETTINGS:
                suppression_list.set_up(run, target, given, yes=yes)
            case Action.REMOVE:
                suppression_list.take_off(run, target, given, rate, yes=yes)
            case Action.ADD | Action.IMPORT:
                suppression_list.put(run, target, given, wanted, rate, yes=yes)

    run.each(work, writes=given.writes)
