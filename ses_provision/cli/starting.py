"""A sign of life while Python still imports what the command needs. It imports next to nothing."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self, TextIO

PATIENCE = 0.5  # seconds
SAID = "starting ..."
SILENT = frozenset({"--json", "--quiet", "-q"})


class Starting:
    """A line that appears where starting takes long, and is gone once it has ended."""

    def __init__(self, stream: TextIO | None, arguments: Sequence[str]) -> None:
        self._stream = stream
        self._is_wanted = not SILENT & set(arguments) and os.environ.get("TERM") != "dumb"
        self._lock = threading.Lock()
        self._is_over = self._is_written = False
        self._timer = threading.Timer(PATIENCE, self.tell)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if self._is_wanted and self._stream is not None and is_terminal(self._stream):
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            if self._is_written:
                self._write(f"\r{' ' * len(SAID)}\r")

    def tell(self) -> None:
        """Say that it takes its time."""
        with self._lock:
            if not self._is_over:
                self._is_written = True
                self._write(SAID)

    def _write(self, text: str) -> None:
        if self._stream is not None:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):  # nobody sees it any more
                return


def is_terminal(stream: TextIO) -> bool:
    """Whether a person sees it."""
    try:
        return stream.isatty()
    except ValueError:  # it is closed
        return False
