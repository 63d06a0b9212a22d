"""What is seen while Python still imports: nothing where it is quick, and nothing that stays."""

from __future__ import annotations

import io

import pytest

from ses_provision.cli.starting import SAID, Starting


class Stream(io.StringIO):
    """A stream that somebody sees, or nobody."""

    def __init__(self, *, seen: bool = True) -> None:
        super().__init__()
        self.seen = seen

    def isatty(self) -> bool:
        """Whether a person sees it."""
        return self.seen


def visible(written: str) -> str:
    """What is left in the line."""
    line = ""
    for part in written.split("\r"):
        line = part + line[len(part) :]
    return line.strip()


def test_a_start_that_takes_long_is_told_of_until_it_has_ended() -> None:
    stream = Stream()

    with Starting(stream, ["plan"]) as starting:
        starting.tell()
        assert visible(stream.getvalue()) == SAID

    assert visible(stream.getvalue()) == ""


def test_a_start_that_is_over_is_told_of_no_more() -> None:
    stream = Stream()
    with Starting(stream, ["plan"]) as starting:
        pass

    starting.tell()

    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("seen", "arguments", "term"),
    [
        (False, ["plan"], "xterm"),
        (True, ["plan", "--json"], "xterm"),
        (True, ["plan", "-q"], "xterm"),
        (True, ["plan", "--quiet"], "xterm"),
        (True, ["plan"], "dumb"),
    ],
)
def test_nobody_is_told_who_did_not_want_it(
    seen: bool, arguments: list[str], term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)

    with Starting(Stream(seen=seen), arguments) as starting:
        assert not starting._timer.is_alive()


def test_a_stream_that_cannot_be_written_any_more_is_no_error() -> None:
    stream = Stream()
    with Starting(stream, ["plan"]) as starting:
        stream.write = lambda _: (_ for _ in ()).throw(OSError())  # type: ignore[method-assign]
        starting.tell()

    with Starting(None, ["plan"]):
        pass
