"""One-click unsubscribe (RFC 8058), which Gmail and Yahoo ask of bulk mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from ses_provision.checks.finding import Finding, Severity
from ses_provision.operations.message.mail import Mail
from ses_provision.operations.message.saying import advised, beside_the_point, fine
from ses_provision.operations.message.signatures import Signature, covers

ID, TITLE = "MAIL-UNSUB-001", "One-click unsubscribe"
HEADER, POST = "list-unsubscribe", "list-unsubscribe-post"
ONE_CLICK = "List-Unsubscribe=One-Click"
BULK = ("list-id", "precedence", "feedback-id", "x-campaign", "x-campaign-id")
"""Headers that mail to many has."""


def finding(mail: Mail, signatures: Sequence[Signature]) -> Finding:
    """Both headers, one https link, both signed (RFC 8058 sections 3.1 and 4)."""
    links = re.findall(r"<([^<>]*)>", " ".join(mail.all(HEADER)))
    if not mail.all(HEADER) and not mail.all(POST):
        return without(mail)
    problem = next(filter(None, (shape(mail, links), signed(signatures))), "")
    if problem:
        return advised(
            ID,
            TITLE,
            problem,
            f"List-Unsubscribe: <https://…> and List-Unsubscribe-Post: {ONE_CLICK}, both signed by "
            "DKIM",
            Severity.WARNING,
        )
    return fine(ID, TITLE, f"by POST to {urlsplit(web(links)[0]).hostname}")


def without(mail: Mail) -> Finding:
    """Neither header: right for receipts and codes, wrong for what goes to many."""
    looks = [name for name in BULK if mail.all(name)]
    if looks:
        return advised(
            ID,
            TITLE,
            f"none, though {looks[0]} says that it goes to many",
            "Gmail and Yahoo ask for it of whoever sends more than 5,000 a day",
            Severity.WARNING,
        )
    return beside_the_point(
        ID,
        TITLE,
        "none: right for mail that somebody asked for, such as a receipt; bulk mail needs it",
    )


def shape(mail: Mail, links: Sequence[str]) -> str:
    """What is wrong with the headers themselves."""
    if not mail.all(HEADER):
        return "List-Unsubscribe-Post without List-Unsubscribe"
    if len(mail.all(HEADER)) > 1:
        return f"{len(mail.all(HEADER))} List-Unsubscribe headers"
    if not links:
        return "List-Unsubscribe has no link in angle brackets (RFC 2369 section 2)"
    if not web(links):
        insecure = any(link.lower().startswith("http:") for link in links)
        return "its link is http, not https" if insecure else "it has no https link"
    posts = [re.sub(r"\s", "", value) for value in mail.all(POST)]
    if not posts:
        return "List-Unsubscribe-Post is missing"
    return "" if posts == [ONE_CLICK] else f"List-Unsubscribe-Post is not {ONE_CLICK}"


def web(links: Sequence[str]) -> list[str]:
    """The https links, without white space that folding left."""
    found = (re.sub(r"\s", "", link) for link in links)
    return [link for link in found if link.lower().startswith("https://") and host(link)]


def host(link: str) -> str:
    """The host of a link; empty where it has none."""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""


def signed(signatures: Sequence[Signature]) -> str:
    """Whether a signature covers both; SES signs them where it signs at all."""
    if not signatures:
        return ""
    return "" if covers(signatures, HEADER, POST) else "no DKIM signature covers both headers"
