"""The XML of an aggregate report, read as far as it makes sense.

Receivers leave out what the schema asks for, and add what it does not know: what is not needed is
not missed. Elements are compared by name, in whatever namespace. There are no DTDs and no entities,
and a report is never held as a whole tree.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from ses_provision.dataclass import dataclass
from ses_provision.names import is_within
from ses_provision.operations.dmarc.aggregate import NotReadable, Proof, Published, Report, Row
from ses_provision.operations.message.mail import domain_of
from ses_provision.resources.dmarc_record import STRENGTH
from ses_provision.resources.organisation import is_same_organisation

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_PARTS = 20_000
"""Elements in one record, metadata or policy, or outside of them."""
MOST_ROWS = 100_000
MOST_PROOFS = 100
LONGEST_TEXT = 253
ENDLESS_TAG = re.compile(rb"<[^<>]{100000}")
"""A tag, a comment or the like, which the parser takes time for over and over."""
SECTIONS = frozenset({"report_metadata", "policy_published", "record"})
OTHER_DOMAIN = "from another domain than it is about"
DISPOSITIONS = frozenset({*STRENGTH, "pass"})
REASONS = frozenset(
    {"forwarded", "local_policy", "mailing_list", "other", "policy_test_mode", "sampled_out",
     "trusted_forwarder"}
)  # fmt: skip
"""Of RFC 7489 and of RFC 9990, which has no `forwarded` and no `sampled_out`."""


@dataclass(frozen=True, slots=True)
class Said:
    """A record as it stands there. Whether something aligns is None where it does not say."""

    address: str
    mails: int
    domain: str
    dkim: bool | None
    spf: bool | None
    disposition: str
    reasons: frozenset[str]
    signatures: tuple[Proof, ...]
    envelopes: tuple[Proof, ...]


@dataclass(frozen=True)
class Metadata:
    """Who reports, under which id, about which time."""

    reporter: str = ""
    identity: str = ""
    begin: str = ""
    end: str = ""


@dataclass
class Draft:
    """What was read so far."""

    metadata: Metadata | None = None
    published: Published | None = None
    rows: list[Said] = field(default_factory=list)
    flaws: Counter[str] = field(default_factory=Counter)

    def take(self, element: Element) -> None:
        """Take in one section. Of what may stand there once, the first counts."""
        match local(element):
            case "report_metadata":
                self.metadata = self.metadata or metadata_of(element)
            case "policy_published":
                self.published = self.published or policy_of(element)
            case "record" if len(self.rows) + self.flaws.total() < MOST_ROWS:
                row = said(element)
                if isinstance(row, Said):
                    self.rows.append(row)
                else:
                    self.flaws[row] += 1
            case "record":
                raise NotReadable(f"has more than {MOST_ROWS:,} records")


def parsed(document: bytes) -> Report:
    """A report by its XML. Raises NotReadable."""
    draft = Draft()
    for element in sections(document):
        draft.take(element)
    metadata, published = draft.metadata or Metadata(), draft.published or Published("")
    if not published.domain:
        raise NotReadable("does not say which domain it is about")
    begin, end = time(metadata.begin), time(metadata.end)
    if begin is None or end is None:
        raise NotReadable("does not say which time it is about")
    if end < begin:
        raise NotReadable("ends before it begins")
    rows = [judged(row, published) for row in draft.rows]
    ours = tuple(row for row in rows if is_within(row.domain, published.domain))
    if len(ours) < len(rows):
        draft.flaws[OTHER_DOMAIN] = len(rows) - len(ours)
    return Report(
        metadata.reporter or "a receiver without a name",
        metadata.identity or sha256(document).hexdigest()[:16],
        begin,
        end,
        published,
        ours,
        tuple(in_words(number, flaw) for flaw, number in sorted(draft.flaws.items())),
    )


def in_words(number: int, flaw: str) -> str:
    """How many records have a flaw."""
    return f"{number:,} record{'' if number == 1 else 's'} {flaw}"


def sections(document: bytes) -> Iterator[Element]:
    """The sections of a report, each let go before the next is read."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    if ENDLESS_TAG.search(document):
        raise NotReadable("is no report: one of its tags never ends")
    root: Element | None = None
    parts = 0
    try:
        events = iterparse(BytesIO(document.lstrip()), ("start", "end"), forbid_dtd=True)
        for event, element in events:
            if event == "start":
                root = insist_on_feedback(element) if root is None else root
                parts += 1
                if parts > MOST_PARTS:
                    raise NotReadable("is no report: one of its records never ends")
            elif root is not None and local(element) in SECTIONS:
                yield element
                root.clear()
                parts = 0
    except DefusedXmlException as error:
        raise NotReadable("has a DTD or entities, which no report has, and was not read") from error
    except (ParseError, LookupError, ValueError) as error:
        raise NotReadable(f"is no whole XML ({error})") from error


