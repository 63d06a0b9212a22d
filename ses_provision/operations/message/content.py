"""What the body holds: text beside HTML, links, and how large it all is."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Finding, Severity
from ses_provision.dataclass import dataclass
from ses_provision.names import is_within
from ses_provision.operations.message.mail import Mail
from ses_provision.operations.message.saying import advised, beside_the_point, fine, wrong
from ses_provision.operations.message.unsubscribing import host
from ses_provision.resources.organisation import is_same_organisation

if TYPE_CHECKING:
    from ses_provision.environment import Environment

MEGABYTE = 1024 * 1024
MOST = 40 * MEGABYTE
"""Octets that SES takes of one mail, encoded (SES quotas; API v1 takes 10 MB unless raised)."""
THROTTLED = 10 * MEGABYTE  # above it SES limits the bandwidth (the same page)
TAKEN = 25 * MEGABYTE  # what Gmail takes of attachments, and many servers of a mail
CLIPPED = 102_400  # octets of HTML after which Gmail shows "[Message clipped]"
MOST_LINKS = 5000
SHORTENERS = frozenset(
    {
        "bit.ly",
        "tinyurl.com",
        "t.co",
        "goo.gl",
        "ow.ly",
        "is.gd",
        "buff.ly",
        "rebrand.ly",
        "cutt.ly",
        "shorturl.at",
        "rb.gy",
        "t.ly",
        "bl.ink",
        "tiny.cc",
        "lnkd.in",
        "v.gd",
    }
)
"""Services that hide where a link leads; spammers use them, and block lists name them."""
TRACKERS = (
    "awstrack.me",
    "sendgrid.net",
    "mailgun.org",
    "mandrillapp.com",
    "list-manage.com",
    "mailjet.com",
    "sendinblue.com",
    "brevo.com",
    "pstmrk.it",
    "sparkpostmail.com",
    "hubspotlinks.com",
    "klclick.com",
)
"""Where providers count clicks by default."""
HOST_LIKE = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/:?#]\S*)?", re.IGNORECASE)


@dataclass
class Links(HTMLParser):
    """The links of an HTML part, each with the text that is shown for it."""

    found: list[tuple[str, str]] = field(default_factory=list)
    opened: list[tuple[str, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A link begins."""
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.opened = [(href.strip(), [])]

    def handle_data(self, data: str) -> None:
        """What it shows."""
        for _, shown in self.opened:
            shown.append(data)

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        if tag == "a" and self.opened:
            href, shown = self.opened.pop()
            self.found.append((href, " ".join("".join(shown).split())))


def links_of(mail: Mail) -> list[tuple[str, str]]:
    """The links of a mail to the web, with their texts."""
    found: list[tuple[str, str]] = []
    for part in mail.parts:
        if part.type == "text/html":
            reader = Links()
            with contextlib.suppress(AssertionError, ValueError):  # markup it gives up on
                reader.feed(part.text)
            found += reader.found
        elif part.type == "text/plain":
            found += [(url, "") for url in re.findall(r"https?://[^\s<>\"]+", part.text)]
    return [one for one in found[:MOST_LINKS] if re.match(r"https?:", one[0], re.IGNORECASE)]


def findings(mail: Mail, domain: str, env: Environment | None) -> Iterator[Finding]:
    """What is to be said of it."""
    yield size(mail)
    yield texts(mail)
    yield from links(mail, domain, env)


def size(mail: Mail) -> Finding:
    """How large it is as it is sent: attachments in base64 take a third more."""
    id_, title = "MAIL-SIZE-001", "Size"
    told = f"{megabytes(mail.octets)} encoded, as it is sent"
    if mail.octets > MOST:
        return wrong(
            id_,
            title,
            f"{told}; SES takes {megabytes(MOST)}",
            "send a link in place of the attachment",
        )
    if mail.octets > TAKEN:
        return advised(
            id_,
            title,
            f"{told}; many receivers take {megabytes(TAKEN)}",
            "send a link in place of the attachment",
            Severity.WARNING,
        )
    html = max(
        (len(p.text.encode("utf-8", "replace")) for p in mail.parts if p.type == "text/html"),
        default=0,
    )
    if html > CLIPPED:
        return advised(
            id_,
            title,
            f"{told}; its HTML has {html // 1024} KB, and Gmail cuts it off "
            f"after {CLIPPED // 1024}",
            "make the HTML smaller",
        )
    if mail.octets > THROTTLED:
        return advised(
            id_,
            title,
            f"{told}; above {megabytes(THROTTLED)} SES slows it down",
            "send a link in place of the attachment",
        )
    return fine(id_, title, told)


