"""All environments in one screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ses_provision.render.message import safe
from ses_provision.resources.ses.account import Access

if TYPE_CHECKING:
    from ses_provision.checks.overview import Overview

WIDE = 125
"""Columns that the domain and the region fit into as well."""

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
    Access.GRANTED: Text("out", style=GOOD),
    Access.PENDING: Text("in review", style=WAITS),
    Access.DENIED: Text("denied", style=BAD),
}
# From these rates on AWS reviews a sender (SES Developer Guide, enforcement FAQ).
BOUNCE_REVIEW, COMPLAINT_REVIEW = 0.05, 0.001


def overview(rows: Sequence[Overview], width: int) -> RenderableType:
    """A line for each environment; what failed is told below."""
    table = Table(box=None, padding=(0, 2 if width >= WIDE else 1, 0, 0), pad_edge=False)
    for name in ("", *(("domain", "region") if width >= WIDE else ())):
        table.add_column(name)
    for name in ("verified", "DKIM", "MAIL FROM", "sandbox", "sending"):
        table.add_column(name)
    for name in ("bounces", "complaints", "open"):
        table.add_column(name, justify="right")
    for row in rows:
        where = (row.domain, row.region) if width >= WIDE else ()
        table.add_row(Text(row.environment, style="bold"), *where, *cells(row))
    errors = [Text(f"{safe(row.environment)}: {safe(row.error)}") for row in rows if row.error]
    return Group(table, *errors)


def cells(row: Overview) -> list[Text]:
    """What is known of an environment."""
    if row.error:
        return [UNKNOWN] * 8
    return [
        *(STATUSES.get(one, Text(safe(one))) for one in (row.verified, row.dkim, row.mail_from)),
        ACCESS.get(row.access, Text("in", style=WAITS)) if row.access else UNKNOWN,
        sending(row),
        rate(row.bounce_rate, BOUNCE_REVIEW),
        rate(row.complaint_rate, COMPLAINT_REVIEW),
        UNKNOWN if row.open_items is None else Text(str(row.open_items)),
    ]


def sending(row: Overview) -> Text:
    """Whether AWS lets it send, and what it thinks of it."""
    if row.sending is None:
        return UNKNOWN
    if not row.sending:
        return Text("paused", style=BAD)
    if row.enforcement not in (None, "HEALTHY"):
        return Text(safe(str(row.enforcement).lower()), style=BAD)
    return Text("on", style=GOOD)


def rate(value: float | None, review: float) -> Text:
    """A rate in percent; a dash before the first mail."""
    if value is None:
        return Text("-", style=NONE)
    return Text(f"{value:.2%}", style=BAD if value >= review else GOOD)
