"""The codec of one service: request to operation and parameters, reply and refusal to response."""

from __future__ import annotations

import json
import math
import struct
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring

import botocore.session
from botocore.loaders import Loader
from botocore.model import ServiceModel

from ses_provision.local import strict_json
from ses_provision.local.codec import (
    cbor_form,
    json_form,
    older,
    query_form,
    rest,
    sqs_query,
    xml_form,
)
from ses_provision.local.contract import AwsError, Params, Reply
from ses_provision.local.nobodys import NOBODYS
from ses_provision.local.wire import Request, Response

if TYPE_CHECKING:
    from botocore.model import OperationModel

REST_JSON, REST_XML, QUERY, JSON, CBOR = (
    "rest-json",
    "rest-xml",
    "query",
    "json",
    "smithy-rpc-v2-cbor",
)


_SHAPES = {
    "AWS.SimpleQueueService.NonExistentQueue": "QueueDoesNotExist",
    "QueueAlreadyExists": "QueueNameExists",
}


class Codec:
    """Speaks every wire protocol that the model of one service knows."""

    def __init__(self, model: ServiceModel) -> None:
        self.model = model
        self.name = str(model.service_name)

    @cached_property
    def _routes(self) -> tuple[rest.Route, ...]:
        return rest.routes(self.model)

    def protocol(self, request: Request) -> str:
        """The protocol a request is written in."""
        spoken = self.model.protocol
        if spoken in (REST_JSON, REST_XML):
            return str(spoken)
        if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
            return CBOR
        return JSON if "x-amz-target" in request.headers else QUERY

    def operation(self, request: Request) -> tuple[OperationModel, dict[str, str]]:
        """The operation a request asks for, with the labels of its path."""
        protocol = self.protocol(request)
        labels: dict[str, str] = {}
        if protocol in (REST_JSON, REST_XML):
            hit = rest.match(self._routes, request) or older.match(self.name, request)
            name, labels = hit or (None, {})
        elif protocol == CBOR:
            name = request.path.rpartition("/")[2]
        elif protocol == JSON:
            name = request.headers["x-amz-target"].rpartition(".")[2]
        else:
            name = request.form().get("Action")
        if name is None or name not in self.model.operation_names:
            asked = name or f"{request.method} {request.path}"
            raise AwsError(
                "UnknownOperationException", f"{self.name} has no operation {asked}.", 404
            )
        return self.model.operation_model(name), labels

    def params(self, request: Request, operation: OperationModel, labels: dict[str, str]) -> Params:
        """The parameters of a call, as botocore's input shape names them."""
        shape = operation.input_shape
        if shape is None:
            return {}
        try:
            found = self._read(request, operation, labels)
            _refuse_infinite(found)
        except (
            ArithmeticError,
            AttributeError,
            ParseError,
            RuntimeError,
            TypeError,
            ValueError,
            LookupError,
            struct.error,
        ) as error:
            # The query protocol has a name of its own for it (floci-io/floci, SesListPaging).
            query = self.protocol(request) == QUERY
            code = "MalformedInput" if query else "SerializationException"
            raise AwsError(code, f"The body cannot be read: {error}") from error
        return found

    def _read(self, request: Request, operation: OperationModel, labels: dict[str, str]) -> Params:
        protocol, shape = self.protocol(request), operation.input_shape
        if protocol == QUERY and self.name == "sqs":
            return sqs_query.read(operation, request.form(), request.origin + request.path)
        if protocol == QUERY:
            return query_form.read(shape, request.form())
        if protocol == CBOR:
            return cbor_form.read(shape, request.body)
        found: Params = {}
        if request.body and protocol == REST_XML:
            # The document is read in memory, from a client on this machine.
            found = xml_form.read(shape, fromstring(request.body))  # noqa: S314
        elif request.body:
            found = json_form.read(shape, strict_json.loads(request.body))
        if protocol != JSON:
            found.update(rest.bound(shape, request, labels))
        return found

    def reply(self, request: Request, operation: OperationModel, reply: Reply) -> Response:
        """A successful response."""
        protocol = self.protocol(request)
        headers = _headers(protocol, self.model)
        shape = operation.output_shape
        if protocol == CBOR:
            return Response(200, headers, cbor_form.write(shape, reply))
        if protocol == QUERY:
            return Response(200, headers, self._query_reply(operation, reply, headers))
        status = int(operation.http.get("responseCode", 200))
        headers |= rest.reply_headers(operation, reply)
        if protocol == REST_XML:
            root = Element(shape.name if shape else operation.name, xmlns=self._namespace)
            if shape:
                xml_form.members(shape, reply, root)
            return Response(status, headers, xml_form.to_bytes(root))
        document = json_form.write(shape, reply) if shape else {}
        return Response(status, headers, json.dumps(document).encode())

    @cached_property
    def _namespace(self) -> str:
        if self.name == "sqs":
            return sqs_query.NAMESPACE
        space = self.model.metadata.get("xmlNamespace")
        if isinstance(space, dict):
            return str(space["uri"])
        if space:
            return str(space)
        return f"https://{self.model.endpoint_prefix}.amazonaws.com/doc/{self.model.api_version}/"

    def _query_reply(
        self, operation: OperationModel, reply: Reply, headers: dict[str, str]
    ) -> bytes:
        root = Element(f"{operation.name}Response", xmlns=self._namespace)
        shape = operation.output_shape
        if self.name == "sqs":
            sqs_query.write(operation, reply, root)
        elif shape:
            wrapper = shape.serialization.get("resultWrapper")
            xml_form.members(shape, reply, SubElement(root, wrapper) if wrapper else root)
        meta = SubElement(root, "ResponseMetadata")
        SubElement(meta, "RequestId").text = headers["x-amzn-RequestId"]
        return xml_form.to_bytes(root)

    def refusal(self, request: Request, error: AwsError) -> Response:
        """The response for a refusal, in the form that the protocol gives errors."""
        protocol = self.protocol(request)
        headers = _headers(protocol, self.model)
        if protocol in (QUERY, REST_XML):
            return Response(error.status, headers, self._xml_error(error, headers))
        if protocol == REST_JSON:
            headers["x-amzn-ErrorType"] = error.code
            body = json.dumps({"message": error.message or None, **error.extra}).encode()
            return Response(error.status, headers, body)
        if "awsQueryCompatible" in self.model.metadata:
            fault = "Sender" if error.status < 500 else "Receiver"
            headers["x-amzn-query-error"] = f"{error.code};{fault}"
        document = {"__type": _shape_of(error.code), "message": error.message, **error.extra}
        encoded = cbor_form.encode(document) if protocol == CBOR else json.dumps(document).encode()
        return Response(error.status, headers, encoded)

    def _xml_error(self, error: AwsError, headers: dict[str, str]) -> bytes:
        root = Element("ErrorResponse", xmlns=self._namespace)
        body = SubElement(root, "Error")
        SubElement(body, "Type").text = "Sender" if error.status < 500 else "Receiver"
        SubElement(body, "Code").text = error.code
        SubElement(body, "Message").text = error.message
        SubElement(root, "RequestId").text = headers["x-amzn-RequestId"]
        return xml_form.to_bytes(root)


