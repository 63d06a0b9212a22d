"""Command lines in processes of their own, against a local AWS that outlives them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import Any

import time_machine

from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from ses_provision.local.wire import ConnectionLostError

ROOT = Path(__file__).parents[2]
# A fork of a process that has imported everything starts in milliseconds.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__, "tests.functional.preloaded"])


def command_line(arguments: list[str], port: int, output: str, now: datetime) -> None:
    """What the child process does: the console script, with its output in files."""
    from ses_provision.cli import command

    if abs(now - datetime.now(UTC)) > timedelta(hours=1):  # the tests run under another clock
        time_machine.travel(now, tick=True).start()

    os.chdir(ROOT)
    for name, stream in (("out", sys.stdout), ("err", sys.stderr)):
        target = os.open(f"{output}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, stream.fileno())
    os.environ["SES_PROVISION_LOCAL_PORT"] = str(port)
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    sys.exit(command([*arguments, "--local"]))


@dataclass
class Ended:
    """How a process ended: below 0 by a signal."""

    status: int
    stdout: str
    stderr: str


class Client:
    """Starts command lines, one at a time, and can signal the one that runs."""

    def __init__(self, port: int, folder: Path) -> None:
        self._port = port
        self._output = folder / "output"
        self._started = Event()
        self._process: BaseProcess | None = None

    def run(self, *arguments: str) -> Ended:
        """Run a command line to its end, however that comes."""
        self._started.clear()
        self._process = FORKS.Process(
            target=command_line,
            args=(list(arguments), self._port, str(self._output), datetime.now(UTC)),
        )
        self._process.start()
        self._started.set()
        self._process.join(timeout=60)
        status = self._process.exitcode
        assert status is not None, "the process did not end"
        return Ended(status, *(self._text(name) for name in ("out", "err")))

    def signal(self, number: int) -> None:
        """Send a signal to the process that runs."""
        assert self._started.wait(10)
        assert self._process is not None
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def lose(self, number: int) -> None:
        """Send a signal to the process that runs, and drop its connection."""
        self.signal(number)
        raise ConnectionLostError

    def _text(self, name: str) -> str:
        return Path(f"{self._output}.{name}").read_text()


@contextlib.contextmanager
def clients(local: LocalAws, folder: Path) -> Iterator[Client]:
    """Serve a local AWS, and hand out what starts command lines against it."""
    with serving(local) as address:
        yield Client(address.port, folder)


def whole_json(text: str) -> Any:
    """The one JSON document that a text is."""
    import json

    return json.loads(text)
