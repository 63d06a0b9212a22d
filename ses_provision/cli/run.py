"""What all commands share: options, streams, the JSON document, the boundary for errors."""

from __future__ import annotations

import functools
import inspect
import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from ses_provision.cli import folder, signals, streams
from ses_provision.engine.account import right_account
from ses_provision.environment import loading
from ses_provision.errors import InternalError, InterruptedRun, ProvisionError, UsageError
from ses_provision.render import document, message
from ses_provision.worlds.real import RealWorld, World
from ses_provision.worlds.served import LocalServer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections, Reader

STATES = (2, 3)
"""Exit statuses that tell of a state, not of an error: changes to make, items open."""

NARROWEST = 100
"""Columns that output off a terminal is laid out for."""


def complete_environment(ctx: typer.Context, incomplete: str) -> list[str]:
    """The environments in the config folder, for the shell."""
    folder = Path(ctx.params.get("config_dir") or "config")
    return [name for name in loading.names(folder) if name.startswith(incomplete)]


Env = Annotated[
    list[str] | None,
    typer.Option(
        "--env",
        "-e",
        metavar="NAME",
        help="Environment: a file in config/ without .toml. May be repeated.",
        autocompletion=complete_environment,
    ),
]
Every = Annotated[bool, typer.Option("--all", help="Every environment in config/.")]
ConfigDir = Annotated[
    Path, typer.Option("--config-dir", metavar="DIR", help="Folder of the environment files.")
]
Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="AWS profile to use.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours (also NO_COLOR=1).")]
Local = Annotated[
    bool, typer.Option("--local", help="Talk to the local AWS that `ses-provision local` serves.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show each AWS call on standard error.")]

SHARED: dict[str, tuple[Any, Any]] = {
    "env": (Env, None),
    "every": (Every, False),
    "config_dir": (ConfigDir, Path("config")),
    "profile": (Profile, None),
    "json_output": (Json, False),
    "no_color": (NoColor, False),
    "local": (Local, False),
    "debug": (Debug, False),
}


@dataclass
class Target:
    """An environment, and its account once it was found to be the right one."""

    env: Environment
    connections: Connections
    reader: Reader
    account: Account


@dataclass
class Run:
    """One run of a command: its options, its streams, and what it reports."""

    command: str
    world: World
    out: Console
    err: Console
    config_dir: Path = Path("config")
    env: tuple[str, ...] = ()
    every: bool = False
    profile: str | None = None
    as_json: bool = False
    debug: bool = False
    status: int = 0
    reports: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    emitted: bool = False

    def environments(self, *, writes: bool = False) -> list[Environment]:
        """The environments to work on: those named, else all; writing wants them named."""
        if self.env and self.every:
            raise UsageError("Give --env or --all, not both.")
        if self.env:
            found = loading.load_named(list(self.env), self.config_dir)
            folder.insist_on_no_clash(found, self.config_dir)
            return found
        if writes and not self.every:
            known = ", ".join(loading.names(self.config_dir)) or "none"
            raise UsageError(
                f"`ses-provision {self.command}` changes an account: name the environment.",
                f"--env NAME; environments here: {known}.",
            )
        found = loading.load_all(self.config_dir)
        folder.insist_on_no_clash(found, self.config_dir)
        return found

    def one_environment(self) -> Environment:
        """The one environment that a command works on."""
        found = self.environments(writes=True)
        if len(found) > 1:
            raise UsageError(f"`ses-provision {self.command}` takes one environment at a time.")
        return found[0]

    def open(self, env: Environment) -> Target:
        """Connect, and make sure before anything else that it is the right account."""
        from ses_provision.outside import aws

        connections = self.world.connect(env, self.profile, self.trace if self.debug else None)
        reader = aws.Reader(connections)
        return Target(env, connections, reader, reader.run(right_account(env)))

    def each(self, work: Callable[[Target], None], *, writes: bool = False) -> None:
        """Work on each environment; what goes wrong in one is told, and does not stop the next."""
        for env in self.environments(writes=writes):
            with self.boundary(env.name):
                work(self.open(env))

    def boundary(self, environment: str | None = None) -> Boundary:
        """Where expected errors end: told, and turned into an exit status."""
        return Boundary(self, environment)

    def show(self, *renderables: RenderableType) -> None:
        """Data: to standard output, unless a JSON document goes there."""
        if not self.as_json:
            for one in renderables:
                with self.out.capture() as captured:
                    self.out.print(one, soft_wrap=isinstance(one, Text))
                lines = streams.legible(captured.get(), self.out.encoding).splitlines()
                self.out.file.write("".join(line.rstrip() + "\n" for line in lines))
            self.out.file.flush()

    def document(self, text: str) -> None:
        """What another program reads: as it is, in UTF-8, unless a JSON document goes there."""
        if not self.as_json:
            streams.write_document(self.out.file, text + "\n")

    def tell(self, text: str | Text) -> None:
        """Progress: to standard error."""
        self.err.print(Text(text) if isinstance(text, str) else text, soft_wrap=True)

    def trace(self, text: str) -> None:
        """A line about an AWS call."""
        self.err.print(Text(f"aws: {text}", style="dim"), soft_wrap=True)

    def report(self, environment: str, data: dict[str, Any], *, ok: bool = True) -> None:
        """What the JSON document says about an environment."""
        self.reports.append({"environment": environment, "ok": ok, **data})

    def fail(self, status: int = 1) -> None:
        """Remember the exit status: the first error, else the first that tells of a state."""
        if self.status in {0, *STATES}:
            self.status = self.status if status in {0, *STATES} and self.status else status

    def fail_with(self, error: ProvisionError, status: int) -> None:
        """End with an error that is about no environment, and with this exit status."""
        self.status = status
        self.tell(message.error(error))
        self.extra["error"] = document.error(error)

    def emit(self) -> None:
        """Write the JSON document, once, where one is wanted."""
        if self.as_json and not self.emitted:
            self.emitted = True
            whole = document.envelope(
                self.command, self.reports, ok=not self.status, extra=self.extra
            )
            text = json.dumps(whole, indent=2, ensure_ascii=False)
            streams.write_document(sys.stdout, text + "\n")

    @property
    def may_ask(self) -> bool:
        """Whether there is a person to ask."""
        return sys.stdin.isatty() and not self.as_json

    def confirm(self, question: str, flag: str = "--yes") -> None:
        """Ask the person, or fail where there is none."""
        if not self.may_ask:
            raise UsageError(
                f"`ses-provision {self.command}` asks before it changes anything, "
                "and nobody is there to answer.",
                f"Add {flag} to go ahead without asking.",
            )
        typer.confirm(question, abort=True, err=True)


