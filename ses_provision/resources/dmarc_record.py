"""DMARC records as receivers read them: parsed, compared by what they mean, made stricter. Pure.

The grammar is that of RFC 9989 section 4.8, which reads all that RFC 7489 section 6.4 wrote: white
space around "=" and ";", tag names and policies in any case, the version exactly `DMARC1` and
first. What is unknown, or not shaped like a tag, is ignored by receivers and kept here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ses_provision.dataclass import dataclass

TAG = "v=DMARC1"
STRENGTH = {"none": 0, "quarantine": 1, "reject": 2}
WHITE = " \t"
VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")
TAG_SHAPE = re.compile(r"([A-Za-z]+)[ \t]*=[ \t]*(.*)", re.DOTALL)


@dataclass(frozen=True)
class Tag:
    """One tag: its name in lower case, its value as written. Without a name, the value is text that
    is not shaped like a tag."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}={self.value}" if self.name else self.value


@dataclass(frozen=True)
class DmarcRecord:
    """What stands behind the version, in order."""

    tags: tuple[Tag, ...] = ()

    def get(self, name: str) -> str:
        """The value of a tag; empty where it is not there."""
        return next((tag.value for tag in self.tags if tag.name == name), "")

    @property
    def flaw(self) -> str:
        """Why receivers do not take the policy as it is written; empty where they do."""
        counts = Counter(tag.name for tag in self.tags if tag.name)
        twice = [name for name, count in counts.items() if count > 1]
        if twice:
            return f"{twice[0]} stands in it twice"
        if not self.get("p"):
            return "it has no p"
        wrong = [
            f"{name}={self.get(name)}"
            for name in ("p", "sp", "np")
            if self.get(name) and self.get(name).lower() not in STRENGTH
        ]
        return f"{wrong[0]} is no policy" if wrong else ""

    @property
    def policy(self) -> str:
        """The policy for the domain itself; empty where receivers take the record for none.

        A record with a wrong policy counts as p=none where it says where reports go, and not at
        all elsewhere (RFC 7489 section 6.6.3, RFC 9989 section 4.10.1).
        """
        if self.flaw:
            return "none" if self.reports else ""
        return self.get("p").lower()

    @property
    def subdomain_policy(self) -> str:
        """The policy for existing names below the domain."""
        return self.policy if self.flaw else (self.get("sp").lower() or self.policy)

    @property
    def nonexistent_policy(self) -> str:
        """The policy for names below the domain that are not in DNS."""
        return self.policy if self.flaw else (self.get("np").lower() or self.subdomain_policy)

    @property
    def is_test(self) -> bool:
        """Receivers are asked not to apply the policy yet (tag t, RFC 9989)."""
        return self.get("t").lower() == "y"

    @property
    def percent(self) -> int:
        """To how much of the mail older receivers apply the policy (tag pct, RFC 7489)."""
        given = self.get("pct")
        return min(int(given), 100) if re.fullmatch(r"[0-9]{1,3}", given) else 100

    @property
    def reports(self) -> frozenset[str]:
        """Where aggregate reports go, in one form."""
        return report_uris(self.get("rua"))


def parse(text: str) -> DmarcRecord | None:
    """A record by its tags; None where the version is not first, or not exactly DMARC1."""
    version = VERSION.match(text)
    if version is None:
        return None
    parts = (part.strip(WHITE) for part in text[version.end() :].split(";"))
    return DmarcRecord(tuple(tag_of(part) for part in parts if part))


def tag_of(part: str) -> Tag:
    """One part between two semicolons."""
    shaped = TAG_SHAPE.fullmatch(part)
    return Tag(shaped[1].lower(), shaped[2]) if shaped and shaped[2] else Tag("", part)


def render(record: DmarcRecord) -> str:
    """A record in the plainest form of the grammar."""
    return "; ".join([TAG, *map(str, record.tags)])


def record(policy: str, reports_to: Sequence[str]) -> str:
    """A record in its simplest form: a policy, and the addresses that get reports."""
    reports = ",".join(f"mailto:{address}" for address in reports_to)
    tags = [Tag("p", policy), *([Tag("rua", reports)] if reports else [])]
    return render(DmarcRecord(tuple(tags)))


def is_dmarc(text: str) -> bool:
    """Whether a TXT string was meant to be a DMARC record, well formed or not. Beside such a one
    there must be no second."""
    return re.match(r"\s*v\s*=\s*DMARC1(?![\w-])", text, re.IGNORECASE) is not None


def report_uris(value: str) -> frozenset[str]:
    """The URIs of a rua or ruf tag in one form: order, the case of scheme and domain, and a size
    limit (`!10m`) make no difference to who gets the reports."""
    return frozenset(report_uri(uri) for part in value.split(",") if (uri := part.strip()))


def report_uri(uri: str) -> str:
    """One URI in one form."""
    scheme, colon, rest = uri.partition("!")[0].strip().partition(":")
    local, at, host = rest.rpartition("@")
    return f"{scheme.lower()}{colon}{local}{at}{host.lower()}"


def report_hosts(record: DmarcRecord) -> set[str]:
    """The domains that aggregate reports are mailed to."""
    mailed = (uri for uri in record.reports if uri.startswith("mailto:") and "@" in uri)
    return {uri.rpartition("@")[2].partition("?")[0] for uri in mailed}


def raised(live: DmarcRecord, wanted: DmarcRecord) -> DmarcRecord:
    """The live record, at least as strict as the wanted one and with its reports.

    Only p, where it is weaker, and rua, where the wanted addresses are not all in it, change. A
    policy for subdomains that p alone gave them cannot become weaker by that, for p never does.
    """
    policy = max(live.get("p").lower(), wanted.policy, key=lambda one: STRENGTH.get(one, -1))
    changed = live
    if policy != live.get("p").lower():
        changed = with_tag(changed, Tag("p", policy), first=True)
    if not wanted.reports <= live.reports:
        changed = with_tag(changed, Tag("rua", wanted.get("rua")))
    return changed


def with_tag(record: DmarcRecord, new: Tag, *, first: bool = False) -> DmarcRecord:
    """The record with a tag set where it stands; else at the beginning or at the end."""
    if record.get(new.name):
        return DmarcRecord(tuple(new if tag.name == new.name else tag for tag in record.tags))
    return DmarcRecord((new, *record.tags) if first else (*record.tags, new))


def kin(values: Iterable[str]) -> list[str]:
    """The strings among the TXT strings of a name that were meant to be DMARC records."""
    return [value for value in values if is_dmarc(value)]
