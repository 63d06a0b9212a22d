"""Options that several commands share, and those that all have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ses_provision.environment import loading

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")]


OPEN = 3
"""Exit status of --exit-code where something is open."""

A_MONTH = 30 * 24 * 60.0
"""The longest wait that may be asked for, in minutes."""


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
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No signs of life and no totals: data and errors.")
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
    "quiet": (Quiet, False),
    "debug": (Debug, False),
}
