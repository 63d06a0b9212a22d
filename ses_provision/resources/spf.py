"""What a receiver makes of an SPF record when SES sends (RFC 7208 section 4.6)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Reading
from ses_provision.outside.voices import publicly, values
from ses_provision.resources.spf_record import LOOKUPS, RESULTS, SES, SpfRecord, Term, is_spf, parse

MOST_LOOKUPS = 10  # terms that ask DNS (RFC 7208 section 4.6.4)
MOST_VOID = 2  # look-ups that find nothing (the same section)
UNKNOWN = "unknown"
PERMERROR = "permerror"


@dataclass(frozen=True)
class Judged:
    """The result for mail that SES sends, and why."""

    result: str
    why: str = ""

    @property
    def passes(self) -> bool:
        """SES may send with this domain."""
        return self.result == "pass"

    @property
    def is_unknown(self) -> bool:
        """DNS would have to answer first."""
        return self.result == UNKNOWN


@dataclass
class Evaluation:
    """One evaluation: how often DNS was asked, and which networks may send on the way."""

    resolvers: Sequence[str]
    dns: bool
    lookups: int = 0
    void: int = 0
    unsure: str = ""
    networks: list[Any] = field(default_factory=list)

    def count(self, term: str) -> Judged | None:
        """Count a look-up; a permanent error where it is one too many."""
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            return Judged(
                PERMERROR, f"{term} is look-up {self.lookups}; {MOST_LOOKUPS} are allowed"
            )
        return None

    def record(self, text: str, domain: str, depth: int = 0) -> Reading[Judged]:
        """What a record says of SES."""
        read = parse(text)
        if read.flaw:
            return Judged(PERMERROR, f"{read.flaw} (in the record of {domain})")
        for term in read.terms:
            met = yield from self.term(term, domain, depth)
            if isinstance(met, Judged):
                return met
            if met:
                return Judged(RESULTS[term.qualifier], f"{term} decides")
        return (yield from self.end(read, depth))

    def end(self, read: SpfRecord, depth: int) -> Reading[Judged]:
        """What holds where no mechanism matched."""
        if not read.redirect:
            return Judged("neutral", f"nothing in it names {SES}")
        over = self.count(f"redirect={read.redirect}")
        if over is not None:
            return over
        return (yield from self.of(read.redirect, f"redirect={read.redirect}", depth + 1))

    def term(self, term: Term, domain: str, depth: int) -> Reading[bool | Judged]:
        """Whether a mechanism matches SES; or a result that ends the evaluation."""
        if term.name == "all":
            return True
        network = term.network
        if network is not None:
            if term.qualifier == "+" and depth == 0:
                self.networks.append(network)
            return network.prefixlen == 0
        over = self.count(str(term)) if term.name in LOOKUPS else None
        if over is not None:
            return over
        if term.name == "include":
            return (yield from self.include(term, depth))
        if term.name in {"a", "mx"} and "%" not in term.target:
            return (yield from self.address(term, domain))
        return False  # SES has no name in anybody's zone for ptr or exists to match

    def include(self, term: Term, depth: int) -> Reading[bool | Judged]:
        """Whether an included record lets SES send."""
        if term.target == SES:
            return True
        if "%" in term.target:
            return False
        found = yield from self.of(term.target, str(term), depth + 1)
        return found if found.result in {PERMERROR, UNKNOWN} else found.passes

    def address(self, term: Term, domain: str) -> Reading[bool | Judged]:
        """The addresses of a name of one's own are not SES's, but must exist."""
        if not self.dns:
            return False
        kind = "MX" if term.name == "mx" else "A"
        [outcome] = yield from publicly([(kind, term.target or domain)], self.resolvers)
        if outcome is None:
            self.void += 1
        if self.void > MOST_VOID:
            return Judged(PERMERROR, f"{term} is look-up {self.void} that finds nothing")
        return False

    def of(self, domain: str, term: str, depth: int) -> Reading[Judged]:
        """What the record of another domain says of SES."""
        if not self.dns:
            self.unsure = f"DNS was not asked for {term}"
            return Judged("neutral", self.unsure)
        [outcome] = yield from publicly([("TXT", domain)], self.resolvers)
        if isinstance(outcome, Exception):
            return Judged(UNKNOWN, str(outcome))
        texts = [text for text in values(outcome) if is_spf(text)]
        if len(texts) != 1:
            many = f"{len(texts)} SPF records" if texts else "no SPF record"
            return Judged(PERMERROR, f"{term}: {domain} has {many}")
        return (yield from self.record(texts[0], domain, depth))

    def lists_ses(self) -> Reading[bool]:
        """Whether the networks of the record hold all from which SES sends."""
        if not self.networks or not self.dns:
            return False
        [outcome] = yield from publicly([("TXT", SES)], self.resolvers)
        texts = [text for text in values(outcome) if is_spf(text)]
        theirs = [term.network for text in texts for term in parse(text).terms if term.network]
        held = list(ipaddress.collapse_addresses(one for one in self.networks if one.version == 4))
        return bool(theirs) and all(
            any(one.version == 4 and one.subnet_of(net) for net in held) for one in theirs
        )


def judged(
    text: str, domain: str, resolvers: Sequence[str], *, dns: bool = True
) -> Reading[Judged]:
    """What receivers make of the record of a domain when SES sends with it."""
    running = Evaluation(resolvers, dns)
    found = yield from running.record(text, domain)
    if found.passes or found.result == PERMERROR or found.is_unknown:
        return found
    if (yield from running.lists_ses()):
        return Judged("pass", f"it lists the networks of {SES}")
    if running.unsure:
        return Judged(UNKNOWN, running.unsure)
    return found


def offline(text: str, domain: str) -> Judged:
    """The same without DNS; unknown where only DNS could tell."""
    try:
        next(judged(text, domain, (), dns=False))
    except StopIteration as stop:
        found: Judged = stop.value
        return found
    raise AssertionError("without DNS nothing is asked")


def reason(found: Judged) -> str:
    """Why SES may not send, in words."""
    if found.result == PERMERROR:
        return f"receivers answer permerror to it: {found.why}"
    return f"it answers {found.result} to mail from SES: {found.why}"
