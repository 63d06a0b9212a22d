"""The hook that other repositories take from this one."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import Any

import yaml

from tests.conftest import CONFIG, ROOT, Cli


def hooks() -> list[dict[str, Any]]:
    """The hooks that are offered."""
    found: list[dict[str, Any]] = yaml.safe_load(
        (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    )
    return found


def test_each_hook_says_what_pre_commit_wants_to_know() -> None:
    for hook in hooks():
        # pre-commit's manifest: id, name, entry and language are required.
        assert {"id", "name", "entry", "language"} <= hook.keys()
        assert hook["language"] == "python"


def test_a_hook_calls_a_script_that_is_installed_and_a_command_that_exists(cli: Cli) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "scripts"
    ]
    [hook] = hooks()
    script, *arguments = shlex.split(hook["entry"])

    assert script in scripts
    assert cli(*arguments).status == 0


def test_the_hook_runs_for_environment_files_and_for_nothing_else() -> None:
    [hook] = hooks()

    assert all(re.search(hook["files"], f"config/{path.name}") for path in CONFIG.glob("*.toml"))
    assert not re.search(hook["files"], "pyproject.toml")
    assert hook["pass_filenames"] is False
