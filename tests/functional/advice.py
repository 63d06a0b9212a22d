"""Following advice: the command that is told is run, and something moves."""

from __future__ import annotations

from typing import Any

from tests.advised import READS, advised, parse, ready
from tests.functional.health import Health

WAITS, NOT_YET = "--wait", 75


def first_command(next_step: str) -> list[str] | None:
    """The command that a next step begins with, where it begins with one."""
    found = advised(next_step)
    begins = next_step.startswith("ses-provision ") and found
    return found[0] if begins else None


def follow(health: Health, item: str, finding: dict[str, Any]) -> None:
    """Run what a finding advises, if it is one command: the finding closes or says another thing,
    unless the command only answers."""
    for every in advised(finding["next_step"]):
        parse(every)
    first = first_command(finding["next_step"])
    line = ready(first) if first else None
    if line is None:
        return
    assert line[line.index("--config-dir") + 1] == str(health.config)
    result = health.follow(line)
    if line[0] in READS:
        assert result.status in {0, 3}, (line, result.stderr)
        assert result.stdout
        return
    assert result.status == 0 or (WAITS in line and result.status == NOT_YET), result.stderr
    if WAITS in line or result.writes:
        return
    after = health.open("--only", item).get(item)
    assert after is None or after["evidence"] != finding["evidence"], (line, finding)
