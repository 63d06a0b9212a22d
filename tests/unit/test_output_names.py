"""The names of outputs that a shell is offered are those that the environment has."""

from __future__ import annotations

from pathlib import Path

import pytest

from ses_provision.cli.commands.outputs import names
from ses_provision.cli.output_names import names_of
from ses_provision.environment import loading
from tests.laws.environments import ROWS, Row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_shell_is_offered_the_outputs_of_an_environment(row: Row, tmp_path: Path) -> None:
    for name, text in row.files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8-sig")

    env = loading.load("prod", tmp_path)

    assert sorted(names_of(tmp_path / "prod.toml")) == sorted(names([env]))


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "alarms = 3",
        "alarms.regions = 3",
        "alarms.regions = [{}, 3]",
        "events = []",
        "[[events.queues]]",
        "events.queues = [3]",
        "region = 3",
        "[[receiving]]",
        "\0",
    ],
)
def test_a_shell_is_offered_something_or_nothing_where_a_file_is_wrong(
    text: str, tmp_path: Path
) -> None:
    file = tmp_path / "prod.toml"
    file.write_text(text, encoding="utf-8")

    assert all(isinstance(name, str) for name in names_of(file))


def test_a_shell_is_offered_nothing_where_there_is_no_file(tmp_path: Path) -> None:
    assert names_of(tmp_path / "prod.toml") == names_of(tmp_path) == []
