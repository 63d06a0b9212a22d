"""The audit finds what is not pinned, not hashed, changed, or under another licence."""

from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path

import pytest

from tests.audit import LOCKS, digest, installed_faults, is_free, lock_faults, locked
from tests.conftest import ROOT

HASH = f"--hash=sha256:{'0' * 64}"
PINNED = f"thing[extra]==1.2 ; python_version < '4' \\\n    {HASH} \\\n    {HASH}\n    # via us\n"


@pytest.mark.parametrize("lock", LOCKS)
def test_our_locks_are_right(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert list(lock_faults(text)) == []
    assert len(locked(text)) > 20


def test_pins_are_read_with_their_hashes() -> None:
    [thing] = locked(PINNED)

    assert (thing.name, thing.version, thing.hashes) == ("thing", "1.2", 2)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("thing>=1\n", "is not pinned: thing>=1"),
        ("thing @ https://example.com/x\n", "is not pinned: thing"),
        (f"thing==1 \\\n    # via x\nother==2 \\\n    {HASH}\n", "has no hash: thing"),
    ],
)
def test_a_lock_that_lets_anything_in_is_found(text: str, fault: str) -> None:
    assert list(lock_faults(text)) == [fault]


@pytest.mark.parametrize(
    ("said", "free"),
    [
        (["MIT"], True),
        (["Apache Software License"], True),
        (["BSD-3-Clause"], True),
        (["GPL-3.0-only"], False),
        (["Proprietary"], False),
        (["PERMITTED"], False),
        ([], False),
    ],
)
def test_licences_are_told_apart(said: list[str], free: bool) -> None:
    assert is_free(said) is free


@pytest.fixture
def held(tmp_path: Path) -> Distribution:
    """A distribution with one file."""
    (tmp_path / "thing.py").write_text("x = 1\n")
    info = tmp_path / "thing-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: thing\nVersion: 1.2\n"
                                   "License-Expression: MIT\n")  # fmt: skip
    recorded = digest(tmp_path / "thing.py", "sha256")
    (info / "RECORD").write_text(f"thing.py,sha256={recorded},6\nthing-1.2.dist-info/RECORD,,\n")
    return Distribution.at(info)


def test_what_is_installed_as_locked_is_right(held: Distribution) -> None:
    assert list(installed_faults(held, {"thing": {"1.2"}})) == []


def test_another_version_a_changed_and_a_missing_file_are_found(
    held: Distribution, tmp_path: Path
) -> None:
    (tmp_path / "thing.py").write_text("x = 2\n")

    assert list(installed_faults(held, {"thing": {"1.3"}})) == [
        "thing 1.2 is installed, and no lock has it",
        "thing: thing.py was changed",
    ]
    (tmp_path / "thing.py").unlink()
    assert list(installed_faults(held, {"thing": {"1.2"}})) == ["thing: thing.py is missing"]
