"""The commands as Typer has them, each made of its function when it is needed."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ses_provision.cli.ready import spare
from ses_provision.cli.table import COMMANDS, GROUPS


class Commands(Mapping[str, Any]):
    """The commands by name, in the order of the help. Their names cost nothing."""

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        return made(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


@functools.cache
def made(name: str) -> Any:
    """A command with its options, worked out once."""
    from ses_provision.cli.shared import shared

    function = name.replace("-", "_")
    module = importlib.import_module(f"ses_provision.cli.commands.{function}")
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name, cls=Alone)(shared(getattr(module, function)))
    return typer.main.get_command(alone)


class Alone(TyperCommand):
    """A command."""

    def get_params(self, ctx: Any) -> Any:
        """Its parameters, with that of --help."""
        found = super().get_params(ctx)
        spare(found)
        return found


class Grouped(TyperGroup):
    """The program: its help and its completion list commands without making them."""

    def get_params(self, ctx: Any) -> Any:
        """Its parameters, with that of --help."""
        found = super().get_params(ctx)
        spare(found)
        return found

    def list_commands(self, _: Any) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def format_commands(self, _: Any, formatter: Any) -> None:
        """The commands by what they are for, in columns that stand below one another."""
        width = max(map(len, COMMANDS))
        for group, commands in GROUPS.items():
            with formatter.section(group):
                formatter.write_dl([(f"{name:<{width}}", line) for name, line in commands.items()])

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """The options of the program, or the commands with their lines."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        lines = [TyperCommand(name, short_help=line) for name, line in COMMANDS.items()]
        listed = TyperGroup(commands=lines)
        return listed.shell_complete(typer.Context(listed), incomplete)


def program(app: typer.Typer) -> Any:
    """The program with all its commands."""
    group: Any = typer.main.get_command(app)
    group.commands = Commands()
    return group
