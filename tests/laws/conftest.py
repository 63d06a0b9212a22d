"""One life for each row of the table, whichever laws look at it."""

from __future__ import annotations

import os

import pytest

from tests.laws.environments import ROWS
from tests.laws.life import Life, live

DISTURBING = ("AWS_", "SES_PROVISION_", "GITHUB_")


@pytest.fixture(scope="session")
def life(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """The life of the row that the test is about. pytest keeps tests of one row together."""
    row = next(row for row in ROWS if row.name == request.param)
    sweep: bool = request.config.getoption("--sweep")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(DISTURBING) or name in {"NO_COLOR", "FORCE_COLOR"}:
                patch.delenv(name)
        folder = tmp_path_factory.mktemp("environments")
        return live(row, folder, turn=ROWS.index(row), sweep=sweep)
