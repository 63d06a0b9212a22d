"""An HTTP exchange as a value: what a client sent, who signed it, what it gets back."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

# AWS Signature Version 4: Credential=<key id>/<date>/<region>/<signing name>/aws4_request
_SCOPE = re.compile(r"Credential=([^/,\s]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")


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

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
        """A request from its parts, with a compressed body already unpacked."""
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        if lower.get("content-encoding", "").lower() == "gzip":
            body = gzip.decompress(body)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method.upper(), parts.path or "/", query, lower, body)

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
            values.update(parse_qsl(self.body.decode(), keep_blank_values=True))
        return values


@dataclass(frozen=True)
class Response:
    """What goes back to the client."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class ConnectionLostError(Exception):
    """The client shall see its connection drop instead of a reply."""
