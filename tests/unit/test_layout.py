"""Lines as a screen takes them: broken between words, hanging under what they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from ses_provision.cli.app import command_line
from ses_provision.render.layout import COMMAND, Folded, command, fold, prose, whole
from ses_provision.render.prose import ARGUMENTS, VALUED, pieces
from tests.unit.rendering import shown

WORDS = st.text(st.characters(exclude_categories=["Cs", "Z", "C"]), min_size=1, max_size=30)
LINES = st.lists(WORDS, min_size=1, max_size=30).map(" ".join)
BEGINNINGS = st.sampled_from(
    ["", "  ", "    + ", " 3. ", "  name     ", "21:45:51 - ", "Fix:     "]
)


@given(BEGINNINGS, LINES, st.integers(40, 120))
def test_no_word_is_cut_none_is_lost_and_only_a_word_that_is_longer_makes_a_line_longer(
    beginning: str, words: str, width: int
) -> None:
    line = beginning + words

    folded = fold(Text(line), width).plain

    assert folded.split() == line.split()
    for each in folded.split("\n"):
        parts = each.split()
        assert cell_len(each) <= width or cell_len(parts[-1]) > width - cell_len(beginning) - 2


@given(BEGINNINGS, LINES, st.integers(40, 120))
def test_what_goes_on_is_indented_further_than_the_line_begins(
    beginning: str, words: str, width: int
) -> None:
    first, *rest = fold(Text(beginning + words), width).plain.split("\n")

    indented = [
        len(each) - len(each.lstrip()) for each in rest if cell_len(each.strip()) < width / 2
    ]
    assert all(indent > len(first) - len(first.lstrip()) for indent in indented)


@given(st.lists(LINES, max_size=5), st.integers(40, 120))
def test_folding_twice_is_folding_once_for_lines_that_fit(lines: list[str], width: int) -> None:
    once = fold(Text("\n".join(lines)), width)

    if all(cell_len(line) <= width for line in once.plain.split("\n")):
        assert fold(once, width).plain == once.plain


def test_styles_stay_with_their_words() -> None:
    line = Text("    + create ").append("a domain", style="bold").append(" and more of it " * 4)

    folded = fold(line, 40)

    [bold] = [span for span in folded.spans if span.style == "bold"]
    assert folded.plain[bold.start : bold.end] == "a domain"


def test_the_value_of_a_record_is_whole_and_beside_its_name() -> None:
    value = "v=DMARC1; p=none; rua=mailto:somebody@a-long-name.example.com"

    assert fold(Text("  value    ") + whole(value), 40).plain == f"  value    {value}"
    assert fold(Text("           → ") + whole(value), 40).plain == f"           → {value}"


def test_a_command_stays_whole_where_it_can_and_is_broken_as_a_shell_takes_it() -> None:
    line = Text("  • wait for DKIM: ") + command("ses-provision dkim-status --env prod --wait")

    assert fold(line, 60).plain.split("\n") == [
        "  • wait for DKIM:",
        "    ses-provision dkim-status --env prod --wait",
    ]
    assert fold(line, 40).plain.split("\n") == [
        "  • wait for DKIM:",
        "    ses-provision dkim-status --env \\",
        "    prod --wait",
    ]


def test_what_is_folded_is_never_cut_by_the_console() -> None:
    long = "arn:aws:sns:us-east-2:524471258033:" + "x" * 60

    assert shown(Folded(Text(f"one {long} two")), 40).split() == ["one", long, "two"]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (
            "after that ses-provision apply --env prod subscribes again",
            ["ses-provision apply --env prod"],
        ),
        (
            "ses-provision request-access --env prod --submit, once DKIM is verified",
            ["ses-provision request-access --env prod --submit"],
        ),
        (
            "deploy, then: ses-provision apply --env prod --role NAME (or set sender.role)",
            ["ses-provision apply --env prod --role NAME"],
        ),
        (
            "aws kms enable-key --key-id KEY --region us-east-2",
            ["aws kms enable-key --key-id KEY --region us-east-2"],
        ),
        ("keep `ses-provision guide` and read", ["ses-provision guide"]),
        ("ses-provision apply p.plan --digest 1a", ["ses-provision apply p.plan --digest 1a"]),
        (
            "make one: ses-provision smtp create --env prod --user app, then go on",
            ["ses-provision smtp create --env prod --user app"],
        ),
        (
            "where none sends: ses-provision set sender.role false --env prod",
            ["ses-provision set sender.role false --env prod"],
        ),
        (
            "it has a key (ses-provision smtp retire)",
            ["ses-provision smtp retire"],
        ),
        (
            "ses-provision pause --env prod --account stops all mail",
            ["ses-provision pause --env prod --account"],
        ),
        ("ses-provision cannot declare compliance", []),
        ("AWS has paused this account", []),
        ("See it: ses-provision status.", ["ses-provision status"]),
    ],
)
def test_the_commands_in_prose_are_found_to_their_last_option(
    text: str, commands: list[str]
) -> None:
    assert [said for said, is_command in pieces(text) if is_command] == commands
    assert "".join(said for said, _ in pieces(text, "`")) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_prose_loses_no_letter_whatever_it_is(text: str) -> None:
    assert "".join(said for said, _ in pieces(text, "`")) == text
    assert all(span.style == COMMAND for span in prose(text).spans if span.style)


def test_every_option_that_takes_a_value_is_known_as_one() -> None:
    options = [
        (option, param.is_flag)
        for each in command_line().commands.values()
        for param in each.params
        if param.param_type_name == "option"
        for option in (*param.opts, *param.secondary_opts)
    ]
    flags = {option for option, is_flag in options if is_flag}

    # What is a flag of one command, such as --dns, is taken for one everywhere.
    assert {option for option, is_flag in options if not is_flag} - flags == VALUED


def test_every_command_that_wants_arguments_is_known_with_their_number() -> None:
    wanted = {
        name: sum(param.required for param in each.params if param.param_type_name == "argument")
        for name, each in command_line().commands.items()
    }

    assert {name: count for name, count in wanted.items() if count} == ARGUMENTS
