"""What all commands share: options, streams, the JSON document, the boundary for errors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast

import typer
from rich.console import Console
from rich.text import Text

from ses_provision.cli import advice, asking, folder, signals, streams
from ses_provision.cli.console import in_one_line, written
from ses_provision.cli.life import SignsOfLife
from ses_provision.cli.outlet import NOBODY, Outlet, stdin_is_a_person
from ses_provision.dataclass import dataclass
from ses_provision.errors import (
    InterruptedRun,
    OutputLost,
    ProvisionError,
    UsageError,
)
from ses_provision.outside.secrets import HIDDEN, SECRETS
from ses_provision.render import message
from ses_provision.worlds.real import World

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ses_provision.cli.advice import Advice
    from ses_provision.cli.side_by_side import Memories
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections, Reader

T = TypeVar("T")

STATES = (2, 3)
"""Exit statuses that tell of a state, not of an error: changes to make, items open."""


def all_are_fit(_: Environment) -> None:
    """No file says that there would be nothing to work on."""


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
    quiet: bool = False
    emitted: bool = False
    writes: bool = False
    local: bool = False
    life: SignsOfLife = field(init=False)

    def __post_init__(self) -> None:
        self.life = SignsOfLife(self.err, lambda: not (self.quiet or self.as_json))

    @functools.cached_property
    def advice(self) -> Advice:
        """How the next commands of this run read."""
        return advice.of_run(self.config_dir, self.profile, local=self.local)

    def environments(self, *, writes: bool = False) -> list[Environment]:
        """The environments to work on: those named, else all; writing wants them named."""
        with self.life.during("reading the settings"):
            return self._environments(writes=writes)

    def _environments(self, *, writes: bool) -> list[Environment]:
        from ses_provision.environment import loading

        self.writes = self.writes or writes
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

    def open(self, env: Environment, memories: Memories | None = None) -> Target:
        """Connect, and make sure before anything else that it is the right account."""
        with self.life.during(f"connecting for {env.name}"):
            return self._opened(env, memories)

    def connect(self, env: Environment) -> Connections:
        """Connect to whatever account the credentials are of."""
        made = self.world.connect(env, self.profile, self.trace if self.debug else None)
        made.attended = self.life.sending
        made.now = self.world.now
        return made

    def _opened(self, env: Environment, memories: Memories | None) -> Target:
        from ses_provision.engine.account import right_account
        from ses_provision.outside import aws

        connections = self.connect(env)
        memory = memories.of(env, connections) if memories else None
        reader = aws.Reader(connections, self.life.reading(env.name), memory)
        return Target(env, connections, reader, reader.run(right_account(env)))

    def each(
        self,
        work: Callable[[Run, Target], T],
        failed: Callable[[Environment, ProvisionError], T] | None = None,
        *,
        writes: bool = False,
        in_turn: bool = False,
        fit: Callable[[Environment], object] = all_are_fit,
    ) -> list[T]:
        """Work on each environment; the values of the work, in order (see `side_by_side.each`).

        `fit` raises where the file alone says that there is nothing to work on: AWS is not asked.
        """
        from ses_provision.cli import side_by_side

        chosen, in_turn = self.environments(writes=writes), writes or in_turn
        return side_by_side.each(self, chosen, work, failed, in_turn=in_turn, fit=fit)

    def boundary(self, environment: str | None = None) -> Boundary:
        """Where expected errors end: told, and turned into an exit status."""
        return Boundary(self, environment)

    def show(self, *renderables: RenderableType) -> None:
        """Data: to standard output, unless a JSON document goes there. A str is one line."""
        if not self.as_json:
            for one in map(self.advice.shown, map(in_one_line, renderables)):
                shown = streams.legible(written(self.out, one), self.out.encoding)
                lines = shown.split("\n")[:-1]
                with self.life.aside():
                    self.out.file.write("".join(line.rstrip() + "\n" for line in lines))
                    self.out.file.flush()
            self.flush()

    def flush(self) -> None:
        """Have the data written. Where it cannot be, a command that only reads has no use."""
        self.out.file.flush()
        if self.lost == NOBODY and not self.writes:
            raise typer.Exit(1)
        if self.lost and not self.writes:
            raise OutputLost(f"Standard output could not be written: {self.lost}.")

    @property
    def outlet(self) -> Outlet:
        """Standard output, as it may be."""
        found = self.out.file
        return found if isinstance(found, Outlet) else Outlet(cast("TextIO", found))

    @property
    def lost(self) -> str:
        """Why standard output takes no more; empty while it does."""
        return self.outlet.failure

    def document(self, text: str) -> None:
        """What another program reads: as it is, in UTF-8, unless a JSON document goes there."""
        if not self.as_json:
            whole = message.plain(text)
            self.publish(SECRETS.hide_in(whole), whole)

    def publish(self, shown: str, whole: str) -> None:
        """Write a document without its secrets. A program does not notice that; a person does."""
        if shown != whole:
            self.tell(f"A secret was to be written to standard output; {HIDDEN} stands there.")
        with self.life.aside():
            self.outlet.write_document(shown + "\n")
        self.flush()

    def tell(self, text: str | Text) -> None:
        """Progress: to standard error. A str is one line."""
        shown = written(self.err, self.advice.shown(in_one_line(text)))
        with self.life.aside():
            self.err.file.write(shown)
            self.err.file.flush()

    def later(self, what: Callable[[], None]) -> None:
        """Do something outside of the run's streams, in its turn."""
        what()

    def trace(self, text: str) -> None:
        """A line about an AWS call."""
        self.tell(Text(f"aws: {message.safe(text)}", style="dim"))

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
        said = self.advice.error(error)
        self.tell(message.error(said))
        self.extra["error"] = failure(said)

    def emit(self) -> None:
        """Write the JSON document, once, where one is wanted."""
        if self.as_json and not self.emitted:
            from ses_provision.render import document

            self.emitted = True
            whole = document.envelope(
                self.command, self.reports, ok=not self.status, extra=self.extra
            )
            whole = self.advice.within(whole)
            self.publish(document.text(SECRETS.hide_in(whole)), document.text(whole))

    @property
    def may_ask(self) -> bool:
        """Whether there is a person to ask."""
        return stdin_is_a_person() and not self.as_json

    def confirm(self, question: str) -> None:
        """Ask the person, or fail where there is none."""
        if not self.may_ask:
            raise UsageError(
                f"`ses-provision {self.command}` asks before it changes anything, "
                "and nobody is there to answer.",
                "Add --yes to go ahead without asking.",
            )
        if not asking.confirmed(question):
            raise typer.Abort


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
                self.record(failure(interruption(error, self.run.reports)))
            return False
        is_about_all = isinstance(error, OutputLost) and self.environment is not None
        if not isinstance(error, ProvisionError) or is_about_all:
            return False
        self.run.fail(error.exit_status)
        said = self.run.advice.error(error)
        self.run.tell(message.error(said, self.environment))
        self.record(failure(said))
        return True

    def record(self, told: dict[str, Any]) -> None:
        """Put a failure where the JSON document has it."""
        if self.environment is None:
            self.run.extra["error"] = told
            return
        report = next((r for r in self.run.reports if r["environment"] == self.environment), None)
        if report is None:
            self.run.report(self.environment, {"error": told}, ok=False)
        else:
            report.update(ok=False, error=told)


def failure(error: ProvisionError) -> dict[str, Any]:
    """An error as the JSON document has it."""
    from ses_provision.render import document

    return document.error(error)


def interruption(stopped: signals.Interrupted, reports: list[dict[str, Any]]) -> ProvisionError:
    """What a person is told who ended the command."""
    changes = made(reports)
    done = f" after {changes} change{'' if changes == 1 else 's'}" if changes else ""
    return InterruptedRun(
        f"{stopped.word}{done}.", "What was done stands; run the same command again to go on."
    )


def made(reports: list[dict[str, Any]]) -> int:
    """How many changes AWS has accepted, as far as they are reported."""
    return sum(change["done"] for report in reports for change in report.get("applied", ()))
