"""What holds for every command: help without AWS, one JSON document, statuses, streams."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ses_provision import __version__
from ses_provision.cli.app import command_line
from ses_provision.cli.table import COMMANDS as LINES
from ses_provision.cli.table import GROUPS
from ses_provision.local import LocalAws
from tests.conftest import ROOT, Cli

GROUP: Any = command_line()
COMMANDS = sorted(GROUP.commands)
READS = ("plan", "dkim-status", "checklist", "outputs")

HEAVY = """
import contextlib, io, sys
from ses_provision.cli.app import run

for command in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        status = run([*command.split(), "--help"])
    assert status == 0 and "Usage: ses-provision" in shown.getvalue(), command
heavy = {"boto3", "botocore", "moto", "dns", "jinja2", "werkzeug", "tenacity", "rich.live"}
print(*sorted(heavy & set(sys.modules)))
"""


def test_the_help_of_every_command_works_and_imports_nothing_of_aws() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HEAVY, "", *COMMANDS],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert not {"boto3", "botocore", "jinja2", "moto"} & set(done.stdout.split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_neither_boto3_nor_pydantic_nor_what_needs_them(
    option: str,
) -> None:
    ask = (
        "import sys; from ses_provision.cli.app import run; run(sys.argv[1:]); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask, option], capture_output=True, text=True, cwd=ROOT, check=True
    )

    heavy = {
        "boto3",
        "botocore",
        "jinja2",
        "pydantic",
        "rich",
        "ses_provision.checks",
        "ses_provision.steps",
    }
    assert not heavy & set(done.stdout.split())


@pytest.mark.parametrize("columns", ["80", "60"])
def test_help_lists_the_commands_by_what_they_are_for_with_all_of_their_lines(
    columns: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    shown = cli("--help").stdout

    assert max(map(len, shown.splitlines())) <= int(columns)
    words = " ".join(shown.split())
    for group, commands in GROUPS.items():
        assert f"\n{group}:\n" in shown
        for name, line in commands.items():
            assert f" {name} {line} " in words
    for topic in ("exit-status", "variables"):
        assert f"  ses-provision guide {topic}\n" in shown
        assert cli("guide", topic).status == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_the_line_of_a_command_is_what_its_own_help_begins_with(command: str) -> None:
    first, *_ = GROUP.commands[command].help.split("\n\n")

    assert " ".join(first.split()) == LINES[command]


def test_every_module_of_commands_is_listed_with_the_name_it_has() -> None:
    modules = {path.stem for path in (ROOT / "ses_provision/cli/commands").glob("*.py")}

    assert {name.replace("-", "_") for name in LINES} == modules - {"__init__"}


LIGHT = """
import sys
from ses_provision.cli import command
try:
    sys.exit(command())
finally:
    print(*sys.modules, file=sys.stderr)
