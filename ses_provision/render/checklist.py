"""The checklist as text: one environment in full, several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.checks.finding import Finding, Severity, Status
from ses_provision.render.layout import Folded, prose, whole
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.checks.report import Checklist, Task
    from ses_provision.checks.topic import Looked

MARKS = {
    Status.DONE: ("✔", "green"),
    Status.ACTION: ("✘", "red"),
    Status.WAITING: ("…", "yellow"),
    Status.UNKNOWN: ("?", "yellow"),
    Status.NOT_APPLICABLE: ("·", "dim"),
}
SEVERAL = {Severity.BLOCKER: "blockers", Severity.WARNING: "warnings", Severity.ADVICE: "advice"}
GAP = "  "


def word(status: Status) -> str:
    """A status in at most eight letters."""
    return "n/a" if status is Status.NOT_APPLICABLE else status.value


def counted(count: int, severity: Severity) -> str:
    """A number of items of one severity."""
    return f"{count} {severity.value if count == 1 else SEVERAL[severity]}"


def heading(value: Checklist) -> Text:
    """Which account this is about, and when it was read."""
    text = Text()
    text.append(value.environment, style="bold")
    read = f"read {value.read_at:%Y-%m-%d %H:%M} UTC"
    for part in (value.domain, f"account {value.account_id}", value.region, read):
        text.append(GAP).append(whole(part))
    return text


def summary(value: Checklist) -> str:
    """The line that counts, with what keeps mail from being sent first."""
    severe = [counted(n, one) for one in Severity if (n := value.open_count(one))]
    state = f"{len(value.open)} open ({', '.join(severe)})" if severe else "nothing open"
    closed = (Status.DONE, Status.NOT_APPLICABLE)
    return ", ".join([state, *(f"{n} {word(one)}" for one in closed if (n := value.count(one)))])


def checklist(value: Checklist) -> Folded:
    """One environment: what is to be done, the severest first, then what is as it should be."""
    lines = [heading(value), *to_do(value)]
    for topic in value.topics:
        lines += closed(topic)
    lines += [Text(), Text(f"Checklist: {summary(value)}.", style="bold"), Text()]
    return Folded(Text("\n").join(lines))


def to_do(value: Checklist) -> Iterator[Text]:
    """What is open, under its severity; a thing to do is told once for all that wait for it."""
    for severity in Severity:
        tasks = [task for task in value.tasks if task.severity is severity]
        if tasks:
            number = sum(len(task.findings) for task in tasks)
            things = "1 thing" if len(tasks) == 1 else f"{len(tasks)} things"
            head = f"{SEVERAL[severity].capitalize()}: {things} to do"
            head += f" for {number} items" if number != len(tasks) else ""
            yield from (Text(), Text(head, style="bold"))
        for task in tasks:
            yield from one_task(task, severity)


def one_task(task: Task, severity: Severity) -> Iterator[Text]:
    """The items that wait for the same thing, and what it is."""
    for one, following in zip(task.findings, (*task.findings[1:], None), strict=True):
        head, body = finding(one, says_severity=one.severity is not severity)
        yield head
        if following is None or following.evidence != one.evidence:
            yield body
    if task.next_step:
        yield Text("    → ", style="bold") + prose(task.next_step)


def closed(topic: Looked) -> Iterator[Text]:
    """What is as it should be, or does not concern the environment."""
    shown = [one for one in topic.findings if not one.is_open]
    if shown:
        yield from (Text(), Text(topic.title, style="bold"))
    if topic.note and topic.findings:
        yield from [] if shown else (Text(), Text(topic.title, style="bold"))
        yield Text(topic.note, style="dim")
    for one in shown:
        yield from finding(one)


def finding(value: Finding, *, says_severity: bool = False) -> Iterator[Text]:
    """One item, and what was seen."""
    mark, style = MARKS[value.status]
    head = Text(f" {mark} {word(value.status):<8} ", style=style)
    head.append(value.title, style="default").append(GAP).append(Text(value.id, "dim"))
    if says_severity:
        head.append(f"{GAP}{value.severity.value}", style=style)
    yield head
    yield Text("    ") + Text(safe(value.evidence), style="" if value.is_open else "dim")


def preflight(found: Sequence[Finding]) -> Text:
    """Items that belong to no checklist, each with its next step."""
    lines: list[Text] = []
    for one in found:
        lines += finding(one, says_severity=one.is_open)
        if one.is_open and one.next_step:
            lines.append(Text("    → ", style="bold") + prose(one.next_step))
    return Text("\n").join(lines)


def side_by_side(values: Sequence[Checklist], width: int) -> Folded:
    """Several environments: one column each, then what is open in each."""
    lines = [heading(one) for one in values]
    for abreast in columns(values, width):
        lines += [Text(), *matrix(abreast, width)]
    for one in values:
        head = Text(f"{one.environment}: {summary(one)}.", style="bold")
        lines += [Text(), head, *to_do(one)]
    return Folded(Text("\n").join([*lines, Text()]))


def columns(values: Sequence[Checklist], width: int) -> Iterator[Sequence[Checklist]]:
    """As many environments beside each other as a screen is wide."""
    ids = [len(one.id) for value in values for one in value.findings]
    room = width - max(ids, default=0)
    start, taken = 0, 0
    for number, value in enumerate(values):
        taken += column(value)
        if number > start and taken > room:
            yield values[start:number]
            start, taken = number, column(value)
    yield values[start:]


def column(value: Checklist) -> int:
    """How wide the column of an environment is."""
    return len(GAP) + max(len(value.environment), 2 + max(len(word(one)) for one in CELLS))


CELLS = (Status.DONE, Status.ACTION, Status.WAITING, Status.UNKNOWN, Status.NOT_APPLICABLE)


def matrix(values: Sequence[Checklist], width: int) -> Iterator[Text]:
    """Items down, environments across; with titles where there is room."""
    by_id = [{one.id: one for one in value.findings} for value in values]
    topics = united(values)
    every = [one for _, findings in topics for one in findings]
    ids = max((len(one.id) for one in every), default=0)
    titles = max((len(one.title) for one in every), default=0)
    across = sum(map(column, values))
    titles = titles + len(GAP) if ids + len(GAP) + titles + across <= width else 0
    heads = "".join(f"{GAP}{value.environment:<{column(value) - len(GAP)}}" for value in values)
    yield Text(f"{'item':<{ids + titles}}{heads}".rstrip(), style="bold")
    for title, findings in topics:
        yield Text(title, style="bold")
        for one in findings:
            row = Text(f"{one.id:<{ids}}" + (f"{GAP}{one.title}" if titles else ""))
            row.pad_right(ids + titles - len(row.plain))
            for value, each in zip(values, by_id, strict=True):
                row.append(GAP).append(cell(each.get(one.id), column(value) - len(GAP)))
            row.rstrip()
            yield row


def united(values: Sequence[Checklist]) -> list[tuple[str, list[Finding]]]:
    """The topics of all, with each item that is looked at in one of them."""
    found: dict[str, dict[str, Finding]] = {}
    for value in values:
        for topic in value.topics:
            items = found.setdefault(topic.title, {})
            for one in topic.findings:
                items.setdefault(one.id, one)
    return [(title, list(items.values())) for title, items in found.items()]


def cell(value: Finding | None, width: int) -> Text:
    """A status with its sign."""
    if value is None:
        return Text(" " * width)
    mark, style = MARKS[value.status]
    return Text(f"{mark} {word(value.status):<{width - 2}}", style=style)
