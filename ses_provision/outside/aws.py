"""The only module that opens connections to AWS.

`Connections` sends one question or one call and answers in our terms; `Reader` runs readings on
it: all questions of a round at once, each question once.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit

import botocore.config
import botocore.exceptions
import botocore.parsers
from botocore import xform_name

from ses_provision.errors import CannotReachAws, HostedZoneProblem
from ses_provision.outside import providers
from ses_provision.outside.memory import Memory
from ses_provision.outside.pace import Doors
from ses_provision.outside.reading import Ask
from ses_provision.outside.refusals import explain, insist_on_all, means
from ses_provision.outside.rights import Credentials
from ses_provision.outside.secrets import hide
from ses_provision.outside.sessions import Session, assumed

if TYPE_CHECKING:
    from ses_provision.errors import ProvisionError
    from ses_provision.outside.call import Call
    from ses_provision.outside.providers import Provider
    from ses_provision.outside.reading import Outcome, Reading

T = TypeVar("T")

PUBLIC = frozenset({"dns", "web"})
"""What anybody may ask, without an account."""

AT_ONCE = 12
"""How many questions of one environment are under way together."""

OPENING = threading.Lock()
"""Sessions are not thread-safe (botocore, "Session"), and several environments may share
one: clients are made one after the other."""

# botocore alone rides out throttling, 5xx and dropped connections. SESv2's control plane admits
# about one call a second (SES Developer Guide, service quotas), so a round of four reads needs a
# few tries; waits grow from 1 s to at most 20 s (botocore, standard retry mode).
ATTEMPTS = 10
ATTEMPTS_AT_THE_DOOR = 3
"""Tries of the first question, to STS: it also finds out whether AWS can be reached at all."""

UNANSWERED = (
    botocore.exceptions.BotoCoreError,
    botocore.parsers.ResponseParserError,  # somebody answers, but not AWS
    KeyError,  # ... in XML, which botocore takes for an answer without the result
    OSError,  # a credential_process that cannot be started
    EOFError,  # an MFA code that nobody can type
)
"""What surfaces where AWS has not answered."""


Place = tuple[str, str, Credentials]
"""What a client is for: a service, a region, and whose credentials sign."""


def hang_up(clients: dict[Place, Any]) -> None:
    """Close the connections of clients that nobody holds any more."""
    for client in clients.values():
        client.close()


def insist_on_usable_credentials(opened: Session) -> None:
    """Have the credentials at hand, or say that what hands them out is broken; never quote it."""
    try:
        found = opened.get_credentials()
        if found is not None:
            found.get_frozen_credentials()
    except (botocore.exceptions.ClientError, *UNANSWERED):
        raise
    except Exception as error:  # noqa: BLE001 - what it is about must not be seen
        # botocore passes on whatever it trips over in what a program or a cache file says.
        raise CannotReachAws(
            "The AWS credentials cannot be used: what hands them out (credential_process, a cache "
            f"of logins, a metadata service) says something wrong ({type(error).__name__}).",
            "Look at what it says by hand; it is never shown here.",
        ) from None


def insist_on_a_port(url: str) -> None:
    """Raise ValueError where the port of a URL is no number, before the first request does."""
    if urlsplit(url).port == 0:
        raise ValueError("port 0")


class Connections:
    """Clients by service and region, made when first needed.

    Route 53 may be in another account: with a session of its own, with a role to take on, or both.
    Where the zone is not in Route 53, `provider` keeps it.
    `whose` is equal for connections that get the same answers.
    """

    def __init__(
        self,
        opened: Session,
        *,
        zones: Session | None = None,
        zone_role: str | None = None,
        endpoint_url: str | None = None,
        trace: Callable[[str], None] | None = None,
        resolve: Callable[[Ask], Outcome] | None = None,
        provider: Provider | None = None,
        whose: Hashable = None,
    ) -> None:
        self.whose = whose or self
        self._session = opened
        self._zones = zones or opened
        self._zone_role = zone_role
        self._in_role: Session | None = None
        self._endpoint_url = endpoint_url
        self._trace = trace
        self._resolve = resolve
        self.attended: Callable[[Call], AbstractContextManager[object]] = nullcontext
        """What is told of each writing call while AWS has not answered it."""
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        """The time by which what is made at sending is dated."""
        self._provider = provider
        self._clients: dict[Place, Any] = {}
        self._doors = Doors()
        self._lock = threading.Lock()
        weakref.finalize(self, hang_up, self._clients).atexit = False

    def session(self, region: str, credentials: Credentials) -> Session:
        """The session that questions with these credentials go out with."""
        with self._lock:
            return self._session_for(region, credentials)

    def answer(self, asked: Ask) -> Outcome:
        """Ask one question. None where AWS says there is no such thing; errors are returned."""
        if asked.service in PUBLIC:
            return self._resolve(asked) if self._resolve else CannotReachAws("no resolver")
        if asked.service in providers.SERVICES:
            return self._of_provider(asked)
        try:
            return self._ask(asked)
        except (botocore.exceptions.ClientError, *UNANSWERED) as error:
            said = self._explained(error, asked)
            return None if means(said, asked.absent) else said
        except CannotReachAws as error:
            return error

    def _of_provider(self, asked: Ask) -> Outcome:
        """What the provider says that keeps the zone. Another environment may have another one."""
        if self._provider is None or asked.service != self._provider.service:
            return HostedZoneProblem(
                f"There is no way to {asked.region} here, which keeps a zone by {asked.service}.",
                "Name that environment.",
            )
        self._note(asked)
        return self._provider.answer(asked)

    def _note(self, sent: Ask | Call) -> None:
        if self._trace is not None:
            self._trace(f"{sent.service} {sent.region} {sent.operation}")

    def _ask(self, asked: Ask) -> dict[str, Any]:
        client = self._client(asked.service, asked.region, asked.credentials)
        with self._doors.to(asked.service, asked.region, asked.credentials):
            return self._asked(client, asked)

    def _asked(self, client: Any, asked: Ask) -> dict[str, Any]:
        method = xform_name(asked.operation)
        if asked.pages and client.can_paginate(method):
            pages: dict[str, Any] = (
                client.get_paginator(method).paginate(**asked.arguments).build_full_result()
            )
            return pages
        answer: dict[str, Any] = getattr(client, method)(**asked.arguments)
        body = answer.get("Body")
        return answer if body is None else {**answer, "Body": body.read()}

    def send(self, call: Call) -> dict[str, Any]:
        """Make one writing call. Raises ProvisionError where AWS refuses it."""
        if self._provider is not None and call.service == self._provider.service:
            self._note(call)
            with self.attended(call):
                return self._provider.send(call)
        try:
            client = self._client(call.service, call.region, call.credentials)
            arguments = call.arguments(self.now())
            door = self._doors.to(call.service, call.region, call.credentials)
            with self.attended(call), door:
                reply: dict[str, Any] = getattr(client, xform_name(call.operation))(**arguments)
        except (botocore.exceptions.ClientError, *UNANSWERED) as error:
            raise self._explained(error, call) from error
        insist_on_all(call, reply)
        return reply

    def _explained(self, error: Exception, sent: Ask | Call) -> ProvisionError:
        used = self._session if sent.credentials is Credentials.ACCOUNT else self._zones
        return explain(error, sent.service, sent.region, sent.operation, str(used.profile_name))

    def _client(self, service: str, region: str, credentials: Credentials) -> Any:
        key = (service, region, credentials)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._open(*key)
            return self._clients[key]

    def _session_for(self, region: str, credentials: Credentials) -> Session:
        if credentials is Credentials.ACCOUNT:
            return self._session
        if self._in_role is None:
            self._in_role = (
                assumed(self._zones, self._zone_role, region, self._endpoint_url)
                if self._zone_role
                else self._zones
            )
        return self._in_role

    def _open(self, service: str, region: str, credentials: Credentials) -> Any:
        attempts = ATTEMPTS_AT_THE_DOOR if service == "sts" else ATTEMPTS
        config = botocore.config.Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=10,
            read_timeout=30,
            max_pool_connections=AT_ONCE,
            user_agent_extra="ses-provision",
        )
        opened = self._session_for(region, credentials)
        insist_on_usable_credentials(opened)
        try:
            with OPENING:
                client = opened.client(
                    service, region_name=region, endpoint_url=self._endpoint_url, config=config
                )
            insist_on_a_port(client.meta.endpoint_url)
        except ValueError as error:
            raise CannotReachAws(
                f"{service} in {region} cannot be reached: {hide(str(error))}",
                "Correct AWS_ENDPOINT_URL: it has to be a URL such as https://host:port.",
            ) from error
        if self._trace is not None:
            trace = self._trace
            client.meta.events.register(
                "after-call",
                lambda model, http_response, **_: trace(
                    f"{service} {region} {model.name} -> {http_response.status_code}"
                ),
            )
        return client


class Watch(Protocol):
    """Who is told how far a reading has come; from several threads."""

    def asking(self, count: int) -> None:
        """Some more questions are under way."""

    def answered(self) -> None:
        """One of them is answered."""

    def over(self) -> None:
        """All that was to be asked is."""


class Unwatched:
    """Nobody is told."""

    def asking(self, count: int) -> None:
        """Nothing."""

    def answered(self) -> None:
        """Nothing."""

    def over(self) -> None:
        """Nothing."""


class Reader:
    """One environment's view of AWS: each question is asked once, until told to forget.

    What others who share the memory have asked is known already.
    """

    def __init__(
        self, connections: Connections, watch: Watch | None = None, memory: Memory | None = None
    ) -> None:
        self._connections = connections
        self._watch = watch or Unwatched()
        self._memory = memory or Memory()
        self._pool = ThreadPoolExecutor(AT_ONCE, "ask")
        self.rounds = 0

    def run(self, reading: Reading[T]) -> T:
        """Answer a reading's questions round by round until it returns."""
        try:
            asks = next(reading)
            while True:
                asks = reading.send(self._outcomes(asks))
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            self._watch.over()

    def forget(self) -> None:
        """Ask everything anew. What is asked from here on is for this reader alone."""
        self._memory = Memory()

    def _outcomes(self, asks: Iterable[Ask]) -> list[Outcome]:
        outcomes, asked = self._memory.outcomes(
            list(asks), self._answer, self._pool, self._watch.asking
        )
        self.rounds += asked
        return outcomes

    def _answer(self, asked: Ask) -> Outcome:
        outcome = self._connections.answer(asked)
        self._watch.answered()
        return outcome
