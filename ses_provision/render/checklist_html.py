"""The checklist as one HTML page: self-contained, to be read by an auditor, printed and kept."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from ses_provision import __version__
from ses_provision.checks.finding import Finding, Severity, Status
from ses_provision.render.checklist import MARKS, SEVERAL, united, word
from ses_provision.render.message import safe
from ses_provision.render.prose import pieces

if TYPE_CHECKING:
    from ses_provision.checks.report import Checklist, Task
    from ses_provision.checks.topic import Looked

STYLE = """
:root { color-scheme: light; --ink: #1b2430; --soft: #5a6675; --line: #d8dee6; --paper: #fff;
  --done: #17693a; --action: #b3261e; --waiting: #8a5a00; --unknown: #5b3d9a; --na: #6b7682; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f5; color: var(--ink); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
    sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 2rem; background: var(--paper); }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; line-height: 1.2; }
h2 { font-size: 1.3rem; margin: 3rem 0 .6rem; padding-top: 1.2rem;
  border-top: 3px solid var(--ink); }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); }
.w { white-space: nowrap; }
code { font: .88em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: .8rem 0; }
dt { color: var(--soft); } dd { margin: 0; min-width: 0; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; }
th { text-align: left; font-weight: 600; font-size: .85rem; color: var(--soft);
  border-bottom: 2px solid var(--line); padding: .35rem .6rem .35rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: .5rem .6rem .5rem 0; vertical-align: top; }
table.items { table-layout: fixed; }
table.items .item { width: 28%; } table.items .status { width: 7.5rem; }
table.matrix { table-layout: fixed; }
table.matrix .title { width: 38%; }
table.matrix td { padding: .22rem .6rem .22rem 0; }
.id { display: block; font: .8rem ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  color: var(--soft); }
.s { font-weight: 600; white-space: nowrap; }
.s i { display: inline-block; width: 1.2em; font-style: normal; }
.done { color: var(--done); } .action { color: var(--action); } .waiting { color: var(--waiting); }
.unknown { color: var(--unknown); } .na { color: var(--na); font-weight: 400; }
.severity { display: block; font-size: .8rem; color: var(--soft); }
.next { color: var(--ink); margin-top: .35rem; padding: .3rem .6rem; background: #f4f6f9;
  border-left: 3px solid var(--action); }
.next.waiting { border-color: var(--waiting); }
.next.unknown { border-color: var(--unknown); }
.from { display: block; margin-top: .3rem; font-size: .78rem; color: var(--soft); }
.note { border: 1px solid var(--line); border-left: 4px solid var(--ink); padding: .5rem .8rem; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem 1.4rem; margin: .6rem 0; font-weight: 600; }
ol.tasks { padding-left: 1.6rem; margin: .4rem 0; }
ol.tasks > li { padding: .15rem 0 .45rem; }
ol.tasks ul { list-style: none; padding: 0; margin: .1rem 0; }
ol.tasks ul li { display: grid; grid-template-columns: 6.2rem 1fr; }
a { color: inherit; } a:hover { color: var(--waiting); }
.group td { font-weight: 600; padding-top: .8rem; }
.sign { display: grid; grid-template-columns: 1fr 1fr 10rem; gap: 2rem; margin-top: 3.5rem; }
.sign div { border-top: 1px solid var(--ink); padding-top: .3rem; font-size: .85rem;
  color: var(--soft); }
