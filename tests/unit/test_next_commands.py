"""Next commands get the flags of the run, where the command ends, once, and only where they fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Group
from rich.text import Text

from ses_provision.cli.advice import Advice, of_run

FLAGS = " --config-dir conf --profile 'my prof' --local"
HERE = of_run(Path("conf"), "my prof", local=True)
USUAL = of_run(Path("config"), None, local=False)


@pytest.mark.parametrize(
    ("sentence", "end"),
    [
        ("ses-provision apply --env prod", ""),
        ("First: ses-provision apply --env prod", "."),
        ("ses-provision request-access --env prod --submit", ", once DKIM is verified"),
        ("ses-provision outputs --env prod --format env", "; attest it once it is done"),
        ("keep `ses-provision checklist --env prod --format html", "` with them"),
        ("ses-provision checklist --env prod", " without --no-dns"),
        ("ses-provision dkim-status --env prod", " where DNS answers"),
        ("ses-provision dkim-status --env prod --wait", " (usually within 24 hours)"),
        ("ses-provision apply --env prod --only alarms", ""),
        ("ses-provision apply --env a --env b --take-over mail-from", " (it shows both)"),
        ("ses-provision apply my.plan --digest sha256:1", ""),
        ("ses-provision apply 'my plan' --digest sha256:1", ""),
        ("ses-provision status", " says more"),
    ],
)
def test_flags_stand_at_the_end_of_the_command_and_not_of_the_sentence(
    sentence: str, end: str
) -> None:
    assert HERE.sentence(sentence + end) == sentence + FLAGS + end
    assert USUAL.sentence(sentence + end) == sentence + end


def test_a_command_gets_only_the_flags_that_it_takes() -> None:
    assert HERE.sentence("ses-provision set sender.role NAME --env prod") == (
        "ses-provision set sender.role NAME --env prod --config-dir conf"
    )
    assert HERE.sentence("ses-provision guide settings shows them") == (
        "ses-provision guide settings shows them"
    )

    assert HERE.sentence("ses-provision explain STEP") == (
        "ses-provision explain STEP --config-dir conf"
    )


def test_completed_once_more_it_stays_the_same() -> None:
    once = HERE.sentence("ses-provision apply --env prod, then ses-provision status")

    assert once == f"ses-provision apply --env prod{FLAGS}, then ses-provision status{FLAGS}"
    assert HERE.sentence(once) == once


@pytest.mark.parametrize(
    "spoken",
    [
        "made by ses-provision 0.1",
        "### ses-provision plan: prod",
        "ses-provision cannot declare compliance",
        "tags say ses-provision",
        "the user-ses-provision apply-er",
    ],
)
def test_what_is_no_command_stays(spoken: str) -> None:
    assert HERE.sentence(spoken) == spoken


def test_a_command_alone_in_backquotes_is_advice_only_in_a_hint() -> None:
    said = "`ses-provision init` writes one"

    assert HERE.sentence(said) == f"`ses-provision init{FLAGS}` writes one"
    assert HERE.within(said) == said
    assert HERE.shown(Text(said)) == Text(said)


def test_the_file_that_was_read_is_named_and_no_other_path_is_touched() -> None:
    said = "correct config/prod.toml, not my/config/prod.toml nor config/prod.json"

    assert HERE.sentence(said) == said.replace("correct config", "correct conf")
    assert of_run(Path("/a/config"), None, local=False).sentence("config/prod.toml") == (
        "/a/config/prod.toml"
    )


def test_commands_of_the_aws_cli_go_where_this_run_went() -> None:
    said = "aws kms enable-key --key-id K"
    profile = of_run(Path("config"), "p", local=False)

    assert profile.sentence(said) == "aws kms enable-key --profile p --key-id K"
    assert "--endpoint-url http://127.0.0.1:" in HERE.sentence(said)
    assert USUAL.sentence(said) == said


def test_styles_stay_and_groups_are_completed_too() -> None:
    text = Text.assemble("Fix: ", ("ses-provision apply --env prod", "bold"), " now")

    shown = HERE.shown(Group(text, "other"))

    assert isinstance(shown, Group)
    [first, _] = shown.renderables
    assert isinstance(first, Text)
    assert first.plain == f"Fix: ses-provision apply --env prod{FLAGS} now"
    assert [str(span.style) for span in first.spans] == ["bold"]


def test_documents_are_completed_in_depth() -> None:
    advice: Advice = HERE
    whole = {"a": [{"next_step": "ses-provision status"}], "n": 1, "ok": True}

    assert advice.within(whole) == {
        "a": [{"next_step": f"ses-provision status{FLAGS}"}], "n": 1, "ok": True,
    }  # fmt: skip


def test_the_local_aws_is_started_without_the_flag_that_talks_to_it() -> None:
    run = of_run(Path("config"), "clinic", local=True)

    said = run.sentence("Start it in another terminal: ses-provision local.")

    assert said == "Start it in another terminal: ses-provision local."
