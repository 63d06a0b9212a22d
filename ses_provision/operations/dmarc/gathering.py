"""Files and folders with reports, read one after the other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ses_provision.operations.dmarc.aggregate import NotReadable
from ses_provision.operations.dmarc.unpacking import LARGEST
from ses_provision.outside import files

MOST_FILES, MOST_OCTETS = 10_000, 500_000_000
"""How much of folders is read: more than a year of reports of hundreds of receivers."""

Given = tuple[str, bytes | NotReadable]
"""A file by its name: its octets, or why there are none."""


def gathered(paths: Iterable[str]) -> Iterator[Given]:
    """The files named, and all that are in the folders named; hidden ones are not."""
    room = MOST_OCTETS
    for number, found in enumerate(listed(paths)):
        if number == MOST_FILES or room < 0:
            yield str(found), NotReadable("and those after it were not read: there are too many")
            return
        try:
            octets = files.content(found, LARGEST)
        except OSError as error:
            yield str(found), NotReadable(f"cannot be read: {files.reason(error)}")
            continue
        room -= len(octets)
        yield str(found), octets


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
