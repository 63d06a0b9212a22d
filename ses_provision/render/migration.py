"""What stands at a domain that mail moves away from, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.engine.values import plain
from ses_provision.operations.moving.ramp import WARM_UP_DAYS
from ses_provision.render.layout import Folded, whole
from ses_provision.render.mail import entry, listed
from ses_provision.render.message import safe
from ses_provision.render.plan import heading
from ses_provision.resources.spf import MOST_LOOKUPS

if TYPE_CHECKING:
    from ses_provision.checks.finding import Finding
    from ses_provision.operations.moving import Day, Room, Standing, There
    from ses_provision.operations.moving.spf_walk import Place

MOST_LINES = 30  # of an SPF record with what it includes


def shown(
    seen: Standing,
    found: Sequence[Finding],
    days: Sequence[Day],
    there: There | None,
) -> Folded:
    """All of it: what stands, what to do, the way over."""
    room = there.room if there else None
    head = heading(there.env) if there else Text(f"{safe(seen.domain)}, by DNS alone", style="bold")
    lines = [head, Text(), *stands(seen), Text(), *listed(found), Text(), *table(days, room)]
    return Folded(Text("\n").join([*lines, Text()]))


def stands(seen: Standing) -> Iterator[Text]:
    """What DNS shows."""
    names = ", ".join(one.name for one in seen.providers) or "nobody that we know"
    yield row("senders", names)
    yield row("SPF", *(seen.spf.texts or (seen.spf.unknown or "none",)))
    if seen.spf.walked is not None:
        yield from tree(seen.spf.walked)
    if seen.spf.unnamed:
        yield row("unknown", ", ".join(seen.spf.unnamed))
    keys = [f"{one.name}: {one.key}{f', {one.provider}' if one.provider else ''}"
            for one in seen.selectors]  # fmt: skip
    yield row("DKIM", *(keys or ("none of the usual selectors answers",)))
    yield row("DMARC", seen.dmarc.text or seen.dmarc.why_none or seen.dmarc.unknown)
    yield row("MX", *(seen.mx or (seen.mx_unknown or "none",)))


def row(name: str, *values: str) -> Text:
    """A name, and each value in a line of its own."""
    lines = [Text(f"  {name if number == 0 else '':<8} ") + whole(value)
             for number, value in enumerate(values)]  # fmt: skip
    return Text("\n").join(lines)


def tree(walked: Place) -> Iterator[Text]:
    """Each record that the SPF record leads to, with its look-ups."""
    every = list(walked.every())
    for place in every[1 : MOST_LINES + 1]:
        said = place.problem or place.unknown
        count = f"{place.lookups} more" if place.lookups else "no more"
        told = said or f"{count} look-up{'' if place.lookups == 1 else 's'}"
        yield Text(f"           {'  ' * (place.depth - 1)}") + Text(
            f"{safe(place.term)}: {safe(told)}", style="red" if place.problem else "dim"
        )
    if len(every) - 1 > MOST_LINES:
        yield Text(f"           … {len(every) - 1 - MOST_LINES} more", style="dim")
    yield Text(f"           {walked.all_lookups} look-ups; {MOST_LOOKUPS} are allowed")


def table(days: Sequence[Day], room: Room | None) -> Iterator[Text]:
    """The way over, a day a line."""
    yield Text("The way over, the most engaged recipients first", style="bold")
    last = "   under the quota" if room is not None else ""
    yield Text(f"  day   by SES        mails   a second{last}", style="dim")
    for day in days:
        mails = "-" if day.mails is None else f"{day.mails:,}"
        rate = "-" if day.rate is None else f"{day.rate:.2f}"
        line = Text(f"  {day.number:>3}   {day.share:>4} %   {mails:>10}   {rate:>8}")
        yield line if room is None else line + Text("   ") + verdict(day)
    if all(day.mails is None for day in days):
        yield Text("  With --peak N, the most recipients a day, there are numbers in it.")
    yield Text(
        "  Look at bounces and complaints for a day before each next step: "
        "`ses-provision status`, and the alarms."
    )
    yield Text(
        "  Shared addresses are warm. Dedicated ones of your own take "
        f"{WARM_UP_DAYS} days, and send less until then."
    )


def verdict(day: Day) -> Text:
    """Whether the quota takes a day."""
    if day.mails is None:
        return Text("not known", style="dim")
    over = [word for word, is_over in (("day", day.over_daily), ("second", day.over_rate))
            if is_over]  # fmt: skip
    if over:
        return Text(f"no: too many a {' and a '.join(over)}", style="red")
    return Text("yes", style="green")


def data(
    seen: Standing, found: Sequence[Finding], days: Sequence[Day], room: Room | None
) -> dict[str, Any]:
    """The same for a document."""
    walked = seen.spf.walked
    return {
        "domain": seen.domain,
        "providers": [one.name for one in seen.providers],
        "spf": {
            "records": list(seen.spf.texts),
            "lookups": walked.all_lookups if walked else None,
            "void_lookups": walked.all_void if walked else None,
            "includes": [
                {"domain": place.domain, "term": place.term, "depth": place.depth,
                 "lookups": place.lookups, "problem": place.problem or place.unknown or None}
                for place in (list(walked.every())[1:] if walked else ())
            ],
            "ses": seen.spf.for_ses.result if seen.spf.for_ses else None,
        },
        "selectors": [plain(one) for one in seen.selectors],
        "dmarc": {"record": seen.dmarc.text or None, "stands_at": seen.dmarc.stands_at or None,
                  "policy": seen.dmarc.written or None},
        "mx": list(seen.mx),
        "mail_from": plain(seen.mail_from),
        "quota": plain(room) if room else None,
        "ramp": [plain(day) for day in days],
        "open": sum(one.is_open for one in found),
        "findings": [entry(one) for one in found],
    }  # fmt: skip
