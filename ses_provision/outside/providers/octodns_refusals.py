"""What a provider that is reached by octoDNS says when it says no, in an operator's words."""

from __future__ import annotations

import json
from typing import Any

from ses_provision.errors import CannotReachDns, DnsRefused, HostedZoneProblem, ProvisionError
from ses_provision.outside.providers import MOVED, NO_REPLY
from ses_provision.outside.providers.octodns_allowed import EXTRA, Allowed
from ses_provision.outside.providers.web import Reply
from ses_provision.outside.refusals import plainly
from ses_provision.outside.secrets import hide

SLOWER = "TooManyRequests"
OPERATION = "WriteRecordSets"
NOT_AUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_FAST = 401, 403, 404, 409, 429
LONGEST = 300  # letters of what is repeated
RIGHT_ONE = "`ses-provision permissions --dns` says which token it has to be."


def refused(
    allowed: Allowed, reply: Reply, token: str, *, writing: bool, written: int
) -> ProvisionError:
    """A request that was answered with no."""
    said = f"{reason(reply.body)} ({reply.status})"
    if reply.status in (NOT_AUTHENTICATED, FORBIDDEN) and not writing:
        what = "does not accept" if reply.status == NOT_AUTHENTICATED else "allows nothing to"
        return CannotReachDns(f"{allowed.title} {what} the token in {token}: {said}.", RIGHT_ONE)
    if reply.status in (NOT_AUTHENTICATED, FORBIDDEN):
        return DnsRefused(
            f"The records at {allowed.title} may not be changed with the token in {token}: {said}; "
            f"{so_far(written)}.",
            RIGHT_ONE,
            code=str(reply.status),
            operation=OPERATION,
        )
    if reply.status in (NOT_FOUND, CONFLICT):
        return DnsRefused(
            f"The zone at {allowed.title} is no longer as it was read: {said}; {so_far(written)}.",
            "Run the same command again: it looks anew.",
            code=MOVED,
            operation=OPERATION,
        )
    return DnsRefused(
        f"{allowed.title} refuses it: {said}; {so_far(written)}.",
        "Mend what it names (a TTL that is too short: dns.ttl). Nothing is lost: then run the same "
        "command again.",
        code=str(reply.status),
        operation=OPERATION,
    )


def so_far(written: int) -> str:
    """What had been made before, of changes that are made one by one."""
    if not written:
        return "nothing was written"
    parts = "one part of the change was" if written == 1 else f"{written} parts of the change were"
    return f"{parts} made before that, and the same command goes on from there"


def reason(body: bytes) -> str:
    """Why, in the words of an API: each has a field of its own for it."""
    try:
        told = json.loads(body)
    except ValueError:
        told = body[:2000].decode(errors="replace")
    words = "; ".join(dict.fromkeys(sentences(told)))
    return hide(plainly(words)).strip()[:LONGEST] or "without a reason"


def sentences(told: Any) -> list[str]:
    """Every text in a JSON document, in order."""
    if isinstance(told, dict):
        return [one for held in told.values() for one in sentences(held)]
    if isinstance(told, list):
        return [one for held in told for one in sentences(held)]
    return [told] if isinstance(told, str) and told else []


def too_fast(allowed: Allowed, reply: Reply, written: int) -> DnsRefused:
    """Too many requests."""
    seconds = reply.headers.get("retry-after", "")
    known = seconds.isascii() and seconds.isdecimal()
    within = f" (for another {seconds} s)" if known else ""
    return DnsRefused(
        f"{allowed.title} asks for patience: too many requests{within}; {so_far(written)}.",
        "Run the same command again then.",
        code=SLOWER,
        operation=OPERATION,
    )


def unreachable(allowed: Allowed, why: object) -> CannotReachDns:
    """There is no answer, and nothing was to be written by this request."""
    return CannotReachDns(
        f"{allowed.title} cannot be reached: {why}.",
        "Check the network and the proxy (HTTPS_PROXY). Nothing is lost: run the same command "
        "again.",
    )


def unanswered(allowed: Allowed, why: object, written: int) -> DnsRefused:
    """A change that was sent and that nobody has answered in a way that could be read."""
    return DnsRefused(
        f"{allowed.title} has not answered a change of the zone ({why}), so it may have been made "
        f"or not{f'; {so_far(written)}' if written else ''}.",
        "Run the same command again: it looks first.",
        code=NO_REPLY,
        operation=OPERATION,
    )


def somebody_else(allowed: Allowed, reply: Reply) -> CannotReachDns:
    """Somebody answers, but not the API: a proxy, a login page."""
    return CannotReachDns(
        f"What answers is not the API of {allowed.title}: {reason(reply.body)} ({reply.status})",
        "Check the proxy, and whether a network wants you to log in first.",
    )


def no_zone(allowed: Allowed, zone: str) -> HostedZoneProblem:
    """The zone that was there is gone: its class would make it anew, and empty."""
    return HostedZoneProblem(
        f"There is no zone {zone} at {allowed.title} any more.",
        "Look there what became of it; ses-provision makes no zone. Then run the same command "
        "again.",
    )


def not_installed(allowed: Allowed, missing: str) -> CannotReachDns:
    """A package lacks."""
    return CannotReachDns(
        f"octoDNS's provider for {allowed.title} needs {missing}, which is not installed.",
        f"Install it: {EXTRA}",
    )


def another_version(allowed: Allowed) -> CannotReachDns:
    """The class is not as it was proved."""
    return CannotReachDns(
        f"{allowed.package} is of a version that ses-provision does not know.",
        f"Install those that it does: {EXTRA.replace('install', 'install --upgrade')}",
    )


def unreadable(allowed: Allowed, error: Exception) -> DnsRefused:
    """The class does not get on with what the zone holds, or with what the API says."""
    return DnsRefused(
        f"{allowed.package} cannot read the zone: {type(error).__name__}: "
        f"{hide(plainly(str(error)))[:LONGEST]}",
        'Publish the records by hand (dns.provider = "external"), and tell the authors of '
        f"{allowed.package}.",
        code="Unreadable",
        operation="ListRecordSets",
    )


def stumbled(allowed: Allowed, error: Exception, written: int) -> DnsRefused:
    """The class fails over a change, of which something may have been made."""
    return DnsRefused(
        f"{allowed.package} fails over the change: {type(error).__name__}: "
        f"{hide(plainly(str(error)))[:LONGEST]}; {so_far(written)}.",
        "Run the same command again: it looks first.",
        code="Stumbled",
        operation=OPERATION,
    )


def not_alone(allowed: Allowed, what: str) -> DnsRefused:
    """A set in which others have values, at a provider that would write these again."""
    return DnsRefused(
        f"{what} holds values of others, and {allowed.title} changes them only with it; nothing of "
        "this was written.",
        "Run the same command again: it says what is to be done by hand.",
        code=MOVED,
        operation=OPERATION,
    )
