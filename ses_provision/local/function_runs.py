"""Running the code of a function, as its role and with no more rights than that.

Whoever reaches the local AWS could have it run what he likes, so it runs the functions of this
project alone (`ses_provision/outside/functions`): the very code that is in the zip file, where it
is one of them but for its constants. Other code is kept, and never run.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import re
import zipfile
from datetime import UTC
from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ses_provision.local import traits
from ses_provision.local.contract import AwsError, Caller, Params
from ses_provision.local.disturb import resource_of
from ses_provision.local.session import open_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.local.contract import Clock, Service
    from ses_provision.local.wire import Request, Response

    Answering = Callable[[Request, Caller, Callable[[str, str, Params], None]], Response]
    Lets = Callable[[Caller, str, str, str, dict[str, tuple[str, ...]]], bool]

_FUNCTIONS = "ses_provision.outside.functions"
_MODULE, _ENTRY = "index.py", "handler"
_CONSTANT = re.compile(r'^([A-Z][A-Z_]*) = "[^"\\\n]*"$', re.MULTILINE)
_LARGEST = 1 << 20


class BrokenCodeError(ValueError):
    """Not a zip file, or one that is larger than what is run here."""


def entries(archive: bytes) -> dict[str, str]:
    """The files in a zip file, as text; those that are none are left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as held:
            if sum(entry.file_size for entry in held.infolist()) > _LARGEST:
                return {}
            return {
                entry.filename: held.read(entry).decode(errors="replace")
                for entry in held.infolist()
            }
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        raise BrokenCodeError(str(error)) from error


@cache
def _known() -> frozenset[str]:
    """The functions of this project, without their constants."""
    return frozenset(
        _CONSTANT.sub(r"\1", each.read_text(encoding="utf-8"))
        for each in files(_FUNCTIONS).iterdir()
        if each.name.endswith(".py") and each.name != "__init__.py"
    )


class Runner:
    """Runs functions; what they ask goes to `answer`, as far as `lets` allows it their role."""

    def __init__(self, answer: Answering, lets: Lets, logs: Service, clock: Clock) -> None:
        self._answer = answer
        self._lets = lets
        self._logs = logs
        self._clock = clock

    def run(
        self, caller: Caller, arn: str, role: str, archive: bytes, event: dict[str, Any]
    ) -> str | None:
        """Run the handler for an event; why it was not run, None where it was, however it ended.

        An alarm calls asynchronously: what becomes of the call is in the log alone.
        """
        held = entries(archive)
        text = held.get(_MODULE, "")
        if set(held) != {_MODULE} or _CONSTANT.sub(r"\1", text) not in _known():
            return f"The local AWS runs the functions of ses-provision alone, and not that of {arn}"
        said: list[str] = []
        try:
            self._handler(caller, role, text, said)(event, _context(arn))
        except Exception as error:  # noqa: BLE001 - whatever it raises is in its log
            said.append(f"[ERROR] {type(error).__name__}: {error}")
        self._write(caller, role, arn, said)
        return None

    def _handler(
        self, caller: Caller, role: str, text: str, said: list[str]
    ) -> Callable[[Any, Any], Any]:
        def answer(request: Request) -> Response:
            return self._answer(request, caller, check)

        def check(service: str, operation: str, params: Params) -> None:
            self._insist(caller, role, (service, operation, params))

        session = open_session(answer, caller.account, caller.region)
        instead: dict[str, Any] = {
            "boto3": SimpleNamespace(client=session.client),
            "datetime": SimpleNamespace(
                UTC=UTC, datetime=SimpleNamespace(now=lambda _: self._clock.now())
            ),
        }

        def importing(name: str, *given: Any) -> Any:
            return instead.get(name) or builtins.__import__(name, *given)

        def printing(*words: object) -> None:
            said.append(" ".join(map(str, words)))

        held = {**vars(builtins), "__import__": importing, "print": printing}
        module: dict[str, Any] = {"__builtins__": held, "__name__": "index"}
        exec(compile(text, _MODULE, "exec"), module)  # noqa: S102 - code of this project, see above
        handler: Callable[[Any, Any], Any] = module[_ENTRY]
        return handler

    def _insist(self, caller: Caller, role: str, call: tuple[str, str, Params]) -> None:
        service, operation, params = call
        action = f"{traits.of(service).action_prefix}:{operation}"
        resource = resource_of(caller, service, params)
        keys = tuple(tag["Key"] for tag in params.get("Tags") or ())
        if self._lets(caller, role, action, resource, {"aws:TagKeys": keys} if keys else {}):
            return
        code, status = traits.of(service).denial
        who = f"{role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/lambda"
        raise AwsError(
            code,
            f"User: {who} is not authorized to perform: {action} on resource: {resource} because "
            f"no identity-based policy allows the {action} action",
            status,
        )

    def _write(self, caller: Caller, role: str, arn: str, lines: list[str]) -> None:
        """Write the log; without its group, or the right to write there, nobody hears of it."""
        name = f"/aws/lambda/{arn.rpartition(':')[2]}"
        group = f"arn:{caller.partition}:logs:{caller.region}:{caller.account}:log-group:{name}"
        now = self._clock.now()
        stream = f"{now:%Y/%m/%d}/[$LATEST]{uuid4().hex}"
        whole = f"{group}:log-stream:{stream}"
        rights = ("logs:CreateLogStream", "logs:PutLogEvents")
        if not all(self._lets(caller, role, right, whole, {}) for right in rights):
            return
        at = int(now.timestamp() * 1000)
        there = {"logGroupName": name, "logStreamName": stream}
        events = [{"timestamp": at, "message": line} for line in lines]
        with contextlib.suppress(AwsError):
            self._logs.handle(caller, "CreateLogStream", dict(there))
            self._logs.handle(caller, "PutLogEvents", there | {"logEvents": events})


def _context(arn: str) -> Any:
    """What Lambda tells a handler of the call, as far as it is looked at."""
    return SimpleNamespace(
        function_name=arn.rpartition(":")[2],
        invoked_function_arn=arn,
        aws_request_id=str(uuid4()),
    )
