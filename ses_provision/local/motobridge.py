"""The one place that touches moto: its state, kept apart for each local AWS, and its services.

moto keeps everything in module-level `BackendDict`s, one a service, shared by the whole process,
and lists those in use in `BackendDict._instances`. `Universe` swaps their contents in and out
around each call, so that several local AWSs, and moto's own decorators, live side by side.
`tests/local/test_motobridge.py` fails loudly when moto changes any of this.
"""

from __future__ import annotations

import importlib
import os
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.compat import HTTPHeaders
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from moto.core import base_backend, responses, utils
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import botocore_stubber
from moto.core.responses import BaseResponse

from ses_provision.local import traits
from ses_provision.local.codec import codec_for
from ses_provision.local.contract import AwsError, Caller, Params, Reply, not_served
from ses_provision.local.nobodys import session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel

# moto looks through all members of a class of responses for each request.
vars(responses)["method_names_from_class"] = cache(utils.method_names_from_class)

# moto asks boto3 for the names of regions, which must not need a person's profile.
for _module in (base_backend, utils):
    vars(_module)["Session"] = session

_IN_USE: list[Any] = vars(BackendDict)["_instances"]
_SWAP = RLock()


class Universe:
    """moto's state as one local AWS sees it."""

    def __init__(self) -> None:
        self._contents: list[tuple[Any, dict[str, Any]]] = []
        self._stubber = BotocoreStubber()
        self._answers: dict[tuple[Caller, str, str, str], Reply] = {}
        """What was answered since the last write."""

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Have moto work on this universe, and on no other, until the end of the block."""
        self._answers.clear()
        with self._swapped_in():
            yield

    @contextmanager
    def _swapped_in(self) -> Iterator[None]:
        if "MOTO_ACCOUNT_ID" in os.environ:
            raise RuntimeError("MOTO_ACCOUNT_ID forces one account on moto; unset it.")
        with _SWAP:
            outside = _taken_out()
            _put_in(self._contents)
            try:
                yield
            finally:
                self._contents = _taken_out()
                _put_in(outside)

    def ask(self, caller: Caller, service: str, operation: str, params: Params) -> Reply:
        """Let moto answer one call, or say again what it has answered."""
        held = traits.of(service)
        if not operation.startswith(held.lasting):
            if not operation.startswith(held.harmless):
                self._answers.clear()
            return self._asked(caller, service, operation, params)
        asked = (caller, service, operation, repr(sorted(params.items())))
        if asked not in self._answers:
            self._answers[asked] = self._asked(caller, service, operation, params)
        return deepcopy(self._answers[asked])

    def _asked(self, caller: Caller, service: str, operation: str, params: Params) -> Reply:
        with self._swapped_in():
            try:
                return self._answered(caller, service, operation, params)
            except NotImplementedError as error:
                raise not_served(service, operation) from error
            except AwsError:
                raise
            except Exception as error:
                # moto looks at less than AWS does, and stumbles over what AWS refuses.
                raise AwsError(
                    traits.of(service).misfit or "ValidationError",
                    f"The local AWS cannot carry this out ({type(error).__name__}: {error}).",
                ) from error

    def _answered(self, caller: Caller, service: str, operation: str, params: Params) -> Reply:
        codec = codec_for(service)
        model = codec.model.operation_model(operation)
        protocol = traits.of(service).moto_speaks or str(codec.model.protocol)
        answer = self._stubber.process_request(_request(caller, model, protocol, params))
        if answer is None or "Not yet implemented" in str(answer[2]):
            raise not_served(service, operation)
        return _parsed(model, protocol, answer)


def _request(
    caller: Caller, model: OperationModel, protocol: str, params: Params
) -> AWSPreparedRequest:
    service = model.service_model
    written = create_serializer(protocol, include_validation=False).serialize_to_request(
        params, model
    )
    headers = HTTPHeaders()
    for name, value in written["headers"].items():
        headers[name] = value
    headers["x-moto-account-id"] = caller.account
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={caller.access_key or 'LOCAL000' + caller.account}/20250101/"
        f"{caller.region}/{service.signing_name}/aws4_request, SignedHeaders=host, Signature=local"
    )
    regional = f"{service.endpoint_prefix}.{caller.region}.amazonaws.com"
    host = traits.of(service.service_name).host or regional
    body = written["body"]
    if isinstance(body, dict):
        body = urlencode(body)
    url = f"https://{host}{written['url_path']}"
    return AWSPreparedRequest(written["method"], url, headers, body, stream_output=False)


def _parsed(model: OperationModel, protocol: str, answer: Any) -> Reply:
    status, headers, body = answer
    code = int(status)
    raw = {
        "status_code": code,
        "headers": HeadersDict({name: str(value) for name, value in headers.items()}),
        "body": body.encode() if isinstance(body, str) else body or b"",
    }
    reply: Reply = create_parser(protocol).parse(raw, model.output_shape)
    if code >= 300:
        error = reply.get("Error", {})
        raise AwsError(
            str(error.get("Code", "InternalFailure")),
            str(error.get("Message", "")),
            code,
        )
    reply.pop("ResponseMetadata", None)
    return reply


def _taken_out() -> list[tuple[Any, dict[str, Any]]]:
    contents = [(backend, dict(backend)) for backend in _IN_USE]
    for backend in _IN_USE:
        backend.clear()
    _IN_USE.clear()
    return contents


def _put_in(contents: list[tuple[Any, dict[str, Any]]]) -> None:
    for backend, accounts in contents:
        backend.update(accounts)
        _IN_USE.append(backend)


@cache
def implemented(service: str) -> frozenset[str]:
    """The operations of a service that moto has."""
    module = importlib.import_module(f"moto.{service}.responses")
    classes = [
        held
        for held in vars(module).values()
        if isinstance(held, type) and issubclass(held, BaseResponse) and held is not BaseResponse
    ]
    return frozenset(
        operation
        for operation in codec_for(service).model.operation_names
        if any(hasattr(held, xform_name(operation)) for held in classes)
    )


def leave_out_mocks(events: Any) -> None:
    """Keep moto's own decorators, which patch every session, out of one session's events."""
    events.unregister("before-send", botocore_stubber)


class MotoService:
    """A service as moto has it, behind the same door as ours."""

    def __init__(self, universe: Universe, name: str) -> None:
        self._universe = universe
        self.name = name

    @property
    def operations(self) -> frozenset[str]:
        """The operations that moto has."""
        return implemented(self.name)

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Let moto answer."""
        return self._universe.ask(caller, self.name, operation, params)
