"""smtp: the access keys and passwords of SMTP users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ses_provision.cli.options import Yes
from ses_provision.cli.run import Run
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_provision.environment import Environment

Action = Literal["create", "rotate", "retire", "status", "test", "show"]
Form = Literal["any", "auth0"]

# The options that mean something to some actions only.
MEANT_FOR: dict[str, tuple[Action, ...]] = {
    "--key": ("retire",),
    "--unseen": ("retire",),
    "--undo": ("retire",),
    "--delete": ("retire",),
    "--for": ("show",),
    "--port": ("test",),
    "--send": ("test",),
    "--no-auth": ("test",),
    "--show-secret": ("create", "rotate"),
}


def smtp(
    run: Run,
    action: Annotated[
        Action,
        typer.Argument(metavar="ACTION", help="create, rotate, retire, status, test or show."),
    ],
    user: Annotated[
        str,
        typer.Option("--user", metavar="NAME", help="The SMTP user; the only one if left out."),
    ] = "",
    key: Annotated[
        str, typer.Option("--key", metavar="END", help="retire: the last signs of the key.")
    ] = "",
    unseen: Annotated[
        bool, typer.Option("--unseen", help="retire: though nobody was seen to use the new key.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="retire: let the key be used again.")
    ] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="retire: delete an inactive key for good.")
    ] = False,
    form: Annotated[
        Form, typer.Option("--for", help="show: the fields of any program's form, or of auth0's.")
    ] = "any",
    port: Annotated[
        int, typer.Option("--port", metavar="N", help="test: 587, 2587, 25, 465 or 2465.")
    ] = 587,
    mail: Annotated[
        bool, typer.Option("--send", help="test: send a mail to the mailbox simulator, too.")
    ] = False,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="test: without a login, only as far as TLS.")
    ] = False,
    show_secret: Annotated[
        bool,
        typer.Option("--show-secret", help="create, rotate: show the password off a terminal."),
    ] = False,
    yes: Yes = False,
) -> None:
    """Make, rotate, retire and test the passwords of SMTP users; never a part of plan and apply.

    The password goes to the store of the user (smtp_users.store), or is shown once on a terminal.
    A rotation keeps mail flowing: rotate makes a second key, retire switches the first one off once
    the second was seen in use, and retire --delete removes it for good.

    Example: ses-provision smtp create --env prod --user auth0-mailer

    Example: ses-provision smtp test --env prod --user auth0-mailer --send

    Example: ses-provision smtp show --env prod --user auth0-mailer --for auth0
    """
    from ses_provision.cli import smtp_looks, smtp_writes
    from ses_provision.cli.smtp_writes import Retirement

    of_key = {"--key": key, "--unseen": unseen, "--undo": undo, "--delete": delete}
    of_test = {"--port": port != 587, "--send": mail, "--no-auth": no_auth}
    others = {"--for": form != "any", "--show-secret": show_secret}
    refuse_others(action, {**of_key, **of_test, **others})
    match action:
        case "create" | "rotate":
            smtp_writes.new_key(run, action, user, show_secret=show_secret, yes=yes)
        case "retire":
            chosen = Retirement(key, unseen=unseen, undo=undo, delete=delete)
            smtp_writes.retire(run, user, chosen, yes=yes)
        case "status":
            smtp_looks.status(run, user)
        case "test":
            smtp_looks.test(run, only(run), user, (port, mail, no_auth))
        case "show":
            smtp_looks.show(run, only(run), user, form)


def refuse_others(action: Action, given: Mapping[str, object]) -> None:
    """Refuse an option that this action would not heed."""
    for option, value in given.items():
        meant = MEANT_FOR[option]
        if value and action not in meant:
            raise UsageError(
                f"{option} means nothing to smtp {action}; it is for smtp {' and '.join(meant)}.",
                f"Leave {option} out.",
            )


def only(run: Run) -> Environment:
    """The environment that is meant, where one user of one is looked at."""
    found = run.environments()
    if len(found) != 1:
        names = ", ".join(env.name for env in found)
        raise UsageError("This is about one environment.", f"--env NAME, of: {names}.")
    return found[0]
