"""Reports in files: where they may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.errors import UsageError
from ses_provision.outside import files

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 20_000_000
MODE = 0o600  # it says what an account holds and sends
MARKS = ("Amazon SES report", '"command": "report"')
"""What every report of ours has near its beginning, in one form or another."""
BEGINNING = 1000


def insist_on_a_place(path: Path) -> None:
    """Refuse to replace what is no report, and to write through a link."""
    why = files.why_not_there(path, is_report, "report")
    if why:
        raise not_writable(path, why)


def is_report(path: Path) -> bool:
    """Whether a report is in a file."""
    try:
        begun = files.content(path, LARGEST)[:BEGINNING].decode(errors="replace")
    except OSError:
        return False
    return any(mark in begun for mark in MARKS)


def not_writable(path: Path, why: str) -> UsageError:
    """The refusal of a place for a report."""
    return UsageError(f"{path} cannot be written: {why}.", "Name another file with --out.")


def write(path: Path, text: str) -> None:
    """Put a report into a file that only its owner may read; an older report there is replaced."""
    insist_on_a_place(path)
    try:
        files.replace(path, text, MODE)
    except OSError as error:
        raise not_writable(path, files.reason(error)) from error
