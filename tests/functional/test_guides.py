"""The guides: as a command, as files in the package, as pages that lead to one another."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ses_provision import errors
from ses_provision.cli import signals
from ses_provision.cli.run import STATES
from ses_provision.guides import Guide, guides, parse
from ses_provision.render.guide import with_commands
from ses_provision.render.pages import TEMPLATES
from tests.conftest import ROOT, Cli
from tests.pages import GUIDES, said

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
LONGEST_LINE = 100


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output that is shown to a person, 90 columns wide."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "90")


def test_without_a_topic_every_topic_is_listed_with_a_line_on_it(cli: Cli) -> None:
    shown = cli("guide")

    assert shown.status == 0
    lines = [line for line in shown.stdout.splitlines() if line.startswith("  ")]
    assert [line.split(maxsplit=1) for line in lines] == [
        [guide.topic, guide.summary] for guide in guides()
    ]
    assert max(map(len, lines)) <= LONGEST_LINE


def test_the_topics_are_the_files(cli: Cli) -> None:
    topics = cli("guide", "--json").json["topics"]

    assert [one["topic"] for one in topics] == [path.stem for path in sorted(GUIDES.glob("*.md"))]
    assert topics == [
        {"topic": guide.topic, "title": guide.title, "summary": guide.summary} for guide in guides()
    ]


@pytest.mark.parametrize("topic", [guide.topic for guide in guides()])
def test_off_a_terminal_a_guide_is_its_markdown(cli: Cli, topic: str) -> None:
    shown = cli("guide", topic)

    assert shown.status == 0
    assert shown.stdout == said(GUIDES / f"{topic}.md")
    assert shown.stderr == ""
    assert shown.calls == []


@pytest.mark.parametrize("guide", guides(), ids=lambda guide: guide.topic)
def test_on_a_terminal_a_guide_is_laid_out_and_names_commands_instead_of_files(
    cli: Cli, guide: Guide, terminal: None
) -> None:
    shown = cli("guide", guide.topic)
    lines = [ESCAPES.sub("", line) for line in shown.stdout.splitlines()]

    assert shown.status == 0
    assert guide.title in lines[0]
    assert "```" not in shown.stdout
    assert "](" not in shown.stdout
    assert "<!--" not in shown.stdout
    assert max(map(len, lines)) <= 90


def test_json_has_the_markdown_of_a_guide(cli: Cli) -> None:
    document = cli("guide", "safety", "--json").json

    assert document["command"] == "guide"
    assert document["guide"]["markdown"] == said(GUIDES / "safety.md")
    assert document["guide"]["title"] == "Safety"


def test_a_wrong_topic_is_answered_with_the_topics_there_are(cli: Cli) -> None:
    refused = cli("guide", "trubleshooting")

    assert refused.status == 64
    assert "There is no guide on trubleshooting. Did you mean troubleshooting?" in refused.stderr
    for guide in guides():
        assert guide.topic in refused.stderr


def test_a_link_to_a_guide_becomes_its_command_and_a_link_to_a_file_its_words() -> None:
    markdown = "See [CI](ci.md#x), [prod](../../config/prod.toml), [AWS](https://aws.example).\n"

    assert with_commands(markdown) == (
        "See CI (`ses-provision guide ci`), prod, [AWS](https://aws.example).\n"
    )


def test_what_looks_like_a_link_in_a_block_stays() -> None:
    block = "```sh\nx=[a](b.md)\n```"

    assert with_commands(f"{block}\n[a](b.md)\n") == f"{block}\na (`ses-provision guide b`)\n"


def test_a_guide_takes_its_title_and_summary_from_the_page() -> None:
    page = "# A title\n\nA line about it,\ngoing on.\n\nMore.\n"

    assert parse("topic", page) == Guide("topic", "A title", "A line about it, going on.", page)


def test_the_page_on_variables_names_every_variable_that_the_source_reads() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "ses_provision").rglob("*.py")
        if "local" not in path.relative_to(ROOT).parts
    )
    read = set(re.findall(r'"((?:SES_PROVISION|GITHUB|AWS)_[A-Z_]+[A-Z]|NO_COLOR)"', source))
    named = set(re.findall(r"`([A-Z_0-9]+)`", said(GUIDES / "variables.md")))

    assert {"SES_PROVISION_LOCAL_PORT", "AWS_PROFILE", "GITHUB_STEP_SUMMARY"} <= read
    others = {"AWS_SES", "AWS_OWNED_CMK"}  # of CloudWatch, and of Firehose
    assert read - others <= named


def test_the_page_on_exit_statuses_has_every_status() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", said(GUIDES / "exit-status.md"), re.MULTILINE)
    told = {int(number) for row in rows for number in row.split(",")}
    kinds: list[type[errors.ProvisionError]] = [
        errors.ProvisionError,
        *errors.ProvisionError.__subclasses__(),
    ]

    assert told == {0, *STATES, *signals.STATUS.values(), *(kind.exit_status for kind in kinds)}


@pytest.mark.parametrize("page", sorted(GUIDES.glob("*.md")), ids=lambda page: page.stem)
def test_a_guide_opens_with_a_title_and_a_sentence(page: Path) -> None:
    guide = parse(page.stem, said(page))

    assert said(page).startswith(f"# {guide.title}\n\n{guide.summary}\n\n")
    assert guide.summary.endswith(".")


def test_the_wheel_carries_the_guides_and_they_are_read_from_it(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(
        [*build, "--directory", str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )
    [wheel] = tmp_path.glob("*.whl")
    script = "from ses_provision.guides import guides; print(*(g.topic for g in guides()))"

    listed = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
    )

    held = {Path(name) for name in zipfile.ZipFile(wheel).namelist()}
    assert held >= {page.relative_to(ROOT) for page in GUIDES.glob("*.md")}
    assert held >= {file.relative_to(ROOT) for file in TEMPLATES.iterdir()}
    assert listed.stdout.split() == [guide.topic for guide in guides()]
