"""What looks at one life is run by one worker."""

import re

import pytest

from tests.conftest import ROOT
from tests.grouping import group


def test_all_that_looks_at_a_life_is_grouped_by_its_row() -> None:
    lived = [
        path.name
        for path in (ROOT / "tests" / "laws").glob("test_*.py")
        if re.search(r"\blife: Life\b", path.read_text(encoding="utf-8"))
    ]

    assert len(lived) > 1
    for name in lived:
        assert group(f"tests/laws/{name}::test_a_law[a row [with] brackets]") == (
            "a row [with] brackets"
        )


@pytest.mark.parametrize(
    "nodeid", ["tests/unit/test_x.py::test_y[a row]", "tests/laws/test_house.py::test_y"]
)
def test_everything_else_goes_wherever_there_is_room(nodeid: str) -> None:
    assert group(nodeid) == nodeid
