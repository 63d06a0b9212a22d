"""What a person is asked, what may be answered, and how it ends when nobody answers."""

from __future__ import annotations

import io
import os
import re
import signal
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from ses_provision.cli import asking
from ses_provision.cli.first_answers import NOWHERE
from ses_provision.environment import Environment, loading
from ses_provision.local import Clock, LocalAws
from ses_provision.names import DnsProviderName
from ses_provision.worlds.in_process import InProcess
from tests.conftest import NOON, Cli, Result

ACCOUNT = "111122223333"
PROVIDERS = ", ".join(get_args(DnsProviderName))


class Person(io.StringIO):
    """Somebody at a terminal who types this, line by line."""

    def isatty(self) -> bool:
        """There is a terminal."""
        return True


Types = Callable[..., None]


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Types:
    """Let a person type lines; after the last, the input has ended."""

    def lines(*typed: str) -> None:
        monkeypatch.setattr("sys.stdin", Person("".join(f"{line}\n" for line in typed)))

    return lines


@pytest.fixture
def init(cli: Cli, tmp_path: Path) -> Callable[..., Result]:
    """Run `init` in an account with a hosted zone of example.com, on an empty folder."""
    local = LocalAws(Clock(frozen_at=NOON))
    zones = [("ZPUBLIC", "example.com"), ("ZSUB", "mail.example.com")]
    local.seed(ACCOUNT, zones=zones)
    local.seed(NOWHERE, zones=zones)
    world = InProcess(local)
    return lambda *line: cli("init", *line, "--config-dir", str(tmp_path / "config"), world=world)


def test_each_answer_is_checked_when_it_is_given_and_asked_for_again(
    init: Callable[..., Result], types: Types, tmp_path: Path
) -> None:
    types(
        "my env", "prod",
        "", "not a domain", "mail.example.com",
        "Ohio", "us-east-9", "eu-central-1",
        "12345", ACCOUNT,
        "hetzner", "r", "ro",
        "ZNOWHERE", "ZSUB",
        "has spaces", "set",
        "nobody", "*@example.com", "ops@example.net",
        "perhaps", "y",
    )  # fmt: skip

    asked = init()

    assert asked.status == 0, asked.stderr
    env = loading.load("prod", tmp_path / "config")
    assert (env.domain, env.region, env.account_id) == ("mail.example.com", "eu-central-1", ACCOUNT)
    assert (env.dns.provider, env.dns.zone_id) == ("route53", "ZSUB")
    assert env.configuration_set.name == "set"
    assert env.events.emails == ("ops@example.net",)
    assert env.hipaa
    for words in (
        'must be 1 to 32 of A-Z a-z 0-9 _ -, not "my env"',
        "There is no default: please type an answer",
        'must be a domain such as "example.com", not "not a domain"',
        'must be an AWS region such as "us-east-2", not "Ohio"',
        'there is no region "us-east-9" in this version of botocore; did you mean "us-',
        'must be 12 digits in quotes, not "12345"',
        f"Where the domain's DNS is ({PROVIDERS}) [route53]:",
        f"Please answer one of: {PROVIDERS}.",
        "Please answer one of: ZSUB, ZPUBLIC.",
        "must be an e-mail address",
        "Please answer y for yes or n for no; Enter alone means no.",
    ):
        assert words in " ".join(asked.stderr.split())


