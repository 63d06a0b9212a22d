"""schema: the JSON Schema of environment files."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.errors import UsageError
from ses_provision.outside import files


@without("env", "every", "profile", "local", "debug")
def schema(
    run: Run,
    write: Annotated[
        bool,
        typer.Option("--write", help="Into the config folder, where environment files name it."),
    ] = False,
) -> None:
    """Print the JSON Schema of an environment file, for editors that complete and check TOML.

    Example: ses-provision schema
    """
    from ses_provision.environment import loading
    from ses_provision.render import environment_file

    text = environment_file.schema()
    if write:
        path = run.config_dir / loading.SCHEMA
        try:
            files.make_folder(path.parent)
            files.replace(path, text, 0o644)
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {files.reason(error)}.",
                "--config-dir names another folder.",
            ) from error
        run.show(Text(f"Wrote {path}."))
        run.extra["file"] = str(path)
        return
    run.extra["schema"] = loading.schema()
    run.document(text.rstrip())
