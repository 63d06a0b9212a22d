"""The table of commands, and where command line mistakes become exit status 64."""

from __future__ import annotations

import functools
import sys
from typing import Annotated, Any

import typer

from ses_provision import __version__
from ses_provision.cli import signals
from ses_provision.cli.commands import (
    apply,
    attest,
    checklist,
    demo,
    destroy,
    dkim_status,
    dns,
    drill,
    explain,
    export,
    guide,
    init,
    local,
    outputs,
    pause,
    permissions,
    plan,
    request_access,
    resume,
    schema,
    send_test,
    status,
    validate,
    whoami,
)
from ses_provision.cli.mistakes import command_of, mistake
from ses_provision.cli.outlet import Outlet
from ses_provision.cli.run import interruption, shared
from ses_provision.errors import OutputLost, ProvisionError, UsageError
from ses_provision.outside.secrets import SECRETS, hide, learn_environment
from ses_provision.render import document
from ses_provision.render.message import safe
from ses_provision.worlds.real import World

app = typer.Typer(
    name="ses-provision",
    help="Amazon SES from an empty AWS account to verified, monitored sending.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for body in (
    plan.plan,
    apply.apply,
    destroy.destroy,
    status.status,
    whoami.whoami,
    dkim_status.dkim_status,
    checklist.checklist,
    attest.attest,
    request_access.request_access,
    send_test.send_test,
    drill.drill,
    pause.pause,
    resume.resume,
    outputs.outputs,
    permissions.permissions,
    dns.dns,
    explain.explain,
    guide.guide,
    export.export,
    init.init,
    schema.schema,
    validate.validate,
    demo.demo,
    local.local,
):
    app.command(body.__name__.replace("_", "-"))(shared(body))


def show_version(value: bool) -> None:
    """Print the version and leave."""
    if value:
        typer.echo(f"ses-provision {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Amazon SES from an empty AWS account to verified, monitored sending."""
    del version


@functools.cache
def command_line() -> Any:
    """The commands with their options, worked out once."""
    return typer.main.get_command(app)


def run(arguments: list[str], world: World | None = None) -> int:
    """Run a command line; answer with its exit status."""
    learn_environment()
    with signals.interruptible():
        try:
            return invoke(arguments, world)
        except signals.Interrupted as stopped:
            error = interruption(stopped, [])
            say(safe(error.message), error.hint)
            document_of(arguments, error)
            return stopped.status


def invoke(arguments: list[str], world: World | None) -> int:
    """Run a command line; mistakes in it become exit status 64."""
    try:
        result = command_line().main(
            arguments, prog_name="ses-provision", standalone_mode=False, obj=world
        )
    except (UsageError, OutputLost) as error:
        return usage(arguments, error)
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stdout.write(error.format_message() + "\n")
            return 0
        known = list(command_line().commands)
        return usage(arguments, mistake(error, command_of(error, arguments, known)))
    except typer.Abort:
        say("You did not say yes: nothing more was changed.")
        return 1
    except OSError as error:
        # Only help and version are written here; commands tell by themselves what they lost.
        say(f"error: Standard output could not be written: {error.strerror}.")
        return 1
    return int(result or 0)


def usage(arguments: list[str], error: ProvisionError) -> int:
    """Tell what is wrong with the command line."""
    say(f"error: {safe(error.message)}", *([f"hint: {safe(error.hint)}"] if error.hint else []))
    document_of(arguments, error)
    return error.exit_status


def document_of(arguments: list[str], error: ProvisionError) -> None:
    """The JSON document of a command line that never became a command."""
    if "--json" not in arguments:
        return
    command = next((one for one in arguments if not one.startswith("-")), "")
    whole = document.envelope(command, [], ok=False, extra={"error": document.error(error)})
    text = document.text(SECRETS.hide_in(whole))
    Outlet(sys.stdout).write_document(text + "\n")


def say(*lines: str) -> None:
    """Lines on standard error."""
    Outlet(sys.stderr).write(hide("".join(f"{line}\n" for line in lines)))
