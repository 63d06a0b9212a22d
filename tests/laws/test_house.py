"""The house: which room may use which, what stands at the door, how large a room may grow."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.conftest import ROOT

PACKAGE = ROOT / "ses_provision"
LONGEST_MODULE = 400
LONGEST_FUNCTION = 70  # a command with its options' declarations
ROOMS = sorted(path.parent for path in PACKAGE.rglob("__init__.py"))


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def test_imports_point_down_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


def test_at_the_door_of_the_package_stands_what_every_room_uses() -> None:
    found = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py", "__main__.py"}

    assert found == {"dataclass.py", "errors.py", "names.py"}


def test_dataclasses_are_those_that_are_written_when_first_needed() -> None:
    others = [
        str(path.relative_to(ROOT))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "dataclasses"
        and "dataclass" in {one.name for one in node.names}
    ]

    assert others == ["ses_provision/dataclass.py"]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_says_what_lives_in_it(room: Path) -> None:
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""

    assert len(said) > 20


def test_no_module_and_no_function_grows_out_of_hand() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    ]
    functions = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno > LONGEST_FUNCTION
    ]

    assert long + functions == []
