"""What receivers find of a domain's BIMI: DMARC, record, logo, certificate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ses_provision.checks import logo, mark_certificate
from ses_provision.checks.mark_certificate import MarkCertificate
from ses_provision.dataclass import dataclass
from ses_provision.outside import web
from ses_provision.outside.reading import Outcome, Reading, both
from ses_provision.outside.voices import publicly, values
from ses_provision.resources import bimi_record
from ses_provision.resources.bimi import Enforcement, enforcement

if TYPE_CHECKING:
    from ses_provision.environment import Environment

SVG_TYPE = "image/svg+xml"
PEM_TYPES = frozenset(
    {"application/pem-certificate-chain", "application/x-pem-file", "application/x-x509-ca-cert",
     "application/pkix-cert", "application/octet-stream", "text/plain"}
)  # fmt: skip
"""Types under which servers hand out PEM; no receiver is known to insist on one."""


@dataclass(frozen=True)
class Fetched:
    """A file at a URL: its octets, and what is wrong with how it is served."""

    url: str
    content: bytes | None = None
    faults: tuple[str, ...] = ()
    unknown: str = ""


@dataclass(frozen=True)
class Sight:
    """All of it. A record is looked at by what the file wants; `seen` are those in DNS."""

    domain: str
    name: str
    wanted: str
    enforced: Enforcement
    seen: tuple[str, ...]
    unseen: str
    logo: Fetched
    logo_faults: tuple[str, ...]
    certificate: MarkCertificate | None
    certificate_at: Fetched | None
    certificate_faults: tuple[str, ...]

    @property
    def is_published(self) -> bool:
        """DNS shows one record, and it means what the file wants."""
        return len(self.seen) == 1 and bimi_record.means_the_same(self.seen[0], self.wanted)

    @property
    def in_the_way(self) -> str:
        """What keeps every mailbox provider from showing the logo."""
        if not self.enforced.holds:
            return self.enforced.unknown or "DMARC does not enforce"
        if not self.is_published:
            return self.unseen or f"TXT {self.name} is not in DNS as it should be"
        if self.logo.unknown:
            return "the logo could not be fetched"
        if self.logo.faults:
            return f"the logo: {self.logo.faults[0]}"
        return f"the logo: {self.logo_faults[0]}" if self.logo_faults else ""

    @property
    def certified(self) -> str:
        """VMC or CMC, where there is a certificate that holds."""
        if self.certificate is None or self.certificate_faults:
            return ""
        return self.certificate.kind


def look(env: Environment, now: datetime, resolvers: Sequence[str]) -> Reading[Sight | None]:
    """Ask DNS, and fetch what the record names. None without the section."""
    if env.bimi is None:
        return None
    settings, name = env.bimi, f"{env.bimi.selector}._bimi.{env.domain}"
    urls = [settings.logo, *([settings.certificate] if settings.certificate else [])]
    (records, enforced), pages = yield from both(
        both(publicly([("TXT", name)], resolvers), enforcement(env.domain, None, resolvers)),
        fetch(urls),
    )
    drawn = served(urls[0], pages[0], frozenset({SVG_TYPE}))
    chain = served(urls[1], pages[1], PEM_TYPES) if len(pages) > 1 else None
    certificate = (
        mark_certificate.read(chain.content) if chain and chain.content is not None else None
    )
    return Sight(
        domain=env.domain,
        name=name,
        wanted=bimi_record.record(settings.logo, settings.certificate),
        enforced=enforced,
        seen=tuple(text for text in values(records[0]) if bimi_record.is_bimi(text)),
        unseen=str(records[0]) if isinstance(records[0], Exception) else "",
        logo=drawn,
        logo_faults=logo.faults(drawn.content) if drawn.content is not None else (),
        certificate=certificate,
        certificate_at=chain,
        certificate_faults=(
            mark_certificate.faults(certificate, env.domain, settings.selector, now, drawn.content)
            if certificate
            else ()
        ),
    )


def fetch(urls: Sequence[str]) -> Reading[list[Outcome]]:
    """The files at URLs."""
    return (yield [web.page(url) for url in urls])


def served(url: str, outcome: Outcome, types: frozenset[str]) -> Fetched:
    """How a file is served (BIMI draft, section on indicator discovery)."""
    if outcome is None or isinstance(outcome, Exception):
        return Fetched(url, unknown=str(outcome or f"{url} was not fetched"))
    status, kind = outcome["status"], outcome["type"]
    if status != 200:
        return Fetched(url, faults=(f"{url} answers {status}",))
    wrong = [] if kind in types else [f"Content-Type is {kind or 'missing'}, not {min(types)}"]
    return Fetched(url, outcome["body"], tuple(wrong))
