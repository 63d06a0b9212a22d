"""Signs of life: never more than a second without one, on a terminal alone; and what is awaited."""

from __future__ import annotations

import io
import itertools
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from ses_provision.cli.life import PATIENCE, TICK, SignsOfLife
from ses_provision.cli.run import Run
from ses_provision.outside.call import Call
from ses_provision.outside.wait import Looked
from ses_provision.render.life import duration
from ses_provision.render.progress import Progress
from ses_provision.worlds.real import RealWorld

ERASED = "\r\x1b[2K"
SECOND = 1.0


class Terminal(io.StringIO):
    """What a person sees, or a file that nobody does; and when it was written to."""

    def __init__(self, clock: Callable[[], float], *, seen: bool = True) -> None:
        super().__init__()
        self.clock, self.seen, self.written = clock, seen, [clock()]
        self.was_written = threading.Event()

    def isatty(self) -> bool:
        """Whether a person sees it."""
        return self.seen

    def write(self, text: str) -> int:
        """Note when."""
        if text:
            self.written.append(self.clock())
            self.was_written.set()
        return super().write(text)


class Scene:
    """A clock that only moves when told, a terminal, and signs of life that tick with the clock."""

    def __init__(self, *, seen: bool = True, wanted: bool = True, width: int = 80) -> None:
        self.now = 100.0
        self.terminal = Terminal(lambda: self.now, seen=seen)
        self.console = Console(
            file=self.terminal, width=width, force_terminal=seen, _environ={"TERM": "xterm"}
        )
        self.life = SignsOfLife(self.console, lambda: wanted, lambda: self.now, ticks=False)

    def passes(self, seconds: float) -> None:
        """Let time pass, with the ticks that fall into it."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now += min(TICK, end - self.now)
            self.life.tick()

    @property
    def lines(self) -> list[str]:
        """The lines as they were drawn, one over the other."""
        drawn = self.terminal.getvalue().split(ERASED)
        return [re.sub(r"\x1b\[[0-9;]*m", "", one).strip() for one in drawn if one.strip()]

    @property
    def is_clean(self) -> bool:
        """Whether no line stands any more."""
        return not self.terminal.getvalue() or self.terminal.getvalue().endswith(ERASED)


CALL = Call("sesv2", "us-east-2", "CreateEmailIdentity", {}, on=())


def test_reading_counts_the_questions_that_are_answered() -> None:
    scene = Scene()
    reading = scene.life.reading("prod")

    reading.asking(14)
    for _ in range(9):
        reading.answered()
    scene.passes(1)
    reading.over()

    assert scene.lines[-1].endswith("reading prod: 9 of 14 questions answered")
    assert scene.is_clean


def test_environments_that_are_read_side_by_side_are_counted_together() -> None:
    scene = Scene()
    for number in range(3):
        reading = scene.life.reading(f"e{number}")
        reading.asking(10)
        reading.answered()

    scene.passes(1)

    assert scene.lines[-1].endswith("reading 3 environments: 3 of 30 questions answered")


def test_making_names_how_far_it_is_and_what_aws_has_not_answered() -> None:
    scene = Scene()

    with scene.life.during(lambda: "applying prod: 3 of 20 made"), scene.life.sending(CALL):
        scene.passes(2)

    assert scene.lines[-1] == "2.0 s  applying prod: 3 of 20 made; sesv2 CreateEmailIdentity"
    assert scene.is_clean


@given(
    st.lists(
        st.tuples(st.floats(0, 5), st.sampled_from(["reads", "sends", "sleeps", "is told"])),
        min_size=1,
        max_size=20,
    )
)
def test_whatever_is_under_way_there_is_a_sign_of_life_each_second(
    doing: list[tuple[float, str]],
) -> None:
    scene = Scene()

    with scene.life.during("applying prod"):
        for seconds, what in doing:
            match what:
                case "reads":
                    reading = scene.life.reading("prod")
                    reading.asking(3)
                    scene.passes(seconds)
                    reading.over()
                case "sends":
                    with scene.life.sending(CALL):
                        scene.passes(seconds)
                case "sleeps":
                    scene.life.sleeping(scene.passes, "waiting")(seconds)
                case _:
                    with scene.life.aside():
                        scene.terminal.write("22:00 + created a thing\n")

    written = [*scene.terminal.written, scene.now]
    assert all(later - before <= SECOND for before, later in itertools.pairwise(written))
    assert scene.is_clean or scene.terminal.getvalue().endswith("thing\n")


def test_what_takes_no_time_shows_no_line() -> None:
    scene = Scene()
    with scene.life.aside():
        pass

    with scene.life.during("connecting"):
        scene.passes(PATIENCE - TICK)

    assert scene.terminal.getvalue() == ""


@pytest.mark.parametrize(("seen", "wanted"), [(False, True), (True, False), (False, False)])
def test_nobody_who_did_not_want_it_gets_a_sign_of_life(seen: bool, wanted: bool) -> None:
    scene = Scene(seen=seen, wanted=wanted)

    with scene.life.during("applying prod"), scene.life.sending(CALL):
        scene.passes(60)
    scene.life.close()

    assert scene.terminal.getvalue() == ""


@pytest.mark.parametrize(
    ("quiet", "as_json", "shows"),
    [(False, False, True), (True, False, False), (False, True, False)],
)
def test_a_run_shows_it_unless_it_is_quiet_or_prints_json(
    quiet: bool, as_json: bool, shows: bool
) -> None:
    seen = Scene().console

    run = Run("plan", RealWorld(), seen, seen, quiet=quiet, as_json=as_json)

    assert run.life.shows is shows


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_line_is_one_line_however_narrow_the_terminal(width: int) -> None:
    scene = Scene(width=width)

    with scene.life.during("applying an-environment: 3 of 20 made"), scene.life.sending(CALL):
        scene.passes(3)

    assert scene.lines
    assert all(len(line) < width for line in scene.lines)
    assert len(set(scene.lines)) == len(scene.lines), "each of them shows another time"


def test_the_line_makes_way_for_what_is_printed() -> None:
    scene = Scene()

    with scene.life.during("applying prod"):
        scene.passes(1)
        with scene.life.aside():
            scene.terminal.write("created\n")

    assert f"{ERASED}created\n" in scene.terminal.getvalue()


def test_a_thread_draws_the_line_while_nobody_else_can() -> None:
    moment = iter(range(10**9))
    terminal = Terminal(lambda: 0.0)
    console = Console(file=terminal, width=80, force_terminal=True, _environ={"TERM": "xterm"})
    life = SignsOfLife(console, lambda: True, lambda: float(next(moment)))

    with life.during("connecting"):
        drawn = terminal.was_written.wait(10)
    life.close()

    assert drawn
    assert "connecting" in terminal.getvalue()


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0.0 s"), (3.24, "3.2 s"), (14.2, "14 s"), (125, "2 min 5 s")]
)
def test_a_duration_is_told_as_exactly_as_anybody_wants_to_know(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_off_a_terminal_waiting_is_one_plain_line_with_a_time_for_each_look() -> None:
    scene, told, slept = Scene(seen=False), list[str](), list[float]()
    progress = Progress(
        scene.life,
        lambda text: told.append(text.plain),
        lambda: datetime(2026, 11, 22, 9, 5, 7, tzinfo=UTC),
    )

    progress.waits("prod", "DKIM is [pending]\x1b", Looked(3, 125.0, 42.4))
    progress.sleeping(slept.append)(42.4)

    assert told == [
        (
            "2026-11-22T09:05:07Z waiting for prod, 2:05 so far; next look in 42 s: "
            "DKIM is [pending]\\x1b"
        )
    ]
    assert slept == [42.4]
    assert scene.terminal.getvalue() == ""


def test_on_a_terminal_the_line_counts_down_to_the_next_look() -> None:
    scene, told = Scene(), list[Text]()
    progress = Progress(scene.life, told.append, lambda: datetime(2026, 11, 22, tzinfo=UTC))

    progress.waits("prod", "DKIM is pending", Looked(1, 0.0, 5.4))
    progress.sleeping(scene.passes)(5.4)
    progress.waits("prod", "MAIL FROM is pending", Looked(2, 65.0, 2.0))
    progress.sleeping(scene.passes)(2.0)

    assert told == []
    assert any(
        line.endswith("waiting for prod; next look in 3 s: DKIM is pending") for line in scene.lines
    )
    assert scene.lines[-1].startswith("1 min 7 s  waiting for prod; next look in 0 s: MAIL FROM")
    assert scene.is_clean
