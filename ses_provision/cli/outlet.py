"""The standard streams, as they may be: closed, full, or read by nobody any more."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

from ses_provision.cli import streams

if TYPE_CHECKING:
    from collections.abc import Callable


NOBODY = "nobody reads it any more"
"""The failure of a pipe whose reader has left, as `head` does."""


class Outlet:
    """A text stream that fails once, remembers why, and from then on takes what nobody will see.

    What is under way when a reader leaves or a disk is full must end as it should; whether it goes
    on is for the run to decide.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.failure = "" if stream is not None else "it is closed"

    def write(self, text: str) -> int:
        """Write, or drop."""
        self._attempt(lambda stream: stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Flush, or drop."""
        self._attempt(lambda stream: stream.flush())

    def write_document(self, text: str) -> None:
        """Write what machines read, in UTF-8 whatever encoding the stream has; or drop."""
        self._attempt(lambda stream: streams.write_document(stream, text))
        self.flush()

    def isatty(self) -> bool:
        """Whether a person sees it."""
        try:
            return self._stream is not None and self._stream.isatty()
        except ValueError:  # it is closed
            return False

    def _attempt(self, what: Callable[[TextIO], Any]) -> None:
        if self.failure or self._stream is None:
            return
        try:
            what(self._stream)
        except UnicodeError:
            raise
        except BrokenPipeError:
            self.failure = NOBODY
        except (OSError, ValueError) as error:
            self.failure = getattr(error, "strerror", None) or str(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def occupy() -> None:
    """Have something at descriptors 0 to 2: what is opened next must not become a stream."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def leave_quietly() -> None:
    """Flush what is left; what cannot be written any more must not be tried at the exit again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            silence(stream)


def silence(stream: TextIO | None) -> None:
    """Let a stream that failed write nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno() if stream else 1)
    except (OSError, ValueError):
        return


def stdin_is_a_person() -> bool:
    """Whether somebody could answer."""
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # it is closed
        return False
