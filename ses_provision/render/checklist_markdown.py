"""The checklist as Markdown, for pull requests and job summaries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ses_provision.render.checklist import MARKS, summary, word
from ses_provision.render.markdown import code, plain

if TYPE_CHECKING:
    from ses_provision.checks.finding import Finding
    from ses_provision.checks.report import Checklist


def render(values: Sequence[Checklist]) -> str:
    """All environments: a table side by side, then what is open in each."""
    lines = ["# Checklist", ""]
    lines += [
        f"- **{plain(one.environment)}**: {plain(one.domain)}, account {one.account_id}, "
        f"{one.region}, read {one.read_at:%Y-%m-%d %H:%M} UTC: {summary(one)}"
        for one in values
    ]
    lines += ["", *table(values)]
    for value in values:
        lines += ["", *details(value)]
    return "\n".join(lines) + "\n"


def table(values: Sequence[Checklist]) -> Iterator[str]:
    """Items down, environments across."""
    yield f"| Item | | {' | '.join(plain(one.environment) for one in values)} |"
    yield f"|---|---|{'---|' * len(values)}"
    by_id = [{one.id: one for one in value.findings} for value in values]
    for first in values[0].findings if values else ():
        cells = " | ".join(cell(each.get(first.id)) for each in by_id)
        yield f"| {first.id} | {plain(first.title)} | {cells} |"


def cell(value: Finding | None) -> str:
    """A status with its sign."""
    return f"{MARKS[value.status][0]} {word(value.status)}" if value else ""


def details(value: Checklist) -> Iterator[str]:
    """What is open in one environment, then all evidence."""
    yield f"## {plain(value.environment)}: {len(value.open)} open"
    yield ""
    for one in value.open:
        yield f"- **{one.id} {plain(one.title)}** ({word(one.status)}, {one.severity.value})  "
        yield f"  {plain(one.evidence)}  "
        yield f"  Next: {code(one.next_step)}"
    notes = [topic.note for topic in value.topics if topic.note]
    yield from ("", *(plain(note) for note in notes))
    yield from ("", "<details><summary>All evidence</summary>", "")
    yield "| Item | Status | Evidence | Read from |"
    yield "|---|---|---|---|"
    for one in value.findings:
        source = plain(", ".join(one.sources))
        yield f"| {one.id} | {cell(one)} | {plain(one.evidence)} | {source} |"
    yield from ("", "</details>")
