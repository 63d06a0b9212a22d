"""The command reference in the README, generated from the commands' own help.

`python -m tests.reference --write` writes it; without the option the exit status says whether it
is current.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import typer

from ses_provision.cli.app import app
from ses_provision.cli.run import SHARED
from tests.conftest import ROOT

README = ROOT / "README.md"
BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"


def commands() -> dict[str, Any]:
    """The commands in the order of the help."""
    group: Any = typer.main.get_command(app)
    found: dict[str, Any] = group.commands
    return found


def paragraphs(command: Any) -> tuple[list[str], list[str]]:
    """What a command's help says, and its examples."""
    found = [" ".join(one.split()) for one in (command.help or "").split("\n\n")]
    examples = [one.removeprefix("Example: ") for one in found if one.startswith("Example: ")]
    return [one for one in found if one and not one.startswith("Example: ")], examples


def reference() -> str:
    """The whole section."""
    parts = [f"### {name}\n\n{described(command)}" for name, command in commands().items()]
    everywhere = "\n".join(f"- {one}" for one in shared_options())
    return "\n\n".join([*parts, f"### Options of most commands\n\n{everywhere}"])


def described(command: Any) -> str:
    """One command."""
    said, examples = paragraphs(command)
    shown = "```sh\n" + "\n".join(examples) + "\n```" if examples else ""
    options = "\n".join(f"- {one}" for one in own_options(command))
    return "\n\n".join(filter(None, [*said, shown, options]))


def own_options(command: Any) -> Iterator[str]:
    """The options and arguments that a command does not share with others."""
    for one in command.params:
        if one.name not in SHARED and one.name != "help":
            yield option(command, one)


def shared_options() -> Iterator[str]:
    """The options of most commands."""
    plan = commands()["plan"]
    for one in plan.params:
        if one.name in SHARED:
            yield option(plan, one)


def option(command: Any, one: Any) -> str:
    """An option with what it takes, what it does, and its default, as the help has them."""
    names, said = one.get_help_record(typer.Context(command))
    names = one.metavar if one.param_type_name == "argument" else names
    return f"`{names}`: {' '.join(said.split())}"


def current(text: str) -> str:
    """The README with the section as it should be."""
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"README.md has no {BEGIN} … {END}")
    return pattern.sub(lambda _: f"{BEGIN}\n\n{reference()}\n\n{END}", text)


def main() -> int:
    """Write the section, or say whether it is current."""
    before = README.read_text(encoding="utf-8")
    after = current(before)
    if "--write" in sys.argv[1:]:
        README.write_text(after, encoding="utf-8")
        return 0
    return int(before != after)


if __name__ == "__main__":
    sys.exit(main())
