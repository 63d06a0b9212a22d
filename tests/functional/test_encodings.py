"""Whatever encoding a terminal or pipe has: the same commands end the same, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from ses_provision.cli import command, streams
from ses_provision.environment import loading
from ses_provision.local import Clock, LocalAws
from ses_provision.worlds.in_process import InProcess, seed
from tests.conftest import NOON, ROOT
from tests.functional import folders
from tests.functional.test_command_line import COMMANDS

ENCODINGS = ("cp1252", "latin-1", "ascii")
HOSTED = folders.HOSTED + '[tags]\nOwner = "Praxis Čapek Köln"\n'
STAGING = folders.HOSTED.replace("1111", "4444").replace("example.com", "dev.example.com")
FOR_PEOPLE = (
    "plan --env prod",
    "apply --env prod --yes",
    "apply --env prod --yes --only events",
    "dkim-status --env prod",
    "dkim-status --env prod --wait",
    "checklist --env prod",
    "checklist",
    "status",
    "outputs --env prod",
    "dns --env prod",
    "explain",
    "explain dkim --env prod",
    "validate",
    "destroy --env prod --yes --confirm-env prod",
    "plan --env nowhere",
    "plan --env prod --only dkmi",
    "plan --nonsense",
)
MISTAKES = ("nowhere", "dkmi", "nonsense")
FOR_MACHINES = (
    "plan --env prod --format json",
    "plan --env prod --format markdown",
    "apply --env prod --yes --json",
    "dkim-status --json",
    "checklist --json",
    "checklist --format markdown",
    "checklist --format html",
    "status --json",
    "outputs --env prod --format env",
    "outputs --env prod --format github",
    "outputs --json",
    "dns --env prod --format csv",
    "dns --env prod --format bind",
    "dns --env prod --format markdown",
    "permissions --env prod",
    "explain dkim --json",
    "validate --json",
    "schema",
    "export --env prod --format terraform",
    "export --env prod --format cloudformation",
    "plan --env prod --only dkmi --json",
    "plan --nonsense --json",
)


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """The console script takes the signals of its process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Terminal:
    """Runs command lines one after the other on one AWS, with streams in an encoding.

    Each begins at noon, however long the one before has waited: pauses are of random length.
    """

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, encoding: str) -> None:
        self._patch, self._folder, self._encoding = patch, folder, encoding
        local = LocalAws(Clock(frozen_at=NOON))
        self._world = InProcess(local)
        seed(local, loading.load_all(folder))

    def run(self, line: str) -> tuple[int, bytes, str]:
        """The exit status, the bytes of standard output, the text of standard error."""
        self._world.local.clock.offset = timedelta()
        arguments = [*line.split(), "--config-dir", str(self._folder)]
        out, err = BytesIO(), BytesIO()
        with self._patch.context() as patch:
            patch.setattr(sys, "stdout", TextIOWrapper(out, self._encoding))
            patch.setattr(sys, "stderr", TextIOWrapper(err, self._encoding))
            status = command(arguments, self._world)
            sys.stdout.flush()
            sys.stderr.flush()
            return status, out.getvalue(), err.getvalue().decode(self._encoding)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two environments whose tags are not ASCII."""
    return folders.write(tmp_path / "config", prod=HOSTED, staging=STAGING)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_people_read_says_the_same_in_signs_that_the_encoding_has(
    encoding: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, narrow = (Terminal(monkeypatch, folder, name) for name in ("utf-8", encoding))
    for line in FOR_PEOPLE:
        status, out, _ = whole.run(line)
        ended, shown, told = narrow.run(line)

        assert ended == status, f"{line}\n{told}"
        assert (status == 0) != any(word in line for word in MISTAKES), f"{line}\n{told}"
        assert "Traceback" not in told, line
        assert shown.decode(encoding) == streams.legible(out.decode(), encoding), line


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_machines_read_is_utf_8_to_the_byte(
    encoding: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, narrow = (Terminal(monkeypatch, folder, name) for name in ("utf-8", encoding))
    for line in FOR_MACHINES:
        status, out, _ = whole.run(line)
        ended, written, told = narrow.run(line)

        assert ended == status, f"{line}\n{told}"
        assert (status == 0) != any(word in line for word in MISTAKES), f"{line}\n{told}"
        assert written == out, line
        if "json" in line:
            json.loads(written.decode("utf-8"))
    assert "Čapek" in narrow.run("plan --env prod --json")[1].decode("utf-8")


def demo(encoding: str, *flags: str) -> bytes:
    """What the demo writes, in a process of its own, in locale C and an encoding."""
    named = {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "ses_provision", "demo", *flags],
        cwd=ROOT,
        env=os.environ | named,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    return done.stdout


def test_the_demo_writes_a_whole_document_through_a_pipe_of_windows() -> None:
    story = json.loads(demo("cp1252", "--json").decode("utf-8"))["story"]

    assert [told["status"] for told in story] == [0] * 6


def test_the_demo_can_be_read_in_ascii() -> None:
    assert " v done " in demo("ascii").decode("ascii")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_ascii(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # typer writes UTF-8 where a stream says that it is ASCII
    # what follows --help is not looked at: `guide` knows no folder
    status, shown, _ = Terminal(monkeypatch, folder, "ascii").run(f"{command} --help --")

    assert (status, shown.isascii()) == (0, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("DKIM → x", "DKIM -> x"),
        ("✔ done  ✘ open", "v done  x open"),
        ("a → b   next", "a -> b  next"),
        ("a…   next\nb      next\n", "a... next\nb      next\n"),
        ("a…  next  last", "a... next last"),
        ("┏━┓", "+-+"),
        ("Köln", "K\\xf6ln"),
        ("plain  text", "plain  text"),
    ],
)
def test_a_sign_that_is_lacking_becomes_ascii_and_columns_stay_where_they_were(
    text: str, shown: str
) -> None:
    assert streams.legible(text, "ascii") == shown


def test_text_that_an_encoding_has_is_left_alone() -> None:
    assert streams.legible("Köln … → x", "cp1252") == "Köln … -> x"
    assert streams.legible("Köln … → x", "utf-8") == "Köln … → x"
