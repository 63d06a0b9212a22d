"""Explanations of steps as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.engine.model import Step
    from ses_provision.rehearsal.explain import Explanation


def explanation(value: Explanation) -> Text:
    """One step: what it is for, what it makes, what it asks and calls, and where AWS says so."""
    lines = [
        Text(safe(f"{value.id}  {value.title}"), style="bold"),
        Text(safe(value.why)),
        *block("Needs first", value.needs),
        *block("Makes", value.makes or [f"nothing here: {value.skipped}"]),
        *block("Reads", value.reads),
        *block("Creates with", value.creates),
        *block("Corrects with", value.changes),
        *block("Permissions", value.permissions),
        *block("AWS says", [value.docs] if value.docs else []),
        Text(),
    ]
    return Text("\n").join(lines)


def block(title: str, lines: Iterable[str]) -> list[Text]:
    """A heading with lines under it; nothing where there is nothing to say."""
    found = [Text(f"  {safe(one)}") for one in lines]
    return [Text(), Text(title, style="bold"), *found] if found else []


def steps(found: Iterable[Step]) -> Text:
    """All steps in order, a line each."""
    lines = [
        Text(f"{number:2}. {step.id:<18} {step.why}") for number, step in enumerate(found, start=1)
    ]
    return Text("\n").join([*lines, Text(), Text("More: ses-provision explain STEP"), Text()])
