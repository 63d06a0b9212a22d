"""An HTTP exchange as a value: what a client sent, who signed it, what it gets back."""

from __future__ import annotations

import re
import zlib
from dataclasses import field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

# More than any request that AWS takes: a mail of 40 MB in base64.
LONGEST_BODY = 64 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS
# AWS Signature Version 4: Credential=<key id>/<date>/<region>/<signing name>/aws4_request
# No part is long, and none may be looked for without end.
_SCOPE = re.compile(
    r"Credential=([^/,\s]{1,128})/([0-9]{8})/([^/,\s]{1,64})/([^/,\s]{1,64})/aws4_request"
)


@dataclass(frozen=True)
class Scope:
    """Whose key signed a request, and for which region and service."""

    access_key: str
    region: str
    signing_name: str


@dataclass(frozen=True)
class Request:
    """A request, header names in lower case, the path as it came (still percent-encoded)."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    origin: str = ""

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
        """A request from its parts, with a compressed body already unpacked.

        A ValueError says what cannot be read.
        """
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        if lower.get("content-encoding", "").lower() == "gzip":
            body = _unpacked(body)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        host = parts.netloc or lower.get("host", "")
        origin = f"{parts.scheme or 'http'}://{host}" if host else ""
        return cls(method.upper(), parts.path or "/", query, lower, body, origin)

    @property
    def scope(self) -> Scope | None:
        """The credential scope of the signature, None when the request is not signed."""
        signed = self.headers.get("authorization") or (
            f"Credential={dict(self.query).get('X-Amz-Credential', '')}"
        )
        found = _SCOPE.search(signed)
        return Scope(found[1], found[3], found[4]) if found else None

    def form(self) -> dict[str, str]:
        """The parameters of a query-protocol call: of the URL and of the body."""
        values = dict(self.query)
        if "x-www-form-urlencoded" in self.headers.get("content-type", ""):
            values.update(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        return values


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(body, LONGEST_BODY)
    except zlib.error as error:
        raise ValueError(f"The body is not gzip: {error}") from None
    if not unpacking.eof:
        raise ValueError("The body is gzip that is cut short, or holds too much.")
    return plain


@dataclass(frozen=True)
class Response:
    """What goes back to the client."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class ConnectionLostError(Exception):
    """The client shall see its connection drop instead of a reply."""
