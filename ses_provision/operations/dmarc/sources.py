"""Who sent in the domain's name: us through SES, others that pass, forwarders, nobody knows who.

Told by what SPF and DKIM found. A name is a domain for which one of them holds, for nobody can
pass in the name of another; nobody is asked whose an address is.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from dataclasses import field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from ses_provision.dataclass import dataclass
from ses_provision.names import is_within
from ses_provision.operations.dmarc.aggregate import Proof, Row
from ses_provision.resources.organisation import is_same_organisation, organisational_domain

SES = "Amazon SES"
SES_DOMAIN = "amazonses.com"
"""SES signs each mail as this domain as well, and sends as it without a MAIL FROM (SES Developer
Guide, custom MAIL FROM)."""
SES_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "23.249.208.0/20", "23.251.224.0/19", "24.110.64.0/18", "54.240.0.0/18", "54.240.64.0/18",
        "69.169.224.0/20", "76.223.128.0/19", "76.223.176.0/20", "199.127.232.0/22",
        "199.255.192.0/22", "206.55.144.0/20", "216.221.160.0/19",
    )
)  # fmt: skip
"""What the SPF record of amazonses.com lets send. Dedicated addresses of a customer's own are not
among them: those are known by what SPF and DKIM found."""
FORWARDED = frozenset({"forwarded", "mailing_list", "trusted_forwarder"})


class Kind(StrEnum):
    """Whose a source is."""

    US = "us"
    OTHER = "another sender"
    FORWARDER = "forwarder"
    UNKNOWN = "unknown"


@dataclass
class Source:
    """Mails of one sender, added up."""

    kind: Kind
    name: str
    mails: int = 0
    dkim: int = 0
    spf: int = 0
    passed: int = 0
    refused: int = 0
    addresses: Counter[str] = field(default_factory=Counter)
    signatures: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)

    @property
    def failed(self) -> int:
        """How many DMARC does not let through."""
        return self.mails - self.passed

    def add(self, row: Row, days: Iterable[date]) -> None:
        """Count mails that fared alike."""
        self.mails += row.mails
        self.dkim += row.mails * row.dkim
        self.spf += row.mails * row.spf
        self.passed += row.mails * row.passes
        self.refused += row.mails * row.was_refused
        self.addresses[row.address] += row.mails
        self.signatures |= {signature(one) for one in row.signatures if one.holds}
        self.days |= set(days)


def signature(proof: Proof) -> str:
    """A signature by where its key stands."""
    return f"{proof.selector}._domainkey.{proof.domain}" if proof.selector else proof.domain


def sources(rows: Iterable[tuple[Row, Iterable[date]]], mail_from: frozenset[str]) -> list[Source]:
    """The sources of mails: us first, then by how many."""
    found: dict[tuple[Kind, str], Source] = {}
    for row, days in rows:
        key = kind(row, mail_from), name(row, mail_from)
        found.setdefault(key, Source(*key)).add(row, days)
    order = list(Kind)
    return sorted(found.values(), key=lambda one: (order.index(one.kind), -one.mails, one.name))


def kind(row: Row, mail_from: frozenset[str]) -> Kind:
    """Whose mails these are. DKIM outlives being forwarded, SPF does not."""
    if is_delivered_by_ses(row, mail_from):
        return Kind.US
    if row.dkim and not row.spf:
        return Kind.FORWARDER
    if row.passes:
        return Kind.OTHER
    if is_signed_by_ses(row):
        return Kind.US
    return Kind.FORWARDER if row.reasons & FORWARDED else Kind.UNKNOWN


def is_delivered_by_ses(row: Row, mail_from: frozenset[str]) -> bool:
    """Whether SES itself handed the mails over, for us: nobody else's are from our domain unless
    SES has verified it for them."""
    for one in row.envelopes:
        if one.holds and (one.domain in mail_from or is_within(one.domain, SES_DOMAIN)):
            return True
    if row.spf and is_signed_by_ses(row):
        return True  # by another MAIL FROM of ours
    return is_address_of_ses(row.address)


def is_signed_by_ses(row: Row) -> bool:
    """Whether SES sent the mails at first."""
    return any(one.holds and is_within(one.domain, SES_DOMAIN) for one in row.signatures)


@lru_cache(4096)
def is_address_of_ses(address: str) -> bool:
    """Whether an address is one of those that all customers share."""
    found = ipaddress.ip_address(address)
    return any(found.version == network.version and found in network for network in SES_NETWORKS)


def name(row: Row, mail_from: frozenset[str]) -> str:
    """What a source is called: whose domain it proves, else its address."""
    if kind(row, mail_from) is Kind.US:
        return SES
    for one in (*row.signatures, *row.envelopes):
        if one.holds and not is_same_organisation(row.domain, one.domain):
            proven = organisational_domain(one.domain)
            if proven and proven != SES_DOMAIN:
                return proven
    return row.address
