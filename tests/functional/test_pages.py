"""What the README and the guides name exists: commands, options, settings, verdicts, pages."""

import inspect
import json
import re
import shlex
from pathlib import Path

import pytest
import typer

from ses_provision.checks import delegation, diagnosis, faults, mistakes
from ses_provision.cli.app import command_line
from ses_provision.environment import loading
from ses_provision.local import LocalAws
from ses_provision.local.control import Control
from ses_provision.steps import STEPS
from tests.conftest import ROOT
from tests.pages import (
    GUIDES,
    README,
    WRITTEN,
    anchors,
    command_lines,
    fenced,
    guide,
    inline,
    links,
    pages,
    said,
)

SCHEMA = loading.schema()
LONGEST_README = 350


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_json_in_the_pages_is_json(page: Path) -> None:
    for block in fenced(said(page), "json"):
        json.loads(block)


def parse(line: list[str]) -> None:
    """Let the command line take a line; it raises where a command or an option does not exist.

    A name alone stands for the command, whatever it would need."""
    name, *arguments = line
    group = command_line()
    command = group.commands[name]
    if arguments:
        command.make_context(name, arguments, parent=typer.Context(group))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_command_line_on_a_page_has_a_command_and_options_that_exist(page: Path) -> None:
    for line in command_lines(said(page)):
        if line and not line[0].startswith("-"):
            parse(line)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.stem)
def test_every_option_in_passing_exists(page: Path) -> None:
    for first, *rest in map(shlex.split, inline(said(page))):
        if first in command_line().commands:
            parse([first, *rest])
        elif first.startswith("--"):
            assert first in options(), first


def options() -> set[str]:
    """Every option of every command, and of the program itself."""
    group = command_line()
    return {
        name
        for command in [group, *group.commands.values()]
        for option in [*command.params, command.get_help_option(typer.Context(command))]
        for name in [*option.opts, *option.secondary_opts]
    }


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_setting_in_passing_exists(page: Path) -> None:
    sections = {name: settings(name) for name in SCHEMA["properties"]}
    for code in inline(said(page)):
        section, _, setting = code.partition(" ")[0].partition(".")
        if setting.isidentifier() and sections.get(section):
            assert setting in sections[section], code


def settings(section: str) -> set[str]:
    """The settings of a section of an environment file; none for a setting without sections."""
    named = re.findall(r"#/\$defs/(\w+)", json.dumps(SCHEMA["properties"][section]))
    return {setting for name in named for setting in SCHEMA["$defs"][name].get("properties", {})}


def test_a_command_line_that_does_not_exist_would_be_noticed() -> None:
    for wrong in ("plan --nonsense", "nonsense", "outputs --format yaml", "plan --env"):
        with pytest.raises((KeyError, typer.TyperException)):
            parse(shlex.split(wrong))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in links(said(page)):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_relative_to(ROOT)
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(said(file)), target


def test_the_readme_links_every_guide() -> None:
    linked = {(ROOT / target.partition("#")[0]).resolve() for target in links(said(README))}

    assert linked >= set(GUIDES.glob("*.md"))


def test_the_readme_is_for_newcomers_and_short() -> None:
    assert len(said(README).splitlines()) <= LONGEST_README


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_the_lines_of_a_page_end_where_their_text_ends(page: Path) -> None:
    assert [line for line in said(page).splitlines() if line != line.rstrip()] == []


def test_every_verdict_of_dkim_status_has_its_row() -> None:
    sources = map(inspect.getsource, (delegation, diagnosis, faults, mistakes))
    given = {
        code
        for source in sources
        for code in re.findall(r'(?:Verdict|Remedy|Mistake|Instead)\(\s*"([a-z-]+)"', source)
    }

    rows = re.findall(r"^\| `([a-z-]+)` \|", guide("verification"), re.MULTILINE)

    assert sorted(given) == sorted(rows)


def test_every_folder_of_the_package_is_in_the_guide_on_developing() -> None:
    folders = {path.parent.name for path in (ROOT / "ses_provision").glob("*/__init__.py")}

    assert {Path(link).name for link in links(guide("developing")) if link[:3] == "../"} == folders


def test_every_request_to_the_local_aws_is_in_its_guide() -> None:
    for method, path in Control(LocalAws()).table:
        assert re.search(rf"`{method} {path}\b", guide("local-aws")), (method, path)


def test_the_guide_for_developers_has_every_target_of_make() -> None:
    [targets] = re.findall(r"^\.PHONY: (.*)$", said(ROOT / "Makefile"), re.MULTILINE)

    listed = re.findall(r"^\$ make ([\w-]+)", guide("developing"), re.MULTILINE)

    assert {*listed, "demo"} == set(targets.split())
    assert "make demo" in said(README)


def test_the_readme_says_what_each_step_makes_in_their_order() -> None:
    told = re.findall(r"^\| `([a-z-]+)` \|", said(ROOT / "README.md"), re.MULTILINE)

    assert told == [step.id for step in STEPS]