"""
HEAVY_ONES = {"boto3", "botocore", "dns", "pydantic", "rich.markdown"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["guide"], ""),
        (["guide", "safety"], ""),
        (["guide", "--json"], ""),
        ([], "ses-provision va"),
        ([], "ses-provision plan --env st"),
        ([], "ses-provision apply --take-over ma"),
        ([], "ses-provision checklist --only al"),
        ([], "ses-provision set sen"),
        ([], "ses-provision attest ses"),
        ([], "ses-provision guide tr"),
        ([], "ses-provision dns --format cl"),
        ([], "ses-provision outputs --env prod se"),
    ],
)
def test_guides_and_completion_import_nothing_heavy(arguments: list[str], words: str) -> None:
    asked = {
        "_SES_PROVISION_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        env={**os.environ, **(asked if words else {})},
    )

    assert done.stdout.strip()
    assert not HEAVY_ONES & set(done.stderr.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_says_what_it_does_with_an_example(command: str, cli: Cli) -> None:
    shown = cli(command, "--help")

    assert shown.status == 0
    assert f"Example: ses-provision {command}" in shown.stdout
    assert shown.calls == []


def test_the_version_is_the_packages(cli: Cli) -> None:
    assert cli("--version").stdout == f"ses-provision {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--nonsense"),
        ("nonsense",),
        ("plan", "--env"),
        ("apply", "--env", "prod", "--timeout", "soon"),
        ("plan", "--env", "nowhere"),
        ("outputs", "--format", "yaml"),
        ("plan", "--env", "prod", "--only", "nonsense"),
        ("dkim-status", "--env", "prod", "--timeout", "-1"),
    ],
)
def test_wrong_usage_is_status_64_with_words_on_standard_error_alone(
    arguments: tuple[str, ...], cli: Cli
) -> None:
    refused = cli(*arguments)

    assert refused.status == 64
    assert refused.stderr.startswith("error: ")
    assert refused.stdout == ""
    assert refused.calls == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("plan", "--env", "prod"), 0),
        (("plan",), 0),
        (("apply", "--env", "prod", "--yes"), 0),
        (("apply", "--env", "prod"), 64),
        (("dkim-status", "--env", "prod"), 0),
        (("dkim-status", "--env", "prod", "--exit-code"), 3),
        (("dkim-status", "--env", "prod", "--wait", "--timeout", "0"), 75),
        (("checklist", "--env", "prod"), 0),
        (("checklist", "--env", "prod", "--exit-code"), 3),
        (("outputs",), 0),
        (("plan", "--env", "nowhere"), 64),
        (("plan", "--nonsense"), 64),
    ],
)
def test_json_is_one_document_with_stable_names_whatever_happens(
    arguments: tuple[str, ...], status: int, cli: Cli
) -> None:
    done = cli(*arguments, "--json")

    assert done.status == status
    assert done.json["schema_version"] == 1
    assert done.json["command"] == arguments[0]
    assert done.json["ok"] is (status == 0)
    assert isinstance(done.json["environments"], list)
    if "--env" in arguments and status in {0, 3}:
        assert done.json["environment"] == arguments[arguments.index("--env") + 1]


@pytest.mark.parametrize("command", READS)
def test_an_error_of_aws_is_in_the_document_and_on_standard_error(
    command: str, cli: Cli, local: LocalAws
) -> None:
    local.fault("deny", "GetCallerIdentity", times=None)

    done = cli(command, "--env", "prod", "--json")

    assert done.status == 1
    [report] = done.json["environments"]
    assert (report["environment"], report["ok"]) == ("prod", False)
    assert report["error"]["kind"] == "AccessDenied"
    assert report["error"]["action"] == "sts:GetCallerIdentity"
    assert done.stderr.startswith("error: prod: These credentials may not sts:GetCallerIdentity")
    assert len(done.stderr.strip().splitlines()) == 2


@pytest.mark.parametrize("command", READS)
def test_commands_that_read_cover_every_environment_and_write_nothing(
    command: str, cli: Cli
) -> None:
    done = cli(command, "--json")

    assert [one["environment"] for one in done.json["environments"]] == ["prod", "staging"]
    assert done.writes == []
    assert {call.account for call in done.calls} == {"524471258033", "421807902331"}


@pytest.mark.parametrize("command", READS)
def test_off_a_terminal_there_are_no_colours_and_forced_they_are(
    command: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b" not in cli(command, "--env", "prod").stdout

    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in cli(command, "--env", "prod").stdout
    assert "\x1b[3" not in cli(command, "--env", "prod", "--no-color").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in cli(command, "--env", "prod").stdout


def test_without_credentials_plan_says_what_is_missing_in_two_lines(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": str(ROOT),
    }
    (tmp_path / "bare.toml").write_text(
        'account_id = "123456789012"\nregion = "us-east-2"\ndomain = "example.com"\n'
        'configuration_set = { name = "mail" }\n'
    )

    done = subprocess.run(
        [sys.executable, "-m", "ses_provision", "plan", "--config-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    said, hint = done.stderr.splitlines()
    assert said == "error: bare: There are no usable AWS credentials: Unable to locate credentials"
    assert hint.startswith("hint: Give --profile NAME")
