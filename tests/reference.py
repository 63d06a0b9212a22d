"""What the guides show of the tool itself: the command reference, and prod's two policies.

`python -m tests.reference --write` writes these sections, and the words that a shell completes
from; without the option the exit status says whether they are current.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from ses_provision.cli.app import command_line
from ses_provision.cli.options import SHARED
from ses_provision.environment import loading
from ses_provision.local import LocalAws
from ses_provision.local.codec import codec_for
from ses_provision.rehearsal.permissions import policies
from tests import words
from tests.conftest import CONFIG
from tests.pages import GUIDES, said


def commands() -> dict[str, Any]:
    """The commands in the order of the help."""
    return dict(command_line().commands)


def paragraphs(command: Any) -> tuple[list[str], list[str]]:
    """What a command's help says, and its examples."""
    found = [" ".join(one.split()) for one in (command.help or "").split("\n\n")]
    examples = [one.removeprefix("Example: ") for one in found if one.startswith("Example: ")]
    return [one for one in found if one and not one.startswith("Example: ")], examples


def reference() -> str:
    """The whole section."""
    parts = [f"## {name}\n\n{described(command)}" for name, command in commands().items()]
    everywhere = "\n".join(f"- {one}" for one in shared_options())
    return "\n\n".join([*parts, f"## Options of most commands\n\n{everywhere}"])


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


def policy(*, read_only: bool) -> str:
    """The policy that `permissions --env prod` prints."""
    prod = loading.load("prod", CONFIG)
    printed = json.dumps(policies(prod, read_only=read_only)["account"], indent=2)
    return f"```json\n{printed}\n```"


def example() -> str:
    """The file that documents every setting, without the line for editors."""
    text = (CONFIG / "example.toml").read_text(encoding="utf-8")
    return f"```toml\n{text.partition(chr(10))[2]}```"


def served() -> str:
    """What the local AWS serves of each service, and what not."""
    aws = LocalAws()
    return "\n\n".join(
        of_service(service, set(aws.operations(service))) for service in aws.services
    )


MOST_NAMED = 60
"""How many operations that are not served are named, rather than counted."""


def of_service(service: str, there: set[str]) -> str:
    """One service: its operations that are served, and the others."""
    every = set(codec_for(service).model.operation_names)
    lacking = sorted(every - there)
    named = f"`{'`, `'.join(lacking)}`" if len(lacking) <= MOST_NAMED else f"{len(lacking)} more"
    told = [
        f"### {service}: {len(there & every)} of {len(every)}",
        wrapped(f"Served: `{'`, `'.join(sorted(there & every))}`."),
        *([wrapped(f"Not served: {named}.")] if lacking else []),
    ]
    return "\n\n".join(told)


def wrapped(text: str) -> str:
    """A paragraph in lines as long as those that people write."""
    return textwrap.fill(text, 104, break_long_words=False, break_on_hyphens=False)


def sections() -> dict[str, dict[str, str]]:
    """The generated sections of each guide, by topic and name."""
    return {
        "reference": {"reference": reference()},
        "local-aws": {"served": served()},
        "settings": {"example": example()},
        "permissions": {
            "reading prod": policy(read_only=True),
            "operating prod": policy(read_only=False),
        },
    }


def current(topic: str) -> str:
    """A guide with its sections as they should be."""
    text = said(page(topic))
    for name, body in sections()[topic].items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{topic}.md has no {begin} … {end}")
        before, after = pattern.split(text, maxsplit=1)
        text = f"{before}{begin}\n\n{body}\n\n{end}{after}"
    return text


def page(topic: str) -> Path:
    """The file of a guide."""
    return GUIDES / f"{topic}.md"


def main() -> int:
    """Write the sections, or say whether they are current."""
    files = {page(topic): current(topic) for topic in sections()} | {words.FILE: words.declared()}
    stale = {file: text for file, text in files.items() if not file.exists() or text != said(file)}
    if "--write" in sys.argv[1:]:
        for file, text in stale.items():
            file.write_text(text, encoding="utf-8")
        return 0
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
