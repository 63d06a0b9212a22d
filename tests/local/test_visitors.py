"""No web page drives the local AWS, on any path, and no broken request brings it down."""

from __future__ import annotations

import gzip
import json
import socket
import struct

import dns.message
import dns.opcode
import dns.query
import dns.rcode
import pytest

from ses_provision.local.nameserver import name_server
from ses_provision.local.server import serving
from ses_provision.local.visitors import is_loopback
from tests.local.conftest import HOME, PROD

SIGNED = (
    f"AWS4-HMAC-SHA256 Credential=LOCAL000{PROD}/20260403/{HOME}/{{}}/aws4_request, "
    "SignedHeaders=host, Signature=local"
)
PATHS = ("/", "/_local/health", "/_local/reset", "/v2/email/account", "/no/such/path")


@pytest.fixture
def address(aws):
    with serving(aws) as served:
        yield served


@pytest.fixture
def send(address, capsys):
    """One request as bytes, and the status line and body of its answer."""

    def exchange(method="GET", target="/_local/health", headers=(), body=b"", host=None):
        own = f"127.0.0.1:{address.port}"
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [f"Host: {own if host is None else host}"] if host != "" else []
        lines += [f"{name}: {value.replace('OWN', own)}" for name, value in headers]
        if body and not any(name == "Content-Length" for name, _ in headers):
            lines.append(f"Content-Length: {len(body)}")
        lines.append("Connection: close")
        with socket.create_connection((address.host, address.port), timeout=10) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, told = answer.partition(b"\r\n\r\n")
        assert "Traceback" not in capsys.readouterr().err
        return int(head.split()[1]), told

    return exchange


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:4579", "127.0.0.1.evil.example", "192.0.2.1", "", "@127.0.0.1",
     "127.0.0.1/x", "[::1", "0x7f000001.example", "localhost.evil.example", "169.254.169.254"],
)  # fmt: skip
def test_a_host_that_is_not_this_machine_is_refused_on_every_path(send, path, host):
    """DNS rebinding: a name of the page's own that leads to 127.0.0.1."""
    assert send(target=path, host=host)[0] == 403


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "header",
    [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://localhost:1"),
        ("Referer", "https://evil.example/page"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Host", "evil.example"),
    ],
)
def test_a_foreign_page_is_refused_on_every_path(send, path, header):
    assert send(target=path, headers=[header])[0] == 403


def test_a_page_cannot_act_by_an_image_with_the_key_in_its_address(send, aws):
    key = f"LOCAL000{PROD}%2F20260403%2F{HOME}%2Fsns%2Faws4_request"
    target = f"/?Action=CreateTopic&Name=planted&X-Amz-Credential={key}"
    assert send(target=target, headers=[("Sec-Fetch-Site", "cross-site")])[0] == 403
    assert aws.sns.topics(PROD, HOME) == []
    assert send(target=target)[0] == 200
    assert [topic.arn.split(":")[5] for topic in aws.sns.topics(PROD, HOME)] == ["planted"]


@pytest.mark.parametrize(
    "headers",
    [(), [("Origin", "http://OWN")], [("Sec-Fetch-Site", "none")],
     [("Sec-Fetch-Site", "same-origin")], [("Referer", "http://OWN/x")]],
)  # fmt: skip
def test_programs_and_people_on_this_machine_are_answered(send, headers):
    assert send(headers=headers)[0] == 200


@pytest.mark.parametrize(
    ("authority", "expected"),
    [("localhost", True), ("localhost:1", True), ("LOCALHOST", True), ("aws.localhost:4579", True),
     ("127.8.9.10", True), ("[::1]:80", True), ("127.0.0.1:99999", False), ("10.0.0.1", False),
     ("", False), ("user@localhost", False), ("[::ffff:10.0.0.1]", False)],
)  # fmt: skip
def test_what_counts_as_this_machine(authority, expected):
    assert is_loopback(authority) is expected


def test_the_local_aws_is_no_proxy(send):
    assert send(target="http://evil.example/_local/health")[0] == 403
    assert send(target="http://[broken/_local/health")[0] == 403


@pytest.mark.parametrize(
    ("length", "status"),
    [("abc", 400), ("-1", 400), ("1e3", 400), ("٣", 400), ("99999999999999999999", 413),
     ("104857600", 413), ("10", 400)],
)  # fmt: skip
def test_a_length_that_is_none_is_answered(send, length, status):
    value = length.encode().decode("latin-1")
    headers = [("Content-Length", value)]
    assert send("POST", "/_local/reset", headers, b"{}")[0] == status


def test_two_lengths_are_refused(send):
    headers = [("Content-Length", "2"), ("Content-Length", "3")]
    assert send("POST", "/_local/reset", headers, b"{}")[0] == 400


DEEP = "[" * 100_000


def signed(service, **more):
    return [("Authorization", SIGNED.format(service)), *more.items()]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"no gzip", {"Content-Encoding": "gzip"}),
        (gzip.compress(b"{}", mtime=0)[:-4], {"Content-Encoding": "gzip"}),
        (gzip.compress(b"0" * (65 * 1024 * 1024), mtime=0), {"Content-Encoding": "gzip"}),
    ],
    ids=["no gzip", "cut short", "too much"],
)
def test_a_body_that_is_not_what_it_says_is_a_bad_request(send, body, headers):
    assert send("POST", "/", signed("kms", **headers), body)[0] == 400