def _shape_of(code: str) -> str:
    """The name that the model has for an error, of which the query protocol knew another."""
    return _SHAPES.get(code, code.removeprefix("AWS.SimpleQueueService."))


def _refuse_infinite(value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is not finite")
    for each in value.values() if isinstance(value, dict) else ():
        _refuse_infinite(each)
    for each in value if isinstance(value, list) else ():
        _refuse_infinite(each)


def _headers(protocol: str, model: ServiceModel) -> dict[str, str]:
    kind = {
        REST_JSON: "application/json",
        JSON: f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.0')}",
        CBOR: "application/cbor",
    }.get(protocol, "text/xml")
    headers = {"Content-Type": kind, "x-amzn-RequestId": str(uuid4())}
    if protocol == CBOR:
        headers["smithy-protocol"] = "rpc-v2-cbor"
    return headers


@lru_cache(maxsize=1)
def shared_loader() -> Loader:
    """botocore's service models, read from disk once in a process (they never change)."""
    nobodys = botocore.session.Session(session_vars=NOBODYS)
    loader: Loader = nobodys.get_component("data_loader")
    return loader


@cache
def codec_for(service: str) -> Codec:
    """The codec of a service, by botocore's name for it."""
    model = ServiceModel(shared_loader().load_service_model(service, "service-2"), service)
    if service == "s3":
        from ses_provision.local.codec.s3_form import S3Codec

        return S3Codec(model)
    return Codec(model)
