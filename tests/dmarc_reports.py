"""A receiver that makes aggregate reports: as RFC 7489 or RFC 9990 has them, whole or broken."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from xml.sax.saxutils import escape

DOMAIN = "example.com"
DAY = timedelta(days=1)
TODAY = datetime(2026, 11, 22, tzinfo=UTC)
"""The day of the frozen clock; the last whole day is the one before."""


def element(name: str, *held: str | None, text: object = None) -> str:
    """An element with elements in it, or with a text; none for a text that is None."""
    inner = "".join(filter(None, held)) + (escape(str(text)) if text is not None else "")
    return f"<{name}>{inner}</{name}>"


def said(**texts: object) -> str:
    """Elements with texts; those that are None are left out."""
    return "".join(element(name, text=text) for name, text in texts.items() if text is not None)


@dataclass(frozen=True)
class Mails:
    """A record of a report: mails that came from one address and fared alike."""

    count: object = 100
    source: str | None = "54.240.8.1"
    dkim: str | None = "pass"
    spf: str | None = "pass"
    disposition: str | None = "none"
    header_from: str | None = DOMAIN
    signed: tuple[tuple[str, str], ...] = ((DOMAIN, "pass"), ("amazonses.com", "pass"))
    envelope: tuple[str, str] | None = (f"mail.{DOMAIN}", "pass")
    reason: str | None = None

    def xml(self) -> str:
        """The record."""
        reason = element("reason", said(type=self.reason, comment="c")) if self.reason else None
        evaluated = said(disposition=self.disposition, dkim=self.dkim, spf=self.spf)
        signed = [
            element("dkim", said(domain=domain, selector="s1", result=result))
            for domain, result in self.signed
        ]
        domain, result = self.envelope or ("", "")
        spf = element("spf", said(domain=domain, scope="mfrom", result=result))
        return element(
            "record",
            element(
                "row",
                said(source_ip=self.source, count=self.count),
                element("policy_evaluated", evaluated, reason),
            ),
            element("identifiers", said(header_from=self.header_from)),
            element("auth_results", *signed, spf if self.envelope else None),
        )


OURS = Mails()
FORWARDED = Mails(
    7,
    "198.51.100.7",
    spf="fail",
    signed=((DOMAIN, "pass"),),
    envelope=("lists.example.org", "pass"),
)
FORGED = Mails(
    3, "203.0.113.9", "fail", "fail", "none", signed=(), envelope=("crime.example.net", "pass")
)
WORKSPACE = Mails(
    40, "209.85.220.41", signed=((DOMAIN, "pass"), ("gappssmtp.com", "pass")),
    envelope=(DOMAIN, "pass"),
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """One report. What is None is left out."""

    rows: tuple[Mails, ...] = (OURS,)
    org: str | None = "receiver.example"
    identity: str | None = "1"
    begin: datetime | None = TODAY - DAY
    end: datetime | None = None
    domain: str | None = DOMAIN
    policy: str | None = "none"
    more: dict[str, object] = field(default_factory=lambda: {"adkim": "r", "aspf": "r", "pct": 100})
    namespace: str = ""

    @property
    def until(self) -> datetime | None:
        """When it ends: a second before the next day."""
        return self.end or (self.begin and self.begin + DAY - timedelta(seconds=1))

    def xml(self) -> bytes:
        """Its XML."""
        begin, end = ((at and int(at.timestamp())) for at in (self.begin, self.until))
        metadata = said(org_name=self.org, email="dmarc@receiver.example", report_id=self.identity)
        published = said(domain=self.domain, p=self.policy, **self.more)
        whole = element(
            "feedback",
            element("report_metadata", metadata, element("date_range", said(begin=begin, end=end))),
            element("policy_published", published),
            *(row.xml() for row in self.rows),
        )
        if self.namespace:
            whole = whole.replace("<feedback>", f'<feedback xmlns="{self.namespace}">', 1)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}'.encode()


def series(days: int, *rows: Mails, last: datetime = TODAY - DAY, **more: object) -> list[bytes]:
    """A report a day, up to the last."""
    return [
        Report(rows, identity=str(day), begin=last - day * DAY, **more).xml()  # type: ignore[arg-type]
        for day in range(days)
    ]


def zipped(*documents: bytes, name: str = "report{}.xml") -> bytes:
    """Documents in a zip file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, document in enumerate(documents):
            archive.writestr(name.format(number), document)
    return held.getvalue()


def gzipped(document: bytes) -> bytes:
    """A document in a gzip file."""
    return gzip.compress(document, mtime=0)


def mailed(attachments: Iterable[tuple[str, str, bytes]]) -> bytes:
    """A mail as receivers send it: a line to read, and attachments by name, type and octets."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "dmarc@receiver.example", "dmarc@example.com"
    mail["Subject"] = f"Report Domain: {DOMAIN} Submitter: receiver.example Report-ID: <1>"
    mail.set_content("This is an aggregate report.\n")
    for name, kind, octets in attachments:
        main, _, sub = kind.partition("/")
        mail.add_attachment(octets, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()
