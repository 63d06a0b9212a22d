"""Who may talk to the local AWS over HTTP: programs on this machine, and no web page.

A page in somebody's browser can reach loopback: by a form, by an image, by a name of its own that
it lets point at 127.0.0.1. What a browser says of itself gives each of these away.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from email.message import Message

_FROM_HERE = frozenset({"same-origin", "none"})


def refusal(headers: Message, target: str) -> str | None:
    """Why a request is not answered, None when it is."""
    hosts = headers.get_all("Host") or []
    if len(hosts) != 1 or not is_loopback(hosts[0]):
        return "The Host must be a loopback address or localhost: no other name leads here."
    if "://" in target and not is_loopback(_authority(target)):
        return "This is no proxy: the address must be a loopback address."
    for name in ("Origin", "Referer"):
        for value in headers.get_all(name) or []:
            if _authority(value) != hosts[0]:
                return f"A web page of another {name.lower()} may not drive the local AWS."
    site = headers.get("Sec-Fetch-Site")
    if site is not None and site not in _FROM_HERE:
        return "A web page of another site may not drive the local AWS."
    return None


def is_loopback(authority: str) -> bool:
    """Whether a host, with or without port, can only be this machine."""
    try:
        parts = urlsplit(f"//{authority}")
        host, _ = parts.hostname or "", parts.port
        if parts.username is not None or parts.path or parts.query or parts.fragment:
            return False
        if host == "localhost" or host.endswith(".localhost"):
            # RFC 6761, 6.3: these names are loopback wherever they are asked for.
            return True
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _authority(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
