"""What `make bench` measures. Speed is looked at here, and never part of the tests."""

from __future__ import annotations

import contextlib
import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from ses_provision import config
from ses_provision.cli.app import run
from ses_provision.cli.in_process import InProcess, seed
from ses_provision.local import LocalAws
from tests.conftest import CONFIG, ROOT
from tests.local import bench as local_aws

TIMES = 5
LATENCY = 0.05  # seconds a call takes, as from an office to a region nearby


def seconds(work: Callable[[], object]) -> float:
    """How long something takes, as the median of a few times."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def help_text() -> None:
    """Ask for help in a process of its own."""
    line = [sys.executable, "-m", "ses_provision", "--help"]
    subprocess.run(line, cwd=ROOT, check=True, capture_output=True)


def world() -> InProcess:
    """A local AWS in which each call takes as long as over a network."""
    made = LocalAws()
    seed(made, config.load_all(CONFIG))
    made.knobs = replace(made.knobs, latency=LATENCY)
    return InProcess(made)


def quietly(line: list[str], where: InProcess) -> int:
    """Run a command line, without its output; how many calls it made."""
    before = len(where.local.journal)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        status = run(line, where)
    if status:
        raise SystemExit(f"{line} ended with {status}")
    return len(where.local.journal) - before


def main() -> None:
    """Print every measurement."""
    os.chdir(ROOT)
    say = sys.stdout.write
    say("The local AWS, SESv2 requests a second on one core\n")
    for way, rate in local_aws.measure().items():
        say(f"  {way:<24}{rate:8.0f}   at least {local_aws.AT_LEAST}\n")
    say(f"The commands, median of {TIMES} (in process, {LATENCY:g} s a call)\n")
    say(f"  {'--help (a process)':<24}{seconds(help_text):8.2f} s\n")
    fresh = [world() for _ in range(TIMES)]
    apply = ["apply", "--env", "prod", "--yes"]
    calls: list[int] = []
    waiting = iter(fresh)
    took = seconds(lambda: calls.append(quietly(apply, next(waiting))))
    say(f"  {'apply, fresh account':<24}{took:8.2f} s   {calls[-1]} calls\n")
    plan = ["plan", "--env", "prod"]
    took = seconds(lambda: calls.append(quietly(plan, fresh[0])))
    say(f"  {'plan, nothing to do':<24}{took:8.2f} s   {calls[-1]} calls\n")


if __name__ == "__main__":
    main()
