"""SPF records as receivers read them (RFC 7208 section 12). Pure."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter

from ses_provision.dataclass import dataclass

TAG = "v=spf1"
SES = "amazonses.com"
LOOKUPS = frozenset({"include", "a", "mx", "ptr", "exists"})
RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}

MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)=(.*)")
DIRECTIVE = re.compile(r"([+?~-]?)([A-Za-z][A-Za-z0-9]*)(.*)")
DOMAIN = r"(?:[!-$&-~]|%%|%_|%-|%\{[A-Za-z][0-9]*r?[.+,/_=-]*\})+?"
CIDR = r"(?:/(?:[0-9]|[12][0-9]|3[0-2]))?(?://(?:[0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?"
ARGUMENT = {
    "all": "",
    "include": f":{DOMAIN}",
    "exists": f":{DOMAIN}",
    "a": f"(?::{DOMAIN})?{CIDR}",
    "mx": f"(?::{DOMAIN})?{CIDR}",
    "ptr": f"(?::{DOMAIN})?",
    "ip4": r":[0-9.]+(?:/[0-9]+)?",
    "ip6": r":[0-9A-Fa-f:.]+(?:/[0-9]+)?",
}
"""What may follow the name of each mechanism."""


@dataclass(frozen=True)
class Term:
    """One mechanism, with what a match means."""

    qualifier: str
    name: str
    argument: str

    def __str__(self) -> str:
        sign = "" if self.qualifier == "+" else self.qualifier
        return f"{sign}{self.name}{self.argument}"

    @property
    def target(self) -> str:
        """The domain it names; empty for the one that is looked at."""
        return self.argument.partition("/")[0].removeprefix(":").rstrip(".").lower()

    @property
    def network(self) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
        """The network it names."""
        if self.name not in {"ip4", "ip6"}:
            return None
        return ipaddress.ip_network(self.argument.removeprefix(":"), strict=False)


@dataclass(frozen=True)
class SpfRecord:
    """The mechanisms in order, and where the record sends on to.

    `flaw` is why receivers answer "permerror" to it, and use nothing of it.
    """

    terms: tuple[Term, ...] = ()
    redirect: str = ""
    flaw: str = ""


def is_spf(text: str) -> bool:
    """Whether a TXT string is an SPF record: the version to the letter, in any case, and a space
    or the end after it (RFC 7208 section 4.5)."""
    return re.match(r"v=spf1(?: |$)", text, re.IGNORECASE) is not None


def parse(text: str) -> SpfRecord:
    """A record by its terms."""
    terms: list[Term] = []
    modifiers: list[tuple[str, str]] = []
    for word in (one for one in text[len(TAG) :].split(" ") if one):
        modifier = MODIFIER.fullmatch(word)
        if modifier:
            modifiers.append((modifier[1].lower(), modifier[2]))
            continue
        term = term_of(word)
        if term is None:
            return SpfRecord(flaw=f"{word!r} is no SPF mechanism")
        terms.append(term)
    counts = Counter(name for name, _ in modifiers)
    twice = [name for name in ("redirect", "exp") if counts[name] > 1]
    if twice:
        return SpfRecord(flaw=f"{twice[0]} stands in it twice")
    return SpfRecord(tuple(terms), dict(modifiers).get("redirect", "").rstrip(".").lower())


def term_of(word: str) -> Term | None:
    """One mechanism; None where it is none, or its argument is wrong."""
    shaped = DIRECTIVE.fullmatch(word)
    if shaped is None or shaped[2].lower() not in ARGUMENT:
        return None
    term = Term(shaped[1] or "+", shaped[2].lower(), shaped[3])
    if not re.fullmatch(ARGUMENT[term.name], term.argument):
        return None
    try:
        network = term.network
    except ValueError:
        return None
    return None if network is not None and network.version != int(term.name[2]) else term


def with_ses(text: str) -> str:
    """The record with SES in it, in front of all else, and nothing weakened. What receivers cannot
    read is left out: it kept them from using any of the record."""
    words = [one for one in text[len(TAG) :].split(" ") if one and not names_ses(one)]
    modifiers: dict[str, str] = {}
    for word in words:
        if shaped := MODIFIER.fullmatch(word):
            modifiers.setdefault(shaped[1].lower(), word)
    kept = [one for one in words if one in modifiers.values() or term_of(one) is not None]
    return " ".join(dict.fromkeys([TAG, f"include:{SES}", *kept]))


def names_ses(word: str) -> bool:
    """Whether a term is the inclusion of SES."""
    term = term_of(word)
    return term is not None and (term.name, term.target) == ("include", SES)
