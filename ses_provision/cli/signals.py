"""Ctrl-C and SIGTERM: one exception, once, and never a traceback."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}
WORD = {signal.SIGINT: "Interrupted", signal.SIGTERM: "Terminated"}


class Interrupted(BaseException):
    """A person or the system wants the command to end now.

    Not an Exception, and not KeyboardInterrupt: nothing on the way may take it for its own.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = STATUS[signal.Signals(number)]
        self.word = WORD[signal.Signals(number)]


def stop(number: int, _frame: FrameType | None) -> None:
    """End the command. A second signal does not disturb the ending."""
    too_late()
    raise Interrupted(number)


def too_late() -> None:
    """From here on the command ends by itself: signals come too late to change that."""
    if in_charge():
        for number in STATUS:
            # Not SIG_IGN: Python complains about a signal that was under way when it was set.
            signal.signal(number, lambda *_: None)


def in_charge() -> bool:
    """Whether this thread may say what signals do."""
    return threading.current_thread() is threading.main_thread()


def listen() -> None:
    """From here on signals become Interrupted."""
    if in_charge():
        for number in STATUS:
            signal.signal(number, stop)


@contextmanager
def interruptible() -> Iterator[None]:
    """Signals become Interrupted while the block runs."""
    before = {number: signal.getsignal(number) for number in STATUS}
    listen()
    try:
        yield
    finally:
        if in_charge():
            for number, handler in before.items():
                signal.signal(number, handler)
