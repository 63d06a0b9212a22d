"""Whoever keeps zones by an API of HTTP, as a local AWS in this process stands in for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.local.wire import ConnectionLostError
from ses_provision.outside.providers.web import NoReplyError, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.local import LocalAws
    from ses_provision.local.standing_in import Answered


def exchange(local: LocalAws, request: Request) -> Reply:
    """What Cloudflare's API answers to one request."""
    return answered(local, request, local.cloudflare.respond)


def panels(local: LocalAws, request: Request) -> Reply:
    """What the APIs of the many others answer, a path each."""
    return answered(local, request, local.panels.respond)


def answered(local: LocalAws, request: Request, respond: Callable[..., Answered]) -> Reply:
    """What such an API answers to one request; where a fault keeps it silent, nothing."""
    try:
        with local.lock:
            status, headers, body = respond(
                request.method, request.path, request.headers, request.body or b""
            )
    except ConnectionLostError as error:
        raise NoReplyError("the connection was lost") from error
    return Reply(status, headers, body)
