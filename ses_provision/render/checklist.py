"""The checklist as text: one environment in full, several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ses_provision.checks.finding import Finding, Status
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.checks.report import Checklist

MARKS = {
    Status.DONE: ("✔", "green"),
    Status.ACTION: ("✘", "red"),
    Status.WAITING: ("…", "yellow"),
    Status.UNKNOWN: ("?", "yellow"),
    Status.NOT_APPLICABLE: ("-", "dim"),
}
ABREAST = 4
"""Environments beside each other in 100 columns."""


def word(status: Status) -> str:
    """A status in at most eight letters."""
    return "n/a" if status is Status.NOT_APPLICABLE else status.value


def heading(value: Checklist) -> Text:
    """Which account this is about, and when it was read."""
    text = Text(value.environment, style="bold")
    text.append(
        f"  {value.domain}  account {value.account_id}  {value.region}"
        f"  read {value.read_at:%Y-%m-%d %H:%M} UTC",
        style="not bold",
    )
    return text


def summary(value: Checklist) -> str:
    """The line that counts."""
    parts = [f"{value.count(status)} {word(status)}" for status in Status if value.count(status)]
    state = f"{len(value.open)} open" if value.open else "nothing open"
    return f"{', '.join(parts)}: {state}."


def checklist(value: Checklist) -> RenderableType:
    """One environment: what was seen, and under each open item what to do."""
    parts: list[RenderableType] = [heading(value), Text()]
    for topic in value.topics:
        parts.append(Text(topic.title, style="bold"))
        if topic.note and any(one.status is not Status.NOT_APPLICABLE for one in topic.findings):
            parts.append(Text(topic.note, style="dim"))
        parts += [finding(one) for one in topic.findings]
    return Group(*parts, Text(), Text(f"Checklist: {summary(value)}", style="bold"), Text())


def finding(value: Finding) -> RenderableType:
    """One item."""
    mark, style = MARKS[value.status]
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(width=2, justify="right")
    table.add_column(width=8)
    table.add_column(overflow="fold")
    head = Text(value.title, style="default")
    head.append(f"  {value.id}", style="dim")
    if value.is_open:
        head.append(f"  {value.severity.value}", style=style)
    body = Text(safe(value.evidence), style="dim" if not value.is_open else "")
    if value.is_open and value.next_step:
        body.append(f"\n→ {safe(value.next_step)}", style="bold")
    table.add_row(Text(mark, style=style), Text(word(value.status), style=style), head)
    table.add_row("", "", body)
    return table


def side_by_side(values: Sequence[Checklist]) -> RenderableType:
    """Several environments: one column each, then what is open in each."""
    parts: list[RenderableType] = [heading(one) for one in values]
    for start in range(0, len(values), ABREAST):
        parts += [Text(), matrix(values[start : start + ABREAST])]
    for one in values:
        parts += [Text(), *opened(one)]
    return Group(*parts, Text())


def matrix(values: Sequence[Checklist]) -> Table:
    """Items down, environments across."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("item", no_wrap=True)
    table.add_column("")
    for value in values:
        table.add_column(value.environment, no_wrap=True)
    by_id = [{one.id: one for one in value.findings} for value in values]
    for topic in values[0].topics:
        table.add_row(Text(topic.title, style="bold"))
        for one in topic.findings:
            table.add_row(one.id, one.title, *(cell(each.get(one.id)) for each in by_id))
    return table


def cell(value: Finding | None) -> Text:
    """A status with its sign."""
    if value is None:
        return Text("")
    mark, style = MARKS[value.status]
    return Text(f"{mark} {word(value.status)}", style=style)


def opened(value: Checklist) -> Iterator[RenderableType]:
    """What is open in one environment, with the next step."""
    yield Text(f"{value.environment}: {summary(value)}", style="bold")
    yield from (finding(one) for one in value.open)
