"""What DMARC reports say, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.checks.dmarc_reports import Answer
from ses_provision.render.layout import Folded, prose, whole
from ses_provision.render.message import safe
from ses_provision.render.numbers import share
from ses_provision.render.tables import table

if TYPE_CHECKING:
    from ses_provision.operations.dmarc import Collected, Flaw, Summary
    from ses_provision.operations.dmarc.sources import Source

HEADS = ("source", "who", "mails", "SPF", "DKIM", "passed", "failed")
MOST_SHOWN = 20
LONGEST_NAME = 30
MOST_NAMED = 5
STYLES = {
    Answer.YES: "green",
    Answer.STRONGEST: "green",
    Answer.ASK: "yellow",
    Answer.NOT_YET: "yellow",
    Answer.NO: "red",
}


def summary(name: str, found: Summary, *, width: int) -> Folded:
    """What is known of one environment."""
    lines = [Text(safe(f"{name}  {found.domain}"), style="bold"), *seen(found)]
    if found.sources:
        lines += table(HEADS, [row(one) for one in found.sources[:MOST_SHOWN]], width)
        more = found.sources[MOST_SHOWN:]
        if more:
            lines.append(Text(f"  and {len(more):,} more sources; --json has all"))
    return Folded(Text("\n").join([*lines, *verdict(found), Text()]))


def seen(found: Summary) -> Iterator[Text]:
    """Which reports were counted, and how much of the mail passes."""
    made = Text(f"  no report since {found.since}")
    if found.reports:
        who = ", ".join(found.reporters[:MOST_NAMED])
        more = len(found.reporters) - MOST_NAMED
        made = Text(
            f"  {number(found.reports, 'report')} on {number(len(found.days), 'day')} since "
            f"{found.since}, of {safe(who)}{f' and {more} more' if more > 0 else ''}"
        )
    if found.older:
        made.append(f"; {number(found.older, 'report')} before that: see --days")
    yield made
    if found.reports:
        passing = share(found.passed, found.mails)
        yield Text(f"  {found.passed:,} of {number(found.mails, 'mail')} pass ({passing})")


def number(count: int, what: str) -> str:
    """A number with what it counts."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def row(source: Source) -> Sequence[Text]:
    """A source with its numbers."""
    held = source.mails, source.spf, source.dkim, source.passed
    failed = Text(f"{source.failed:,}" if source.failed else "", "red")
    return [
        whole(safe(source.name, LONGEST_NAME)),
        Text(source.kind.value),
        *(Text(f"{one:,}") for one in held),
        failed,
    ]


def verdict(found: Summary) -> Iterator[Text]:
    """Whether the policy may become stricter, why, and the next commands."""
    question = (
        f"from p={found.policy} to {found.wanted}? " if found.wanted else f"p={found.policy}: "
    )
    yield Text.assemble("  ", question, (found.answer.value, STYLES[found.answer]))
    for why in found.because:
        yield Text("    · ") + prose(why)
    begins = "if none of those is yours: " if found.answer is Answer.ASK else ""
    for step in found.steps:
        yield Text(f"    → {begins}") + prose(step)
        begins = "then: "


def flaws(found: Sequence[Flaw]) -> Iterator[Text]:
    """A sentence about each file with which something is wrong."""
    for one in found[:MOST_SHOWN]:
        yield Text(f"{safe(one.file, 200)} {safe(one.what, 300)}.")
    more = len(found) - MOST_SHOWN
    if more > 0:
        yield Text(f"... and {more:,} more of the kind; --json has all.")


def document(found: Summary) -> dict[str, Any]:
    """The same for a document."""
    return {
        "domain": found.domain,
        "since": found.since.isoformat(),
        "reports": found.reports,
        "older_reports": found.older,
        "reporters": list(found.reporters),
        "days": [day.isoformat() for day in sorted(found.days)],
        "mails": found.mails,
        "passed": found.passed,
        "published": published(found),
        "sources": [source(one) for one in found.sources],
        "raise": {
            "from": found.policy,
            "to": found.wanted or None,
            "answer": found.answer.value,
            "safe": found.answer is Answer.YES,
            "because": list(found.because),
            "next": list(found.steps),
        },
    }


def published(found: Summary) -> dict[str, Any] | None:
    """The record that the newest report found."""
    held = found.published
    if held is None:
        return None
    return {
        "domain": held.domain,
        "policy": held.policy or None,
        "subdomain_policy": held.subdomain_policy or None,
        "percent": held.percent,
        "test": held.is_test,
    }


def source(found: Source) -> dict[str, Any]:
    """A source."""
    return {
        "name": found.name,
        "is": found.kind.value,
        "mails": found.mails,
        "spf_aligned": found.spf,
        "dkim_aligned": found.dkim,
        "passed": found.passed,
        "failed": found.failed,
        "refused": found.refused,
        "days": [day.isoformat() for day in sorted(found.days)],
        "addresses": dict(found.addresses.most_common()),
        "signatures": sorted(found.signatures),
    }


def files(collected: Collected, others: Sequence[Flaw]) -> dict[str, Any]:
    """What was read, and what is wrong with it."""
    return {
        "files": collected.files,
        "reports": len(collected.held),
        "flaws": [{"file": one.file, "what": one.what} for one in (*collected.flaws, *others)],
    }
