"""An aggregate report as a value: RFC 7489 appendix C, and RFC 9990, which follows it.

The later one has no pct, and says `testing` and the policy `np`; what a mail passed, and from where
it came, is said alike in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ses_provision.dataclass import dataclass

A_DAY = timedelta(hours=26)
"""What is still one day: some receivers begin theirs by another zone, or end an hour late."""


class NotReadable(Exception):
    """Why something is no report that can be read, as the end of a sentence about it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What SPF or DKIM found: for which domain, and whether it holds."""

    domain: str
    holds: bool
    selector: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Mails from one address that fared alike. `dkim` and `spf` say whether they pass aligned with
    the From domain: only that counts for DMARC."""

    address: str
    mails: int
    domain: str
    dkim: bool
    spf: bool
    disposition: str = ""
    reasons: frozenset[str] = frozenset()
    signatures: tuple[Proof, ...] = ()
    envelopes: tuple[Proof, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether DMARC lets them through."""
        return self.dkim or self.spf

    @property
    def was_refused(self) -> bool:
        """Whether the receiver did what a policy asks for."""
        return self.disposition in {"quarantine", "reject"}


@dataclass(frozen=True)
class Published:
    """The record that the receiver found, and where. A policy it does not say is empty."""

    domain: str
    policy: str = ""
    subdomain_policy: str = ""
    percent: int = 100
    is_test: bool = False
    strict_dkim: bool = False
    strict_spf: bool = False


@dataclass(frozen=True)
class Report:
    """What one receiver saw in some time, mostly a day. `flaws` are what of it was not counted."""

    reporter: str
    identity: str
    begin: datetime
    end: datetime
    published: Published
    rows: tuple[Row, ...] = ()
    flaws: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same report, however often it is sent."""
        return self.reporter.lower(), self.identity, self.published.domain

    @property
    def days(self) -> frozenset[date]:
        """The days that it is about, in UTC."""
        return frozenset(days(self.begin, self.end))


def days(begin: datetime, end: datetime) -> Iterator[date]:
    """The days between two moments; a range of about a day is the day on which most of it lies."""
    if end - begin <= A_DAY:
        yield (begin + (end - begin) / 2).date()
        return
    at = begin.date()
    while at < end.date():
        yield at
        at += timedelta(days=1)
    if end.time() != datetime.min.time():
        yield at
