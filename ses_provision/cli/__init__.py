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


def main(arguments: Sequence[str] | None = None, world: World | None = None) -> None:
    """The console script. Exits with the status of the command."""
    import os
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
    if status in signals.STATUS.values():
        # Threads that still wait for AWS would keep the process; nothing of theirs is needed.
        os._exit(status)
    sys.exit(status)
