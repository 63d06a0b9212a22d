"""The local AWS over HTTP, on loopback: AWS endpoints, and `/_local/…` to drive it."""

from __future__ import annotations

import signal
import socket
import sys
import traceback
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local import cloudflare, panels, visitors
from ses_provision.local.control import PREFIX, Control
from ses_provision.local.loopback import only_loopback
from ses_provision.local.sns_envelope import CERTIFICATE_PATH, certificate
from ses_provision.local.wire import LONGEST_BODY, ConnectionLostError, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from ses_provision.local.cloud import LocalAws

DEFAULT_PORT = 4579
_MOST_DIGITS = 12


@dataclass(frozen=True)
class Address:
    """Where the local AWS listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The endpoint for `AWS_ENDPOINT_URL`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Bursts of concurrent clients wait here instead of being refused.
    request_queue_size = 128

    def __init__(self, aws: LocalAws, host: str, port: int) -> None:
        self.aws = aws
        self.control = Control(aws)
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away; all else is a mistake of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Replies are written in one piece; waiting to fill packets would only delay them.
    disable_nagle_algorithm = True
    wbufsize = -1

    def _serve(self) -> None:
        length = self._length()
        if length is None:
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            self._say(400, "The body is shorter than its Content-Length.")
            return
        refused = visitors.refusal(self.headers, self.path)
        path = self.path.partition("?")[0]
        if refused:
            self.close_connection = True
            self._say(403, refused)
        elif path.startswith(PREFIX):
            status, document = self.server.control.answer(self.command, self.path, body)
            self._send(status, {"Content-Type": "application/json"}, document)
        elif path.startswith((f"{cloudflare.PREFIX}/", f"{panels.PREFIX}/")):
            self._serve_provider(body)
        elif path == CERTIFICATE_PATH:
            self._send(200, {"Content-Type": "application/x-pem-file"}, certificate())
        else:
            self._serve_aws(body)

    def _length(self) -> int | None:
        """The length of the body, None when it has been refused."""
        lengths = self.headers.get_all("Content-Length") or ["0"]
        status, why = 400, ""
        if "Transfer-Encoding" in self.headers:
            status, why = 411, "Send a Content-Length."
        elif len(set(lengths)) > 1 or not (lengths[0].isascii() and lengths[0].isdecimal()):
            why = "The Content-Length is not a number."
        elif len(lengths[0]) > _MOST_DIGITS or int(lengths[0]) > LONGEST_BODY:
            status, why = 413, f"The local AWS takes bodies of up to {LONGEST_BODY} bytes."
        if not why:
            return int(lengths[0])
        self.close_connection = True
        self._say(status, why)
        return None

    def _serve_provider(self, body: bytes) -> None:
        headers = dict(self.headers.items())
        self._answer(lambda: self._of_provider(headers, body))

    def _of_provider(self, headers: dict[str, str], body: bytes) -> Response:
        """What a DNS provider outside AWS answers."""
        aws = self.server.aws
        asked = aws.panels if self.path.startswith(f"{panels.PREFIX}/") else aws.cloudflare
        with aws.lock:
            found = asked.respond(self.command, self.path, headers, body)
        return Response(*found)

    def _serve_aws(self, body: bytes) -> None:
        try:
            request = Request.of(self.command, self.path, dict(self.headers.items()), body)
        except ValueError as error:
            self._say(400, str(error))
            return
        self._answer(lambda: self.server.aws.answer(request))

    def _answer(self, answer: Callable[[], Response]) -> None:
        try:
            response = answer()
        except ConnectionLostError:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        except Exception:  # noqa: BLE001 - the client gets an answer, the operator the trace
            traceback.print_exc()
            self._send(500, {}, b"")
            return
        self._send(response.status, response.headers, response.body)

    def _say(self, status: int, text: str) -> None:
        self._send(status, {"Content-Type": "text/plain"}, f"{text}\n".encode())

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        # What S3 says of an object is the length of its content, which HEAD does not get.
        said = {name: value for name, value in headers.items() if name != "Content-Length"}
        length = headers.get("Content-Length") if self.command == "HEAD" else None
        for name, value in said.items():
            self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    # The names are the base class's.
    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is inherited
        """Say nothing: the journal has it."""


@contextmanager
def serving(aws: LocalAws, host: str = "127.0.0.1", port: int = 0) -> Iterator[Address]:
    """Serve while the block runs; port 0 takes a free one."""
    only_loopback(host)
    server = _Server(aws, host, port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    address = Address(host, int(server.server_address[1]))
    before, aws.served_at = aws.served_at, address.url
    try:
        yield address
    finally:
        aws.served_at = before
        server.shutdown()
        server.server_close()
        thread.join()


def serve(
    aws: LocalAws,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    ready: Callable[[Address], None] = lambda _: None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, from the main thread; `ready` is called once it listens."""
    stop = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with serving(aws, host, port) as address:
            ready(address)
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
