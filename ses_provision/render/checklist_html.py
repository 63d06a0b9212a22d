"""The checklist as one HTML page: self-contained, to be read by an auditor, printed and kept."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from ses_provision import __version__
from ses_provision.checks.finding import Finding, Status
from ses_provision.render.checklist import MARKS, word
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.checks.report import Checklist
    from ses_provision.checks.topic import Looked

STYLE = """
:root { color-scheme: light; --ink: #1b2430; --soft: #5a6675; --line: #d8dee6; --paper: #fff;
  --done: #17693a; --action: #b3261e; --waiting: #8a5a00; --unknown: #5b3d9a; --na: #6b7682; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f5; color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
    sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 2rem; background: var(--paper); }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; line-height: 1.2; }
h2 { font-size: 1.3rem; margin: 3rem 0 .6rem; padding-top: 1.2rem;
  border-top: 3px solid var(--ink); }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); }
code { font: .88em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: .8rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; }
th { text-align: left; font-weight: 600; font-size: .85rem; color: var(--soft);
  border-bottom: 2px solid var(--line); padding: .35rem .6rem .35rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: .5rem .6rem .5rem 0; vertical-align: top;
  overflow-wrap: anywhere; }
table.items { table-layout: fixed; }
table.items .item { width: 27%; } table.items .status { width: 7.5rem; }
table.matrix td { padding: .22rem .6rem .22rem 0; }
table.matrix td, table.matrix th { overflow-wrap: normal; }
.id { display: block; font: .8rem ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  color: var(--soft); white-space: nowrap; }
.s { white-space: nowrap; font-weight: 600; }
.s i { display: inline-block; width: 1.2em; font-style: normal; }
.done { color: var(--done); } .action { color: var(--action); } .waiting { color: var(--waiting); }
.unknown { color: var(--unknown); } .na { color: var(--na); font-weight: 400; }
.severity { display: block; font-size: .8rem; color: var(--soft); }
.next { color: var(--ink) !important; margin-top: .35rem; padding: .3rem .6rem; background: #f4f6f9;
  border-left: 3px solid var(--action); }
.next.waiting { border-color: var(--waiting); }
.next.unknown { border-color: var(--unknown); }
.from { display: block; margin-top: .3rem; font-size: .78rem; color: var(--soft); }
.note { border: 1px solid var(--line); border-left: 4px solid var(--ink); padding: .5rem .8rem; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem 1.4rem; margin: .6rem 0; font-weight: 600; }
ul.open { list-style: none; padding: 0; margin: .4rem 0; columns: 2 22rem; }
ul.open li { padding: .1rem 0; break-inside: avoid; } ul.open .s { min-width: 6.2rem;
  display: inline-block; }
a { color: inherit; } a:hover { color: var(--waiting); }
.group td { font-weight: 600; padding-top: .8rem !important; }
.sign { display: grid; grid-template-columns: 1fr 1fr 10rem; gap: 2rem; margin-top: 3.5rem; }
.sign div { border-top: 1px solid var(--ink); padding-top: .3rem; font-size: .85rem;
  color: var(--soft); }
footer { margin-top: 2.5rem; font-size: .85rem; color: var(--soft); }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  html { font-size: 9.5pt; } body { background: none; font-size: .92rem; line-height: 1.4; }
  td { padding: .25rem .5rem .25rem 0; } table.items .status { width: 5.6rem; } .group td
  { padding-top: .4rem !important; } table.matrix td { padding: .06rem .5rem .06rem 0; }
  main { max-width: none; padding: 0; }
  h2 { break-before: page; } h2.first { break-before: auto; } h3 { break-after: avoid; }
  tr, .note, .sign { break-inside: avoid; } thead { display: table-header-group; }
  .next { background: none; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
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
        *(matrix(values) if len(values) > 1 else []),
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


def matrix(values: Sequence[Checklist]) -> list[str]:
    """Items down, environments across."""
    heads = "".join(f"<th>{text(one.environment)}</th>" for one in values)
    by_id = [{one.id: one for one in value.findings} for value in values]
    rows = []
    for topic in values[0].topics:
        span = len(values) + 2
        rows.append(f'<tr class="group"><td colspan="{span}">{text(topic.title)}</td></tr>')
        for one in topic.findings:
            cells = "".join(
                f"<td>{badge(each[one.id].status) if one.id in each else ''}</td>" for each in by_id
            )
            rows.append(
                f'<tr><td>{text(one.title)}</td><td><span class="id">{text(one.id)}</span></td>'
                f"{cells}</tr>"
            )
    return [
        "<h3>Side by side</h3>",
        f'<table class="matrix"><thead><tr><th>Item</th><th></th>{heads}</tr></thead><tbody>',
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
    """The open items in a list, each leading to its row."""
    if not value.open:
        return "<p><strong>Nothing is open.</strong></p>"
    items = "".join(
        f'<li>{badge(one.status)} <a href="#{anchor(value, one)}">{text(one.title)}</a> '
        f'<span class="soft">{one.severity.value}</span></li>'
        for one in value.open
    )
    return f'<h3>Open</h3><ul class="open">{items}</ul>'


def anchor(value: Checklist, one: Finding) -> str:
    """Where an item stands on the page."""
    return f"{text(value.environment)}-{text(one.id)}"


def topic(whole: Checklist, value: Looked) -> str:
    """The items of a topic."""
    note = f'<p class="note">{text(value.note)}</p>' if value.note else ""
    rows = "\n".join(row(one, anchor(whole, one)) for one in value.findings)
    return (
        f'<h3>{text(value.title)}</h3>{note}<table class="items"><thead><tr>'
        '<th class="item">Item</th><th class="status">Status</th><th>Evidence</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def row(value: Finding, name: str) -> str:
    """One item with what was read, from where, and the next step."""
    severity = f'<span class="severity">{value.severity.value}</span>' if value.is_open else ""
    evidence = text(value.evidence)
    if value.is_open and value.next_step:
        step = text(value.next_step)
        evidence += f'<div class="next {css(value.status)}">Next: {step}</div>'
    if value.sources:
        evidence += f'<span class="from">Read from {text(", ".join(value.sources))}</span>'
    return (
        f'<tr id="{name}"><td>{text(value.title)}<span class="id">{text(value.id)}</span></td>'
        f"<td>{badge(value.status)}{severity}</td><td>{evidence}</td></tr>"
    )


def legend() -> str:
    """What the words mean."""
    rows = "".join(
        f"<dt>{badge(status)}</dt><dd>{text(said)}</dd>" for status, said in LEGEND.items()
    )
    return f"<h3>What the words mean</h3><dl>{rows}</dl>"


def signature() -> str:
    """Room for a reviewer's name."""
    return '<div class="sign"><div>Reviewed by</div><div>Signature</div><div>Date</div></div>'
