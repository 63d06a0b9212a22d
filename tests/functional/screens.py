"""Screens as a person sees them: command lines on a terminal of a certain width."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@contextmanager
def terminal(width: int) -> Iterator[None]:
    """Standard output and error are a terminal of that width."""
    with (
        mock.patch.object(sys.stdout, "isatty", lambda: True, create=True),
        mock.patch.object(sys.stderr, "isatty", lambda: True, create=True),
        mock.patch.dict("os.environ", {"COLUMNS": str(width), "TERM": "xterm"}),
    ):
        yield


def plain(screen: str) -> str:
    """A screen without colours, and without the lines that were drawn over."""
    kept = (line.rpartition("\r")[2] for line in CONTROL.sub("", screen).split("\n"))
    return "\n".join(kept)


def too_long(screen: str, width: int, whole: Callable[[str], bool]) -> list[str]:
    """The lines that are longer than the screen although they could be shorter."""
    return [line for line in screen.splitlines() if len(line) > width and not whole(line.strip())]
