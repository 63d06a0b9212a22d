"""local and demo: the only commands that start the local AWS."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from ses_provision.cli.command import Run
from ses_provision.cli.world import LOCAL_PORT, name_server_port
from ses_provision.environment import Environment
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from ses_provision.local import LocalAws

LOCAL_SECRET = "local"  # noqa: S105 - the local AWS has no secrets


def start(environments: Sequence[Environment]) -> LocalAws:
    """A local AWS with the hosted zones and roles of the environments, or what it lacks to run."""
    try:
        from ses_provision.cli.in_process import seed
        from ses_provision.local import LocalAws
    except ModuleNotFoundError as error:
        raise UsageError(
            f"The local AWS is not installed ({error.name} is missing).",
            "Install it: pip install 'ses-provision[local]'.",
        ) from error
    made = LocalAws()
    seed(made, environments)
    return made


def local(
    run: Run,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65534, metavar="N", help="Port on 127.0.0.1.")
    ] = LOCAL_PORT,
    verify_after: Annotated[
        float,
        typer.Option(
            "--verify-after", min=0, metavar="SEC", help="How long SES takes to see right records."
        ),
    ] = 60,
    strict_rate: Annotated[
        bool, typer.Option("--strict-rate", help="SESv2 takes one call a second, as in AWS.")
    ] = False,
    latency: Annotated[
        float, typer.Option("--latency", min=0, metavar="SEC", help="How long each call takes.")
    ] = 0,
) -> None:
    """Serve a local AWS on 127.0.0.1, with the zones and roles of your environments.

    Prints the exports that point the AWS CLI, an SDK or ses-provision at it. `--local` on the other
    commands talks to it without them. DNS answers on the next port.

    Example: ses-provision local --port 4579
    """
    from dataclasses import replace

    environments = run.environments()
    made = start(environments)
    made.knobs = replace(
        made.knobs,
        verify_after=verify_after,
        rate=1.0 if strict_rate else None,
        latency=latency,
    )
    with tempfile.TemporaryDirectory(prefix="ses-provision-local-") as folder:
        exports = settings(environments, Path(folder), port)
        serve_until_stopped(run, made, port, exports)
    run.tell("The local AWS has stopped; everything in it is gone.")


def serve_until_stopped(run: Run, made: LocalAws, port: int, exports: dict[str, str]) -> None:
    """Serve AWS and DNS; say where once both listen."""
    from ses_provision.local.nameserver import name_server
    from ses_provision.local.server import serve

    def ready(_address: object) -> None:
        run.extra.update(endpoint_url=exports["AWS_ENDPOINT_URL"], exports=exports)
        run.document("\n".join(f"export {name}={shlex.quote(v)}" for name, v in exports.items()))
        run.emit()
        run.tell(
            f"The local AWS listens on 127.0.0.1:{port} (DNS on {name_server_port(port)}). "
            "Ctrl-C ends it."
        )

    try:
        with name_server(made, port=name_server_port(port)):
            serve(made, port=port, ready=ready)
    except OSError as error:
        raise UsageError(
            f"Port {port} or {name_server_port(port)} on 127.0.0.1 is not free: {error.strerror}.",
            "Choose another with --port, or end the local AWS that has it.",
        ) from error


def settings(environments: Sequence[Environment], folder: Path, port: int) -> dict[str, str]:
    """AWS configuration files in which each environment's profile is its account here."""
    config, credentials = folder / "config", folder / "credentials"
    profiles = {env.profile or env.name: env for env in environments}
    config.write_text(
        "".join(
            f"[profile {name}]\nregion = {env.region}\n" for name, env in sorted(profiles.items())
        )
    )
    credentials.write_text(
        "".join(
            f"[{name}]\naws_access_key_id = LOCAL000{env.account_id}\n"
            f"aws_secret_access_key = {LOCAL_SECRET}\n"
            for name, env in sorted(profiles.items())
        )
    )
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_EC2_METADATA_DISABLED": "true",
        "SES_PROVISION_RESOLVERS": f"127.0.0.1:{name_server_port(port)}",
    }


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
    from ses_provision.cli.in_process import InProcess

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
            "Next: README.md, or `ses-provision local` to play with it.",
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
