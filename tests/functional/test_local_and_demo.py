"""The demo, and the local AWS as a server that other processes talk to."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ses_provision.cli.app import run
from ses_provision.worlds.real import name_server_port, smtp_ports
from tests.conftest import ROOT, Cli
from tests.functional.folders import HOSTED, write

COMMAND = [sys.executable, "-m", "ses_provision"]


BELOW_THE_LENT = range(20_000, 32_000, 8)
"""Ports that nobody is lent who asks for any (Linux lends from 32768, others from 49152)."""


def free_port() -> int:
    """A port that is free, with those that go with it; other tests take lent ports alone."""
    while True:
        port = secrets.choice(BELOW_THE_LENT)
        with ExitStack() as held:
            try:
                for each in (port, name_server_port(port), *smtp_ports(port)):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", each))
            except OSError:
                continue
        return port


@contextmanager
def served(*options: str) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    """Run `ses-provision local` as a user would; yields what it exports."""
    port = free_port()
    line = [*COMMAND, "local", "--port", str(port), *options]
    with subprocess.Popen(
        line, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            exports = dict(
                process.stdout.readline().removeprefix("export ").rstrip("\n").split("=", 1)
                for _ in range(5)
            )
            yield {**exports, "SES_PROVISION_LOCAL_PORT": str(port)}, process
        finally:
            process.terminate()


def execute(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        text=True,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_the_demo_tells_the_whole_story_with_the_real_commands(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    status = run(["demo"])

    shown = capsys.readouterr().out
    assert status == 0
    for environment in ("prod", "staging"):
        assert f"\n{environment}  " in shown
    assert shown.count("Plan: nothing to do") == 2
    assert shown.index("DKIM         PENDING") < shown.index("DKIM         SUCCESS")
    for environment in ("prod", "staging"):
        assert re.search(rf"^{environment}: \d+ open \(.*\), \d+ done, ", shown, re.MULTILINE)


def test_the_demo_brings_its_own_environments_where_the_folder_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    status = run(["demo"])

    shown = capsys.readouterr().out
    assert status == 0
    assert shown.startswith("There is no environment in config/: the demo brings two of its own")
    assert "  staging: dev.example.com, account 444455556666, us-east-2\n" in shown
    assert "(2 environments, 2 accounts, prod first)" in shown
    assert "\n$ ses-provision plan --env prod\n" in shown
    assert "--config-dir" not in shown
    assert shown.count("Plan: nothing to do") == 2
    assert Path.cwd() == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_the_demo_says_whose_environments_it_shows_and_what_is_true_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "mine", shop=HOSTED)

    status = run(["demo", "--config-dir", "mine"])

    shown = capsys.readouterr().out
    assert status == 0
    assert shown.startswith("The environments of mine/, on a local AWS made up for them:")
    assert "(1 environment, 1 account)" in shown
    assert "\n$ ses-provision plan --env shop --config-dir mine\n" in shown
    assert "first" not in shown.partition("$ ses-provision apply")[0].rpartition("#")[2]


def test_a_quiet_demo_shows_neither_waits_nor_totals(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    assert run(["demo", "--quiet", "--env", "staging"]) == 0

    said = capsys.readouterr()
    assert said.err == ""
    assert "Plan: nothing to do" in said.out
    assert "Applied staging" not in said.out


def test_the_demo_as_json_holds_the_document_of_every_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    assert run(["demo", "--json", "--env", "staging"]) == 0

    document = json.loads(capsys.readouterr().out)
    commands = [chapter["document"]["command"] for chapter in document["story"]]
    assert commands == ["plan", "apply", "apply", "dkim-status", "dkim-status", "checklist"]
    assert all(chapter["document"]["environment"] == "staging" for chapter in document["story"])
    assert document["calls"] > 0


def test_each_profile_answers_with_its_own_account_on_the_served_local_aws() -> None:
    with served() as (exports, _):
        for environment in ("prod", "staging"):
            applied = execute("apply", "--env", environment, "--yes", **exports)
            assert applied.returncode == 0, applied.stderr
        wrong = execute("plan", "--env", "prod", "--profile", "starlightpractice-dev", **exports)
        again = execute("plan", "--local", "--all", "--detailed-exitcode", **exports)

    assert wrong.returncode == 1
    assert "belong to account 421807902331" in wrong.stderr
    assert again.returncode == 0, again.stdout


def test_the_local_aws_ends_cleanly_when_it_is_terminated() -> None:
    with served("--verify-after", "0") as (_, process):
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 0
    assert "everything in it is gone" in errors
    assert "Traceback" not in errors


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with served() as (exports, _):
        second = execute("local", "--port", exports["SES_PROVISION_LOCAL_PORT"])

    assert second.returncode == 64
    assert "is not free" in second.stderr
    assert "--port" in second.stderr


def test_without_a_local_aws_the_local_option_says_how_to_start_one(cli: Cli) -> None:
    missing = execute("plan", "--local", SES_PROVISION_LOCAL_PORT=str(free_port()))

    assert missing.returncode == 1
    assert "Start it in another terminal: ses-provision local" in missing.stderr


@pytest.mark.parametrize("command", ["demo", "local"])
def test_without_the_extra_the_local_aws_says_what_to_install(command: str) -> None:
    program = (
        "import sys; sys.modules['moto'] = None\n"
        "from ses_provision.cli import command\n"
        f"sys.exit(command([{command!r}]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, text=True, capture_output=True, check=False
    )

    assert result.returncode == 64
    assert "pip install 'ses-provision[local]'" in result.stderr
