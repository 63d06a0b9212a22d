"""Whatever a client sends of a wrong type, it gets a refusal: never a failure of the server."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from ses_provision.local import LocalAws
from ses_provision.local.codec import codec_for
from ses_provision.local.wire import Request
from tests.local.conftest import HOME, PROD

WRONG: tuple[Any, ...] = (1, 1.5, True, "text", "", None, [], [1], [None], [{}], {}, {"a": 1})
SCOPE = f"LOCAL000{PROD}/20260403/{HOME}/ses/aws4_request"
AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=x"
V1, V2 = codec_for("ses").model, codec_for("sesv2").model


def members(model: Any, operation: str) -> list[str]:
    shape = model.operation_model(operation).input_shape
    return list(shape.members) if shape is not None else []


def json_request(operation: str, document: Any) -> Request:
    http = V2.operation_model(operation).http
    path = re.sub(r"\{[^}]+\}", "x", http["requestUri"].partition("?")[0])
    return Request.of(
        http["method"],
        f"https://email.us-east-2.amazonaws.com{path}",
        {"Authorization": AUTHORIZATION, "Content-Type": "application/json"},
        json.dumps(document).encode(),
    )


def form_request(operation: str, **parameters: str) -> Request:
    return Request.of(
        "POST",
        "https://email.us-east-2.amazonaws.com/",
        {"Authorization": AUTHORIZATION, "Content-Type": "application/x-www-form-urlencoded"},
        urlencode({"Action": operation, "Version": "2010-12-01", **parameters}).encode(),
    )


@pytest.mark.parametrize("operation", sorted(V2.operation_names))
def test_no_value_of_a_wrong_type_makes_sesv2_fail(aws: LocalAws, operation: str) -> None:
    documents = [*WRONG, *({name: each} for name in members(V2, operation) for each in WRONG)]
    for document in documents:
        status = aws.answer(json_request(operation, document)).status
        assert status < 500 or status == 501, document


@pytest.mark.parametrize("operation", sorted(V1.operation_names))
def test_no_value_of_a_wrong_type_makes_the_api_v1_fail(aws: LocalAws, operation: str) -> None:
    for name in members(V1, operation):
        for suffix in ("", ".member.1", ".member.1.Name", ".Name", ".entry.1.key", ".Data"):
            for value in ("text", "", "-1", "%"):
                status = aws.answer(form_request(operation, **{name + suffix: value})).status
                assert status < 500 or status == 501, (name + suffix, value)
