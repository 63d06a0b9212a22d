"""The line of an octoDNS provider: every request of its class goes out here, and nowhere else.

The classes send by a session of `requests`, without a time limit, and each says in its own way what
failed; one takes a failed question for an empty zone. So the session gets this adapter: it sends by
the one HTTP client that there is, has the patience that a provider asks for, and says itself what
was refused. What a zone that is not there means is left to the class.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import requests.adapters

from ses_provision.errors import ProvisionError
from ses_provision.outside import wait
from ses_provision.outside.providers import octodns_refusals as refusals
from ses_provision.outside.providers.web import (
    Exchange,
    NoReplyError,
    NotSentError,
    Reply,
    Request,
    StrayError,
)

if TYPE_CHECKING:
    from ses_provision.outside.providers.octodns_allowed import Allowed

READS = frozenset({"GET", "HEAD"})
MULTIPLE_CHOICES, BAD_REQUEST, SERVER_ERROR = 300, 400, 500
LONGEST_PATIENCE = 5  # digits of seconds: a day


class Line(requests.adapters.BaseAdapter):
    """The way to one provider, for one question or one change."""

    def __init__(
        self, allowed: Allowed, origin: str, exchange: Exchange, token: str, sleep: wait.Sleep
    ) -> None:
        super().__init__()
        self._allowed = allowed
        self._origin = origin
        self._exchange = exchange
        self._token = token
        self._sleep = sleep
        self.writing = False
        """Whether anything may be changed."""
        self.written = 0
        """The parts of a change that were made."""
        self.failed: ProvisionError | StrayError | None = None
        """What went wrong, though the class may have gone on."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Send one request. Raises ProvisionError where it is refused or not answered, and sends
        nothing more after that, whatever the class goes on with."""
        if self.failed is not None:
            raise self.failed
        try:
            asked = self._as_ours(request)
            reply = wait.patiently(lambda: self._sent(asked), self._sleep)
        except (ProvisionError, StrayError) as error:
            self.failed = error
            raise
        if asked.method not in READS:
            self.written += 1
        return response(request, reply)

    def close(self) -> None:
        """Nothing is held."""

    def _as_ours(self, request: requests.PreparedRequest) -> Request:
        method, parts = str(request.method), urlsplit(str(request.url))
        if f"{parts.scheme}://{parts.netloc}" != self._origin:
            raise StrayError(f"{self._allowed.package} asks {parts.netloc}, not {self._origin}")
        if method not in READS and not self.writing:
            raise StrayError(f"{self._allowed.package} sends {method} where it is only asked")
        body = request.body.encode() if isinstance(request.body, str) else request.body
        headers = {
            name: str(value)
            for name, value in request.headers.items()
            if name.lower() not in {"accept-encoding", "connection", "content-length"}
        }
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return Request(method, path, headers, body if isinstance(body, bytes) else None)

    def _sent(self, asked: Request) -> Reply:
        reads = asked.method in READS
        try:
            reply = self._exchange(asked)
        except NotSentError as error:
            raise wait.LaterError(refusals.unreachable(self._allowed, error)) from error
        except NoReplyError as error:
            raise self._silence(error, reads=reads) from error
        if reply.status == refusals.TOO_FAST:
            slower = refusals.too_fast(self._allowed, reply, self.written)
            raise wait.LaterError(slower, patience(reply))
        if reply.status >= SERVER_ERROR:
            raise self._silence(f"status {reply.status}", reads=reads)
        if MULTIPLE_CHOICES <= reply.status < BAD_REQUEST or is_page(reply):
            raise refusals.somebody_else(self._allowed, reply)
        if reply.status in self._allowed.no_zone and reads and not self.writing:
            return reply
        if reply.status < BAD_REQUEST:
            return reply
        refused = refusals.refused(
            self._allowed, reply, self._token, writing=not reads, written=self.written
        )
        raise wait.LaterError(refused) if reply.status in self._allowed.busy else refused

    def _silence(self, why: object, *, reads: bool) -> Exception:
        """No answer: a question is asked again, a change is not sent twice."""
        if reads:
            return wait.LaterError(refusals.unreachable(self._allowed, why))
        return refusals.unanswered(self._allowed, why, self.written)


def response(request: requests.PreparedRequest, reply: Reply) -> requests.Response:
    """An answer as the classes take it."""
    made = requests.Response()
    made.status_code = reply.status
    made.headers.update(reply.headers)
    made.raw = io.BytesIO(reply.body)
    made.encoding = "utf-8"
    made.url = str(request.url)
    made.request = request
    return made


def is_page(reply: Reply) -> bool:
    """Whether an answer is a page for people: each of these APIs answers in JSON, or nothing."""
    return reply.body.lstrip()[:1] == b"<"


def patience(reply: Reply) -> float | None:
    """The seconds that a refusal asks for; a date, which is allowed as well, is as good as none."""
    asked = reply.headers.get("retry-after", "")
    is_plain = asked.isascii() and asked.isdecimal() and len(asked) <= LONGEST_PATIENCE
    return float(asked) if is_plain else None


def attached(provider: Any, path: str, line: Line) -> bool:
    """Put a provider on the line: whether it has its session where it is known to have it."""
    held = provider
    for name in path.split("."):
        held = getattr(held, name, None)
    if not isinstance(held, requests.Session):
        return False
    held.trust_env = False  # netrc would replace the token, and proxies are the client's business
    held.adapters.clear()
    held.mount("https://", line)
    held.mount("http://", line)
    return True
