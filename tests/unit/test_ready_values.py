"""Values of options that are taken as they are are those that Typer would have worked out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from ses_provision.cli.app import command_line
from ses_provision.cli.ready import is_ready, value_of

GROUP: Any = command_line()


def parameters() -> list[tuple[Any, Any]]:
    """Every parameter of the program and its commands, with a context to work it out in."""
    found = []
    for command in [GROUP, *GROUP.commands.values()]:
        context = typer.Context(command, info_name=command.name)
        found += [(context, parameter) for parameter in command.get_params(context)]
    return found


def by_typer(context: Any, parameter: Any, value: Any) -> Any:
    """What Typer makes of a value."""
    _, process = parameter.process_value.args
    return process(context, value)


@pytest.mark.parametrize(
    ("context", "parameter"),
    [pytest.param(*one, id=f"{one[0].info_name} {one[1].name}") for one in parameters()],
)
def test_a_default_is_taken_as_typer_would(context: Any, parameter: Any) -> None:
    if not is_ready(parameter, parameter.default):
        assert parameter.required or parameter.nargs != 1
        return

    never = pytest.fail
    taken = value_of(parameter, never, context, parameter.default)

    assert taken == by_typer(context, parameter, parameter.default)


def of(command: str, name: str) -> Any:
    """A parameter of a command."""
    made = GROUP.commands[command]
    return next(one for one in made.get_params(typer.Context(made)) if one.name == name)


def test_text_is_taken_as_it_is_where_text_is_wanted() -> None:
    assert is_ready(of("guide", "topic"), "ci")
    assert is_ready(of("plan", "role"), "")
    assert is_ready(of("attest", "item"), "x")
    assert is_ready(of("plan", "env"), ["prod", "staging"])


def test_a_flag_is_taken_as_it_is_given() -> None:
    assert is_ready(of("plan", "local"), True)
    assert not is_ready(of("plan", "local"), "true")


def test_what_a_line_lacks_that_is_to_be_completed_is_asked_of_nobody() -> None:
    item, command = of("attest", "item"), GROUP.commands["attest"]
    begun = typer.Context(command, resilient_parsing=True)

    assert value_of(item, pytest.fail, begun, None) is None
    with pytest.raises(typer.TyperException):
        value_of(item, item.process_value.args[1], typer.Context(command), None)


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        ("drill", "timeout", "5"),
        ("dns", "output_format", "yaml"),
        ("plan", "config_dir", "config"),
        ("attest", "item", None),
        ("plan", "out", Path("x")),
    ],
)
def test_everything_else_is_for_typer(command: str, name: str, value: Any) -> None:
    assert not is_ready(of(command, name), value)
