"""The commands that a person is advised to run: found in what was said, parsed, followed."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import typer

from ses_provision.cli.advice import commands, grammars
from ses_provision.cli.app import command_line

PLACEHOLDERS = re.compile(r"\b(NAME|STEP|TOPIC|MINUTES|ADDRESS|FILE|KEY|VALUE)\b")
"""Words that stand for what only the person knows."""


def sentences(said: str) -> Iterator[str]:
    """The sentences of an output: strings of a document, or lines."""
    try:
        yield from strings(json.loads(said))
    except ValueError:
        yield from said.splitlines()


def strings(value: Any) -> Iterator[str]:
    """Every string in a document; what was wanted of AWS and exports are no advice."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (
            found
            for key, one in value.items()
            if key not in {"text", "template", "resources_to_import", "markdown"}
            for found in strings(one)
        )
    elif isinstance(value, list):
        yield from (found for one in value for found in strings(one))


def advised(text: str) -> list[list[str]]:
    """The commands of ours in a sentence, without our name; those only spoken of left out."""
    return [
        shlex.split(text[one.begin : one.end])[1:]
        for one in commands(text, grammars())
        if not one.spoken_of
    ]


def parse(line: list[str]) -> None:
    """Let the command line take a line; it raises where a command or an option does not exist."""
    name, *arguments = line
    group = command_line()
    command = group.commands[name]
    if arguments:
        command.make_context(name, arguments, parent=typer.Context(group))


def takes(name: str, option: str) -> bool:
    """Whether a command has an option."""
    return any(option in param.opts for param in command_line().commands[name].params)


def ready(line: list[str]) -> list[str] | None:
    """A line as it is run where nobody can be asked; None where something is to be filled in."""
    if any(PLACEHOLDERS.fullmatch(word) for word in line):
        return None
    return [*line, "--yes"] if takes(line[0], "--yes") else line
