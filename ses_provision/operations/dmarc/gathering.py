"""Files and folders with reports, read one after the other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ses_provision.operations.dmarc.aggregate import NotReadable
from ses_provision.operations.dmarc.unpacking import LARGEST
from ses_provision.outside import files

MOST_FILES = 20_000

Given = tuple[str, bytes | NotReadable]
"""A file by its name: its octets, or why there are none."""


def gathered(paths: Iterable[str]) -> Iterator[Given]:
    """The files named, and all that are in the folders named; hidden ones are not."""
    for number, found in enumerate(listed(paths)):
        if number == MOST_FILES:
            yield str(found), NotReadable(f"was not read, for {MOST_FILES:,} files were before it")
            return
        try:
            yield str(found), files.content(found, LARGEST)
        except OSError as error:
            yield str(found), NotReadable(f"cannot be read: {files.reason(error)}")


def listed(paths: Iterable[str]) -> Iterator[Path]:
    """The files in order."""
    for given in map(Path, paths):
        if not is_folder(given):
            yield given
            continue
        for folder, folders, names in os.walk(given):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            yield from (Path(folder, one) for one in sorted(names) if not one.startswith("."))


def is_folder(path: Path) -> bool:
    """Whether there is a folder; a name too long names nothing."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
