"""A process that is killed or told to end at any call: what was done stands, and can be gone on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ses_provision.cli import GARBAGE, command, signals
from ses_provision.environment import Environment
from tests.conftest import ROOT, Cli, Result
from tests.functional.processes import clients, whole_json
from tests.functional.sweep import Share, Sweep

APPLY = ("apply", "--env", "prod", "--yes")
KINDS = ("kill-before", "kill-after")
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture
def world(environments: list[Environment]) -> Sweep:
    """A world that can be made new."""
    return Sweep(environments)


@pytest.fixture
def undisturbed(cli: Cli, world: Sweep, env: Environment) -> tuple[list[Any], Any]:
    """The calls a fresh apply makes where nothing goes wrong, and what it leaves."""
    calls = cli(*APPLY).calls
    return calls, world.local.snapshot(env.account_id)


def converges(cli: Cli, world: Sweep, env: Environment, right: Any, where: str) -> None:
    """A plain re-run ends as an undisturbed run does, and has nothing left to do."""
    world.local.clear_faults()
    assert cli(*APPLY).status == 0, where
    assert world.local.snapshot(env.account_id) == right, where
    again = cli(*APPLY)
    assert (again.status, again.writes) == (0, []), where


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_at_any_call_is_healed_by_running_again(
    kind: str,
    cli: Cli,
    world: Sweep,
    env: Environment,
    undisturbed: tuple[list[Any], Any],
    tmp_path: Path,
    share: Share,
) -> None:
    calls, right = undisturbed
    # Killed after a read, a process leaves what it leaves when it is killed before the next call.
    numbers = [
        number
        for number, call in enumerate(calls, start=1)
        if kind == "kill-before" or call.is_write
    ]
    for number in share(numbers, 4, KINDS.index(kind)):
        local = world.again()
        with clients(local, tmp_path) as client:
            local.fault(kind, number=number, action=lambda: client.lose(signal.SIGKILL))

            killed = client.run(*APPLY)

        assert killed.status == -signal.SIGKILL, f"{kind} {number}: {killed}"
        converges(cli, world, env, right, f"{kind} call {number}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_told_to_end_does_so_at_once_in_one_sentence(
    number: signal.Signals,
    world: Sweep,
    undisturbed: tuple[list[Any], Any],
    tmp_path: Path,
    share: Share,
) -> None:
    calls, _ = undisturbed
    for call in share(range(1, len(calls) + 1, 6), 3, list(STATUS).index(number)):
        local = world.again()
        with clients(local, tmp_path) as client:
            local.fault("kill-before", number=call, action=lambda: client.signal(number))

            ended = client.run(*APPLY, "--json")

        assert ended.status == STATUS[number], f"call {call}: {ended}"
        assert told_once(ended.stderr), ended.stderr
        assert whole_json(ended.stdout)["ok"] is False


def told_once(stderr: str) -> bool:
    """One sentence of what happened, and one of how to go on."""
    lines = stderr.splitlines()
    return (
        len(lines) == 2
        and lines[0].startswith(("error: Interrupted", "error: Terminated"))
        and lines[1].startswith("hint: What was done stands; run the same command again")
    )


@pytest.mark.no_cover
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_call_leaves_a_whole_document_and_is_healed_by_running_again(
    number: signal.Signals,
    cli: Cli,
    world: Sweep,
    env: Environment,
    undisturbed: tuple[list[Any], Any],
    share: Share,
) -> None:
    calls, right = undisturbed
    for call in share(range(1, len(calls) + 1), 4, 2 * list(STATUS).index(number)):
        local = world.again()
        local.fault("kill-before", number=call, action=lambda: os.kill(os.getpid(), number))

        ended = cli(*APPLY, "--json")

        where = f"{number.name} at call {call}: {ended.stderr}"
        # A signal at the very last call comes when all is done but to say so.
        assert ended.status == STATUS[number], where
        assert told_once(ended.stderr), where
        assert ended.json["ok"] is False, where
        assert ended.json["error"]["kind"] == "InterruptedRun"
        converges(cli, world, env, right, where)


def done(ended: Result) -> int:
    """How many changes a document says were made."""
    return sum(len(report.get("applied", ())) for report in ended.json["environments"])


def test_the_changes_that_were_made_are_counted_and_listed(
    cli: Cli, world: Sweep, undisturbed: tuple[list[Any], Any]
) -> None:
    local = world.again()
    local.fault(
        "kill-before", "sns:CreateTopic", action=lambda: os.kill(os.getpid(), signal.SIGTERM)
    )

    ended = cli(*APPLY, "--json")

    assert done(ended) > 5
    assert f"Terminated after {done(ended)} changes." in ended.stderr
    assert ended.json["environments"][0]["error"]["kind"] == "InterruptedRun"


def test_an_interrupted_run_does_not_go_on_to_the_next_environment(cli: Cli, world: Sweep) -> None:
    local = world.again()
    local.fault("kill-before", number=3, action=lambda: os.kill(os.getpid(), signal.SIGINT))

    ended = cli("plan")

    assert ended.status == 130
    assert {call.account for call in ended.calls} == {"524471258033"}


def test_a_second_signal_does_not_disturb_the_ending(cli: Cli, world: Sweep) -> None:
    local = world.again()

    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)

    local.fault("kill-before", number=3, action=twice)

    ended = cli("plan", "--env", "prod", "--json")

    assert ended.status in {130, 143}
    assert told_once(ended.stderr)
    assert ended.json["ok"] is False


def test_a_signal_before_the_command_has_begun_is_told_all_the_same(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def early(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("ses_provision.cli.shared.make_run", early)

    ended = cli("plan", "--json")

    assert ended.status == 143
    assert ended.json["error"]["kind"] == "InterruptedRun"
    assert ended.json["command"] == "plan"


class Keyboard:
    """A terminal at which somebody presses Ctrl-C."""

    def isatty(self) -> bool:
        """Somebody is there."""
        return True

    def readline(self, *_: object) -> str:
        """Press it."""
        os.kill(os.getpid(), signal.SIGINT)
        return ""


def test_ctrl_c_at_a_question_ends_with_130_and_changes_nothing(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard())

    ended = cli("apply", "--env", "prod")

    assert ended.status == 130
    assert ended.writes == []
    assert "Interrupted." in ended.stderr


def test_after_a_command_the_signals_are_what_they_were(cli: Cli) -> None:
    before = [signal.getsignal(number) for number in STATUS]

    cli("plan", "--env", "prod")

    assert [signal.getsignal(number) for number in STATUS] == before


@pytest.fixture
def own_signals() -> Any:
    """Handlers as before, once the test is over."""
    before = {number: signal.getsignal(number) for number in STATUS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
def test_a_signal_from_outside_of_the_command_ends_it_with_the_status_of_the_signal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*_: object) -> int:
        raise signals.Interrupted(signal.SIGTERM)

    monkeypatch.setattr("ses_provision.cli.app.run", told)

    assert command(["plan"]) == 143
    assert capsys.readouterr().err == "Terminated.\n"


LEAVES = """
import gc, sys, threading
import ses_provision.cli.app
from ses_provision.cli import main

def waits(*_):
    threading.Thread(target=threading.Event().wait).start()
    print("all that was to be said; garbage is looked for each", gc.get_threshold()[0])
    return 2

ses_provision.cli.app.run = waits
main()
"""


def test_the_console_script_leaves_at_once_with_the_status_of_the_command_and_all_it_said() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LEAVES],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=30,
    )

    said = f"all that was to be said; garbage is looked for each {GARBAGE}\n"
    assert (ended.returncode, ended.stdout) == (2, said), ended.stderr


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m ses_provision --help | head -c 1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert ended.stderr == ""
    assert len(ended.stdout) == 1
