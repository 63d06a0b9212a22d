"""Where verification stands, as text: what SES says, who sees which record, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from ses_provision.checks.faults import Verdict
from ses_provision.checks.record_report import RecordReport
from ses_provision.checks.verification import Verification
from ses_provision.checks.views import Kind, State, View
from ses_provision.environment import Environment
from ses_provision.render.layout import Folded, prose, whole
from ses_provision.render.message import safe
from ses_provision.render.plan import heading
from ses_provision.resources import dkim_record
from ses_provision.resources.ses.own_key import EXTERNAL

GOOD, BAD, WAITS = "green", "red", "yellow"
INDENT = " " * 11


def status_style(status: str) -> str:
    """The colour that repeats what a status says."""
    if status == "SUCCESS":
        return GOOD
    return BAD if status in {"FAILED", "NOT_STARTED"} else WAITS


def verification(value: Verification, env: Environment) -> Folded:
    """Where verification stands, each record, and what to do."""
    may = "may send" if value.verified_for_sending else "may not send yet"
    rows = [
        ("identity", value.verification_status, may),
        ("DKIM", value.dkim_status, key(value, env)),
        ("MAIL FROM", value.mail_from_status, value.mail_from_domain),
    ]
    lines, width = [heading(env)], max(len(safe(status)) for _, status, _ in rows)
    for name, status, detail in rows:
        shown = Text(f"{safe(status):<{width}}", style=status_style(status))
        lines.append(Text(f"  {name:<9}    ") + shown + Text(f"    {safe(detail)}"))
    lines += [
        Text(),
        *(record(one, value.delegation.zone_kind) for one in value.records),
        Text(),
        *conclusion(value),
        Text(),
    ]
    return Folded(Text("\n").join(lines))


def key(value: Verification, env: Environment) -> str:
    """Which key signs, where that is not what the file wants also that."""
    named = f"selector {value.selector}" if value.selector else ""
    told = ", ".join(filter(None, (value.key_length, named)))
    if env.dkim.is_own_key and value.dkim_origin not in {"", EXTERNAL}:
        return f"{told or 'Easy DKIM'}: Easy DKIM signs, and the file wants a key of your own"
    return told


def conclusion(value: Verification) -> list[Text]:
    """The verdict with its fix, and what else is wrong."""
    main, *others = value.verdicts
    good = main.code == "verified"
    found = [Text(f"Verdict: {safe(main.cause)}.", style=GOOD if good else WAITS)]
    if main.fix:
        found.append(Text("Fix:     ", style="bold") + prose(main.fix))
    return found + [also(one) for one in worth_saying(others, value)]


def worth_saying(others: Iterable[Verdict], value: Verification) -> list[Verdict]:
    """The other faults; what would be awaited without them says nothing yet."""
    waits = {"not-looked", "cached", "verified", "not-served-yet"}
    return [] if value.is_settled else [one for one in others if one.code not in waits]


def also(one: Verdict) -> Text:
    """Another fault in one line."""
    return Text(f"Also:    {safe(one.cause)}", style="dim")


def record(value: RecordReport, zone_kind: str) -> Text:
    """A record, its state, and who sees what."""
    mark, style = sign(value.state)
    text = Text(f"  {mark} {value.state.value:<8}", style=style)
    wanted, force = value.record, value.in_force
    stands = force.text if force is not None else ""
    text.append(f" {wanted.type:<5} ", style="default").append(whole(wanted.name))
    is_key = dkim_record.is_key_record(wanted.name, wanted.type)
    short = dkim_record.shown(wanted.value) if is_key else wanted.value
    shown = stands if value.state is State.RIGHT and stands else short
    text.append(f"\n{INDENT}→ ", style="default").append(whole(shown))
    if stands and value.falls_short:
        text.append(f"\n{INDENT}in force: ", style=style).append(whole(stands))
    if value.inherited:
        text.append(f"\n{INDENT}inherited from {safe(value.inherited)}", style="dim")
    seen = ", ".join(summaries(value, zone_kind))
    if seen and not value.inherited:
        text.append(f"\n{INDENT}{seen}", style="dim")
    for said, views in alike(odd_ones(value), is_key=is_key).items():
        text.append(f"\n{INDENT}{safe(whom(views, value))}: {safe(said)}", style=style)
    return text


def sign(state: State) -> tuple[str, str]:
    """The sign and colour of a state."""
    if state is State.RIGHT:
        return "=", GOOD
    return ("?", WAITS) if state is State.NOT_ASKED else ("!", BAD)


def summaries(value: RecordReport, zone_kind: str) -> list[str]:
    """In a few words, how many of each kind see the record right."""
    found = []
    for kind in Kind:
        seen = value.of(kind)
        if len(seen) == 1 and kind is not Kind.PUBLIC:
            called = zone_kind if kind is Kind.ZONE else kind.value
            found.append(f"{called} {seen[0].state.value}")
        elif seen:
            right = sum(view.state is State.RIGHT for view in seen)
            found.append(f"{right} of {len(seen)} {kind.value}s right")
    return found


def odd_ones(value: RecordReport) -> list[View]:
    """The views that say more than "missing"."""
    return [
        view
        for view in value.views
        if (view.state not in {State.RIGHT, State.MISSING} or view.note)
        and not (value.inherited and not view.note)
    ]


def alike(views: Iterable[View], *, is_key: bool = False) -> dict[str, list[View]]:
    """The views by what they say: equal answers are told once."""
    found: dict[str, list[View]] = {}
    for view in views:
        found.setdefault(described(view, is_key=is_key), []).append(view)
    return found


def whom(views: Sequence[View], report: RecordReport) -> str:
    """Those who say the same, in a few words: by name, or all of their kind."""
    named: list[str] = []
    for kind in Kind:
        who, asked = [view.who for view in views if view.kind is kind], len(report.of(kind))
        is_all = len(who) == asked > 1
        named += [f"all {asked} {kind.value}s"] if is_all else who
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def described(view: View, *, is_key: bool) -> str:
    """What a view shows instead of the record."""
    if view.state is State.NOT_ASKED:
        return view.note or view.state.value
    values = map(dkim_record.shown, view.values) if is_key else view.values
    return view.note or f"{view.state.value}: {' and '.join(values)}"
