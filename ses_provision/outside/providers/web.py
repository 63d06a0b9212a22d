"""The only HTTP client: one request a call, with no retries of its own and no redirects."""

from __future__ import annotations

import functools
import ipaddress
import ssl
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from ses_provision import __version__
from ses_provision.dataclass import dataclass
from ses_provision.errors import CannotReachDns

CONNECTING, READING = 10.0, 30.0  # seconds
AT_ONCE = 12  # connections to one host, as many as there are questions under way together
LONGEST = 64 * 2**20  # octets of an answer


@dataclass(frozen=True)
class Request:
    """One request. What is secret in its headers is never shown."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """What came back; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSentError(Exception):
    """Nobody took the request: nothing has happened."""


class NoReplyError(Exception):
    """The request was sent, and no answer came that could be read."""


class StrayError(Exception):
    """Somebody else's client would send what was not meant: a mistake, and nobody's refusal."""


Exchange: TypeAlias = Callable[[Request], Reply]
"""Sends a request: over the network, or to whoever stands in for it in this process."""


def over_http(base_url: str, setting: str = "CLOUDFLARE_BASE_URL") -> Exchange:
    """The way to a service whose address a variable or setting says. Connections are kept while it
    is; none is opened before it is used."""
    opened = functools.cache(lambda: manager(base_url, setting))
    base = base_url.rstrip("/")

    def exchange(request: Request) -> Reply:
        pool = opened()
        try:
            response = pool.request(
                request.method,
                base + request.path,
                headers={"User-Agent": f"ses-provision/{__version__}", **request.headers},
                body=request.body,
                redirect=False,
                preload_content=False,
            )
        except NOT_SENT as error:
            raise NotSentError(type(error).__name__) from error
        except urllib3.exceptions.HTTPError as error:
            raise NoReplyError(type(error).__name__) from error
        try:
            body = response.read(LONGEST + 1)
        except urllib3.exceptions.HTTPError as error:
            raise NoReplyError(type(error).__name__) from error
        finally:
            response.release_conn()
        if len(body) > LONGEST:
            raise NoReplyError("the answer is too long")
        named = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status, named, body)

    return exchange


NOT_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
    urllib3.exceptions.SSLError,
    urllib3.exceptions.LocationValueError,
)
"""What surfaces before the first octet of a request has left."""


def manager(base_url: str, setting: str) -> urllib3.PoolManager:
    """Connections to one host, by the proxy that the environment names for it."""
    host = insist_on_secrecy(base_url, setting)
    options: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=CONNECTING, read=READING),
        "retries": False,
        "maxsize": AT_ONCE,
        "ssl_context": ssl.create_default_context(),
    }
    proxy = getproxies().get(urlsplit(base_url).scheme)
    if proxy and not is_loopback(host) and not proxy_bypass(host):
        return urllib3.ProxyManager(proxy, **options)
    return urllib3.PoolManager(**options)


def insist_on_secrecy(base_url: str, setting: str) -> str:
    """The host of a URL to which secrets may be sent: by TLS, or without leaving this machine."""
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise CannotReachDns(
            f"{setting} is no address to send a token to: it has to begin with https://, or be on "
            "this machine.",
            "Correct it, or leave it out.",
        )
    return host


def is_loopback(host: str) -> bool:
    """Whether a host can only be this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
