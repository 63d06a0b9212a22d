"""HTTP and HTTPS subscribers on this machine: they get what SNS would post, by a thread of its own.

The local AWS answers a request before it posts anything, so that who is told may ask it back, as
somebody does who confirms a subscription. Addresses elsewhere get nothing: nothing leaves this
machine.
"""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ses_provision.local.visitors import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE = 15  # seconds that SNS waits for an answer (Developer Guide, HTTP/S delivery)
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
        self._waiting: SimpleQueue[Post] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    def post(self, post: Post) -> None:
        """Have a post made soon."""
        self._waiting.put(post)
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._work, daemon=True, name="sns-web-hooks")
                self._thread.start()

    def _work(self) -> None:
        while True:
            post = self._waiting.get()
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
    made: http.client.HTTPConnection
    if parts.scheme == "https":
        trusting = ssl._create_unverified_context()  # noqa: S323 - loopback, often self-signed
        made = http.client.HTTPSConnection(host, parts.port, timeout=_PATIENCE, context=trusting)
    else:
        made = http.client.HTTPConnection(host, parts.port, timeout=_PATIENCE)
    try:
        path = parts.path or "/"
        target = f"{path}?{parts.query}" if parts.query else path
        made.request("POST", target, post.body.encode(), post.headers)
        return made.getresponse().status
    finally:
        made.close()
