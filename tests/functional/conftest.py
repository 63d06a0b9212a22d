"""What functional tests stand on."""

from pathlib import Path

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.health import Health


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