footer { margin-top: 2.5rem; font-size: .85rem; color: var(--soft); }
@media screen and (max-width: 42rem) {
  main { padding: 1.2rem 1rem; } h2 { margin-top: 2rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .35rem; }
  table.items, table.items tbody, table.items tr, table.items td { display: block; }
  table.items thead { display: none; }
  table.items tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  table.items td { border: 0; padding: .1rem 0; }
  .severity { display: inline; margin-left: .6rem; }
  table.matrix, table.matrix th, table.matrix td { font-size: .8rem; }
  table.matrix td, table.matrix th { padding-right: .3rem; }
  table.matrix .s { white-space: normal; }
  .sign { grid-template-columns: 1fr; gap: 2.2rem; }
}
@page { margin: 16mm 14mm 18mm;
  @bottom-left { content: "Amazon SES checklist"; font: 8pt sans-serif; color: #5a6675; }
  @bottom-right { content: counter(page) " of " counter(pages); font: 8pt sans-serif;
    color: #5a6675; } }
@media print {
  html { font-size: 9.5pt; } body { background: none; font-size: .92rem; line-height: 1.4; }
  td { padding: .25rem .5rem .25rem 0; } table.items .status { width: 6.4rem; }
  .group td { padding-top: .4rem; } table.matrix td { padding: .06rem .5rem .06rem 0; }
  main { max-width: none; padding: 0; }
  h2 { break-before: page; } h2.first { break-before: auto; } h2, h3 { break-after: avoid; }
  tr, .note, .sign, ol.tasks > li { break-inside: avoid; }
  thead { display: table-header-group; }
  .next { background: none; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
"""What the page looks like: on a wide screen; on a phone, which no table is wider than; on paper of
any size, with page numbers where the browser knows margin boxes (CSS Paged Media)."""
LONG_WORD = 25
"""Letters that may not fit beside each other on a phone."""
ABREAST = 4
"""Environments beside each other: on paper and on a phone there is no room for more."""
INTRODUCTION = (
    '<p class="soft">What stands between {names} and sending mail, with the evidence as it was '
    "read from AWS and DNS.</p>"
)
LEGEND = {
    Status.DONE: "as it should be, by what was read or by what a person attested",
    Status.ACTION: "somebody has to do something",
    Status.WAITING: "settles by itself, or waits for another item",
    Status.UNKNOWN: "could not be found out; it counts as open",
    Status.NOT_APPLICABLE: "does not concern this environment",
}


def text(value: str) -> str:
    """Text that HTML shows as it is."""
    return escape(safe(value))


def render(values: Sequence[Checklist]) -> str:
    """One page about all environments."""
    names = ", ".join(one.environment for one in values)
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Amazon SES checklist: {text(names)}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body><main>",
        "<h1>Amazon SES checklist</h1>",
        INTRODUCTION.format(names=text(names)),
        *matrices(values),
        *(environment(one, first=len(values) == 1) for one in values),
        legend(),
        signature(),
        f"<footer>Made by ses-provision {text(__version__)}. Times are UTC.</footer>",
        "</main></body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def css(status: Status) -> str:
    """The class of a status."""
    return "na" if status is Status.NOT_APPLICABLE else status.value


def badge(status: Status) -> str:
    """A status with its sign: the colour says nothing that the word does not."""
    return f'<span class="s {css(status)}"><i>{MARKS[status][0]}</i>{word(status)}</span>'


def counts(value: Checklist) -> str:
    """How many items are in each status."""
    shown = [
        f'<span class="{css(status)}">{MARKS[status][0]} {value.count(status)} '
        f"{word(status)}</span>"
        for status in Status
        if value.count(status)
    ]
    return f'<p class="counts">{"".join(shown)}</p>'


def matrices(values: Sequence[Checklist]) -> list[str]:
    """All environments beside each other, as many to a table as there is room for."""
    if len(values) < 2:
        return []
    parts = [values[start : start + ABREAST] for start in range(0, len(values), ABREAST)]
    return ["<h3>Side by side</h3>", *(line for part in parts for line in matrix(part))]


def matrix(values: Sequence[Checklist]) -> list[str]:
    """Items down, environments across."""
    heads = "".join(f"<th>{text(one.environment)}</th>" for one in values)
    by_id = [{one.id: one for one in value.findings} for value in values]
    rows = []
    for title, findings in united(values):
        span = len(values) + 1
        rows.append(f'<tr class="group"><td colspan="{span}">{text(title)}</td></tr>')
        for one in findings:
            cells = "".join(
                f"<td>{badge(each[one.id].status) if one.id in each else ''}</td>" for each in by_id
            )
            name = f'{text(one.title)} <span class="id">{text(one.id)}</span>'
            rows.append(f"<tr><td>{name}</td>{cells}</tr>")
    return [
        f'<table class="matrix"><thead><tr><th class="title">Item</th>{heads}</tr></thead><tbody>',
        *rows,
        "</tbody></table>",
    ]


def environment(value: Checklist, *, first: bool) -> str:
    """One environment: what it is, what is open, and all items with their evidence."""
    facts = {
        "Domain": text(value.domain),
        "AWS account": f"<code>{text(value.account_id)}</code>",
        "Region": f"<code>{text(value.region)}</code>",
        "Read at": f"{value.read_at:%Y-%m-%d %H:%M:%S} UTC",
    }
    listed = "".join(f"<dt>{name}</dt><dd>{shown}</dd>" for name, shown in facts.items())
    place = "first" if first else "next-one"
    parts = [
        f'<section><h2 class="{place}">{text(value.environment)}</h2>',
        f"<dl>{listed}</dl>",
        counts(value),
        still_open(value),
        *(topic(value, one) for one in value.topics),
        "</section>",
    ]
    return "\n".join(parts)


def still_open(value: Checklist) -> str:
    """What is to be done, the severest first; each item leads to its row."""
    if not value.open:
        return "<p><strong>Nothing is open.</strong></p>"
    parts = []
    for severity in Severity:
        tasks = [task for task in value.tasks if task.severity is severity]
        if tasks:
            head = f"{SEVERAL[severity].capitalize()}: {value.open_count(severity)} open"
            items = "".join(to_do(value, task) for task in tasks)
            parts.append(f'<h3>{head}</h3><ol class="tasks">{items}</ol>')
    return "".join(parts)


def to_do(value: Checklist, task: Task) -> str:
    """One thing to do, and the items that wait for it."""
    items = "".join(
        f'<li>{badge(one.status)}<div><a href="#{anchor(value, one)}">{text(one.title)}</a> '
        f'<span class="soft">{one.severity.value}</span></div></li>'
        for one in task.findings
    )
    return f"<li>{prose(task.next_step)}<ul>{items}</ul></li>"


def prose(value: str) -> str:
    """Prose, with the commands in it as code."""
    return "".join(
        command(said) if is_command else escape(said) for said, is_command in pieces(safe(value))
    )


def command(value: str) -> str:
    """A command, whose words are not broken at their hyphens unless they are too long to stay."""
    words = [
        f'<span class="w">{escape(word)}</span>' if len(word) < LONG_WORD else escape(word)
        for word in value.split(" ")
    ]
    return f"<code>{' '.join(words)}</code>"


def anchor(value: Checklist, one: Finding) -> str:
    """Where an item stands on the page."""
    return f"{text(value.environment)}-{text(one.id)}"


def topic(whole: Checklist, value: Looked) -> str:
    """The items of a topic."""
    note = f'<p class="note">{text(value.note)}</p>' if value.note else ""
    rows = "\n".join(row(whole, one) for one in value.findings)
    return (
        f'<h3>{text(value.title)}</h3>{note}<table class="items"><thead><tr>'
        '<th class="item">Item</th><th class="status">Status</th><th>Evidence</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def row(whole: Checklist, value: Finding) -> str:
    """One item with what was read, from where, and the next step or where that is told."""
    severity = f'<span class="severity">{value.severity.value}</span>' if value.is_open else ""
    evidence = prose(value.evidence)
    if value.is_open and value.next_step:
        evidence += f'<div class="next {css(value.status)}">{next_step(whole, value)}</div>'
    if value.sources:
        evidence += f'<span class="from">Read from {text(", ".join(value.sources))}</span>'
    return (
        f'<tr id="{anchor(whole, value)}"><td>{text(value.title)}'
        f'<span class="id">{text(value.id)}</span></td>'
        f"<td>{badge(value.status)}{severity}</td><td>{evidence}</td></tr>"
    )


def next_step(whole: Checklist, value: Finding) -> str:
    """What to do, or the item under which that is told."""
    at = whole.told_at[value.id]
    if at == value.id:
        return f"Next: {prose(value.next_step)}"
    return f'Next: see <a href="#{text(whole.environment)}-{text(at)}">{text(at)}</a>'


def legend() -> str:
    """What the words mean."""
    rows = "".join(
        f"<dt>{badge(status)}</dt><dd>{text(said)}</dd>" for status, said in LEGEND.items()
    )
    return f"<h3>What the words mean</h3><dl>{rows}</dl>"


def signature() -> str:
    """Room for a reviewer's name."""
    return '<div class="sign"><div>Reviewed by</div><div>Signature</div><div>Date</div></div>'
