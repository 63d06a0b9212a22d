"""What can go wrong, each as a sentence for an operator and a next action.

ProvisionError              what happened, to what, and what to do next
├── UsageError              the command line makes no sense (exit status 64)
├── ConfigError             an environment file is wrong: every mistake in it
├── WrongAccount            the credentials belong to another account
├── CannotReachAws          no credentials, expired login, no network, wrong endpoint
│   ├── BrokenDns           ... because a working resolver cannot resolve the name
│   └── CannotReachDns      ... but the provider that keeps the zone: key, clock, server
├── AwsRefused              AWS answered, and the answer was no
│   ├── AccessDenied        ... because an IAM permission is missing
│   └── DnsRefused          it was the provider that keeps the zone
├── Protected               the environment file refuses to have it destroyed
├── HostedZoneProblem       no hosted zone for the domain, or more than one
├── Blocked                 something that we did not write is in the way
├── StalePlan               the account has moved since the plan was agreed to
├── Stopped                 an apply ended early: what was being done
├── InterruptedRun          Ctrl-C or SIGTERM: what was done (exit status 130 or 143)
├── OutputLost              standard output is closed, full, or read by nobody any more
├── InternalError           a mistake in ses-provision itself, shown with its traceback
├── NotAnswered             a person was asked, and the input ended
├── NotReady                something else has to come first
└── NotSettled              something awaited did not come in time (exit status 75)

Anything else that surfaces becomes an InternalError.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class ProvisionError(Exception):
    """Something an operator can understand and act on.

    `points` are what there is to list: a line each, below the sentence that happened.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "", *, points: Iterable[str] = ()) -> None:
        self.headline = message
        self.points = tuple(points)
        self.message = "\n".join([message, *(f"  - {point}" for point in self.points)])
        self.hint = hint
        super().__init__(self.message)

    @property
    def kind(self) -> str:
        """The stable name of this error in JSON."""
        return type(self).__name__


class UsageError(ProvisionError):
    """The command line makes no sense."""

    exit_status = 64


class ConfigError(ProvisionError):
    """An environment file is wrong."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        problems: tuple[str, ...] = (),
        *,
        points: Iterable[str] = (),
    ) -> None:
        super().__init__(message, hint, points=points)
        self.problems = problems


class WrongAccount(ProvisionError):
    """The credentials belong to another account than the environment's."""


class CannotReachAws(ProvisionError):
    """AWS could not be asked at all; where `region` is set, not in that region."""

    def __init__(self, message: str, hint: str = "", *, region: str = "") -> None:
        super().__init__(message, hint)
        self.region = region


class BrokenDns(CannotReachAws):
    """A resolver that works says that a name cannot be resolved (SERVFAIL): there is nothing to
    wait for."""


class CannotReachDns(CannotReachAws):
    """The provider that keeps the zone could not be asked at all."""


class AwsRefused(ProvisionError):
    """AWS answered a call with an error.

    `code` is the error code on the wire, `said` AWS's own words, `operation` the API operation.
    """

    def __init__(
        self, message: str, hint: str = "", *, code: str = "", operation: str = "", said: str = ""
    ) -> None:
        super().__init__(message, hint)
        self.code = code
        self.operation = operation
        self.said = said or message


class AccessDenied(AwsRefused):
    """An IAM permission is missing; `action` and `resource` say which, on what."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        code: str,
        operation: str,
        action: str,
        resource: str,
        said: str = "",
    ) -> None:
        super().__init__(message, hint, code=code, operation=operation, said=said)
        self.action = action
        self.resource = resource


class DnsRefused(AwsRefused):
    """The provider that keeps the zone answered with an error; `code` is its own."""


class Protected(ProvisionError):
    """The environment file refuses to have it destroyed."""


class HostedZoneProblem(ProvisionError):
    """There is no single public hosted zone for the domain."""


class Blocked(ProvisionError):
    """Something that we did not write is in the way of a part of the plan."""


class StalePlan(ProvisionError):
    """The account has moved since the plan was agreed to."""


class Stopped(ProvisionError):
    """An apply ended early, at a known place."""

    def __init__(self, message: str, hint: str, cause: ProvisionError) -> None:
        super().__init__(message, hint)
        self.cause = cause


class InterruptedRun(ProvisionError):
    """Somebody ended the command with Ctrl-C or SIGTERM."""


class OutputLost(ProvisionError):
    """What was to be told could not be written."""


class InternalError(ProvisionError):
    """A mistake in ses-provision itself."""


class NotAnswered(ProvisionError):
    """Somebody was asked, and the input ended."""


class NotReady(ProvisionError):
    """Something else has to come first."""


class NotSettled(ProvisionError):
    """Something awaited did not come in time."""

    exit_status = 75
