"""Verification, checklist and outputs as tables."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ses_provision.checks.topic import Looked
from ses_provision.checks.verification import ExpectedRecord, Verification
from ses_provision.environment import Environment
from ses_provision.model import Finding, Status
from ses_provision.render.message import safe
from ses_provision.render.plan import heading

GOOD, BAD, WAITS = "green", "red", "yellow"


def status_style(status: str) -> str:
    """The colour that repeats what a status says."""
    if status == "SUCCESS":
        return GOOD
    return BAD if "FAIL" in status or status == "NOT_STARTED" else WAITS


def verification(value: Verification, env: Environment) -> RenderableType:
    """Where verification stands, and each record."""
    rows = [
        ("identity", value.verification_status, sending(value)),
        ("DKIM", value.dkim_status, value.key_length),
        ("MAIL FROM", value.mail_from_status, value.mail_from_domain),
    ]
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for name, status, detail in rows:
        table.add_row(name, Text(status, style=status_style(status)), detail)
    parts: list[RenderableType] = [heading(env), table]
    if value.records:
        parts += [Text(), *(record(one) for one in value.records)]
    if value.why:
        parts += [Text(), Text(f"Why: {safe(value.why)}.", style=WAITS)]
    return Group(*parts, Text())


def sending(value: Verification) -> str:
    """May it send?"""
    return "may send" if value.verified_for_sending else "may not send yet"


def record(value: ExpectedRecord) -> Text:
    """A record, its state in the hosted zone, and what stands there instead."""
    mark, style = ("=", GOOD) if value.is_right else ("!", BAD)
    text = Text(f"  {mark} {value.state:<8}", style=style)
    text.append(f" {value.type:<5} {safe(value.name)} → {safe(value.value)}", style="default")
    if value.found:
        text.append(f"\n               {safe(value.found)}", style="dim")
    return text


MARKS = {
    Status.DONE: ("✔", GOOD),
    Status.ACTION: ("✘", BAD),
    Status.WAITING: ("…", WAITS),
    Status.UNKNOWN: ("?", WAITS),
    Status.NOT_APPLICABLE: ("-", "dim"),
}


def checklist(topics: list[Looked], env: Environment) -> RenderableType:
    """The checklist: what was seen, and under each open item what to do."""
    parts: list[RenderableType] = [heading(env), Text()]
    for topic in topics:
        parts.append(Text(topic.title, style="bold"))
        parts += [finding(one) for one in topic.findings]
    items = [one for topic in topics for one in topic.findings]
    still = sum(one.is_open for one in items)
    done = sum(one.status is Status.DONE for one in items)
    parts += [Text(), Text(f"Checklist: {done} done, {still} open.", style="bold"), Text()]
    return Group(*parts)


def finding(value: Finding) -> RenderableType:
    """One item."""
    mark, style = MARKS[value.status]
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(width=2, justify="right")
    table.add_column(width=8)
    table.add_column(overflow="fold")
    head = Text(f"{value.title}", style="default")
    head.append(f"  {value.id}", style="dim")
    body = Text(safe(value.evidence))
    if value.is_open and value.next_step:
        body.append(f"\n→ {safe(value.next_step)}", style="bold")
    word = "n/a" if value.status is Status.NOT_APPLICABLE else value.status.value
    table.add_row(Text(mark, style=style), Text(word, style=style), head)
    table.add_row("", "", body)
    return table
