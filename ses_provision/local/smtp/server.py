"""SMTP on loopback: one port that begins in clear text and offers STARTTLS, one with TLS at once.

SES's ports are 25, 587 and 2587, and 465 and 2465; here any free ones. Which region is meant says
the name in the client's TLS handshake, as the names of the endpoints do.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ses_provision.dataclass import dataclass
from ses_provision.local.loopback import only_loopback
from ses_provision.local.smtp import replies
from ses_provision.local.smtp.certificates import authority, context
from ses_provision.local.smtp.post_office import Letter, regions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_provision.local.cloud import LocalAws

logging.getLogger("mail.log").addHandler(logging.NullHandler())  # aiosmtpd talks to itself there

MOST_AT_ONCE = 50
"""Connections at once; AWS tells no number."""
LARGEST = 40 * 1024 * 1024
"""Bytes of one mail (SES Developer Guide, quotas)."""
IDLE = 10.0  # seconds that a client may say nothing


@dataclass(frozen=True)
class SmtpAddress:
    """Where the local SMTP server listens, and the certificate that a client has to trust."""

    host: str
    port: int
    tls_port: int
    certificate: str


class _Handler:
    """What aiosmtpd asks about each command. The names of the methods are its own."""

    def __init__(self, aws: LocalAws, asked: WeakKeyDictionary[Any, str]) -> None:
        self._aws = aws
        self._asked = asked

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Let a client log in."""
        del session, envelope, mechanism
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False, message=replies.WRONG)
        username, password = (part.decode(errors="replace") for part in data)
        with self._aws.lock:
            login = self._aws.post_office.login(username, password, self._region(server))
        if login is None:
            return AuthResult(success=False, handled=False, message=replies.WRONG)
        return AuthResult(success=True, auth_data=login, message="235 Authentication successful.")

    def _region(self, server: SMTP) -> str:
        """The region of the endpoint that the client named in its handshake."""
        transport: Any = server.transport
        wrapped = transport.get_extra_info("ssl_object")
        host = self._asked.get(wrapped, "") if wrapped is not None else ""
        name, _, rest = host.partition(".")
        return rest.removesuffix(".amazonaws.com") if name == "email-smtp" else ""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """MAIL FROM, for those who have logged in."""
        del server
        if not session.authenticated:
            return replies.NOT_LOGGED_IN
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 Ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Hand a mail over."""
        del server
        login: Any = session.auth_data
        peer: Any = session.peer
        recipients = tuple(str(each) for each in envelope.rcpt_tos)
        content = envelope.original_content or b""
        letter = Letter(str(envelope.mail_from), recipients, content, str(peer[0]))
        with self._aws.lock:
            return self._aws.post_office.take(login, letter)


class _Full(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: Any) -> None:
        """Say so, and hang up."""
        transport.write(f"{replies.BUSY}\r\n".encode())
        transport.close()


class _Server:
    """Both ports in a loop of their own."""

    def __init__(self, aws: LocalAws) -> None:
        self._asked: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        self._tls = context(regions())
        self._tls.sni_callback = self._note
        self._handler = _Handler(aws, self._asked)
        self._loop = asyncio.new_event_loop()
        self._open: set[SMTP] = set()

    def _note(self, wrapped: Any, name: str | None, _: ssl.SSLContext) -> None:
        if name:
            self._asked[wrapped] = name

    def _protocol(self, *, wrapped: bool) -> asyncio.Protocol:
        self._open = {each for each in self._open if each.transport is not None}
        if len(self._open) >= MOST_AT_ONCE:
            return _Full()
        made = SMTP(
            self._handler,
            hostname=replies.GREETING,
            ident="ESMTP SimpleEmailService-local",
            data_size_limit=LARGEST,
            tls_context=None if wrapped else self._tls,
            require_starttls=not wrapped,
            auth_require_tls=not wrapped,
            authenticator=self._handler.authenticate,
            timeout=IDLE,
            loop=self._loop,
        )
        self._open.add(made)
        return made

    async def _listen(self, host: str, port: int, *, wrapped: bool) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: self._protocol(wrapped=wrapped), host, port, ssl=self._tls if wrapped else None
        )

    @contextmanager
    def running(self, host: str, port: int, tls_port: int) -> Iterator[SmtpAddress]:
        """Listen while the block runs."""
        servers = []
        try:
            for wanted, wrapped in ((port, False), (tls_port, True)):
                listening = self._listen(host, wanted, wrapped=wrapped)
                servers.append(self._loop.run_until_complete(listening))
            thread = Thread(target=self._loop.run_forever, daemon=True)
            thread.start()
            taken = [int(server.sockets[0].getsockname()[1]) for server in servers]
            try:
                yield SmtpAddress(host, taken[0], taken[1], authority())
            finally:
                self._loop.call_soon_threadsafe(self._loop.stop)
                thread.join()
        finally:
            for server in servers:
                server.close()
            self._loop.run_until_complete(self._end())
            self._loop.close()

    async def _end(self) -> None:
        """Hang up on whoever is still there."""
        for each in self._open:
            transport: Any = each.transport
            if transport is not None:
                transport.abort()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)


@contextmanager
def serving_smtp(
    aws: LocalAws, host: str = "127.0.0.1", port: int = 0, tls_port: int = 0
) -> Iterator[SmtpAddress]:
    """Serve SMTP while the block runs; port 0 takes a free one."""
    only_loopback(host)
    with _Server(aws).running(host, port, tls_port) as address:
        before, aws.smtp_at = aws.smtp_at, address
        try:
            yield address
        finally:
            aws.smtp_at = before
