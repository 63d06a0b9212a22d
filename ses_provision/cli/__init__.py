"""The command line: parse, call, print, exit status. Nothing else here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_provision.cli.world import World


def main(arguments: Sequence[str] | None = None, world: World | None = None) -> None:
    """The console script. Exits with the status of the command."""
    import os
    import sys

    from ses_provision.cli.app import run

    status = run(sys.argv[1:] if arguments is None else list(arguments), world)
    sys.stdout.flush()
    sys.stderr.flush()
    if status in {130, 143}:
        # Threads that still wait for AWS would keep the process; nothing of theirs is needed.
        os._exit(status)
    sys.exit(status)
