"""Wheel and sdist are the same from any folder, by any user, on any day."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.build import build, pythons, unpacked
from tests.conftest import ROOT

WHEN = "1767225600"
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "dist", "build", "*cache*", ".hypothesis")


@pytest.fixture
def dense(request: pytest.FixtureRequest) -> None:
    """Only where sweeps are dense: building takes its time."""
    if not request.config.getoption("--dense"):
        pytest.skip("built by make sweep, which is dense")


def copied(to: Path, *, late: bool) -> Path:
    """The project in another folder; `late`: with other times and modes of its files."""
    shutil.copytree(ROOT, to, ignore=LEFT_OUT)
    for path in [each for each in to.rglob("*") if late and each.is_file()]:
        path.chmod(0o600 | path.stat().st_mode & 0o100)
        os.utime(path, (1e9, 1e9))
    return to


@pytest.mark.usefixtures("dense")
def test_built_twice_in_two_places_it_is_the_same_to_the_byte(tmp_path: Path) -> None:
    first, second = copied(tmp_path / "one", late=False), copied(tmp_path / "two", late=True)
    elsewhere = {**os.environ, "TZ": "IST-5:30", "LC_ALL": "C", "PYTHONHASHSEED": "7"}

    built = build(first, tmp_path / "a", when=WHEN)
    again = build(second, tmp_path / "b", when=WHEN, env=elsewhere)

    assert [path.name for path in built] == [path.name for path in again]
    assert len(built) == 2
    assert [path.read_bytes() for path in built] == [path.read_bytes() for path in again]


@pytest.mark.usefixtures("dense")
def test_the_sdist_gives_the_wheel_and_the_wheel_holds_what_runs(tmp_path: Path) -> None:
    [wheel, sdist] = build(copied(tmp_path / "one", late=False), tmp_path / "a", when=WHEN)

    [again] = build(unpacked(sdist, tmp_path / "c"), tmp_path / "d", "wheel", when=WHEN)

    assert again.read_bytes() == wheel.read_bytes()
    with zipfile.ZipFile(wheel) as held:
        names = set(held.namelist())
    assert {"ses_provision/py.typed", "ses_provision/guides/local-aws.md"} <= names
    assert not {name for name in names if name.startswith(("tests/", "config/"))}


def test_this_python_is_among_those_that_are_there() -> None:
    there = pythons()

    assert there
    assert min(there) >= (3, 11)
