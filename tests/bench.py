"""What `make bench` measures. Speed is looked at here, and never part of the tests."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ses_provision.environment import loading
from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from ses_provision.worlds.in_process import seed
from tests.conftest import CONFIG, ROOT
from tests.local import bench as local_aws

TIMES = 5
LATENCY = 0.05  # seconds a call takes, as from an office to a region nearby
APPLY = ["apply", "--env", "prod", "--yes", "--local"]
PLAN = ["plan", "--env", "prod", "--local"]


@dataclass(frozen=True)
class Measured:
    """One run of a command in a process of its own: seconds, MiB at its peak, AWS calls."""

    seconds: float
    peak: float
    calls: int


def command(line: list[str], local: LocalAws, port: int) -> Measured:
    """Run a command as a user would, and let the operating system account for it."""
    before = len(local.journal)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "ses_provision", *line],
        cwd=ROOT,
        env={**os.environ, "SES_PROVISION_LOCAL_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(line)} ended with {process.returncode}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024  # getrusage(2): bytes or KiB
    return Measured(seconds, usage.ru_maxrss / unit, len(local.journal) - before)


def measure(line: list[str], prepare: Callable[[LocalAws, int], None]) -> Measured:
    """The median of a few runs, each on a local AWS prepared for it."""
    runs = []
    for _ in range(TIMES):
        local = LocalAws()
        seed(local, loading.load_all(CONFIG))
        with serving(local) as address:
            prepare(local, address.port)
            runs.append(command(line, local, address.port))
    return Measured(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.peak for run in runs),
        runs[-1].calls,
    )


def fresh(_local: LocalAws, _port: int) -> None:
    """An empty account."""


def applied(local: LocalAws, port: int) -> None:
    """An account that is as prod says."""
    command(APPLY, local, port)


def applied_and_far(local: LocalAws, port: int) -> None:
    """The same, with a network in between."""
    applied(local, port)
    local.knobs = replace(local.knobs, latency=LATENCY)


def main() -> None:
    """Print every measurement."""
    say = sys.stdout.write
    say("The local AWS, SESv2 requests a second on one core\n")
    for way, rate in local_aws.measure().items():
        say(f"  {way:<36}{rate:8.0f}   at least {local_aws.AT_LEAST}\n")
    say(f"Commands as whole processes, median of {TIMES}\n")
    say(f"  {'':<36}{'seconds':>8}{'MiB':>8}{'calls':>8}\n")
    for name, line, prepare in (
        ("--help", ["--help"], fresh),
        ("plan, fresh account", PLAN, fresh),
        ("apply, fresh account", APPLY, fresh),
        ("plan, nothing to change", PLAN, applied),
        (f"plan, nothing to change, {LATENCY * 1000:.0f} ms a call", PLAN, applied_and_far),
    ):
        one = measure(line, prepare)
        say(f"  {name:<36}{one.seconds:8.2f}{one.peak:8.0f}{one.calls:8}\n")


if __name__ == "__main__":
    main()
