"""How many SESv2 requests a second the local AWS answers: `python -m tests.local.bench`.

Measured three ways: the answer alone (a request already on the wire), a boto3 client in process,
and a raw HTTP client against the server in a process of its own.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from ses_provision.local import LocalAws
from ses_provision.local.wire import Request

ACCOUNT, REGION, DOMAIN = "524471258033", "us-east-2", "starlightpractice.com"
SIGNED = {
    "Authorization": f"AWS4-HMAC-SHA256 Credential=LOCAL000{ACCOUNT}/20260403/{REGION}/ses/"
    "aws4_request, SignedHeaders=host, Signature=local",
    "Content-Type": "application/json",
}
PATH = f"/v2/email/identities/{DOMAIN}"
AT_LEAST = 300
SERVER = """
from ses_provision.local import LocalAws
from ses_provision.local.server import serve
serve(LocalAws(), port=0, ready=lambda address: print(address.url, flush=True))
"""


def rate(call: Callable[[], object], seconds: float = 1.0) -> float:
    """Calls a second."""
    call()
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        call()
        count += 1
    return count / (time.perf_counter() - start)


def answers() -> float:
    """The local AWS alone."""
    aws = _with_identity()
    request = Request.of("GET", f"https://email.{REGION}.amazonaws.com{PATH}", SIGNED, b"")
    return rate(lambda: aws.answer(request))


def in_process() -> float:
    """A boto3 client and the local AWS, in one process."""
    ses = _with_identity().session(ACCOUNT, REGION).client("sesv2")
    return rate(lambda: ses.get_email_identity(EmailIdentity=DOMAIN))


def over_http() -> float:
    """The server, in a process of its own on a core of its own where there are two."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            if hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(server.pid, {max(os.sched_getaffinity(0))})
            address = urlsplit(server.stdout.readline().strip())
            connection = http.client.HTTPConnection(str(address.hostname), address.port)

            def ask(method: str, path: str, body: bytes = b"") -> None:
                connection.request(method, path, body, SIGNED)
                response = connection.getresponse()
                response.read()
                assert response.status == 200, response.status

            ask("POST", "/v2/email/identities", json.dumps({"EmailIdentity": DOMAIN}).encode())
            return rate(lambda: ask("GET", PATH))
        finally:
            server.terminate()


def _with_identity() -> LocalAws:
    aws = LocalAws()
    aws.call(ACCOUNT, REGION, "sesv2", "CreateEmailIdentity", {"EmailIdentity": DOMAIN})
    return aws


def measure() -> dict[str, float]:
    """Requests a second, by how they were sent."""
    return {
        "answer alone": answers(),
        "boto3 in process": in_process(),
        "over HTTP": over_http(),
    }


if __name__ == "__main__":
    for way, found in measure().items():
        sys.stdout.write(f"{way:<18} {found:8.0f} requests/s   (at least {AT_LEAST})\n")
