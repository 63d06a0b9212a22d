"""What GitHub Actions takes: job summaries and annotations (GitHub Docs, workflow commands)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from rich.text import Text

from ses_provision.cli.run import Run
from ses_provision.errors import UsageError
from ses_provision.outside.secrets import hide
from ses_provision.render.message import safe

SUMMARY = "GITHUB_STEP_SUMMARY"


def summary_file() -> Path:
    """The file that becomes the summary of the job."""
    path = os.environ.get(SUMMARY)
    if not path:
        raise UsageError(
            f"--github-summary needs {SUMMARY}, which GitHub Actions sets.",
            "Outside of it: --format markdown.",
        )
    return Path(path)


def summary(markdown: str) -> None:
    """Append to the summary of the job."""
    path = summary_file()
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(hide(markdown.rstrip()) + "\n\n")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path}, which {SUMMARY} names, cannot be written: "
            f"{getattr(error, 'strerror', None) or error}.",
            "Correct the variable, or leave out --github-summary.",
        ) from error


def annotate(run: Run, level: Literal["notice", "warning", "error"], title: str, text: str) -> None:
    """An annotation, on standard error: standard output may be a document."""
    run.tell(command(level, safe(text), title=title))


def command(name: str, text: str, **properties: str) -> Text:
    """A workflow command: its properties, then its text, in one line."""
    given = ",".join(f"{key}={escaped(one, property_of=True)}" for key, one in properties.items())
    return Text(f"::{name} {given}::{escaped(text)}")


def escaped(text: str, *, property_of: bool = False) -> str:
    """Text in the one line that a workflow command is."""
    found = safe(text).replace("%", "%25")
    return found.replace(":", "%3A").replace(",", "%2C") if property_of else found
