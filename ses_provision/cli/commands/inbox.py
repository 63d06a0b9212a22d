"""inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.run import Run, Target, all_are_fit
from ses_provision.errors import ProvisionError, UsageError

if TYPE_CHECKING:
    from ses_provision.operations.inbox import Opened
    from ses_provision.resources.stored_mail import Stored


def inbox(
    run: Run,
    key: Annotated[
        str | None,
        typer.Argument(metavar="[KEY]", help="The mail to show; without one, they are listed."),
    ] = None,
    last: Annotated[
        int, typer.Option("--last", min=1, max=1000, metavar="N", help="How many to list.")
    ] = 10,
) -> None:
    """Show what arrived: the newest mails that [receiving] stored, or one of them whole.

    Addresses and subjects are shown as they are, to whoever may read the bucket. What SES found
    (spam, viruses, SPF, DKIM, DMARC) stands beside each mail where it did not pass.

    Example: ses-provision inbox --env prod --last 3
    """
    from ses_provision.operations.inbox import insist_on_receiving

    if all(env.receiving is None for env in run.environments()):
        raise UsageError(
            "No environment that is meant receives mail: none has a [receiving] section.",
            "`ses-provision guide receiving` says what goes into it.",
        )

    def work(run: Run, target: Target) -> None:
        if target.env.receiving is None and not run.env:
            return
        if key is None:
            show_newest(run, target, last)
        else:
            show_one(run, target, key)

    run.each(work, in_turn=True, fit=insist_on_receiving if run.env else all_are_fit)


def show_newest(run: Run, target: Target, last: int) -> None:
    """List the newest mails."""
    from ses_provision.operations import inbox as operation
    from ses_provision.render import inbox as text

    env, account = target.env, target.account
    found = operation.insist_on_receiving(env)
    there = list_of(target)
    some = target.reader.run(operation.letters(env, account, there[:last]))
    run.report(env.name, {"inbox": text.document(found, len(there), some)})
    run.show(text.listed(env.name, found, len(there), some), "")


def show_one(run: Run, target: Target, key: str) -> None:
    """Show one mail."""
    from ses_provision.operations import inbox as operation
    from ses_provision.render import inbox as text

    found = operation.insist_on_receiving(target.env)
    opened = opening(target, key)
    run.report(target.env.name, {"mail": text.whole_document(found, opened)})
    run.show(text.whole_mail(opened), "")


def list_of(target: Target) -> list[Stored]:
    """All that is stored, the newest first."""
    from ses_provision.operations import inbox as operation

    env = target.env
    there = target.reader.run(operation.stored(env, target.account))
    if there is None:
        raise ProvisionError(
            f"There is no bucket {operation.insist_on_receiving(env).bucket} yet.",
            f"ses-provision apply --env {env.name}",
        )
    return there


def opening(target: Target, key: str) -> Opened:
    """A mail by its key."""
    from ses_provision.operations import inbox as operation

    env, account = target.env, target.account
    one = next((each for each in list_of(target) if each.key == key), None)
    raw = target.reader.run(operation.content(env, account, key)) if one else None
    if one is None or raw is None:
        raise ProvisionError(
            f"Environment {env.name} has stored no mail {key}.",
            f"ses-provision inbox --env {env.name} lists what there is; mail is kept for "
            f"{env.receiving.days if env.receiving else 0} days.",
        )
    return operation.opened(one, raw)
