"""What functional tests stand on."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import CONFIG, Cli
from tests.functional.health import Health
from tests.functional.sweep import Share
from tests.prepared import prepared

T = TypeVar("T")


@pytest.fixture
def share(request: pytest.FixtureRequest) -> Share:
    """Every case of a sweep where it is dense; else every so many, beginning with this one."""
    dense = request.config.getoption("--dense")

    def chosen(cases: Iterable[T], of: int, first: int = 0) -> list[T]:
        return list(cases) if dense else list(cases)[first % of :: of]

    return chosen


@pytest.fixture
def in_sandbox(
    local: LocalAws, world: InProcess, env: Environment, cli: Cli, tmp_path: Path
) -> Health:
    """Prod in good health, but for the sandbox."""
    made = Health(local, world, env, cli, tmp_path / "config")
    made.build()
    return made


@pytest.fixture
def health(in_sandbox: Health) -> Health:
    """Prod in good health."""
    in_sandbox.leave_sandbox()
    return in_sandbox


@pytest.fixture
def project(cli: Cli, local: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped environments, applied and verified, as examples find them."""
    shutil.copytree(CONFIG, tmp_path / "config")
    monkeypatch.chdir(tmp_path)

    def apply() -> None:
        assert cli("apply", "--all", "--yes", "--wait").status == 0
        local.confirm_subscriptions()

    prepared(local, "the shipped environments", apply)
    assert cli("plan", "--env", "prod", "--out", "prod.plan").status == 0
    return tmp_path
