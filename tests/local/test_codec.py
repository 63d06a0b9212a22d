"""The server's half of every wire protocol understands botocore's half, and the other way round.

One law for every operation of every service served: what a client writes is read as it was meant,
and what we reply is what the client reads.
"""

from __future__ import annotations

import gzip
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import RpcV2CBORParser, create_parser
from botocore.serialize import create_serializer
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ses_provision.local.codec import cbor_form, codec_for
from ses_provision.local.contract import AwsError
from ses_provision.local.wire import Request

SPOKEN = [
    ("sesv2", "rest-json"),
    ("artifact", "rest-json"),
    ("route53", "rest-xml"),
    ("sns", "query"),
    ("sts", "query"),
    ("iam", "query"),
    ("cloudwatch", "smithy-rpc-v2-cbor"),
    ("cloudwatch", "json"),
    ("cloudwatch", "query"),
    ("sqs", "json"),
    ("events", "json"),
    ("firehose", "json"),
    ("kms", "json"),
]
WHEN = datetime(2026, 4, 3, 12, 30, 15, tzinfo=UTC)
SCALARS = {
    "boolean": True,
    "integer": 7,
    "long": 8,
    "float": 0.25,
    "double": 0.5,
    "timestamp": WHEN,
    "blob": b"\x00\xff",
}
DEEPEST = 7


def sample(shape, depth=0):
    """A value with every member of a shape, as deep as it is reasonable."""
    kind = shape.type_name
    if kind == "structure":
        if getattr(shape, "is_document_type", False):
            return {"any": ["thing", 1]}
        if getattr(shape, "is_tagged_union", False):
            name, member = next(iter(shape.members.items()))
            return {name: sample(member, depth + 1)}
        return {
            name: sample(member, depth + 1)
            for name, member in shape.members.items()
            if depth < DEEPEST
        }
    if kind == "list":
        return [sample(shape.member, depth + 1)] * 2
    if kind == "map":
        return {"key": sample(shape.value, depth + 1)}
    if kind in SCALARS:
        return SCALARS[kind]
    plain = shape.serialization.get("location") in ("header", "headers")
    return "text" if plain else 'a/b c & <"é">+%41'


def trimmed(value):
    """A value without the empty structures that no protocol can carry."""
    if isinstance(value, dict):
        return {key: trimmed(item) for key, item in value.items() if trimmed(item) not in ({}, [])}
    if isinstance(value, list):
        return [trimmed(item) for item in value if trimmed(item) not in ({}, [])]
    return value


def written(protocol, operation, params) -> Request:
    made = create_serializer(protocol, include_validation=False).serialize_to_request(
        params, operation
    )
    body, headers = made["body"], dict(made["headers"])
    query = made["query_string"]
    if isinstance(body, dict):
        body = urlencode(body)
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    url = made["url_path"] + (f"?{urlencode(query, doseq=True)}" if query else "")
    body = body.encode() if isinstance(body, str) else bytes(body)
    return Request.of(made["method"], f"https://host{url}", headers, body)


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_requests_are_read_as_they_were_meant(service, protocol):
    codec = codec_for(service)
    for name in codec.model.operation_names:
        operation = codec.model.operation_model(name)
        params = sample(operation.input_shape) if operation.input_shape else {}
        request = written(protocol, operation, params)
        found, labels = codec.operation(request)
        assert found.name == name
        assert trimmed(codec.params(request, found, labels)) == trimmed(params), name


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_replies_are_read_by_the_client_as_they_were_meant(service, protocol):
    codec = codec_for(service)
    parser = create_parser(protocol)
    for name in codec.model.operation_names:
        operation = codec.model.operation_model(name)
        shape = operation.output_shape
        if shape is not None and getattr(operation, "has_event_stream_output", False):
            continue
        reply = sample(shape) if shape else {}
        inputs = operation.input_shape
        request = written(protocol, operation, sample(inputs) if inputs else {})
        response = codec.reply(request, operation, reply)
        raw = {
            "status_code": response.status,
            "headers": HeadersDict(response.headers),
            "body": response.body,
        }
        parsed = parser.parse(raw, shape)
        parsed.pop("ResponseMetadata")
        assert trimmed(parsed) == trimmed(reply), name


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_refusals_reach_the_client_with_code_message_and_status(service, protocol):
    codec = codec_for(service)
    operation = codec.model.operation_model(codec.model.operation_names[0])
    inputs = operation.input_shape
    request = written(protocol, operation, sample(inputs) if inputs else {})
    response = codec.refusal(request, AwsError("SomeException", "what & why", 409))
    raw = {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "body": response.body,
    }
    parsed = create_parser(protocol).parse(raw, operation.output_shape)
    assert parsed["Error"]["Code"] == "SomeException"
    assert parsed["Error"]["Message"] == "what & why"
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == 409