@pytest.mark.parametrize(
    ("service", "headers", "body"),
    [
        ("kms", {"X-Amz-Target": "TrentService.CreateKey"}, DEEP.encode()),
        ("kms", {"X-Amz-Target": "TrentService.CreateKey"}, b'{"Description": NaN}'),
        ("kms", {"X-Amz-Target": "TrentService.CreateKey"}, b"\xff\xfe"),
        ("kms", {"X-Amz-Target": "TrentService.CreateKey"}, b"[]"),
        ("kms", {"X-Amz-Target": "TrentService.CreateKey"}, b'{"Tags": "x"}'),
        ("monitoring", {"X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData"},
         b'{"Namespace": "N", "MetricData": [{"MetricName": "m", "Value": 1e999}]}'),
        ("monitoring", {"Content-Type": "application/x-www-form-urlencoded"},
         b"Action=PutMetricData&Namespace=N&MetricData.member.1.Value=Infinity"),
        ("monitoring", {"Smithy-Protocol": "rpc-v2-cbor"}, b"\x81" * 100_000),
        ("sns", {"Content-Type": "application/x-www-form-urlencoded"}, b"\xff=\xfe&Action=\xff"),
    ],
)  # fmt: skip
def test_a_broken_document_is_refused_and_is_no_mistake_of_ours(send, service, headers, body):
    path = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
    target = path if "Smithy-Protocol" in headers else "/"
    status, _ = send("POST", target, signed(service, **headers), body)
    assert 400 <= status < 500


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        ("clock", b'{"set": "9999-12-31T23:00:00Z"}'),
        ("clock", b'{"set": "0001-01-01T00:00:00Z"}'),
        ("clock", b'{"advance": Infinity}'),
        ("clock", b'{"advance": 1e999}'),
        ("clock", b'{"advance": 1e300}'),
        ("clock", b'{"advance": 1e11}'),
        ("clock", b'{"advance": -1e11}'),
        ("knobs", b'{"insync_after": 1e300}'),
        ("knobs", b'{"rate": NaN}'),
        ("knobs", DEEP.encode()),
        ("faults", b'{"kind": "error", "number": 1e400}'),
        ("seed", b'{"account": "1", "zones": [["Z1", "a..b"]]}'),
    ],
)
def test_control_requests_beyond_reason_are_refused_and_leave_all_in_order(send, path, payload):
    status, told = send("POST", f"/_local/{path}", body=payload)
    assert status == 400
    assert json.loads(told)["error"]
    assert send()[0] == 200
    assert send("POST", "/_local/reset")[0] == 200


def test_seeding_a_role_that_exists_is_fine_and_changes_nothing(send, aws):
    before = aws.snapshot(PROD)
    payload = json.dumps({"account": PROD, "roles": ["app"]}).encode()
    for _ in range(2):
        assert send("POST", "/_local/seed", body=payload)[0] == 200
    assert aws.snapshot(PROD) == before
    assert send("POST", "/_local/reset")[0] == 200
    assert aws.snapshot(PROD) == before


@pytest.fixture
def dns_at(aws, capsys):
    with name_server(aws) as at:
        yield at
    assert capsys.readouterr().err == ""


def datagram(at, data):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0.3)
        sender.sendto(data, at)
        try:
            return sender.recv(65535)
        except TimeoutError:
            return None


def test_an_answer_sent_as_a_question_is_not_answered(dns_at):
    answer = dns.message.make_response(dns.message.make_query("example.org", "A"))
    assert datagram(dns_at, answer.to_wire()) is None
    assert datagram(dns_at, b"\x00") is None
    question = dns.message.make_query("example.org", "A")
    assert dns.query.udp(question, dns_at[0], port=dns_at[1], timeout=5).rcode() == (
        dns.rcode.NXDOMAIN
    )


def test_other_requests_of_dns_are_not_implemented(dns_at):
    notify = dns.message.make_query("example.org", "SOA")
    notify.set_opcode(dns.opcode.NOTIFY)
    found = dns.message.from_wire(datagram(dns_at, notify.to_wire()) or b"")
    assert found.rcode() == dns.rcode.NOTIMP


def test_a_declared_value_that_is_none_is_a_failure_of_the_server(aws, dns_at):
    aws.declare_dns("only.example.org", "MX", ["no priority and no host"])
    question = dns.message.make_query("only.example.org", "MX")
    assert dns.query.udp(question, dns_at[0], port=dns_at[1], timeout=5).rcode() == (
        dns.rcode.SERVFAIL
    )


def test_a_connection_that_breaks_off_is_nothing(dns_at):
    for data in (b"", b"\x00", struct.pack("!H", 50) + b"short"):
        with socket.create_connection(dns_at, timeout=5) as connection:
            connection.sendall(data)
    question = dns.message.make_query("example.org", "A")
    assert dns.query.tcp(question, dns_at[0], port=dns_at[1], timeout=5).rcode() == (
        dns.rcode.NXDOMAIN
    )
