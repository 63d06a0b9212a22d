"""Whether somebody answers by HTTPS, asked of a server on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ses_provision.local.smtp import certificates
from ses_provision.outside import web
from ses_provision.rehearsal.answers import outcome


class Answering(BaseHTTPRequestHandler):
    """Answers 404 to everything, as awstrack.me may."""

    def do_HEAD(self) -> None:
        """Answer the head."""
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """A web server with a certificate that this process alone trusts."""
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        server.socket = certificates.context(()).wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join(5)


def asked(port: int, *, trusting: bool) -> str:
    """Why nobody answers; empty where somebody does."""
    context = ssl.create_default_context(cadata=certificates.authority() if trusting else None)
    reading = web.answers_by_https("127.0.0.1")
    return str(outcome(reading, lambda ask: web.look(ask, port=port, context=context)))


def test_any_answer_behind_a_certificate_that_holds_counts(port: int) -> None:
    assert asked(port, trusting=True) == ""


def test_a_certificate_that_does_not_hold_is_no_answer(port: int) -> None:
    assert "its certificate does not hold" in asked(port, trusting=False)


def test_where_nobody_listens_the_reason_is_said() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert "refused" in asked(closed.getsockname()[1], trusting=True)


@pytest.mark.parametrize(("status", "said"), [(200, ""), (403, ""), (502, "it answers 502")])
def test_a_server_that_says_it_is_broken_does_not_answer(status: int, said: str) -> None:
    assert outcome(web.answers_by_https("x.example"), lambda _: {"status": status}) == said