PLAIN = st.recursive(
    st.one_of(
        st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False),
        st.text(), st.binary(),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=20,
)  # fmt: skip


@given(PLAIN)
@settings(max_examples=150, deadline=None)
def test_cbor_is_read_as_it_was_written(value):
    """RFC 8949."""
    parser = RpcV2CBORParser()
    stream = parser.get_peekable_stream_from_bytes(cbor_form.encode(value))
    assert parser.parse_data_item(stream) == value


def test_a_compressed_body_is_unpacked():
    body = gzip.compress(b"Action=GetCallerIdentity&Version=2011-06-15")
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Encoding": "gzip",
    }
    request = Request.of("POST", "https://host/", headers, body)
    assert codec_for("sts").operation(request)[0].name == "GetCallerIdentity"


@pytest.mark.parametrize(
    ("service", "method", "path", "body"),
    [
        ("sesv2", "GET", "/v2/email/nonsense", b""),
        ("route53", "PUT", "/2013-04-01/hostedzone", b""),
        ("sns", "POST", "/", b"Action=Nonsense"),
        ("sns", "POST", "/", b""),
    ],
)
def test_an_unknown_operation_is_an_error(service, method, path, body):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with pytest.raises(AwsError) as caught:
        codec_for(service).operation(Request.of(method, path, headers, body))
    assert (caught.value.code, caught.value.status) == ("UnknownOperationException", 404)


@pytest.mark.parametrize(
    ("service", "path", "body"),
    [
        ("sesv2", "/v2/email/identities", b"{nonsense"),
        ("route53", "/2013-04-01/hostedzone", b"<unclosed>"),
    ],
)
def test_a_body_that_cannot_be_read_is_an_error(service, path, body):
    codec = codec_for(service)
    request = Request.of("POST", path, {}, body)
    operation, labels = codec.operation(request)
    with pytest.raises(AwsError, match="cannot be read"):
        codec.params(request, operation, labels)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'["a list"]', "Start of list found where not expected"),
        (b'{"Tags": "a string"}', "Expected list or null"),
        (b'{"SendingOptions": "a string"}', "Expected null"),
        (b'{"ConfigurationSetName": 1}', "NUMBER_VALUE can not be converted to a String"),
        (b'{"ConfigurationSetName": {}}', "Start of structure or map found where not expected."),
        (b'{"SendingOptions": {"SendingEnabled": null}}', ""),
        (b'{"DeliveryOptions": {"MaxDeliverySeconds": "5"}}', "can not be converted to an Integer"),
    ],
)
def test_a_value_of_another_type_is_refused_in_the_words_of_aws(body, said):
    """Probed of SESv2 in June 2026 (floci-io/floci, SesV2Json)."""
    codec = codec_for("sesv2")
    request = Request.of("POST", "/v2/email/configuration-sets", {}, body)
    operation, labels = codec.operation(request)
    with pytest.raises(AwsError) as caught:
        codec.params(request, operation, labels)
    assert (caught.value.code, caught.value.status) == ("SerializationException", 400)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("operation", "document"),
    [
        ("PutMetricAlarm", {"Threshold": "1"}),
        ("PutMetricAlarm", {"Threshold": True}),
        ("PutMetricAlarm", {"EvaluationPeriods": 1.5}),
        ("PutMetricAlarm", {"ActionsEnabled": "true"}),
        ("PutMetricAlarm", {"AlarmActions": "arn"}),
        ("PutMetricAlarm", {"AlarmActions": [5]}),
        ("PutMetricAlarm", {"AlarmActions": [None]}),
        ("PutMetricAlarm", {"AlarmName": b"a"}),
        ("PutMetricAlarm", {"Dimensions": {"Name": "a"}}),
        ("PutMetricAlarm", ["AlarmName"]),
        ("DescribeAlarmHistory", {"StartDate": "2026-04-03T00:00:00Z"}),
        ("DescribeAlarmHistory", {"StartDate": 1.0}),
    ],
)
def test_a_value_of_another_type_is_refused_of_cbor(operation, document):
    codec = codec_for("cloudwatch")
    path = f"/service/GraniteServiceVersion20100801/operation/{operation}"
    headers = {"smithy-protocol": "rpc-v2-cbor"}
    request = Request.of("POST", path, headers, cbor_form.encode(document))
    model, labels = codec.operation(request)
    with pytest.raises(AwsError, match="where the model has a") as caught:
        codec.params(request, model, labels)
    assert caught.value.code == "SerializationException"


