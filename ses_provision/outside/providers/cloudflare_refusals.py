"""What Cloudflare says when it says no, in an operator's words. Its codes are in the answers of its
API; only some of them are documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ses_provision.errors import CannotReachDns, DnsRefused, ProvisionError
from ses_provision.outside.providers import MOVED, NO_REPLY
from ses_provision.outside.providers.web import Reply
from ses_provision.outside.refusals import plainly
from ses_provision.outside.secrets import hide

SLOWER = "TooManyRequests"

NOT_AUTHENTICATED, FORBIDDEN, TOO_FAST = 401, 403, 429

UNKNOWN_TOKEN = frozenset({"1000", "6003", "6111", "9103", "9106", "9107"})
"""What is sent is no token that Cloudflare knows."""
NOT_ALLOWED = frozenset({"9109", "10000"})
"""The token is known, and does not allow this."""
IN_THE_WAY = frozenset({"81044", "81053", "81054", "81055", "81056", "81057", "81058"})
"""A record is there already, or cannot stand beside one that is, or is gone."""

TTL, FULL, NO_ZONE = "9021", "81045", "7003"
RIGHT_ONE = (
    "`ses-provision permissions --dns` says what it has to allow. One that was rolled, has expired "
    "or may be used from other addresses only is refused like this, too."
)
WAYS_ON = {
    TTL: "Set dns.ttl to 60 seconds or more, at most 86400.",
    FULL: "Remove records that nobody needs: the plan of the zone has room for no more.",
    NO_ZONE: "Correct dns.zone and dns.account.",
}


def refused(reply: Reply, told: Mapping[str, Any], method: str, token: str) -> ProvisionError:
    """A request that Cloudflare has answered with no: nothing of it was made."""
    errors = list(every(told.get("errors")))
    code = next((code for code, _ in errors if code), str(reply.status))
    codes = {known for known, _ in errors}
    said = hide("; ".join(f"{words} ({known})" for known, words in errors) or f"({reply.status})")
    if reply.status == TOO_FAST:
        return DnsRefused(
            f"Cloudflare asks for patience: too many requests {within(reply)}".rstrip() + ".",
            "Run the same command again then: 1200 requests in five minutes are what a user has, "
            "with all tokens together.",
            code=SLOWER,
            operation=method,
        )
    if reply.status == NOT_AUTHENTICATED or codes & UNKNOWN_TOKEN:
        return CannotReachDns(
            f"Cloudflare does not accept the token in {token}: {said}.",
            f"Take the token as it was shown when it was made. {RIGHT_ONE}",
        )
    if reply.status == FORBIDDEN or codes & NOT_ALLOWED:
        what = "be read with" if method == "GET" else "be changed with"
        message = f"The zone at Cloudflare may not {what} the token in {token}: {said}."
        if method == "GET":
            return CannotReachDns(message, RIGHT_ONE)
        return DnsRefused(message, f"Nothing was written. {RIGHT_ONE}", code=code, operation=method)
    if codes & IN_THE_WAY:
        return DnsRefused(
            f"The zone at Cloudflare is no longer as it was read: {said}; nothing was written.",
            "Run the same command again: it looks anew.",
            code=MOVED,
            operation=method,
        )
    way = next((WAYS_ON[known] for known in codes if known in WAYS_ON), "")
    return DnsRefused(
        f"Cloudflare refuses it: {said}; nothing of it was written.",
        f"{way} Nothing is lost: once that is mended, run the same command again.".lstrip(),
        code=code,
        operation=method,
    )


def every(errors: Any) -> Iterator[tuple[str, str]]:
    """The code and the words of each error, and of those that led to it."""
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict):
            yield str(error.get("code", "")), plainly(str(error.get("message", "no reason given")))
            yield from every(error.get("error_chain"))


def within(reply: Reply) -> str:
    """How long it wants to be left alone."""
    seconds = reply.headers.get("retry-after", "")
    return f"(for another {seconds} s)" if seconds.isascii() and seconds.isdecimal() else ""


def unreachable(why: object) -> CannotReachDns:
    """Cloudflare has not answered, and nothing was to be written."""
    return CannotReachDns(
        f"Cloudflare cannot be reached: {why}.",
        "Check the network and the proxy (HTTPS_PROXY); www.cloudflarestatus.com says how it is. "
        "Then run the same command again.",
    )


def unanswered(why: str) -> DnsRefused:
    """A batch that was sent and that nobody has answered in a way that could be read."""
    return DnsRefused(
        f"Cloudflare has not answered the change of the zone ({why}), so it may have been made or "
        "not.",
        "Run the same command again: it looks first.",
        code=NO_REPLY,
        operation="BatchRecords",
    )


def not_cloudflare(status: int, body: bytes) -> CannotReachDns:
    """Somebody answers, but not Cloudflare: a proxy, a login page."""
    said = hide(plainly(body[:2000].decode(errors="replace"))).strip()[:200]
    return CannotReachDns(
        f"What answers is not Cloudflare's API: {said or 'an empty page'} ({status})",
        "Check CLOUDFLARE_BASE_URL, the proxy, and whether a network wants you to log in first.",
    )
