"""The only module that speaks SMTP: hop by hop to an endpoint, each with its time."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field

from ses_provision.dataclass import dataclass
from ses_provision.outside import regions

IMPLICIT_TLS = frozenset({465, 2465})
"""Ports that begin with TLS; on the others STARTTLS asks for it (SES Developer Guide, SMTP)."""
PORTS = (587, 2587, 25, 465, 2465)
LOGIN = "AUTH"  # what the hop of a login is called
PATIENCE = 10.0  # seconds for each answer


def host(region: str) -> str:
    """The name of the SMTP endpoint of a region (AWS General Reference, Amazon SES)."""
    suffix = regions.dns_suffix(regions.partition(region))
    return f"email-smtp.{region}.{suffix}"


@dataclass(frozen=True)
class Endpoint:
    """An SMTP endpoint: its name, which its certificate has to bear.

    A local AWS stands at an address of its own, with other ports, and an authority of its own.
    """

    host: str
    address: str = ""
    ports: Mapping[int, int] = field(default_factory=dict)
    authority: str = ""

    def port(self, number: int) -> int:
        """Where a port of AWS really is."""
        return self.ports.get(number, number)


@dataclass(frozen=True)
class Login:
    """An SMTP user name and its password. Neither shows in a repr."""

    username: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """A mail to send."""

    sender: str
    recipient: str
    text: str


@dataclass(frozen=True)
class Hop:
    """One hop: what it is called, how long it took, what was said, and why it failed if it did.

    `code` is the SMTP reply code of a refusal, 0 where there is none.
    """

    name: str
    seconds: float
    said: str = ""
    failed: str = ""
    code: int = 0


class Refused(Exception):
    """The server said no."""

    def __init__(self, code: int, said: bytes | str) -> None:
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        super().__init__(" ".join(text.split()))
        self.code = code


FAILURES = (Refused, OSError, smtplib.SMTPException)


class Walk:
    """The hops to an endpoint, one after the other, until one fails."""

    def __init__(self, endpoint: Endpoint, port: int) -> None:
        self._endpoint = endpoint
        self._port = port
        self._client = smtplib.SMTP(timeout=PATIENCE, local_hostname="localhost")
        self._addresses: list[str] = []

    def hops(self, login: Login | None, letter: Letter | None) -> Iterator[Hop]:
        """Go, and give each hop once it is done; nothing comes after one that failed."""
        steps: list[tuple[str, Callable[[], str]]] = [
            ("DNS", self._look_up),
            ("TCP", self._connect),
        ]
        if self._port in IMPLICIT_TLS:
            steps += [("TLS", self._wrap), ("greeting", self._greeted), ("EHLO", self._ehlo)]
        else:
            steps += [
                ("greeting", self._greeted),
                ("EHLO", self._ehlo),
                ("STARTTLS", self._starttls),
            ]
        if login is not None:
            steps.append((LOGIN, lambda: self._log_in(login)))
        if letter is not None:
            steps.append(("mail", lambda: self._send(letter)))
        steps.append(("QUIT", self._quit))
        try:
            for name, step in steps:
                hop = timed(name, step)
                yield hop
                if hop.failed:
                    return
        finally:
            self._client.close()

    def _look_up(self) -> str:
        if self._endpoint.address:
            self._addresses = [self._endpoint.address]
            return f"{self._endpoint.host} (the local AWS)"
        found = socket.getaddrinfo(self._endpoint.host, self._port, type=socket.SOCK_STREAM)
        self._addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        return f"{self._endpoint.host}: {', '.join(self._addresses)}"

    def _connect(self) -> str:
        problem: OSError | None = None
        for address in self._addresses:
            place = (address, self._endpoint.port(self._port))
            try:
                self._client.sock = socket.create_connection(place, timeout=PATIENCE)
            except OSError as error:
                problem = error
            else:
                return f"{address} port {self._port}"
        raise problem or OSError("no address")

    def _greeted(self) -> str:
        return self._fine(self._client.getreply(), 220)

    def _ehlo(self) -> str:
        self._fine(self._client.ehlo(), 250)
        return ", ".join(sorted(self._client.esmtp_features))

    def _starttls(self) -> str:
        self._fine(self._client.docmd("STARTTLS"), 220)
        told = self._wrap()
        # What was said before is forgotten (RFC 3207 section 4.2).
        self._client.file = None
        self._client.ehlo_resp, self._client.esmtp_features = None, {}
        self._fine(self._client.ehlo(), 250)
        return told

    def _wrap(self) -> str:
        context = ssl.create_default_context(cadata=self._endpoint.authority or None)
        plain = self._client.sock
        if plain is None:
            raise OSError("not connected")
        wrapped = context.wrap_socket(plain, server_hostname=self._endpoint.host)
        self._client.sock = wrapped
        cipher = wrapped.cipher()
        return f"{wrapped.version()}, {cipher[0] if cipher else ''}; certificate verified"

    def _log_in(self, login: Login) -> str:
        try:
            return self._fine(self._client.login(login.username, login.password), 235)
        except smtplib.SMTPAuthenticationError as error:
            raise Refused(error.smtp_code, error.smtp_error) from None

    def _send(self, letter: Letter) -> str:
        self._fine(self._client.mail(letter.sender), 250)
        self._fine(self._client.rcpt(letter.recipient), 250)
        try:
            return self._fine(self._client.data(letter.text), 250)
        except smtplib.SMTPDataError as error:
            raise Refused(error.smtp_code, error.smtp_error) from None

    def _quit(self) -> str:
        return self._fine(self._client.docmd("QUIT"), 221)

    @staticmethod
    def _fine(reply: tuple[int, bytes], wanted: int) -> str:
        code, said = reply
        if code != wanted:
            raise Refused(code, said)
        return f"{code} {' '.join(said.decode(errors='replace').split())}"


def timed(name: str, step: Callable[[], str]) -> Hop:
    """Take one step; a failure is told, not raised."""
    begun = time.perf_counter()
    try:
        said = step()
    except FAILURES as error:
        code = getattr(error, "code", 0)
        return Hop(name, time.perf_counter() - begun, failed=reason(error), code=code)
    return Hop(name, time.perf_counter() - begun, said)


def reason(error: Exception) -> str:
    """Why a step failed, in one line."""
    if isinstance(error, Refused):
        return f"{error.code} {error}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return f"no answer in {PATIENCE:g} seconds"
    return " ".join(str(error).split()) or type(error).__name__
