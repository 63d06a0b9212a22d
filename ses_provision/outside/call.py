"""One writing call to AWS, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Any, Protocol

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Answer, Ask
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Condition, Credentials, Right, iam_action


class Late(Protocol):
    """Parameters that nothing may hold but the request itself, such as a private key."""

    def completed(self, params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """The parameters as they are sent."""


@dataclass(frozen=True)
class Doubt:
    """Whoever may accept a call and not do it, and where to look then."""

    who: str
    look: str


@dataclass(frozen=True)
class Begun:
    """How it is known that what a call has only begun is over.

    `asked` says how far it is, at `path` in its answer; `pending` are the words for "not yet",
    `good` is the one for success, None where the thing has to be gone. `why` is where the answer
    gives a reason for anything else.
    """

    asked: Ask
    path: tuple[str, ...]
    pending: tuple[str | None, ...]
    good: str | None
    why: tuple[str, ...] = ()

    def seen(self, answer: Answer, path: tuple[str, ...] = ()) -> Any:
        """What an answer has at a path; None where there is nothing."""
        found: Any = answer
        for name in path or self.path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True)
class Learned:
    """A parameter that AWS decided in a call before: who says it, and where in its answer."""

    parameter: str
    asked: Ask
    path: tuple[str, ...]

    def put_into(self, call: Call, answer: Answer) -> Call:
        """The call with what was learned, or as it is where nobody says it."""
        found: Any = answer
        for name in self.path:
            found = found.get(name) if isinstance(found, Mapping) else None
        params = {**call.params, self.parameter: found} if found else call.params
        return replace(call, params=params, learns=None)


@dataclass(frozen=True)
class Call:
    """One writing call.

    `on` are the ARNs that IAM checks, `conditions` what narrows it, `also` what else it checks
    (tags that come with a creation). `not_yet` are the refusals that only mean "what was written
    just before has not arrived everywhere": the call is repeated for a bounded time while AWS
    answers with one of them. `already` are those that mean "it is as you want it": a reply was
    lost, or somebody else was faster. `batch` names the list parameter in which calls that differ
    in nothing else may be sent together, as a whole or not at all, with the path to it. A call
    with a `doubt` is read back. `late` completes the parameters when the call is sent, so that no
    plan and no record of calls has them. `learns` is a parameter that nobody knows before the calls
    in front of it are made, and that is asked for then. `begins` is what the call only begins: the
    next one is not sent before that is over. `failures` names the list in a reply that tells what
    was refused of a call that was accepted.
    """

    service: str
    region: str
    operation: str
    params: Mapping[str, Any]
    on: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    also: tuple[Right, ...] = ()
    not_yet: tuple[Refusal, ...] = ()
    already: tuple[Refusal, ...] = ()
    batch: tuple[str, ...] = ()
    credentials: Credentials = field(default=Credentials.ACCOUNT)
    doubt: Doubt | None = None
    late: Late | None = field(default=None, repr=False)
    learns: Learned | None = None
    begins: Begun | None = None
    failures: str = ""

    @property
    def action(self) -> str:
        """The IAM action that this call needs."""
        return iam_action(self.service, self.operation)

    @property
    def rights(self) -> tuple[Right, ...]:
        """What IAM checks."""
        own = Right(self.action, self.on, self.conditions, self.credentials)
        return (own, *self.also) if self.on else self.also

    def arguments(self, now: datetime) -> Mapping[str, Any]:
        """The parameters as they are sent at a time."""
        return self.params if self.late is None else self.late.completed(self.params, now)

    def joined(self, other: Call) -> Call | None:
        """Both as one call, where they differ only in the list that may be sent together."""
        if not self.batch or self.frame != other.frame:
            return None
        new = [entry for entry in other.batched if entry not in self.batched]
        joined = self.with_batch((*self.batched, *new))
        return replace(joined, conditions=(*self.conditions, *other.conditions))

    @property
    def frame(self) -> Call:
        """The call without what is sent together."""
        return replace(self.with_batch(()), conditions=())

    @property
    def batched(self) -> tuple[Any, ...]:
        """What is sent together."""
        found: Any = self.params
        for name in self.batch:
            found = found[name]
        return tuple(found)

    def with_batch(self, entries: tuple[Any, ...]) -> Call:
        """The same call with other entries in its list."""
        if not self.batch:
            return self
        return replace(self, params=replaced(self.params, self.batch, list(entries)))


def replaced(params: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Parameters with another value at a path."""
    first, *rest = path
    inner = replaced(params[first], tuple(rest), value) if rest else value
    return {**params, first: inner}
