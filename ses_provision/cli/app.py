"""The program, and where command line mistakes become exit status 64."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ses_provision import __version__
from ses_provision.cli import signals
from ses_provision.cli.lazy import Grouped, program
from ses_provision.cli.outlet import Outlet
from ses_provision.cli.table import COMMANDS
from ses_provision.errors import OutputLost, ProvisionError, UsageError

if TYPE_CHECKING:
    from ses_provision.worlds.real import World

TOPICS = """\b
What exit statuses mean:  ses-provision guide exit-status
Environment variables:    ses-provision guide variables
Everything else:          ses-provision guide
"""
"""The help on what is no command; \\b keeps Typer from filling the lines."""

app = typer.Typer(
    name="ses-provision",
    cls=Grouped,
    help="Amazon SES from an empty AWS account to verified, monitored sending.",
    epilog=TOPICS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
    return program(app)


def run(arguments: list[str], world: World | None = None) -> int:
    """Run a command line; answer with its exit status."""
    with signals.interruptible():
        try:
            return invoke(arguments, world)
        except signals.Interrupted as stopped:
            from ses_provision.cli.run import interruption

            error = interruption(stopped, [])
            say(error.message, error.hint)
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
        from ses_provision.cli.mistakes import command_of, mistake

        return usage(arguments, mistake(error, command_of(error, arguments, list(COMMANDS))))
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
    say(f"error: {error.message}", *([f"hint: {error.hint}"] if error.hint else []))
    document_of(arguments, error)
    return error.exit_status


def document_of(arguments: list[str], error: ProvisionError) -> None:
    """The JSON document of a command line that never became a command."""
    if "--json" not in arguments:
        return
    from ses_provision.outside.secrets import SECRETS
    from ses_provision.render import document

    command = next((one for one in arguments if not one.startswith("-")), "")
    whole = document.envelope(command, [], ok=False, extra={"error": document.error(error)})
    text = document.text(SECRETS.hide_in(whole))
    Outlet(sys.stdout).write_document(text + "\n")


def say(*lines: str) -> None:
    """Foreign text on standard error, a line each."""
    from ses_provision.outside.secrets import hide, learn_environment
    from ses_provision.render.message import safe

    learn_environment()
    Outlet(sys.stderr).write(hide("".join(f"{safe(line)}\n" for line in lines)))
