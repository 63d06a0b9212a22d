"""A local AWS for one row of the table, with clients that all rows share, and a command line."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from ses_provision.cli.app import run
from ses_provision.environment import Environment, loading
from ses_provision.local import Clock, LocalAws
from ses_provision.local.session import open_session
from ses_provision.local.wire import Request, Response
from ses_provision.outside.aws import Connections
from ses_provision.outside.call import Call
from ses_provision.outside.providers import Provider
from ses_provision.outside.reading import Ask, Outcome
from ses_provision.worlds.in_process import InProcess
from ses_provision.worlds.real import Trace
from tests.conftest import NOON, is_read


@dataclass(frozen=True)
class Made:
    """One call as boto3 was asked to make it, and for which command."""

    command: str
    account: str
    service: str
    region: str
    operation: str
    asked: str

    @property
    def params(self) -> dict[str, Any]:
        """Its parameters."""
        found: dict[str, Any] = json.loads(self.asked)
        return found

    @property
    def is_read(self) -> bool:
        """Whether it only reads."""
        return is_read(self.operation)


class OneSession:
    """A boto3 session of an account that makes each client once for all rows.

    Opening clients takes longer than all that is done with them. Requests go to the local AWS of
    the row that is alive, and are noted there.
    """

    def __init__(self, account: str, switch: Switch) -> None:
        self._account = account
        self._switch = switch
        self._session = open_session(switch.answer, account, None)
        self._clients: dict[tuple[str, str], Any] = {}

    @property
    def profile_name(self) -> str:
        """As boto3 has it."""
        return str(self._session.profile_name)

    def get_credentials(self) -> Any:
        """The credentials of the account, as boto3 has them."""
        return self._session.get_credentials()

    def client(self, service: str, *, region_name: str, **options: Any) -> Any:
        """The client of a service in a region."""
        key = (service, region_name)
        if key not in self._clients:
            made = self._session.client(service, region_name=region_name, **options)
            made.meta.events.register("before-parameter-build", self._note)
            made.meta.events.register("after-call", self._note_answer)
            self._clients[key] = made
        return self._clients[key]

    def _note(self, params: Any, model: Any, context: Any, **_: Any) -> None:
        asked = json.dumps(params, default=str, sort_keys=True)
        service = model.service_model.service_name
        region = context["client_region"]
        self._switch.note(self._account, service, region, model.name, asked)
        self._switch.keep(sensitive(model.input_shape, params))

    def _note_answer(self, parsed: Any, model: Any, **_: Any) -> None:
        self._switch.keep(sensitive(model.output_shape, parsed))


class Switch:
    """Which row is alive, and the sessions that all rows use."""

    def __init__(self) -> None:
        self.alive: Bench | None = None
        self._sessions: dict[str, OneSession] = {}

    def answer(self, request: Request) -> Response:
        """Let the local AWS of the row that is alive answer."""
        return self._row.local.answer(request)

    def note(self, account: str, service: str, region: str, operation: str, asked: str) -> None:
        """Remember a call."""
        row = self._row
        row.made.append(Made(row.command, account, service, region, operation, asked))

    def keep(self, found: Iterable[str]) -> None:
        """Remember what botocore says is not for everybody's eyes."""
        self._row.sensitive |= set(found)

    def session(self, account: str) -> OneSession:
        """The session of an account."""
        if account not in self._sessions:
            self._sessions[account] = OneSession(account, self)
        return self._sessions[account]

    @property
    def _row(self) -> Bench:
        if self.alive is None:
            raise AssertionError("a call was made while no row is alive")
        return self.alive


SWITCH = Switch()


def sensitive(shape: Any, value: Any) -> Iterator[str]:
    """The texts in a request or an answer that botocore's model marks as sensitive."""
    if shape is None or value is None:
        return
    if shape.metadata.get("sensitive"):
        yield str(value)
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from sensitive(member, value.get(name))
    elif shape.type_name == "list":
        for each in value:
            yield from sensitive(shape.member, each)
    elif shape.type_name == "map":
        for each in value.values():
            yield from sensitive(shape.value, each)


class SharedClients(InProcess):
    """The world of commands, with sessions that are made once."""

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """Connect to the environment's account."""
        del profile
        sessions: Any = SWITCH
        opened: boto3.Session = sessions.session(env.account_id)
        zones: boto3.Session = sessions.session(zone_account(env))
        return Connections(
            opened, zones=zones, trace=trace, resolve=self.resolve, provider=self.provider(env)
        )

    def provider(self, env: Environment) -> Provider | None:
        """Who keeps the zone where Route 53 does not; what goes there is noted."""
        kept = super().provider(env)
        return None if kept is None else Noted(kept, env.account_id)


