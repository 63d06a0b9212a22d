"""set: one setting of an environment file."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ses_provision.cli import folder
from ses_provision.cli.options import offered
from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.cli.words import words
from ses_provision.errors import UsageError
from ses_provision.outside import files
from ses_provision.outside.secrets import hide
from ses_provision.render.message import safe


def complete_key(incomplete: str) -> list[str]:
    """The settings, for the shell."""
    return offered(words("settings"), incomplete)


@without("every", "profile", "local", "debug")
def set(  # noqa: A001 - the name of the command
    run: Run,
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="The setting, such as sender.role.", autocompletion=complete_key
        ),
    ],
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="As in TOML; a string needs no quotes.")
    ],
) -> None:
    """Change one setting in an environment file; comments and order stay.

    The file as it would be is checked whole, and beside the others of its folder, before it is
    written. Shows the line as it was and as it is. Asks nothing of AWS.

    Example: ses-provision set sender.role application --env prod

    Example: ses-provision set dmarc.policy quarantine --env prod
    """
    name = one_name(run)
    with run.boundary(name):
        change(run, name, key, value)


def one_name(run: Run) -> str:
    """The environment whose file is changed."""
    if len(run.env) != 1:
        from ses_provision.environment import loading

        known = ", ".join(loading.names(run.config_dir)) or "none"
        raise UsageError(
            "`ses-provision set` changes a file: name one environment.",
            f"--env NAME; environments here: {known}.",
        )
    return run.env[0]


def change(run: Run, name: str, key: str, value: str) -> None:
    """Check, write, and show what is otherwise."""
    from ses_provision.environment import editing, loading

    way = editing.known_key(key)
    insist_on_no_secret(key, value)
    path = run.config_dir / f"{name}.toml"
    content = loading.content_of(name, run.config_dir)
    raw = {**loading.raw(content, str(path)), "name": name}
    meant = editing.fitting(raw, way, value, f"{path} with {key} = {value[:100]}")
    before = content.decode()
    after = editing.edited(before, way, meant)
    made = loading.parse(after.encode(), name, str(path))
    folder.insist_on_no_clash([made], run.config_dir)
    if after != before:
        put(path, after)
    lines = editing.difference(before, after)
    changed = [{"line": number, "sign": sign, "text": text} for number, sign, text in lines]
    run.report(name, {"file": str(path), "key": key, "value": meant, "changed": changed})
    if not lines:
        run.show(Text(f"{path} says so already."))
        return
    run.show(Text(f"{path}:{lines[0][0]}"))
    for _, sign, text in lines:
        run.show(Text(f"  {sign} {safe(text)}", style="red" if sign == "-" else "green"))
    run.show(Text(f"Look at what it changes: ses-provision plan --env {name}"))


def insist_on_no_secret(key: str, value: str) -> None:
    """Refuse what has no place in a file that is committed."""
    if hide(value) != value or hide(f"{key}={value}") != f"{key}={value}":
        raise UsageError(
            f"What you give for {key} looks like a secret; environment files are for everybody.",
            "Nothing was written. Keep secrets in a secret store.",
        )


def put(path: Path, text: str) -> None:
    """Write the file as a whole, with the rights it has; where a link leads, it is written."""
    try:
        real = path.resolve(strict=True)
        files.replace(real, text, stat.S_IMODE(real.stat().st_mode))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {files.reason(error)}.", "Nothing was changed."
        ) from error
