"""What tests stand on: a local AWS of their own, and no way to any other."""

from __future__ import annotations

import gc
import json
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine

from ses_provision.cli.app import run
from ses_provision.engine.account import Account
from ses_provision.environment import Environment, loading
from ses_provision.local import Clock, LocalAws
from ses_provision.outside.aws import Connections, Reader
from ses_provision.worlds.in_process import InProcess, seed
from tests.clients import Pool, read_models_once

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How the whole suite is run on another day, and in another place."""
    parser.addoption("--clock", metavar="TIME", help="run as if it were this time (ISO 8601)")
    parser.addoption("--dense", action="store_true", help="sweeps with all their cases")
    parser.addoption("--pairs", action="store_true", help="laws with all pairs of settings")


def pytest_configure(config: pytest.Config) -> None:
    """Set the clock before any test module is imported, in each process of a run."""
    moment = config.getoption("--clock")
    if moment:
        travel = time_machine.travel(datetime.fromisoformat(moment).astimezone(UTC), tick=True)
        travel.start()
        config.add_cleanup(travel.stop)


def pytest_collection_finish() -> None:
    """Look for garbage rarely, and never in what was imported: it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def dense(request: pytest.FixtureRequest) -> bool:
    """Whether sweeps go through all their cases."""
    return bool(request.config.getoption("--dense"))


@pytest.fixture(autouse=True)
def nobody_elses_aws(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No credentials, profiles or endpoints of the developer's reach a test."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "SES_PROVISION_"))]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path_factory.getbasetemp() / "no-such-file"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections leave this machine only over the loopback, that is: not."""
    connect = socket.socket.connect

    def loopback_only(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


read_models_once()
POOL = Pool()


@pytest.fixture(autouse=True)
def clients_made_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sessions of local AWSs, with clients that earlier tests have opened."""
    monkeypatch.setattr("ses_provision.local.cloud.open_session", POOL.open)
    yield
    POOL.hang_up()


@pytest.fixture
def environments() -> list[Environment]:
    """The shipped environments: prod, then staging."""
    return loading.load_all(CONFIG)


@pytest.fixture
def env(environments: list[Environment]) -> Environment:
    """The shipped prod environment."""
    return environments[0]


@pytest.fixture
def local(environments: list[Environment]) -> LocalAws:
    """A local AWS whose clock stands still, with the zones of the shipped environments."""
    made = LocalAws(Clock(frozen_at=NOON))
    seed(made, environments)
    return made


@pytest.fixture
def world(local: LocalAws) -> InProcess:
    """The local AWS as commands see it."""
    return InProcess(local)


@pytest.fixture
def account(env: Environment) -> Account:
    """The account of prod."""
    return Account(env.account_id, env.region)


@pytest.fixture
def connections(world: InProcess, env: Environment) -> Connections:
    """Connections to the account of prod."""
    return world.connect(env, None, None)


@pytest.fixture
def reader(connections: Connections) -> Reader:
    """A reader of the account of prod."""
    return Reader(connections)


@dataclass
class Result:
    """What a command line did."""

    status: int
    stdout: str
    stderr: str
    calls: list[Any]

    @property
    def json(self) -> Any:
        """Standard output, which has to be one JSON document."""
        return json.loads(self.stdout)

    @property
    def writes(self) -> list[Any]:
        """The calls that change something."""
        return [call for call in self.calls if not is_read(call.operation)]


def is_read(operation: str) -> bool:
    """Whether an operation only reads, by AWS's naming."""
    return operation.startswith(
        ("Get", "List", "Describe", "BatchGet", "Simulate", "TestDNSAnswer")
    )


Cli = Callable[..., Result]


@pytest.fixture
def cli(
    world: InProcess, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cli]:
    """Run a command line as a user would, from the root of the project, on the local AWS."""
    monkeypatch.chdir(ROOT)

    def execute(*arguments: str, world: InProcess = world) -> Result:
        capsys.readouterr()
        before = len(world.local.journal)
        status = run(list(arguments), world)
        captured = capsys.readouterr()
        calls = list(world.local.journal)[before:]
        return Result(status, captured.out, captured.err, calls)

    yield execute