HEADERS = {
    "cbor": {"smithy-protocol": "rpc-v2-cbor"},
    "json": {"x-amz-target": "GraniteServiceVersion20100801.PutMetricData"},
    "query": {"content-type": "application/x-www-form-urlencoded"},
    "rest-json": {},
    "rest-xml": {},
}
PATHS = {
    "cbor": "/service/GraniteServiceVersion20100801/operation/PutMetricData",
    "rest-json": "/v2/email/outbound-emails",
    "rest-xml": "/2013-04-01/hostedzone/Z/rrset",
}
LENGTHS = [bytes([0x1B + (major << 5)]) + b"\x7f" + b"\xff" * 7 for major in range(8)]


@pytest.mark.parametrize("spoken", HEADERS)
@given(st.binary(max_size=40) | st.sampled_from(LENGTHS) | st.text('<>a/&;![]{}:"').map(str.encode))
@settings(max_examples=150, deadline=None)
@example(b"\x81" * 50_000)
@example(b"[" * 100_000)
@example(b"<a>" * 50_000)
def test_whatever_the_body_is_it_is_read_or_refused(spoken, body):
    services = {"rest-json": "sesv2", "rest-xml": "route53"}
    codec = codec_for(services.get(spoken, "cloudwatch"))
    form = b"Action=PutMetricData&" if spoken == "query" else b""
    request = Request.of("POST", PATHS.get(spoken, "/"), HEADERS[spoken], form + body)
    with suppress(AwsError):
        model, labels = codec.operation(request)
        assert isinstance(codec.params(request, model, labels), dict)


def test_no_part_of_a_signature_is_longer_than_any_of_aws():
    """What has no bounds is looked for from every place in a header: that takes its square."""

    def scope(key):
        signed = f"Credential={key}/20260403/us-east-2/sns/aws4_request"
        return Request.of("POST", "/", {"Authorization": signed}, b"").scope

    assert scope("k" * 128) is not None
    assert scope("k" * 129) is None


def test_a_time_beyond_all_calendars_cannot_be_read():
    codec = codec_for("cloudwatch")
    body = b"Action=DescribeAlarmHistory&StartDate=99999999999999999999"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = Request.of("POST", "/", headers, body)
    model, labels = codec.operation(request)
    with pytest.raises(AwsError, match="cannot be read"):
        codec.params(request, model, labels)


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/v2/email/identities?PageSize=5", "ListEmailIdentities"),
        ("/v2/email/configuration-sets?PageSize=5&NextToken=x", "ListConfigurationSets"),
        ("/v2/email/contact-lists/news/contacts?PageSize=5", "ListContacts"),
        ("/v2/email/identities?PageSize=5&Filter=x", "ListEmailIdentities"),
        (
            "/v2/email/contact-lists/news/contacts?PageSize=5&Filter=x&ContactListName=y",
            "ListContacts",
        ),
    ],
)
def test_lists_are_served_where_older_clients_look_for_them(path, operation):
    codec = codec_for("sesv2")
    request = Request.of("GET", path, {}, b"")
    model, labels = codec.operation(request)
    params = codec.params(request, model, labels)
    assert model.name == operation
    assert params["PageSize"] == 5
    assert params.get("ContactListName", "news") == "news"
    assert "Filter" not in params
