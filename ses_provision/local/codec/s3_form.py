"""S3 as it speaks: a bucket may be in the host, a body may be one member alone, or plain bytes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, fromstring

from ses_provision.local.codec import rest, xml_form
from ses_provision.local.codec.service import Codec
from ses_provision.local.contract import AwsError, Params, Reply
from ses_provision.local.wire import Request, Response

if TYPE_CHECKING:
    from botocore.model import OperationModel

# S3 User Guide, virtual hosting of buckets.
_IN_HOST = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]+?)\.s3[.-][a-z0-9.-]*amazonaws\.com(\.cn)?")
_CHUNK = re.compile(rb"([0-9a-fA-F]+)(;[^\r]*)?\r\n")
_LOCATION = "GetBucketLocation"


class S3Codec(Codec):
    """The codec of S3."""

    def operation(self, request: Request) -> tuple[OperationModel, dict[str, str]]:
        """The operation a request asks for, wherever it names its bucket."""
        found = _IN_HOST.fullmatch(urlsplit(request.origin).hostname or "")
        if found:
            request = replace(request, path=f"/{found['bucket']}{request.path}")
        return super().operation(request)

    def _read(self, request: Request, operation: OperationModel, labels: dict[str, str]) -> Params:
        shape = operation.input_shape
        payload = shape.serialization.get("payload")
        found: Params = {}
        if payload:
            member = shape.members[payload]
            body = _dechunked(request)
            if member.type_name == "structure":
                # The document is read in memory, from a client on this machine.
                found = {payload: xml_form.read(member, fromstring(body))} if body else {}  # noqa: S314
            else:
                found = {payload: body if member.type_name == "blob" else body.decode()}
        found.update(rest.bound(shape, request, labels))
        return found

    def reply(self, request: Request, operation: OperationModel, reply: Reply) -> Response:
        """A successful response."""
        del request
        shape = operation.output_shape
        headers = {"x-amz-request-id": "local", "Content-Type": "application/xml"}
        headers |= rest.reply_headers(operation, reply)
        status = int(operation.http.get("responseCode", 200))
        if shape is None:
            return Response(status, headers)
        payload = shape.serialization.get("payload")
        if operation.name == _LOCATION:
            root = Element("LocationConstraint", xmlns=self._namespace)
            root.text = reply.get("LocationConstraint", "")
            return Response(status, headers, xml_form.to_bytes(root))
        if payload is None:
            root = Element(shape.name, xmlns=self._namespace)
            xml_form.members(shape, reply, root)
            return Response(status, headers, xml_form.to_bytes(root))
        member, value = shape.members[payload], reply.get(payload)
        if member.type_name != "structure":
            return Response(status, headers, value if isinstance(value, bytes) else _bytes(value))
        root = Element(member.serialization.get("name", payload), xmlns=self._namespace)
        xml_form.members(member, value or {}, root)
        return Response(status, headers, xml_form.to_bytes(root))


def _bytes(value: Any) -> bytes:
    return str(value or "").encode()


def _dechunked(request: Request) -> bytes:
    """A body without the chunks in which clients send what they sign on the way (S3 API reference,
    signature calculations for chunked uploads)."""
    if "aws-chunked" not in request.headers.get("content-encoding", ""):
        return request.body
    found, rest_of_it = b"", request.body
    while rest_of_it:
        head = _CHUNK.match(rest_of_it)
        if head is None:
            raise AwsError("IncompleteBody", "The request body terminated unexpectedly")
        size = int(head[1], 16)
        if size == 0:
            break
        found += rest_of_it[head.end() : head.end() + size]
        rest_of_it = rest_of_it[head.end() + size + 2 :]
    return found
