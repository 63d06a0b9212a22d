"""The command line: parse, call, print, exit status. Nothing else here.

`table` lists the commands, `app` is the program that they make, `run` what they share (options,
streams, the JSON document, the boundary where errors end), `commands/` one file a command. What
several commands need of options and of looking at AWS has files of its own beside `run`. Begin with
`main`, below, then `app`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.worlds.real import World

GARBAGE = 200_000
"""How many more objects there are before Python looks for garbage. What a command makes it needs
until its end, and looking through all of it each 700 objects took a tenth of its time."""


def main() -> None:
    """The console script. Leaves with the status of the command.

    At once: to take a process apart, object by object, takes Python as long as a fifth of a plan,
    and threads that still wait for AWS would keep it. All that matters is written and closed.
    """
    import gc
    import os

    gc.set_threshold(GARBAGE)
    os._exit(command())


def command(arguments: Sequence[str] | None = None, world: World | None = None) -> int:
    """Run a command line, that of the process unless given; answer with its exit status."""
    import sys

    from ses_provision.cli import outlet, signals, starting, streams

    outlet.occupy()
    signals.listen()
    streams.prepare()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with starting.Starting(sys.stderr, given):
            from ses_provision.cli.app import run

        status = run(given, world)
        signals.too_late()
    except signals.Interrupted as stopped:
        status = stopped.status
        outlet.Outlet(sys.stderr).write(f"{stopped.word}.\n")
    outlet.leave_quietly()
    return status
