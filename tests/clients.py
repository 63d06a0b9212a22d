"""boto3 sessions and clients that are made once for many tests: opening them takes longest.

Each local AWS of a test talks over a line of its own. A line goes back into the pool after the
test, unless AWS was so disturbed on it that botocore has spent what it may on further tries.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import boto3
import botocore.loaders
import botocore.session
import botocore.useragent

from ses_provision.local.session import open_session
from ses_provision.local.wire import ConnectionLostError, Request, Response


class Distinct(list[str]):
    """Paths to search, each once: every session of boto3 adds its own."""

    def append(self, path: str) -> None:
        """Add a path that is not there yet."""
        if path not in self:
            super().append(path)


@functools.cache
def loader(data_path: str | None = None) -> botocore.loaders.Loader:
    """What reads AWS's models from disk, for all sessions of this process."""
    made = botocore.loaders.create_loader(data_path)
    made._search_paths = Distinct(made.search_paths)
    return made


def read_models_once() -> None:
    """Let all sessions share what has been read, and what has been made of it."""
    botocore.session.create_loader = loader
    # botocore words each part of a user agent anew for each request.
    clean = functools.cache(botocore.useragent.sanitize_user_agent_string_component)
    botocore.useragent.sanitize_user_agent_string_component = clean


Answer = Callable[[Request], Response]
SHARED = {"region_name", "endpoint_url", "config"}
"""What clients may differ in, to be kept; one with keys of its own is not."""


class Line:
    """The clients that have been opened to whoever answers at the moment."""

    def __init__(self) -> None:
        self.answers: Answer | None = None
        self.is_calm = True
        self.sessions: dict[tuple[str, str | None], boto3.Session] = {}
        self.clients: dict[tuple[Any, ...], Any] = {}

    def answer(self, request: Request) -> Response:
        """Let the local AWS of the test answer; note what botocore tries again after."""
        assert self.answers is not None, "a client of an earlier test is still at work"
        try:
            response = self.answers(request)
        except ConnectionLostError:
            self.is_calm = False
            raise
        if response.status >= 429 or b"hrottl" in response.body:
            self.is_calm = False
        return response

    def session(self, account: str, region: str | None) -> boto3.Session:
        """The session of an account."""
        place = (account, region)
        if place not in self.sessions:
            self.sessions[place] = open_session(self.answer, account, region)
        return self.sessions[place]


class Session:
    """A session whose clients are made once. Asked for anything else it is one of its own."""

    profile_name = "default"

    def __init__(self, line: Line, answer: Answer, account: str, region: str | None) -> None:
        self._line, self._answer = line, answer
        self._account, self._region = account, region
        self._own: boto3.Session | None = None

    def __getattr__(self, name: str) -> Any:
        if self._own is None:
            self._own = open_session(self._answer, self._account, self._region)
        return getattr(self._own, name)

    def get_credentials(self) -> Any:
        """The credentials of the account."""
        return self._line.session(self._account, self._region).get_credentials()

    def client(self, service: str, **options: Any) -> Any:
        """The client of a service, in a region."""
        if self._own is not None or set(options) - SHARED:
            return self.__getattr__("client")(service, **options)
        config = options.get("config")
        key = (
            self._account,
            self._region,
            service,
            options.get("region_name"),
            options.get("endpoint_url"),
            repr(config and sorted(config._user_provided_options.items())),
        )
        if key not in self._line.clients:
            made = self._line.session(self._account, self._region).client(service, **options)
            self._line.clients[key] = made
            self._withdraw_when_listened_to(key, made)
        return self._line.clients[key]

    def _withdraw_when_listened_to(self, key: tuple[Any, ...], client: Any) -> None:
        """Who registers a handler on a client keeps it for himself."""
        register = client.meta.events.register

        def withdraw(*arguments: Any, **options: Any) -> None:
            self._line.clients.pop(key, None)
            register(*arguments, **options)

        client.meta.events.register = withdraw


class Pool:
    """The lines: those in use by the test that runs, and the free ones."""

    def __init__(self) -> None:
        self._free: list[Line] = []
        self._used: dict[int, Line] = {}

    def open(self, answer: Answer, account: str, region: str | None) -> Session:
        """Open a session, in the place of `open_session`."""
        local = id(answer.__self__)  # type: ignore[attr-defined]
        if local not in self._used:
            self._used[local] = self._free.pop() if self._free else Line()
            self._used[local].answers = answer
        return Session(self._used[local], answer, account, region)

    def hang_up(self) -> None:
        """The test has ended."""
        for line in self._used.values():
            line.answers = None
            if line.is_calm:
                self._free.append(line)
        self._used.clear()
