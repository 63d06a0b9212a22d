"""Every command that is printed as advice exists, and is for this run and its files."""

from __future__ import annotations

import re

from tests.advised import advised, parse, sentences, takes
from tests.laws.life import Life
from tests.laws.world import Ran

FOLDED = ("checklist", "status", "dkim-status")
"""Commands whose layout folds sentences; their documents have them whole."""


def told(ran: Ran) -> list[str]:
    """The sentences of a run."""
    folded = ran.arguments[0] in FOLDED and "--json" not in ran.arguments
    return [*([] if folded else sentences(ran.stdout)), *sentences(ran.stderr)]


def test_every_command_that_is_advised_parses_and_carries_the_flags_of_the_run(life: Life) -> None:
    folder, found = str(life.bench.folder), 0
    for ran in life.every:
        for sentence in told(ran):
            for line in advised(sentence):
                found += 1
                parse(line)
                if takes(line[0], "--config-dir"):
                    at = line.index("--config-dir") if "--config-dir" in line else None
                    assert at is not None, (ran.arguments, sentence)
                    assert line[at + 1] == folder, (ran.arguments, sentence)
    assert found > 10


def test_every_file_that_is_named_is_the_one_that_was_read(life: Life) -> None:
    for ran in life.every:
        for sentence in told(ran):
            for path in re.findall(r"[\w./-]*\b[\w-]+\.toml\b", sentence):
                assert path.startswith(str(life.bench.folder)), (ran.arguments, sentence)
