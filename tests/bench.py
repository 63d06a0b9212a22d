"""What `make bench` measures. Speed is looked at here, and never part of the tests.

Whole processes against a local AWS in this one. What one command takes is told in seconds and as a
ratio to a floor that ran in turn with it, for machines differ and are busy with other things.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ses_provision.cli.app import run
from ses_provision.environment import loading
from ses_provision.local import LocalAws
from ses_provision.local.nameserver import name_server
from ses_provision.local.server import serving
from ses_provision.worlds.in_process import InProcess, seed
from ses_provision.worlds.real import name_server_port
from tests import many
from tests.conftest import CONFIG, ROOT
from tests.local import bench as local_aws

TIMES = 5
LATENCY = 0.05  # seconds a call takes, as from an office to a region nearby
OURS = [sys.executable, "-m", "ses_provision"]
APPLY = [*OURS, "apply", "--env", "prod", "--yes", "--local"]
PLAN = [*OURS, "plan", "--env", "prod", "--local"]
TYPER = [sys.executable, "-c", "import typer"]


@dataclass(frozen=True)
class Measured:
    """One run of a command in a process of its own: seconds, of them on a processor, MiB at its
    peak, AWS calls."""

    seconds: float
    busy: float
    peak: float
    calls: int


@dataclass(frozen=True)
class Served:
    """A local AWS that is served, with its DNS."""

    local: LocalAws
    port: int

    def command(self, line: list[str], **variables: str) -> Measured:
        """Run a command as a user would, and let the operating system account for it."""
        before = len(self.local.journal)
        # What is installed is compiled already: a Python that may not keep that measures compiling.
        kept = {
            name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
        }
        told = subprocess.run(
            [sys.executable, "-S", str(ROOT / "tests" / "accounted.py"), *line],
            cwd=ROOT,
            env={**kept, "SES_PROVISION_LOCAL_PORT": str(self.port), **variables},
            stdout=subprocess.PIPE,
            check=True,
        )
        found = json.loads(told.stdout)
        if found.pop("status"):
            raise SystemExit(f"{' '.join(line)} has failed")
        return Measured(**found, calls=len(self.local.journal) - before)

    def in_turn(
        self, one: list[str], other: list[str], **variables: str
    ) -> tuple[Measured, Measured]:
        """The medians of two commands that run one after the other, a few times."""
        self.command(one, **variables), self.command(other)
        pairs = [(self.command(one, **variables), self.command(other)) for _ in range(TIMES)]
        return median([first for first, _ in pairs]), median([second for _, second in pairs])


def median(runs: list[Measured]) -> Measured:
    """The median of each figure."""
    return Measured(
        statistics.median(one.seconds for one in runs),
        statistics.median(one.busy for one in runs),
        statistics.median(one.peak for one in runs),
        runs[-1].calls,
    )


@contextmanager
def served(config: Path) -> Iterator[Served]:
    """A local AWS with what the environments of a folder need to be there."""
    local = LocalAws()
    seed(local, loading.load_all(config))
    with ExitStack() as stack:
        yield Served(local, on_two_ports(local, stack))


def on_two_ports(local: LocalAws, stack: ExitStack) -> int:
    """Serve AWS, and DNS on the port after it; where that is taken, on others."""
    for _ in range(20):
        with ExitStack() as trial:
            port = trial.enter_context(serving(local)).port
            with suppress(OSError):
                trial.enter_context(name_server(local, port=name_server_port(port)))
                stack.enter_context(trial.pop_all())
                return port
    raise SystemExit("no two ports in a row are free")


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def row(name: str, one: Measured, floor: Measured | None = None) -> None:
    """What was measured in a line; ratios to the floor last."""
    ratios = (
        f"{one.seconds / floor.seconds:8.2f}{one.busy / floor.busy:8.2f}"
        if floor is not None
        else ""
    )
    say(f"  {name:<44}{one.seconds:8.2f}{one.busy:8.2f}{one.peak:8.0f}{one.calls:8}{ratios}")


COMPLETED = ("pl", "plan --env st", "plan --only mail", "attest SES-D", "outputs --env prod se")
"""Words that a shell asks about."""


def start() -> None:
    """What no call to AWS is part of."""
    with served(CONFIG) as at:
        row("import typer", at.in_turn(TYPER, TYPER)[0])
        for arguments in (["--help"], ["--version"], ["guide", "safety"]):
            ours, theirs = at.in_turn([*OURS, *arguments], TYPER)
            row(" ".join(arguments), ours, theirs)
        for words in COMPLETED:
            ours, theirs = at.in_turn(OURS, TYPER, **asked_by_a_shell(f"ses-provision {words}"))
            row(f"completing {words}", ours, theirs)


def asked_by_a_shell(words: str) -> dict[str, str]:
    """What bash sets to have the last word completed."""
    return {
        "_SES_PROVISION_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }


def fresh() -> None:
    """An empty account."""
    for name, line in (("plan, fresh account", PLAN), ("apply, fresh account", APPLY)):
        runs = []
        for _ in range(TIMES):
            with served(CONFIG) as at:
                runs.append(at.command(line))
        row(name, median(runs))


def settled(folder: Path) -> Measured:
    """A plan with nothing to change beside its floor, near and far; the near floor."""
    rounds = folder / "rounds.json"
    found: list[Measured] = []
    with served(CONFIG) as at:
        at.command(APPLY)
        env = loading.load("prod", CONFIG)
        asked = many.rounds_of_a_plan(InProcess(at.local), env, CONFIG)
        rounds.write_text(json.dumps(asked))
        url = f"http://127.0.0.1:{at.port}"
        floor = [sys.executable, "-m", "tests.floor", str(rounds), url, env.account_id]
        for latency in (0, LATENCY):
            at.local.knobs = replace(at.local.knobs, latency=latency)
            ours, theirs = at.in_turn(PLAN, floor)
            far = f", {latency * 1000:.0f} ms a call" if latency else ""
            row(f"the floor of that plan{far}", theirs)
            row(f"plan, nothing to change{far}", ours, theirs)
            found.append(theirs)
    return found[0]


def side_by_side(folder: Path, floor: Measured) -> None:
    """Many environments at once, against the time that one of them has to take."""
    for count, accounts, latency, times in ((30, 3, 0, TIMES), (300, 30, LATENCY, 1)):
        config = many.folder(folder / str(count), count, accounts)
        with served(config) as at:
            apply_all(at.local, config)
            at.local.knobs = replace(at.local.knobs, latency=latency)
            far = f", {latency * 1000:.0f} ms a call" if latency else ""
            for command in ("status", "plan"):
                line = [*OURS, command, "--local", "--config-dir", str(config)]
                runs = [at.command(line) for _ in range(times)]
                row(f"{command}, {count} in {accounts} accounts{far}", median(runs), floor)


TENANTS = 1000
OF_MANY = """account_id = "111122223333"
region = "eu-central-1"
domain = "example.com"
tenants_file = "tenants.csv"
[configuration_set]
name = "example"
"""


def table_of_tenants(folder: Path) -> None:
    """A file of a thousand tenants: made once, then looked at with nothing to change."""
    config = folder / "tenants"
    config.mkdir()
    (config / "prod.toml").write_text(OF_MANY, encoding="utf-8")
    names = "\n".join(f"tenant-{number}" for number in range(TENANTS))
    (config / "tenants.csv").write_text(f"name\n{names}\n", encoding="utf-8")
    here = ["--config-dir", str(config)]
    with served(config) as at:
        row(f"apply, {TENANTS:,} tenants", at.command([*APPLY, *here]))
        row(f"plan, {TENANTS:,} tenants, nothing to change", median(
            [at.command([*PLAN, *here]) for _ in range(TIMES)]
        ))  # fmt: skip


def apply_all(local: LocalAws, config: Path) -> None:
    """Apply a folder, without a network in between."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        status = run(["apply", "--all", "--yes", "--config-dir", str(config)], InProcess(local))
    if status:
        raise SystemExit(f"apply ended with {status}")


def main() -> None:
    """Print every measurement."""
    say("The local AWS, SESv2 requests a second on one core")
    for way, rate in local_aws.measure().items():
        say(f"  {way:<44}{rate:8.0f}   at least {local_aws.AT_LEAST}")
    say(f"Commands as whole processes, median of {TIMES} (300 environments: one run)")
    say(f"  {'':<44}{'seconds':>8}{'cpu':>8}{'MiB':>8}{'calls':>8}{'x floor':>8}{'x cpu':>8}")
    with tempfile.TemporaryDirectory(prefix="ses-provision-bench-") as made:
        folder = Path(made)
        start()
        fresh()
        table_of_tenants(folder)
        side_by_side(folder, settled(folder))


if __name__ == "__main__":
    main()