class Boundary:
    """Where expected errors end. Unexpected ones pass: they are bugs, and show their traceback."""

    def __init__(self, run: Run, environment: str | None) -> None:
        self.run = run
        self.environment = environment

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, signals.Interrupted):
            if self.environment is not None:
                self.record(document.error(interruption(error, self.run.reports)))
            return False
        if not isinstance(error, ProvisionError):
            return False
        self.run.fail(error.exit_status)
        self.run.tell(message.error(error, self.environment))
        self.record(document.error(error))
        return True

    def record(self, failure: dict[str, Any]) -> None:
        """Put a failure where the JSON document has it."""
        if self.environment is None:
            self.run.extra["error"] = failure
            return
        report = next((r for r in self.run.reports if r["environment"] == self.environment), None)
        if report is None:
            self.run.report(self.environment, {"error": failure}, ok=False)
        else:
            report.update(ok=False, error=failure)


def interruption(stopped: signals.Interrupted, reports: list[dict[str, Any]]) -> ProvisionError:
    """What a person is told who ended the command."""
    made = sum(change["done"] for report in reports for change in report.get("applied", ()))
    done = f" after {made} change{'' if made == 1 else 's'}" if made else ""
    return InterruptedRun(
        f"{stopped.word}{done}.", "What was done stands; run the same command again to go on."
    )


def unexpected(run: Run, error: Exception) -> None:
    """A bug: its traceback, and where to report it."""
    run.err.print("".join(traceback.format_exception(error)), end="", soft_wrap=True)
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
        given = {key: options.pop(key, default) for key, (_, default) in SHARED.items()}
        run = make_run(name, ctx.obj, given)
        try:
            with run.boundary():
                body(run, **options)
        except signals.Interrupted as stopped:
            run.fail_with(interruption(stopped, run.reports), stopped.status)
        except (typer.Abort, typer.Exit, typer.TyperException, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the document has to be whole; it is shown below
            unexpected(run, error)
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


def make_run(command: str, world: World | None, given: dict[str, Any]) -> Run:
    """A run from the options that all commands share."""
    chosen = LocalServer() if given["local"] else RealWorld()
    return Run(
        command,
        world or chosen,
        out=console(sys.stdout, no_color=given["no_color"]),
        err=console(sys.stderr, no_color=given["no_color"]),
        config_dir=given["config_dir"],
        env=tuple(given["env"] or ()),
        every=given["every"],
        profile=given["profile"],
        as_json=given["json_output"],
        debug=given["debug"],
    )


def console(stream: Any, *, no_color: bool) -> Console:
    """A console that lays out for at least 100 columns where nobody sees its edge."""
    made = Console(
        file=stream, no_color=no_color or None, highlight=False, emoji=False, markup=False
    )
    if not made.is_terminal:
        made.width = max(made.width, NARROWEST)
    return made


def finish(run: Run) -> None:
    """Write the JSON document where one is wanted, and leave with the exit status."""
    run.emit()
    raise typer.Exit(run.status)