def insist_on_feedback(root: Element) -> Element:
    """The root, where it is that of a report."""
    if local(root) != "feedback":
        raise NotReadable(f"is XML, but no DMARC report: its root is {local(root)[:60]}")
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def within(element: Element, name: str) -> Iterator[Element]:
    """The elements of a name directly within another."""
    return (inner for inner in element if local(inner) == name)


def text(element: Element, *way: str) -> str:
    """The text of an element further in; empty where there is none."""
    for name in way:
        inner = next(within(element, name), None)
        if inner is None:
            return ""
        element = inner
    return (element.text or "").strip()[:LONGEST_TEXT]


def word(element: Element, *way: str) -> str:
    """A text in which upper case makes no difference."""
    return text(element, *way).lower()


@lru_cache(4096)
def domain(written: str) -> str:
    """A domain in the form of DNS. Some receivers write the address that it is in."""
    return domain_of(written)


def metadata_of(element: Element) -> Metadata:
    """Who reports, and about which time."""
    return Metadata(
        text(element, "org_name") or domain(text(element, "email")),
        text(element, "report_id"),
        text(element, "date_range", "begin"),
        text(element, "date_range", "end"),
    )


def time(written: str) -> datetime | None:
    """A moment in seconds since 1970, as receivers write it."""
    if re.fullmatch(r"[0-9]{1,10}(\.[0-9]*)?", written) is None:
        return None
    return datetime.fromtimestamp(int(written.partition(".")[0]), UTC)


def policy_of(element: Element) -> Published:
    """The record that the receiver found."""
    percent = text(element, "pct")
    return Published(
        domain(text(element, "domain")),
        policy(element, "p"),
        policy(element, "sp"),
        min(int(percent), 100) if re.fullmatch(r"[0-9]{1,3}", percent) else 100,
        is_test=word(element, "testing") == "y",
        strict_dkim=word(element, "adkim") == "s",
        strict_spf=word(element, "aspf") == "s",
    )


def policy(element: Element, name: str) -> str:
    """A policy that there is; empty where none is said."""
    found = word(element, name)
    return found if found in STRENGTH else ""


def said(record: Element) -> Said | str:
    """A record, or what keeps it from being counted."""
    row = next(within(record, "row"), record)
    try:
        address = str(ipaddress.ip_address(text(row, "source_ip")))
    except ValueError:
        return "without the address that mail came from"
    count = text(row, "count")
    if re.fullmatch(r"[0-9]{1,9}", count) is None or int(count) == 0:
        return "without a number of mails that can be"
    evaluated = next(within(row, "policy_evaluated"), row)
    results = next(within(record, "auth_results"), record)
    disposition = word(evaluated, "disposition")
    return Said(
        address,
        int(count),
        domain(text(record, "identifiers", "header_from")),
        verdict(evaluated, "dkim"),
        verdict(evaluated, "spf"),
        disposition if disposition in DISPOSITIONS else "",
        frozenset(word(one, "type") for one in within(evaluated, "reason")) & REASONS,
        proofs(results, "dkim"),
        proofs(results, "spf"),
    )


def verdict(evaluated: Element, name: str) -> bool | None:
    """Whether something passes aligned, by the receiver's own word."""
    return {"pass": True, "fail": False}.get(word(evaluated, name))


def proofs(results: Element, name: str) -> tuple[Proof, ...]:
    """What DKIM or SPF found, before alignment."""
    found = [
        Proof(domain(text(one, "domain")), word(one, "result") == "pass", word(one, "selector"))
        for one in within(results, name)
    ]
    return tuple(one for one in found if one.domain)[:MOST_PROOFS]


def judged(row: Said, published: Published) -> Row:
    """A record with what it does not say: the From domain, and what aligns with that."""
    name = row.domain or published.domain
    dkim, spf = row.dkim, row.spf
    if dkim is None:
        dkim = any(aligned(one, name, strict=published.strict_dkim) for one in row.signatures)
    if spf is None:
        spf = any(aligned(one, name, strict=published.strict_spf) for one in row.envelopes)
    return Row(
        row.address,
        row.mails,
        name,
        dkim,
        spf,
        row.disposition,
        row.reasons,
        row.signatures,
        row.envelopes,
    )


def aligned(proof: Proof, name: str, *, strict: bool) -> bool:
    """Whether something holds for the From domain (RFC 7489 section 3.1)."""
    if not proof.holds:
        return False
    return proof.domain == name or (not strict and is_same_organisation(name, proof.domain))
