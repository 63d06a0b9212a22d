"""The names of outputs, for the shell: as far as a file says them, which need not be right.

To load an environment takes longer than a shell waits for; a test holds both to each other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ses_provision.cli.words import words
from ses_provision.outside import files


def names_of(file: Path) -> list[str]:
    """The outputs of an environment; none where the file cannot be read."""
    try:
        return list(told(tomllib.loads(files.content(file).decode("utf-8-sig"))))
    except (OSError, ValueError):
        return []


def told(found: Any) -> Iterator[str]:
    """The outputs that settings lead to."""
    yield from words("outputs")
    for queue in listed(found, "events", "queues"):
        for kind in ("arn", "url"):
            yield from named(f"queue_{kind}", at(queue, "name"))
    for region in listed(found, "alarms", "regions") or [at(found, "region")]:
        yield from named("alarm_topic_arn", region)
    if at(found, "receiving") is not None:
        yield from words("outputs_of_receiving")


def named(output: str, thing: Any) -> Iterator[str]:
    """The name of an output of one of several things."""
    if isinstance(thing, str):
        yield f"{output}_{thing.replace('-', '_')}"


def at(found: Any, *path: str) -> Any:
    """The setting at the end of a path; None where there is no such thing."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def listed(found: Any, *path: str) -> list[Any]:
    """The settings in a list at the end of a path."""
    there = at(found, *path)
    return there if isinstance(there, list) else []
