"""demo: the whole story on a local AWS."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.cli.commands.local import start
from ses_provision.cli.options import USUAL_FOLDER
from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from ses_provision.environment import Environment


@dataclass(frozen=True)
class Chapter:
    """A command of the story, and why it is run."""

    why: str
    command: str


@without("profile", "local", "debug")
def demo(run: Run) -> None:
    """Tell the whole story on a local AWS in this process: nothing real is touched.

    The commands are the real ones; only the AWS behind them is local. Where the folder has
    environments, they are the ones; elsewhere the demo brings two of its own.

    Example: ses-provision demo
    """
    with place(run) as whose:
        environments = run.environments()
        run.show(Text(whose), *(Text(f"  {described(env)}") for env in environments), "")
        tell(run, environments)


@contextmanager
def place(run: Run) -> Iterator[str]:
    """Where the story takes place: the folder of the run, else one with the demo's own files."""
    from ses_provision.environment.loading import names

    if run.env or names(run.config_dir) or str(run.config_dir) != USUAL_FOLDER:
        yield f"The environments of {run.config_dir}/, on a local AWS made up for them:"
        return
    from ses_provision.worlds import demonstration

    with tempfile.TemporaryDirectory(prefix="ses-provision-demo-") as made:
        demonstration.write(Path(made) / USUAL_FOLDER)
        with contextlib.chdir(made):
            yield (
                f"There is no environment in {run.config_dir}/: the demo brings two of its own, "
                "and a local AWS for them:"
            )


def described(env: Environment) -> str:
    """An environment in a line."""
    return f"{env.name}: {env.domain}, account {env.account_id}, {env.region}"


def tell(run: Run, environments: Sequence[Environment]) -> None:
    """Run the commands of the story, one after the other."""
    made = start(environments)
    from ses_provision.worlds.in_process import InProcess

    world = InProcess(made)
    began, chapters = time.monotonic(), []
    named = [flag for env in run.env for flag in ("--env", env)]
    for chapter in story(environments, named):
        run.show(
            Text(f"# {chapter.why}", style="bold cyan"), Text(f"$ ses-provision {chapter.command}")
        )
        line = [*shlex.split(chapter.command), "--config-dir", str(run.config_dir)]
        status, document = perform(run, line, world)
        run.fail(status)
        chapters.append({"command": shlex.join(line), "status": status, "document": document})
    calls, seconds = len(made.journal), time.monotonic() - began
    run.extra.update(story=chapters, calls=calls)
    run.show(
        Text(
            f"That was {calls} AWS calls in {seconds:.1f} s on a local AWS that is gone now. "
            f"Not shown: {', '.join(NOT_SHOWN)}. "
            "Next: `ses-provision guide`, or `ses-provision local` to play with it.",
            style="bold cyan",
        )
    )


NOT_SHOWN = (
    "SMTP users",
    "alarms that pause",
    "DKIM keys of your own",
    "BIMI",
    "dedicated IPs",
    "statistics and costs",
    "an archive with queries",
    "events in queues",
    "receiving mail",
    "tenants",
    "dashboards",
    "reports",
    "moving in",
    "DNS at Cloudflare, by RFC 2136 and by octoDNS",
)
"""What else there is, each with a page in the guide."""


def story(environments: Sequence[Environment], named: Sequence[str]) -> list[Chapter]:
    """The story, told of these environments."""
    first, *others = environments
    chosen = shlex.join(named) or "--all"
    reading = f" {shlex.join(named)}" if named else ""
    accounts = len({env.account_id for env in environments})
    where = f"{counted(len(environments), 'environment')}, {counted(accounts, 'account')}"
    order = f", {first.name} first" if others else ""
    external = any(env.dns.is_by_hand for env in environments)
    wait = (
        "Wait for SES to see the records; nobody publishes those of external DNS here."
        if external
        else "Wait for SES to see the records. Here waiting moves the clock."
    )
    return [
        Chapter("What would change? Nothing is written.", f"plan --env {first.name}"),
        Chapter(f"Make it so ({where}{order}).", f"apply {chosen} --yes"),
        Chapter("Again: nothing to do, and not one writing call.", f"apply {chosen} --yes"),
        Chapter("Where does verification stand?", f"dkim-status{reading}"),
        Chapter(wait, f"dkim-status --wait{reading}"),
        Chapter("What is left to do before mail goes to everybody?", f"checklist{reading}"),
    ]


def counted(count: int, what: str) -> str:
    """A number of things."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def perform(run: Run, line: list[str], world: Any) -> tuple[int, Any]:
    """Run a command as the console script does; with --json, its document."""
    from ses_provision.cli.app import run as execute

    if not run.as_json:
        colour = ["--no-color"] if run.out.no_color and "NO_COLOR" not in os.environ else []
        quiet = ["--quiet"] if run.quiet else []
        return execute([*line, *colour, *quiet], world), None
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        status = execute([*line, "--json"], world)
    return status, json.loads(text.getvalue())
