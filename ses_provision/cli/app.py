"""The table of commands, and where command line mistakes become exit status 64."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from ses_provision import __version__
from ses_provision.cli import local, provision, status
from ses_provision.cli.command import shared
from ses_provision.cli.world import World
from ses_provision.errors import UsageError

USAGE, INTERRUPTED, TERMINATED = 64, 130, 143

app = typer.Typer(
    name="ses-provision",
    help="Amazon SES from an empty AWS account to verified, monitored sending.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for body in (
    provision.plan,
    provision.apply,
    status.dkim_status,
    status.checklist,
    status.outputs,
    local.demo,
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


class Terminated(BaseException):
    """SIGTERM arrived."""


def on_sigterm(_number: int, _frame: FrameType | None) -> None:
    """Turn the signal into an exception, so that the command ends as with Ctrl-C."""
    raise Terminated


def run(arguments: list[str], world: World | None = None) -> int:
    """Run a command line; answer with its exit status."""
    signal.signal(signal.SIGTERM, on_sigterm)
    try:
        result = typer.main.get_command(app).main(
            arguments, prog_name="ses-provision", standalone_mode=False, obj=world
        )
    except UsageError as error:
        return usage(error.message, error.hint)
    except typer.TyperException as error:
        return usage(
            getattr(error, "message", str(error)), "`ses-provision --help` lists commands."
        )
    except typer.Abort:
        say("Nothing was changed.")
        return 1
    except KeyboardInterrupt:
        say("Interrupted. What was done stands; run the same command again to go on.")
        return INTERRUPTED
    except Terminated:
        say("Terminated. What was done stands; run the same command again to go on.")
        return TERMINATED
    except BrokenPipeError:
        return 1
    return int(result or 0)


def usage(message: str, hint: str) -> int:
    """Tell what is wrong with the command line."""
    say(f"error: {message}\nhint: {hint}")
    return USAGE


def say(text: str) -> None:
    """A line on standard error."""
    sys.stderr.write(text + "\n")
