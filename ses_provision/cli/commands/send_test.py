"""send-test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.run import Run, Target
from ses_provision.errors import ProvisionError, UsageError

if TYPE_CHECKING:
    from ses_provision.outside.call import Call


def send_test(
    run: Run,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="ADDRESS", help="The mailbox simulator if left out."),
    ] = None,
    tenant: Annotated[
        str, typer.Option("--tenant", metavar="NAME", help="Send on behalf of a tenant.")
    ] = "",
) -> None:
    """Send one mail through the real identity and configuration set.

    Where SES refuses it, says why: sandbox, region, MAIL FROM, pause, the ARN that is not
    allowed, or what a tenant was not given. Mail to the simulator is delivered to nobody.

    Example: ses-provision send-test --env prod
    """
    from ses_provision.operations.test_mail import SUCCESS, sender_of, set_of

    recipient = SUCCESS if to is None else address(to)

    def work(run: Run, target: Target) -> None:
        message_id = send(target, recipient, tenant)
        env = target.env
        name, sender = set_of(env, tenant), sender_of(env, tenant)
        run.report(
            env.name,
            {
                "message_id": message_id,
                "from": sender,
                "to": recipient,
                "configuration_set": name,
                **({"tenant": tenant} if tenant else {}),
            },
        )
        run.show(
            f"{env.name}: sent from {sender} to {recipient} with "
            f"{name} in {env.region}" + (f" on behalf of tenant {tenant}" if tenant else ""),
            f"message id {message_id}",
        )

    run.each(work, writes=True)


def address(given: str) -> str:
    """Insist on one e-mail address."""
    from ses_provision.environment import single

    try:
        return single.fitting("events.emails", given)
    except ValueError as error:
        raise UsageError(f"--to {error}.") from error


def send(target: Target, to: str, tenant: str = "") -> str:
    """Send the mail; answer with its message id, or raise what a refusal means."""
    from ses_provision.operations import test_mail

    return delivered(target, test_mail.mail(target.env, target.account, to, tenant), (to,))


def delivered(target: Target, mail: Call, to: Sequence[str]) -> str:
    """Send a mail through an environment; its message id, or an error that says what a refusal
    means for the recipient that SES names."""
    from ses_provision.operations import test_mail
    from ses_provision.resources.ses.identity import Identity, identity
    from ses_provision.steps import arns

    env = target.env
    try:
        reply = target.connections.send(mail)
    except ProvisionError as error:
        try:
            found = target.reader.run(identity(arns.identity(env, target.account)))
        except ProvisionError:
            found = Identity()
        named = next((each for each in to if each.lower() in error.message.lower()), to[0])
        raise test_mail.translated(env, named, error, known=found is not None) from error
    return str(reply["MessageId"])
