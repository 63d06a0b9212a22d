"""Options that several commands share, and those that all have."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")]


USUAL_FOLDER = "config"
"""Where environment files are, unless --config-dir says otherwise."""

OPEN = 3
"""Exit status of --exit-code and of `dns --check` where something is open."""

A_MONTH = 30 * 24 * 60.0
"""The longest wait that may be asked for, in minutes."""

Timeout = Annotated[
    float, typer.Option("--timeout", min=0, max=A_MONTH, metavar="MIN", help="Minutes to wait.")
]


def as_begun(ids: Iterable[str], incomplete: str) -> list[str]:
    """Ids of items in the case that a word begins with: they are taken in either."""
    return [name.lower() if incomplete[:1].islower() else name for name in ids]


def offered(names: Iterable[str], incomplete: str, given: Iterable[str] = ()) -> list[str]:
    """What a shell offers to complete a word: names that begin so, and are not given already."""
    used = set(given)
    return [name for name in names if name.startswith(incomplete) and name not in used]


def complete_environment(ctx: typer.Context, incomplete: str) -> list[str]:
    """The environments in the config folder, for the shell."""
    from ses_provision.outside import files

    folder = Path(ctx.params.get("config_dir") or "config")
    return offered(files.environments(folder), incomplete, ctx.params.get("env") or ())


def complete_profile(incomplete: str) -> list[str]:
    """The AWS profiles of this machine, for the shell."""
    from ses_provision.outside import profiles

    return offered(profiles.names(), incomplete)


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
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="AWS profile to use.",
        autocompletion=complete_profile,
    ),
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
    "config_dir": (ConfigDir, Path(USUAL_FOLDER)),
    "profile": (Profile, None),
    "json_output": (Json, False),
    "no_color": (NoColor, False),
    "local": (Local, False),
    "quiet": (Quiet, False),
    "debug": (Debug, False),
}
