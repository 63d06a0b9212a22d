"""All environments in one screen, under the account and region that they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from ses_provision.render.layout import WHOLE, Folded, command, prose, whole
from ses_provision.render.message import safe
from ses_provision.resources.ses.account import Access

if TYPE_CHECKING:
    from ses_provision.checks.overview import Overview

GOOD, BAD, WAITS, NONE = "green", "red", "yellow", "dim"
UNKNOWN = Text("?", style=NONE)
STATUSES = {
    "SUCCESS": Text("yes", style=GOOD),
    "PENDING": Text("pending", style=WAITS),
    "TEMPORARY_FAILURE": Text("lost", style=BAD),
    "FAILED": Text("failed", style=BAD),
    "NOT_STARTED": Text("no", style=BAD),
}
ACCESS = {
    Access.GRANTED: Text("out of the sandbox", style=GOOD),
    Access.PENDING: Text("in the sandbox, request in review", style=WAITS),
    Access.DENIED: Text("in the sandbox, request denied", style=BAD),
}
IN_SANDBOX = Text("in the sandbox", style=WAITS)
# From these rates on AWS reviews a sender (SES Developer Guide, enforcement FAQ).
BOUNCE_REVIEW, COMPLAINT_REVIEW = 0.05, 0.001
HEADS = ("", "domain", "verified", "DKIM", "MAIL FROM", "open")
GAP = "  "


def overview(rows: Sequence[Overview], width: int) -> Folded:
    """What holds for an account and region once, and under it a line for each environment."""
    table = [cells(row) for row in rows]
    widths = (
        [
            max(cell_len(head), *(cell_len(line[number].plain) for line in table))
            for number, head in enumerate(HEADS)
        ]
        if table
        else []
    )
    fits = sum(widths) + len(GAP) * len(widths) <= width
    lines = [aligned(map(Text, HEADS), widths, NONE)] if rows and fits else []
    for group in groups(rows):
        lines += shared(group)
        for row in group:
            lines += [aligned(cells(row), widths)] if fits else block(row)
            lines += [Text("    ") + prose(row.error)] if row.error else []
            lines += [paused(row)] if row.set_sends is False else []
        lines.append(Text())
    return Folded(Text("\n").join(lines[:-1]))


def groups(rows: Sequence[Overview]) -> list[list[Overview]]:
    """The environments by account and region, in the order in which these first come."""
    found: dict[tuple[str, str], list[Overview]] = {}
    for row in rows:
        found.setdefault((row.account_id, row.region), []).append(row)
    return list(found.values())


def shared(group: Sequence[Overview]) -> Iterator[Text]:
    """What is the account's and not the environment's; known from the first that could be read."""
    known = next((row for row in group if not row.error), None)
    yield Text("account ", style="bold") + whole(f"{group[0].account_id}  {group[0].region}")
    if known is None:
        return
    access = ACCESS.get(known.access, IN_SANDBOX) if known.access else UNKNOWN
    yield Text(", ").join(
        [
            Text("  ") + access,
            kept(Text("sending ") + sending(known)),
            kept(Text("bounces ") + rate(known.bounce_rate, BOUNCE_REVIEW)),
            kept(Text("complaints ") + rate(known.complaint_rate, COMPLAINT_REVIEW)),
        ]
    )


def cells(row: Overview) -> list[Text]:
    """What is known of an environment itself."""
    named = [Text(safe(row.environment), style="bold"), Text(safe(row.domain))]
    if row.error:
        return [*named, *[UNKNOWN] * 4]
    looked = (row.verified, row.dkim, row.mail_from)
    statuses = [STATUSES.get(one, Text(safe(one), style=WAITS)) for one in looked]
    return [*named, *statuses, still_open(row)]


def aligned(line: Iterable[Text], widths: Sequence[int], style: str = "") -> Text:
    """A line of the table."""
    made = Text(style=style)
    for found, width in zip(line, widths, strict=True):
        made.append(GAP).append(found).append(" " * (width - cell_len(found.plain)))
    made.rstrip()
    return made


def block(row: Overview) -> Iterator[Text]:
    """An environment where a line is not wide enough for it."""
    name, domain, *known = cells(row)
    yield Text("  ") + name + Text(GAP) + domain
    if not row.error:
        told = [Text(f"{head} ") + one for head, one in zip(HEADS[2:], known, strict=True)]
        yield Text("    ") + Text(", ").join(map(kept, told))


def paused(row: Overview) -> Text:
    """That somebody stopped the mail of the environment, and what lets it through."""
    since = f" since {safe(row.paused)}" if row.paused else ""
    resume = command(f"ses-provision resume --env {row.environment}")
    return Text(f"    its configuration set is paused{since}: ", style=BAD) + resume


def kept(text: Text) -> Text:
    """A name with its value, which stay beside each other."""
    text.stylize(WHOLE)
    return text


def still_open(row: Overview) -> Text:
    """How many items of the checklist are open, and how many of them keep mail back."""
    if row.open_items is None:
        return UNKNOWN
    blocks = f" ({row.blockers} blocking)" if row.blockers else ""
    return Text(f"{row.open_items}{blocks}", style=WAITS if row.open_items else GOOD)


def sending(row: Overview) -> Text:
    """Whether AWS lets it send, and what it thinks of it."""
    if row.sending is None:
        return UNKNOWN
    if not row.sending:
        return Text("paused", style=BAD)
    if row.enforcement not in (None, "HEALTHY"):
        return Text(f"on {safe(str(row.enforcement).lower())}", style=BAD)
    return Text("on", style=GOOD)


def rate(value: float | None, review: float) -> Text:
    """A rate in percent; there is none before the first mail."""
    if value is None:
        return Text("none yet", style=NONE)
    return Text(f"{value:.2%}", style=BAD if value >= review else GOOD)
