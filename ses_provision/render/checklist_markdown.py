"""The checklist as Markdown, for pull requests and job summaries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity
from ses_provision.render.checklist import MARKS, SEVERAL, summary, united, word
from ses_provision.render.markdown import plain, prose

if TYPE_CHECKING:
    from ses_provision.checks.finding import Finding
    from ses_provision.checks.report import Checklist, Task


def render(values: Sequence[Checklist]) -> str:
    """All environments: a table side by side, then what is open in each."""
    lines = ["# Checklist", ""]
    lines += [
        f"- **{plain(one.environment)}**: {plain(one.domain)}, account {one.account_id}, "
        f"{one.region}, read {one.read_at:%Y-%m-%d %H:%M} UTC: {summary(one)}."
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
    for _, findings in united(values):
        for one in findings:
            cells = " | ".join(cell(each.get(one.id)) for each in by_id)
            yield f"| {one.id} | {plain(one.title)} | {cells} |"


def to_do(task: Task) -> Iterator[str]:
    """One thing to do, and under it the items that wait for it."""
    yield f"- {prose(task.next_step) or 'Look into it:'}"
    for one in task.findings:
        yield (
            f"  - {MARKS[one.status][0]} **{plain(one.title)}** ({one.id}, {word(one.status)}, "
            f"{one.severity.value}): {prose(one.evidence)}"
        )


def cell(value: Finding | None) -> str:
    """A status with its sign."""
    return f"{MARKS[value.status][0]} {word(value.status)}" if value else ""


def details(value: Checklist) -> Iterator[str]:
    """What is open in one environment, then all evidence."""
    yield f"## {plain(value.environment)}: {len(value.open)} open"
    yield ""
    for severity in Severity:
        tasks = [task for task in value.tasks if task.severity is severity]
        if tasks:
            yield from (f"### {SEVERAL[severity].capitalize()}", "")
        for task in tasks:
            yield from to_do(task)
        yield from ("",) if tasks else ()
    notes = [topic.note for topic in value.topics if topic.note]
    yield from (plain(note) for note in notes)
    yield from ("", "<details><summary>All evidence</summary>", "")
    yield "| Item | Status | Evidence | Read from |"
    yield "|---|---|---|---|"
    for one in value.findings:
        source = plain(", ".join(one.sources))
        yield f"| {one.id} | {cell(one)} | {plain(one.evidence)} | {source} |"
    yield from ("", "</details>")
