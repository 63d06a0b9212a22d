"""HTTP and HTTPS subscribers on this machine: they get what SNS would post, by a thread of its own.

The local AWS answers a request before it posts anything, so that who is told may ask it back, as
somebody does who confirms a subscription. Addresses elsewhere get nothing: nothing leaves this
machine.
"""

from __future__ import annotations

import http.client
import ssl
from collections import deque
from dataclasses import field
from threading import Lock, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ses_provision.dataclass import dataclass
from ses_provision.local.visitors import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE = 15  # seconds that SNS waits for an answer (Developer Guide, HTTP/S delivery)
THREAD = "sns-web-hooks"
_AGENT = "Amazon Simple Notification Service Agent"


@dataclass(frozen=True)
class Post:
    """One post to an endpoint. `lost` is told why it did not arrive."""

    endpoint: str
    headers: dict[str, str]
    body: str
    lost: Callable[[str], None] = field(compare=False)


def can_be_reached(endpoint: str) -> bool:
    """Whether an endpoint is on this machine."""
    try:
        authority = urlsplit(endpoint).netloc
    except ValueError:
        return False
    return is_loopback(authority.rpartition("@")[2])


def headers(
    kind: str, message_id: str, topic_arn: str, subscription_arn: str = "", *, raw: bool = False
) -> dict[str, str]:
    """The headers of a post (SNS Developer Guide, HTTP/S header)."""
    named = {
        "x-amz-sns-message-type": kind,
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": topic_arn,
        "x-amz-sns-subscription-arn": subscription_arn,
        "x-amz-sns-rawdelivery": "true" if raw else "",
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": _AGENT,
    }
    return {name: value for name, value in named.items() if value}


class WebHooks:
    """Posts one after the other, in the order in which they were given."""

    def __init__(self) -> None:
        self._waiting: deque[Post] = deque()
        self._lock = Lock()
        self._is_at_work = False

    def post(self, post: Post) -> None:
        """Have a post made soon."""
        with self._lock:
            self._waiting.append(post)
            if not self._is_at_work:
                self._is_at_work = True
                Thread(target=self._work, daemon=True, name=THREAD).start()

    def forget(self) -> None:
        """Make none of the posts that still wait."""
        with self._lock:
            self._waiting.clear()

    def _next(self) -> Post | None:
        with self._lock:
            self._is_at_work = bool(self._waiting)
            return self._waiting.popleft() if self._waiting else None

    def _work(self) -> None:
        while (post := self._next()) is not None:
            try:
                status = send(post)
            except (OSError, ValueError, http.client.HTTPException) as error:
                post.lost(f"{post.endpoint} cannot be reached: {error}")
            else:
                if not 200 <= status < 300:
                    post.lost(f"{post.endpoint} answered {status}")


def send(post: Post) -> int:
    """Make a post; the status of the answer. Whose certificate it is does not matter here."""
    parts = urlsplit(post.endpoint)
    host = parts.hostname or ""
    if host.endswith(".localhost"):
        # RFC 6761, 6.3: loopback, which not every resolver knows.
        host = "127.0.0.1"
    headers = post.headers | {"Host": parts.netloc.rpartition("@")[2]}
    made: http.client.HTTPConnection
    if parts.scheme == "https":
        trusting = ssl._create_unverified_context()  # noqa: S323 - loopback, often self-signed
        made = http.client.HTTPSConnection(host, parts.port, timeout=_PATIENCE, context=trusting)
    else:
        made = http.client.HTTPConnection(host, parts.port, timeout=_PATIENCE)
    try:
        path = parts.path or "/"
        target = f"{path}?{parts.query}" if parts.query else path
        made.request("POST", target, post.body.encode(), headers)
        return made.getresponse().status
    finally:
        made.close()
