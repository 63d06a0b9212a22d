"""A generated folder of many environments, and what a plan asks: for `make bench`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from ses_provision.cli.run import Target
from ses_provision.cli.scope import look_ahead
from ses_provision.cli.shared import make_run
from ses_provision.engine.account import right_account
from ses_provision.environment import Environment
from ses_provision.outside.aws import Reader
from ses_provision.outside.memory import Memory, unnoticed
from ses_provision.outside.reading import Ask, Outcome
from ses_provision.steps import STEPS
from ses_provision.worlds.in_process import InProcess

SETTINGS = """\
account_id = "{account}"
region = "us-east-2"
domain = "clinic-{number:03}.example"
[configuration_set]
name = "clinic-{number:03}"
[dmarc]
reports_to = ["dmarc@clinic-{number:03}.example"]
[events]
emails = ["ops@clinic-{number:03}.example"]
"""


def folder(path: Path, count: int, accounts: int) -> Path:
    """A folder of so many environments in so many accounts, each with everything but a role."""
    path.mkdir()
    for number in range(count):
        text = SETTINGS.format(account=100_000_000_000 + number % accounts, number=number)
        (path / f"clinic-{number:03}.toml").write_text(text)
    return path


class Noting(Memory):
    """A memory that notes what is sent, round by round."""

    def __init__(self) -> None:
        super().__init__()
        self.rounds: list[list[dict[str, Any]]] = []

    def outcomes(
        self,
        asks: Sequence[Ask],
        answer: Callable[[Ask], Outcome],
        pool: Executor,
        asking: Callable[[int], None] = unnoticed,
    ) -> tuple[list[Outcome], bool]:
        """What AWS says to each question."""
        sent: list[Ask] = []

        def noted(asked: Ask) -> Outcome:
            sent.append(asked)
            return answer(asked)

        found = super().outcomes(asks, noted, pool, asking)
        if sent:
            self.rounds.append([written(asked) for asked in sent])
        return found


def written(asked: Ask) -> dict[str, Any]:
    """A question as the floor takes it."""
    return {
        "service": asked.service,
        "region": asked.region,
        "operation": asked.operation,
        "params": asked.arguments,
        "pages": asked.pages,
    }


def rounds_of_a_plan(
    world: InProcess, env: Environment, config: Path
) -> list[list[dict[str, Any]]]:
    """The questions that a plan sends to AWS, by rounds."""
    options = {"env": [env.name], "config_dir": config, "every": False, "profile": None}
    switches = dict.fromkeys(("json_output", "no_color", "local", "debug", "quiet"), False)
    run = make_run("plan", world, {**options, **switches})
    memory = Noting()
    connections = world.connect(env, None, None)
    reader = Reader(connections, memory=memory)
    target = Target(env, connections, reader, reader.run(right_account(env)))
    look_ahead(run, target, list(STEPS), frozenset())
    return memory.rounds
