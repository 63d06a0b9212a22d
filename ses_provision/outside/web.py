"""The only module that fetches pages: by GET, over HTTPS that clients trust, no more than wanted.

A question to the web is an `Ask` of the service "web": its operation is GET, its parameter the URL.
"""

from __future__ import annotations

import http.client
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ses_provision.errors import CannotReachAws
from ses_provision.outside.reading import Ask, Reading, question

if TYPE_CHECKING:
    from ses_provision.outside.reading import Outcome

PATIENCE = 10.0  # seconds for each step of the way
LONGEST = 30.0  # seconds for a whole page, however it trickles in
LARGEST = 1_000_000  # octets that are read
MOST_REDIRECTS = 3
BROKEN = 500
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def page(url: str) -> Ask:
    """The question for a page."""
    return question("web", "", "GET", on=(), url=url)


def unanswered(host: str) -> Reading[str]:
    """Why nobody answers at https://HOST/, in a sentence; empty where somebody does. A status from
    500 on says itself that it cannot (RFC 9110 section 15.6)."""
    url = f"https://{host}/"
    [outcome] = yield [page(url)]
    if not isinstance(outcome, dict):
        return str(outcome or f"{url} was not fetched")
    status = int(outcome["status"])
    return f"{url} answers {status}" if status >= BROKEN else ""


def answer(asked: Ask, trusted: ssl.SSLContext | None = None) -> Outcome:
    """Fetch a page: its status, type, octets, and the URL that it came from in the end."""
    url = str(dict(asked.params)["url"])
    try:
        for _ in range(MOST_REDIRECTS + 1):
            status, location, told = fetched(url, trusted or ssl.create_default_context())
            if status not in REDIRECTS or not location:
                return told
            url = urljoin(url, location)
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or str(error)
        return CannotReachAws(
            f"{url} could not be fetched: {why or type(error).__name__}",
            "Try it in a browser, and from another network.",
        )
    return CannotReachAws(f"{url} leads from one page to the next and never ends")


def fetched(url: str, trusted: ssl.SSLContext) -> tuple[int, str, dict[str, object]]:
    """One request; its status, where it sends on to, and the answer in our form."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("it is no https URL")
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    connection = http.client.HTTPSConnection(
        parts.hostname, parts.port or 443, timeout=PATIENCE, context=trusted
    )
    try:
        connection.request("GET", target, headers={"User-Agent": "ses-provision"})
        reply = connection.getresponse()
        body = content(reply)
        told = {
            "status": reply.status,
            "type": (reply.getheader("Content-Type") or "").partition(";")[0].strip().lower(),
            "url": url,
            "body": body,
        }
        return reply.status, reply.getheader("Location") or "", told
    finally:
        connection.close()


def content(reply: http.client.HTTPResponse) -> bytes:
    """What is sent, as far as it is wanted."""
    begun, body = time.monotonic(), b""
    while len(body) < LARGEST and (piece := reply.read1(LARGEST - len(body))):
        body += piece
        if time.monotonic() - begun > LONGEST:
            raise TimeoutError(f"after {LONGEST:.0f} s it was not whole")
    return body
