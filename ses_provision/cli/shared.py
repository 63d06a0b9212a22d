"""How a function becomes a command: the options that all have, its run, its end."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from ses_provision.cli import signals
from ses_provision.cli.console import console, traced
from ses_provision.cli.options import SHARED
from ses_provision.cli.outlet import Outlet
from ses_provision.cli.run import Run, interruption, made
from ses_provision.errors import InternalError, OutputLost
from ses_provision.outside.secrets import learn_environment
from ses_provision.render import message
from ses_provision.worlds.real import RealWorld

if TYPE_CHECKING:
    from ses_provision.worlds.real import World


def unexpected(run: Run, error: Exception) -> None:
    """A bug: its traceback, and where to report it."""
    run.tell(Text("\n").join(map(Text, traced(error))))
    run.fail_with(
        InternalError(
            f"Unexpected: {type(error).__name__}: {error}",
            "This is a mistake in ses-provision. Please report it, with the lines above, to the "
            "issue tracker of ses-provision. What was done stands.",
        ),
        1,
    )


def without(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Leave out shared options that mean nothing to a command."""

    def mark(body: Callable[..., None]) -> Callable[..., None]:
        body.without = names  # type: ignore[attr-defined]
        return body

    return mark


def shared(body: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that all have. Its first parameter is the Run."""
    own = list(inspect.signature(body, eval_str=True).parameters.values())[1:]
    left_out = getattr(body, "without", ())
    name = body.__name__.replace("_", "-")

    @functools.wraps(body)
    def command(ctx: typer.Context, **options: Any) -> None:
        insist_on_output()
        given = {key: options.pop(key, default) for key, (_, default) in SHARED.items()}
        run = make_run(name, ctx.obj, given)
        try:
            with run.boundary():
                body(run, **options)
        except signals.Interrupted as stopped:
            run.fail_with(interruption(stopped, run.reports), stopped.status)
        except (typer.Abort, typer.Exit, typer.TyperException):
            raise
        except Exception as error:  # noqa: BLE001 - the document has to be whole; it is shown below
            unexpected(run, error)
        finally:
            run.life.close()
        signals.too_late()
        finish(run)

    parameters = [
        inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own),
        *(
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for key, (kind, default) in SHARED.items()
            if key not in left_out
        ),
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def insist_on_output() -> None:
    """Refuse to begin where there is nowhere to write: what is done would go unseen."""
    if sys.stdout is None:
        raise OutputLost("Standard output is closed.", "Nothing was done. Let it go somewhere.")


def make_run(command: str, world: World | None, given: dict[str, Any]) -> Run:
    """A run from the options that all commands share."""
    learn_environment()
    return Run(
        command,
        world or chosen_world(local=given["local"]),
        out=console(Outlet(sys.stdout), no_color=given["no_color"]),
        err=console(Outlet(sys.stderr), no_color=given["no_color"]),
        config_dir=given["config_dir"],
        env=tuple(given["env"] or ()),
        every=given["every"],
        profile=given["profile"],
        as_json=given["json_output"],
        debug=given["debug"],
        local=given["local"],
        quiet=given["quiet"],
    )


def chosen_world(*, local: bool) -> World:
    """Where a run takes place, by its options."""
    if not local:
        return RealWorld()
    from ses_provision.worlds.served import LocalServer

    return LocalServer()


def finish(run: Run) -> None:
    """Write the JSON document where one is wanted, and leave with the exit status."""
    try:
        run.emit()
    except OutputLost as error:
        run.tell(message.error(error))
        run.fail(error.exit_status)
    if run.lost and run.writes:
        run.status = run.status or 1
        run.tell(message.error(unread(run)))
    raise typer.Exit(run.status)


def unread(run: Run) -> OutputLost:
    """What a command did whose output nobody got."""
    changes = made(run.reports)
    return OutputLost(
        f"Standard output could not be written ({run.lost}); the command went on to its end: "
        f"{changes} change{'' if changes == 1 else 's'} made.",
        "Run the same command again to see how things stand.",
    )