@pytest.mark.parametrize("columns", [40, 80, 300])
def test_a_question_fits_the_terminal_and_no_word_is_broken(
    columns: int, types: Types, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    types("tape", "route53")

    asking.ask("Where the domain's DNS is", choices=get_args(DnsProviderName))
    said = capsys.readouterr().err.replace("): ", "):\n")  # where Enter was pressed

    assert max(map(len, said.splitlines())) <= columns
    assert said.split() == [
        *f"Where the domain's DNS is ({PROVIDERS}):".split(),
        *f"Please answer one of: {PROVIDERS}.".split(),
        *f"Where the domain's DNS is ({PROVIDERS}):".split(),
    ]


def test_a_name_that_is_taken_is_asked_for_again(
    init: Callable[..., Result], types: Types, tmp_path: Path
) -> None:
    flags = ("--domain", "example.com", "--account-id", ACCOUNT, "--region", "eu-central-1")
    assert init("prod", *flags, "--non-interactive").status == 0
    types("prod", "other", "", "", "", "", "n")

    asked = init(*flags)

    assert asked.status == 0, asked.stderr
    assert "exists already, and is left as it is" in asked.stderr
    assert loading.names(tmp_path / "config") == ["other", "prod"]


def test_mistakes_in_flags_are_told_before_anybody_is_asked(
    init: Callable[..., Result], types: Types
) -> None:
    types("y")

    refused = init("prod", "--domain", "nonsense", "--email", "nobody", "--account-id", "1")

    assert refused.status == 1
    assert refused.calls == []
    assert "[" not in refused.stderr
    for setting in ("domain: must be", "events.emails: must be", "account_id: must be"):
        assert f"  • {setting}" in refused.stderr


@pytest.mark.parametrize("where", [("--dns", "external"), ("--zone-id", "ZPUBLIC")])
def test_with_all_flags_aws_is_asked_nothing(
    where: tuple[str, ...], init: Callable[..., Result]
) -> None:
    flags = ("--domain", "example.com", "--account-id", ACCOUNT, "--region", "eu-central-1")

    written = init("prod", *flags, *where, "--non-interactive")

    assert written.status == 0
    assert written.calls == []


def test_the_file_has_every_setting_and_any_comment_may_become_one(
    init: Callable[..., Result], tmp_path: Path
) -> None:
    flags = ("--domain", "example.com", "--account-id", ACCOUNT, "--region", "eu-central-1")
    init("prod", *flags, "--dns", "external", "--non-interactive")
    text = (tmp_path / "config" / "prod.toml").read_text()

    every = re.sub(r"^# (\[{0,2}\w+)", r"\1", text.partition("account_id")[2], flags=re.MULTILINE)
    raw: dict[str, Any] = tomllib.loads(f"account_id{every}")

    for name, field in Environment.model_fields.items():
        section = loading.section_of(Environment, name)
        if section is not None:
            [held] = raw[name] if isinstance(raw[name], list) else [raw[name]]
            assert set(held) == set(section.model_fields), name
        else:
            assert name in raw or name == "name", field
    usual = {**raw, **{key: strip(value) for key, value in raw.items() if isinstance(value, dict)}}
    # These need what has no default: a user's name, a pool's scaling, a logo, whom to tell.
    for needy in ("smtp_users", "pools", "bimi", "tenants", "report"):
        usual.pop(needy)
    usual["events"].pop("queues")
    usual = {key: value for key, value in usual.items() if value not in ("...", None)}
    assert loading.checked({**usual, "name": "prod"}, "prod.toml").domain == "example.com"


def strip(section: dict[str, Any]) -> dict[str, Any] | None:
    """A section without what has no default; none of it where it needs something."""
    kept = {key: value for key, value in section.items() if value not in ("...", ["..."])}
    return kept if kept.keys() != {"mail_type", "language", "contacts"} else None


@pytest.mark.parametrize(
    "command", [("apply", "--env", "prod"), ("destroy", "--env", "staging"), ("init",)]
)
def test_the_end_of_the_input_ends_the_command_in_a_sentence(
    command: tuple[str, ...], cli: Cli, types: Types, tmp_path: Path
) -> None:
    cli("apply", "--env", "staging", "--yes")
    types()
    line = (*command, "--config-dir", str(tmp_path)) if command == ("init",) else command

    ended = cli(*line)

    assert ended.status == 1
    assert ended.writes == []
    assert "error: " in ended.stderr
    assert "No answer came: the input has ended." in ended.stderr
    assert "Abort" not in ended.stderr


class PressesCtrlC(Person):
    """Somebody who ends the command at its question."""

    def readline(self, *_: object) -> str:  # type: ignore[override]
        """Press it."""
        os.kill(os.getpid(), signal.SIGINT)
        return ""


def test_ctrl_c_at_a_question_is_told_on_a_line_of_its_own(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", PressesCtrlC())

    for line in (("apply", "--env", "prod"), ("init", "--config-dir", str(tmp_path))):
        ended = cli(*line)
        assert ended.status == 130
        assert "Interrupted." in ended.stderr.splitlines()[-2]
        assert ended.stderr.splitlines()[-2].startswith("error: ")


@pytest.mark.parametrize(
    ("typed", "said_yes"),
    [(["y"], True), (["YES"], True), (["j", "1", "yes"], True), (["N"], False), ([""], False)],
)
def test_yes_and_no_are_told_apart_and_anything_else_is_asked_again(
    typed: list[str], said_yes: bool, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    types(*typed)

    assert asking.confirmed("Go on?") is said_yes
    assert capsys.readouterr().err.count("Please answer y") == len(typed) - 1


def test_a_question_with_hostile_text_stays_one_line(
    types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    types("x")
    asking.ask("a\n::error::b\x1b[31m")

    assert capsys.readouterr().err == "a\\n\\x3a:error::b\\x1b[31m: "


def test_a_request_that_is_only_looked_at_says_how_it_is_sent(cli: Cli) -> None:
    cli("apply", "--env", "prod", "--yes", "--wait")

    shown = cli("request-access", "--env", "prod")

    assert shown.writes == []
    assert shown.stdout.rstrip().endswith(
        "Nothing was sent. To send it: ses-provision request-access --env prod --submit"
    )
