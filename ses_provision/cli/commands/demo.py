"""demo: the whole story on a local AWS."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import time
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.cli.commands.local import start
from ses_provision.cli.run import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.environment import Environment

STORY = (
    ("What would change? Nothing is written.", "plan --env prod"),
    ("Make it so, in both accounts: prod first, the root domain lives there.", "apply --all --yes"),
    ("Again: nothing to do, and not one writing call.", "apply --all --yes"),
    ("Where does verification stand?", "dkim-status"),
    ("Wait for SES to see the records. Here waiting moves the clock.", "dkim-status --wait"),
    ("What stands between the accounts and sending?", "checklist"),
)


def demo(run: Run) -> None:
    """Tell the whole story on a local AWS in this process: nothing real is touched.

    The commands are the real ones; only the AWS behind them is local.

    Example: ses-provision demo
    """
    environments = run.environments()
    made = start(environments)
    from ses_provision.worlds.in_process import InProcess

    world = InProcess(made)
    began, story = time.monotonic(), []
    named = [flag for env in run.env for flag in ("--env", env)]
    for why, command in STORY:
        line = arguments(command, environments, named)
        run.show(Text(f"# {why}", style="bold cyan"), Text(f"$ ses-provision {shlex.join(line)}"))
        line += ["--config-dir", str(run.config_dir)]
        status, document = perform(run, line, world)
        run.fail(status)
        story.append({"command": shlex.join(line), "status": status, "document": document})
    calls, seconds = len(made.journal), time.monotonic() - began
    run.extra.update(story=story, calls=calls)
    run.show(
        Text(
            f"That was {calls} AWS calls in {seconds:.1f} s on a local AWS that is gone now. "
            "Next: `ses-provision guide`, or `ses-provision local` to play with it.",
            style="bold cyan",
        )
    )


def arguments(command: str, environments: Sequence[Environment], named: list[str]) -> list[str]:
    """A command of the story, for the environments that were asked for."""
    words = command.split()
    if "prod" in words:
        words[words.index("prod")] = environments[0].name
    elif named:
        words = [word for word in words if word != "--all"] + named
    return words


def perform(run: Run, line: list[str], world: Any) -> tuple[int, Any]:
    """Run a command as the console script does; with --json, its document."""
    from ses_provision.cli.app import run as execute

    if not run.as_json:
        colour = ["--no-color"] if run.out.no_color and "NO_COLOR" not in os.environ else []
        return execute([*line, *colour], world), None
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        status = execute([*line, "--json"], world)
    return status, json.loads(text.getvalue())