def megabytes(octets: int) -> str:
    """A size for people."""
    if octets < 1024:
        return f"{octets} octets"
    return f"{octets / MEGABYTE:.1f} MB" if octets >= MEGABYTE else f"{octets / 1024:.1f} KB"


def texts(mail: Mail) -> Finding:
    """Whether there is text for those who read no HTML (RFC 2046 section 5.1.4)."""
    id_, title = "MAIL-BODY-001", "Text part"
    bodies = [part for part in mail.parts if part.type.startswith("text/")]
    plain = [part for part in bodies if part.type == "text/plain"]
    if not bodies:
        return advised(id_, title, "there is nothing to read in it", "add a text", Severity.WARNING)
    if not plain:
        return advised(
            id_,
            title,
            "HTML alone",
            "add the same as text/plain, before the HTML, in "
            "multipart/alternative: filters and screen readers want it",
        )
    if not any(part.text.strip() for part in plain):
        return advised(id_, title, "the text part is empty", "say the same in it as in the HTML")
    return fine(id_, title, "there is one")


def links(mail: Mail, domain: str, env: Environment | None) -> Iterator[Finding]:
    """Where its links lead."""
    found = links_of(mail)
    if not found:
        yield beside_the_point("MAIL-LINK-001", "Links", "there are none")
        return
    seen = {
        "in clear text (http)": [u for u, _ in found if u.lower().startswith("http:")],
        "to a bare IP address": [u for u, _ in found if is_address(host(u))],
        "by a shortener": [u for u, _ in found if host(u) in SHORTENERS],
        "by a tracking domain of others": [u for u, _ in found if tracks(host(u), domain)],
        "elsewhere than they show": [
            f"{shown[:40]} leads to {host(url)}" for url, shown in found if misleads(url, shown)
        ],
    }
    advice = {
        "in clear text (http)": ("use https", Severity.ADVICE),
        "to a bare IP address": ("use a name: filters take it for malware", Severity.WARNING),
        "by a shortener": ("link to the page itself", Severity.WARNING),
        "by a tracking domain of others": (own_domain(env), Severity.ADVICE),
        "elsewhere than they show": (
            "show words, not another address: filters take it for phishing",
            Severity.WARNING,
        ),
    }
    for number, (kind, those) in enumerate(seen.items(), start=1):
        if those:
            step, severity = advice[kind]
            yield advised(f"MAIL-LINK-00{number}", "Links", f"{kind}: {few(those)}", step, severity)
    if not any(seen.values()):
        yield fine("MAIL-LINK-001", "Links", f"{len(found)}, all of them plain https")


def few(those: list[str]) -> str:
    """How many, and the first."""
    once = list(dict.fromkeys(those))
    return f"{len(once)} ({once[0][:80]}{', …' if len(once) > 1 else ''})"


def own_domain(env: Environment | None) -> str:
    """How links come to bear the own name."""
    name = f"links.{env.domain}" if env else "a name below your domain"
    return f"have clicks counted under {name} (a custom redirect domain), or not at all"


def is_address(name: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def tracks(name: str, domain: str) -> bool:
    """Whether clicks are counted at a host of others."""
    if is_within(name, domain):
        return False
    return any(is_within(name, other) for other in TRACKERS)


def misleads(url: str, shown: str) -> bool:
    """Whether a link shows the address of one organisation and leads to another."""
    looks = HOST_LIKE.fullmatch(shown)
    target = host(url)
    if looks is None or not target or "@" in shown:
        return False
    named = looks[1].lower()
    return not (named == target or is_same_organisation(named, target))
