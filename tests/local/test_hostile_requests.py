"""Whatever the values of a request are, it is answered: with a reply or a refusal of AWS's kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.serialize import create_serializer

from ses_provision.local import traits
from ses_provision.local.codec import codec_for
from ses_provision.local.wire import Request
from tests.local.conftest import DOMAIN, HOME, PROD, ZONE

# SES has a table of its own (tests/local/ses/test_types.py); the rest is served as moto has it.
SERVICES = (
    "artifact", "athena", "ce", "cloudwatch", "events", "firehose", "glue", "lambda", "logs",
    "pricing",
    "resourcegroupstaggingapi", "route53", "s3", "service-quotas", "sns", "sqs", "sts",
)  # fmt: skip
EACH = [(service, protocol) for service in SERVICES
        for protocol in codec_for(service).model.metadata.get("protocols")
        or [codec_for(service).model.protocol]]  # fmt: skip
TOPIC = f"arn:aws:sns:{HOME}:{PROD}:events"
TEXTS = (
    "", "x", "events", "jobs", TOPIC, DOMAIN, ZONE, f"http://localhost/{PROD}/jobs", "arn:", "::::",
    "[[", "{}", '{"Statement": [1]}', '{"Statement": {"Effect": "Allow", "Action": 5}}', "-1",
    "9" * 400, "\x00", "%zz", "http://[::1", "NOT (", "\U0001f600",
)  # fmt: skip
NUMBERS = (0, -1, 60, 2**31, -(2**63))
TIMES = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
VALUES: dict[str, tuple[Any, ...]] = {
    "integer": NUMBERS,
    "long": NUMBERS,
    "float": (0.0, -1e308, 1e308),
    "double": (0.0, -1e308, 1e308),
    "boolean": (True,),
    "timestamp": TIMES,
    "blob": (b"", b"\xff"),
}


def value(shape: Any, turn: int, depth: int = 0) -> Any:
    """A value of a shape; which one is said by `turn`."""
    if shape.type_name == "structure":
        return {
            name: value(member, turn + place, depth + 1)
            for place, (name, member) in enumerate(shape.members.items())
            if name in shape.required_members or (turn + place) % 3 == 0
            if depth < 6
        }
    if shape.type_name == "list":
        return [value(shape.member, turn, depth + 1)] * (turn % 3)
    if shape.type_name == "map":
        key = str(value(shape.key, turn, depth + 1))
        return {key: value(shape.value, turn + 1, depth + 1)}
    choices = getattr(shape, "enum", None) or VALUES.get(shape.type_name, TEXTS)
    return choices[turn % len(choices)]


def request(service: str, protocol: str, operation: str, params: dict[str, Any]) -> Request:
    model = codec_for(service).model.operation_model(operation)
    serializer = create_serializer(protocol, include_validation=False)
    written = serializer.serialize_to_request(params, model)
    signed = model.service_model.signing_name
    scope = f"LOCAL000{PROD}/20260403/{HOME}/{signed}/aws4_request"
    headers = {**written["headers"], "Authorization": f"Credential={scope}"}
    body, query = written["body"], urlencode(written["query_string"] or {}, doseq=True)
    if isinstance(body, dict):
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(body)
    raw = body.encode() if isinstance(body, str) else body
    url = f"http://localhost{written['url_path']}"
    joined = "&" if "?" in url else "?"
    return Request.of(written["method"], f"{url}{joined}{query}" if query else url, headers, raw)


def asked(service: str, turns: range) -> list[tuple[str, dict[str, Any]]]:
    model = codec_for(service).model
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return [(name, value(shape, turn)) for name, shape in shapes.items() if shape for turn in turns]


def test_every_service_that_is_more_than_motos_is_asked(aws):
    of_moto = {"iam", "kms"} | {name for name, held in traits.SERVICES.items() if held.is_moto}
    assert set(SERVICES) == set(aws.services) - of_moto - {"ses", "sesv2"}


@pytest.mark.parametrize(("service", "protocol"), EACH)
def test_no_values_make_a_service_fail(aws, service, protocol):
    aws.call(PROD, HOME, "sns", "CreateTopic", {"Name": "events"})
    aws.call(PROD, HOME, "sqs", "CreateQueue", {"QueueName": "jobs"})
    served, answered = set(aws.operations(service)), 0
    for operation, params in asked(service, range(30)):
        if operation not in served:
            continue
        try:
            made = request(service, protocol, operation, params)
        except (KeyError, OverflowError, UnicodeError):
            continue  # what botocore itself cannot write, such as a path without its label
        status = aws.answer(made).status
        assert status < 500 or status == 501, (operation, params)
        answered += 1
    assert answered >= len(served) * 10