@dataclass(frozen=True)
class Noted:
    """A provider whose questions and calls are noted like those of AWS."""

    kept: Provider
    account: str

    @property
    def service(self) -> str:
        """As the provider has it."""
        return self.kept.service

    def answer(self, asked: Ask) -> Outcome:
        """Note and answer a question."""
        self._note(asked.region, asked.operation, asked.arguments)
        return self.kept.answer(asked)

    def send(self, call: Call) -> dict[str, Any]:
        """Note and send a call."""
        self._note(call.region, call.operation, call.params)
        return self.kept.send(call)

    def _note(self, region: str, operation: str, params: Any) -> None:
        asked = json.dumps(params, default=str, sort_keys=True)
        SWITCH.note(self.account, self.service, region, operation, asked)


PROFILES = {"dns": "999988887777"}
"""The accounts of the profiles that environment files name for hosted zones."""


def zone_account(env: Environment) -> str:
    """The account of the hosted zone; the file does not say it where it names a profile alone."""
    if env.dns.profile and not env.dns.assume_role_arn:
        return PROFILES[env.dns.profile]
    return env.zone_account_id


@dataclass(frozen=True)
class Ran:
    """What a command line did."""

    arguments: tuple[str, ...]
    status: int
    stdout: str
    stderr: str
    made: tuple[Made, ...]

    @cached_property
    def json(self) -> Any:
        """Standard output, which has to be one JSON document."""
        return json.loads(self.stdout)

    @property
    def report(self) -> Any:
        """What the JSON document says of its only environment."""
        [found] = self.json["environments"]
        return found

    @property
    def writes(self) -> list[Made]:
        """The calls that change something."""
        return [one for one in self.made if not one.is_read]

    def __str__(self) -> str:
        return f"{' '.join(self.arguments)} ended {self.status}:\n{self.stdout}\n{self.stderr}"


def ended(ran: Ran, *expected: int) -> bool:
    """Whether a command ended as expected."""
    return ran.status in (expected or (0,))


class Bench:
    """A folder of environment files, the local AWS for them, and the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.local = LocalAws(Clock(frozen_at=NOON))
        self.world = SharedClients(self.local)
        self.made: list[Made] = []
        self.command = ""
        self.owners: dict[str, str] = {}
        """The users of all access keys that there ever were, by key."""
        self.sensitive: set[str] = set()
        """What requests and answers held that botocore marks as sensitive."""
        self.secrets: set[str] = set()
        """The secrets of all access keys that there ever were, and the SMTP passwords from them."""
        self.words: dict[str, str] = {}
        """What AWS has named itself, for words that stand for it in the environment files."""

    def run(self, *arguments: str) -> Ran:
        """Run a command line as a user would, off a terminal."""
        SWITCH.alive = self
        self.command = arguments[0]
        before = len(self.made)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run([*arguments, "--config-dir", str(self.folder)], self.world)
        self.owners |= self.local.key_owners()
        self.secrets |= self.local.key_secrets()
        made = tuple(self.made[before:])
        return Ran(arguments, status, out.getvalue(), err.getvalue(), made)

    def call(self, account: str, region: str, service: str, operation: str, **params: Any) -> Any:
        """Ask a service as somebody else does, past the command line."""
        return self.local.call(account, region, service, operation, params)

    def snapshot(self, accounts: Iterable[str]) -> dict[str, Any]:
        """All that accounts have, without what happens by itself."""
        return {account: lasting(self.local.snapshot(account)) for account in sorted(accounts)}

    def write(self, files: dict[str, str]) -> list[Environment]:
        """Put the environment files into the folder, and read them."""
        self.write_unread(files)
        return loading.load_all(self.folder)

    def write_unread(self, files: dict[str, str]) -> None:
        """Put the environment files into the folder."""
        self.folder.mkdir(exist_ok=True)
        for name, text in files.items():
            said = text
            for word, named in self.words.items():
                said = said.replace(word, named)
            (self.folder / f"{name}.toml").write_text(said, encoding="utf-8")


PASSING = frozenset(
    {"status_changed_at", "watch", "reputation", "verified", "link_expired", "details", "review"}
)
"""What SES has seen so far of DNS and of mails, and what it was told in a request for production
access, which nobody can take back."""


def lasting(value: Any) -> Any:
    """A snapshot without what changes by itself."""
    if isinstance(value, dict):
        return {
            # Since when a tenant has something is not kept.
            name: sorted(held) if name == "resources" else lasting(held)
            for name, held in value.items()
            if name not in PASSING
        }
    return [lasting(held) for held in value] if isinstance(value, list) else value
