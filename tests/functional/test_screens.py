"""Every screen at every width: no word is cut, and no line is longer than the screen is wide.

What is longer all the same is what people copy: a word that no screen of that width holds (an ARN,
the name of a record), or the value of a record, which has blanks. It stands alone in its line, or
beside its name; terminals keep such a line whole.
"""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.steps.records import records_to_publish
from tests.conftest import Cli
from tests.functional.existing import put, record
from tests.functional.screens import plain, terminal, too_long
from tests.prepared import prepared_by

WIDTHS = (40, 60, 80, 120)
SIGNS = "→=!+~?-•·✔✘…"
FRESH: tuple[tuple[str, ...], ...] = (
    ("plan",),
    ("plan", "--env", "prod", "--verbose"),
    ("status",),
    ("checklist",),
    ("checklist", "--env", "prod"),
    ("whoami",),
    ("stats",),
    ("report", "--env", "prod"),
    ("deliverability",),
    ("quota", "--env", "prod"),
    ("estimate", "--env", "prod"),
    ("dns", "--env", "prod"),
    ("explain",),
    ("explain", "events", "--env", "prod"),
    ("outputs", "--env", "prod"),
    ("request-access", "--env", "prod"),
    ("plan", "--env", "nowhere"),
    ("attest", "SES-DKIM-001", "--env", "prod", "--by", "Ada", "--note", "n"),
)
MADE: tuple[tuple[str, ...], ...] = (
    ("plan",),
    ("apply", "--env", "prod", "--yes"),
    ("dkim-status",),
    ("dkim-status", "--env", "prod", "--wait"),
    ("checklist", "--env", "prod"),
    ("status",),
    ("dns", "--env", "prod"),
    ("dns", "--env", "prod", "--check"),
    ("destroy", "--env", "prod"),
    ("destroy", "--env", "staging", "--yes", "--confirm-env", "staging"),
)


def on(width: int, cli: Cli, *arguments: str) -> str:
    """What a command shows on a terminal of that width: output, then progress and errors."""
    with terminal(width):
        ran = cli(*arguments)
    return plain(f"{ran.stdout}\n{ran.stderr}")


def words(text: str) -> list[str]:
    """The words of a screen in order; a command that is broken has a backslash more."""
    return [word for word in text.split() if word != "\\"]


def is_copied(line: str) -> bool:
    """Whether a line is one word that people copy, with its sign or what it is before it."""
    name = rf"(?:[{SIGNS}] )?(?:(?:name|in zone|value|wanted|found|who|account) +)?"
    rest = re.sub(rf"^{name}", "", line)
    values = r"v=\S+ .*|\d+ feedback-smtp\.\S+"
    return " " not in rest.strip() or re.fullmatch(values, rest) is not None


def insist(width: int, screen: str, where: str) -> None:
    """Insist that a screen is as wide as it may be."""
    assert too_long(screen, width, is_copied) == [], where
    assert not re.search(r"(?m)^ *[,.;:)]", screen), f"{where}: nothing hangs before its word"
    assert not re.search(r"(?m) $", screen), f"{where}: no blank at the end of a line"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("arguments", FRESH, ids=" ".join)
def test_a_screen_before_anything_is_there(
    cli: Cli, width: int, arguments: tuple[str, ...]
) -> None:
    insist(width, on(width, cli, *arguments), f"{arguments} at {width}")


@pytest.fixture
def made(cli: Cli, local: LocalAws) -> Cli:
    """Both environments as right after they were applied."""
    prepared_by(cli, local, "apply", "--all", "--yes")
    return cli


@pytest.mark.parametrize("width", WIDTHS)
def test_a_screen_once_all_is_made(made: Cli, width: int) -> None:
    for arguments in MADE:
        insist(width, on(width, made, *arguments), f"{arguments} at {width}")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_screen_of_what_stands_in_the_way(
    cli: Cli, local: LocalAws, env: Environment, width: int
) -> None:
    put(local, env, record("mail.starlightpractice.com", "MX", "10 mx.example.net."))
    local.fault("deny", "PutMetricAlarm", times=None)

    insist(width, on(width, cli, "plan", "--env", "prod"), "plan")
    insist(width, on(width, cli, "apply", "--env", "prod", "--yes"), "apply")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_screen_of_an_apply_that_was_interrupted(cli: Cli, local: LocalAws, width: int) -> None:
    local.fault("kill-before", "sns:CreateTopic", action=lambda: signal.raise_signal(signal.SIGINT))

    insist(width, on(width, cli, "apply", "--env", "prod", "--yes"), "apply")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_screen_of_an_environment_that_is_written(cli: Cli, tmp_path: Path, width: int) -> None:
    flags = (
        "prod",
        "--domain",
        "example.com",
        "--account-id",
        "111122223333",
        "--region",
        "eu-west-1",
    )
    external = ("--non-interactive", "--dns", "external", "--config-dir", str(tmp_path / "config"))

    written = on(width, cli, "init", *flags, *external)
    again = on(width, cli, "init", *flags, *external)

    assert (tmp_path / "config" / "prod.toml").exists()
    insist(width, written, "init")
    insist(width, again, "init again")


IN_COLUMNS = (
    ("status",),
    ("checklist",),
    ("stats",),
    ("report", "--env", "prod"),
    ("estimate", "--env", "prod"),
)
"""What stands in columns on a wide screen, and in lines of its own on a narrow one."""
IN_LINES = [one for one in FRESH if one not in IN_COLUMNS]


@pytest.mark.parametrize("arguments", IN_LINES, ids=" ".join)
def test_a_narrow_screen_says_word_for_word_what_a_wide_one_does(
    cli: Cli, arguments: tuple[str, ...]
) -> None:
    wide = words(on(1000, cli, *arguments))

    for width in WIDTHS:
        assert words(on(width, cli, *arguments)) == wide, f"at {width}"


def test_the_value_of_a_record_is_never_broken(made: Cli, env: Environment) -> None:
    records = records_to_publish(env, None)

    for command, values in (
        (("dns", "--env", "prod"), [one.content for one in records]),
        (("dkim-status", "--env", "prod"), [one.value for one in records]),
    ):
        screen = on(40, made, *command)
        assert all(any(line.endswith(value) for line in screen.splitlines()) for value in values)


def test_name_servers_that_answer_the_same_share_a_line(
    made: Cli, local: LocalAws, env: Environment
) -> None:
    put(local, env, record(f"mail.{env.domain}", "MX", "10 other.example.net."), verb="UPSERT")
    local.clock.advance(3600)

    shown = " ".join(made("dkim-status", "--env", "prod").stdout.split())

    everybody = "Z03036173FL99T10J98KK, all 4 name servers and all 2 resolvers: wrong: 10 other"
    assert shown.count("wrong: 10 other.example.net") == 1
    assert everybody in shown


def test_a_sign_means_one_thing_on_every_screen(made: Cli) -> None:
    screens = "\n".join(made(*arguments).stdout for arguments in MADE)

    for line in screens.splitlines():
        sign = line.strip()[:2]
        if sign == "- ":
            assert "delete" in line, "a dash is what goes away"
        if sign == "= ":
            assert re.search(r"unchanged|right|not there|nothing to do", line), (
                "all is as it should"
            )
