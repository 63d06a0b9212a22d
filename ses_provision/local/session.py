"""boto3 sessions that talk in process to a local AWS: no socket, no global patching."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError

from ses_provision.local.codec.service import shared_loader
from ses_provision.local.keyring import LOCAL_SECRET, Keyring
from ses_provision.local.motobridge import leave_out_mocks
from ses_provision.local.nobodys import NOBODYS
from ses_provision.local.wire import ConnectionLostError, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.local.wire import Response


class _Body(io.BytesIO):
    """A reply body as botocore reads it."""

    def stream(self, amt: int = 65536, **_: object) -> Any:
        """Pieces of the body."""
        while piece := self.read(amt):
            yield piece


def open_session(
    answer: Callable[[Request], Response], account: str, region: str | None
) -> boto3.Session:
    """A session of an account whose every request goes to `answer`."""
    core = botocore.session.Session(session_vars=NOBODYS)
    core.register_component("data_loader", shared_loader())
    core.set_config_variable("ignore_configured_endpoint_urls", value=True)
    events = core.get_component("event_emitter")
    leave_out_mocks(events)
    events.register_first("before-send", _handler(answer))
    return boto3.Session(
        aws_access_key_id=Keyring.local_key(account),
        aws_secret_access_key=LOCAL_SECRET,
        region_name=region,
        botocore_session=core,
    )


def _handler(answer: Callable[[Request], Response]) -> Callable[..., AWSResponse]:
    def send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        headers = {name: _text(value) for name, value in request.headers.items()}
        asked = Request.of(request.method, request.url, headers, _bytes(request.body))
        try:
            response = answer(asked)
        except ConnectionLostError:
            raise ConnectionClosedError(endpoint_url=request.url) from None
        return AWSResponse(request.url, response.status, response.headers, _Body(response.body))

    return send


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        read: bytes = body.read()
        return read
    return bytes(body)
