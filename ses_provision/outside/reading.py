"""Questions to AWS as values, and how several are asked together.

A *reading* is a generator that yields the questions (`Ask`) it has now and returns what it made
of the answers. It holds no client and makes no call: whoever runs it does (`aws.Reader`), or a
test that feeds it answers. Readings run `together` in step, so that questions that can be asked
at once are asked at once, and a question asked by several is asked once.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import field
from typing import Any, TypeAlias, TypeVar

from ses_provision.dataclass import dataclass
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Credentials, Right, iam_action

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")

Answer = dict[str, Any] | None
"""What AWS says; None where it says that there is no such thing."""

Outcome = dict[str, Any] | Exception | None


@dataclass(frozen=True)
class Structure:
    """A parameter with members, such as a context entry of IAM's policy simulator."""

    members: tuple[tuple[str, Parameter], ...]


Parameter: TypeAlias = "str | int | Structure | tuple[str | Structure, ...]"


@dataclass(frozen=True)
class Ask:
    """One question: a read operation with its parameters.

    `pages` asks for all pages as one answer. `merge` names a list parameter: questions that
    differ only in it are sent as one call, and each gets the whole answer.

    What is declared beside it does not tell questions apart: `on` are the ARNs that IAM checks, and
    `also` what else it checks; `absent` are the refusals that mean "there is no such thing", the
    only ones that do; `nothing` is what an account answers in which there is nothing, `something`
    what one answers where there is, for questions that no resource reads.
    """

    service: str
    region: str
    operation: str
    params: tuple[tuple[str, Parameter], ...] = ()
    pages: bool = False
    merge: str = ""
    on: tuple[str, ...] = field(default=(), compare=False)
    also: tuple[Right, ...] = field(default=(), compare=False)
    absent: tuple[Refusal, ...] = field(default=(), compare=False)
    nothing: Answer = field(default=None, compare=False)
    something: Answer = field(default=None, compare=False)
    credentials: Credentials = field(default=Credentials.ACCOUNT, compare=False)

    @property
    def arguments(self) -> dict[str, Any]:
        """The parameters as boto3 takes them."""
        return {name: plain(value) for name, value in self.params}

    @property
    def action(self) -> str:
        """The IAM action that this question needs."""
        return iam_action(self.service, self.operation)

    @property
    def rights(self) -> tuple[Right, ...]:
        """What IAM checks; nothing for what everybody may ask."""
        own = (Right(self.action, self.on, credentials=self.credentials),) if self.on else ()
        return (*own, *self.also)


Answers = Mapping[Ask, dict[str, Any]]
"""Answers to questions, for rehearsing readings."""


def plain(value: Parameter) -> Any:
    """A parameter as boto3 takes it."""
    if isinstance(value, Structure):
        return {name: plain(member) for name, member in value.members}
    return [plain(one) for one in value] if isinstance(value, tuple) else value


def question(
    service: str,
    region: str,
    operation: str,
    /,
    *,
    on: tuple[str, ...],
    also: tuple[Right, ...] = (),
    absent: tuple[Refusal, ...] = (),
    nothing: Answer = None,
    something: Answer = None,
    credentials: Credentials = Credentials.ACCOUNT,
    pages: bool = False,
    merge: str = "",
    **params: Parameter,
) -> Ask:
    """Put a question the way boto3 is called."""
    return Ask(
        service,
        region,
        operation,
        tuple(sorted(params.items())),
        pages,
        merge,
        on,
        also,
        absent,
        nothing,
        something,
        credentials,
    )


Reading = Generator[list[Ask], list[Outcome], T]


def ask(*asks: Ask) -> Reading[list[Answer]]:
    """Ask, and answer with what AWS said to each, or raise what it refused with."""
    answers: list[Answer] = []
    for outcome in (yield list(asks)):
        if isinstance(outcome, Exception):
            raise outcome
        answers.append(outcome)
    return answers


def together(readings: Iterable[Reading[T]]) -> Reading[list[T]]:
    """Run readings in step: each round asks what all of them want to know next."""
    results: dict[int, T] = {}
    asking: dict[int, tuple[Reading[T], list[Ask]]] = {}

    def advance(number: int, reading: Reading[T], outcomes: list[Outcome] | None) -> None:
        try:
            asks = next(reading) if outcomes is None else reading.send(outcomes)
        except StopIteration as stop:
            asking.pop(number, None)
            results[number] = stop.value
        else:
            asking[number] = (reading, asks)

    for number, reading in enumerate(readings):
        advance(number, reading, None)
    while asking:
        outcomes = iter((yield [one for _, asks in asking.values() for one in asks]))
        for number, (reading, asks) in list(asking.items()):
            advance(number, reading, [next(outcomes) for _ in asks])
    return [results[number] for number in sorted(results)]


def both(first: Reading[A], second: Reading[B]) -> Reading[tuple[A, B]]:
    """Two readings of different kinds in step."""
    pair: list[Any] = yield from together([first, second])
    return pair[0], pair[1]
