"""One life for each row of the table, whichever laws look at it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.laws.environments import PAIRS, REFUSED, ROWS, Refused, Row
from tests.laws.faults import FAULTS, in_pair
from tests.laws.life import Life, live

DISTURBING = ("AWS_", "SES_PROVISION_", "GITHUB_")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let each law look at every row of the table; `--pairs`: at all pairs of settings as well."""
    law = metafunc.function.__name__.removeprefix("test_")
    if "life" in metafunc.fixturenames:
        rows = [*ROWS, *(PAIRS if metafunc.config.getoption("--pairs") else ())]
        metafunc.parametrize("life", [parameter(row, law) for row in rows], indirect=True)
    if "refused" in metafunc.fixturenames:
        metafunc.parametrize("refused", [parameter(row, law) for row in REFUSED])


def parameter(row: Row | Refused, law: str) -> Any:
    """A row, expected to fail where its fault stands."""
    marks: list[pytest.MarkDecorator] = []
    if reason := FAULTS.get((law, row.name)):
        marks.append(pytest.mark.xfail(strict=True, reason=reason))
    elif row in PAIRS and (reason := in_pair(law, row.name)):
        marks.append(pytest.mark.xfail(strict=False, reason=reason))
    return pytest.param(row, id=row.name, marks=marks)


@pytest.fixture(scope="session")
def life(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """The life of the row that the test is about. pytest keeps the tests of a row together."""
    row: Row = request.param
    sweep: bool = request.config.getoption("--dense")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(DISTURBING) or name in {"NO_COLOR", "FORCE_COLOR"}:
                patch.delenv(name)
        folder = tmp_path_factory.mktemp("environments")
        turn = [*ROWS, *PAIRS].index(row)
        return live(row, folder, turn=turn, sweep=sweep and row in ROWS)
