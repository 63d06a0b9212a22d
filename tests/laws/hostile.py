"""Texts that others could put into AWS, DNS or files to steer whoever reads our output."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import botocore.exceptions

from ses_provision.environment import Environment
from ses_provision.errors import ProvisionError
from ses_provision.outside.aws import Connections
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, Outcome, question
from ses_provision.outside.refusals import explain
from ses_provision.render.message import WORD_JOINER
from ses_provision.worlds.in_process import InProcess
from ses_provision.worlds.real import Trace

MARK = "FORGED"
HOSTILE = (
    f"x\n{MARK}\r{MARK}\r\n::error file=a::{MARK}\x85{MARK}\u2028{MARK}\u2029{MARK}\v{MARK}\f{MARK}"
    f"\n::stop-commands::{MARK}\n##[error]{MARK} ##vso[task.setvariable]{MARK}\x1b[31m\x1b]0;{MARK}"
    f"\x07\u202e{MARK}\u2066{MARK}\x00\ud800[bold]{MARK}[/bold]"
)
COMMAND = re.compile(r"^\s*::(error|warning|notice|group|stop-commands|add-mask)( |::)|##\w*\[")

# Wide enough that no cell is folded: what stands at the beginning of a line was put there.
WIDE = {"COLUMNS": "60000"}


def faults_of(text: str, *, ours: tuple[str, ...] = ()) -> Iterator[str]:
    """What in an output steers a terminal or a CI system, or stands where only our lines do."""
    if not text:
        return
    for line in re.split(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text):
        plain = line.replace(WORD_JOINER, "")
        if not plain.isprintable():
            yield f"unprintable: {line[:200]!r}"
        if plain.strip().startswith(MARK):
            yield f"forged line: {line[:200]!r}"
        if COMMAND.search(plain) and not plain.startswith(ours or ("\n",)):
            yield f"forged command: {line[:200]!r}"


Leaf = tuple[str | int, ...]
"""Where in an answer a text stands."""


def leaves(value: Any, at: Leaf = ()) -> Iterator[Leaf]:
    """Where the texts of an answer are, keys left as they are."""
    if isinstance(value, str):
        yield at
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "ResponseMetadata":
                yield from leaves(one, (*at, key))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from leaves(one, (*at, number))


def changed(value: Any, at: Leaf, change: Callable[[str], str]) -> Any:
    """An answer with one of its texts changed."""
    if not at:
        return change(value)
    first, *rest = at
    if isinstance(value, dict):
        return {**value, first: changed(value[first], tuple(rest), change)}
    return [
        changed(one, tuple(rest), change) if number == first else one
        for number, one in enumerate(value)
    ]


class Liar(InProcess):
    """A local AWS, and a DNS, some of whose answers hold what `lie` makes of them."""

    lie: Callable[[Ask, Outcome], Outcome]

    def listen(self) -> list[tuple[str, str]]:
        """From here on note what is answered: each service and operation once."""
        asked: list[tuple[str, str]] = []

        def note(question: Ask, outcome: Outcome) -> Outcome:
            what = question.service, question.operation
            if isinstance(outcome, dict) and what not in asked:
                asked.append(what)
            return outcome

        self.lie = note
        return asked

    def tell_lies(self, service: str, operation: str, change: Callable[[str], str]) -> None:
        """From here on, change every text in the answers to an operation."""

        def lie(question: Ask, outcome: Outcome) -> Outcome:
            if (question.service, question.operation) != (service, operation):
                return outcome
            told: Any = outcome
            for leaf in leaves(outcome) if isinstance(outcome, dict) else ():
                told = changed(told, leaf, change)
            return told  # type: ignore[no-any-return]

        self.lie = lie

    def refuse(self, service: str, operation: str, code: str) -> None:
        """From here on, refuse an operation in hostile words."""
        words = {"Error": {"Code": code, "Message": HOSTILE}}

        def lie(question: Ask, outcome: Outcome) -> Outcome:
            if (question.service, question.operation) != (service, operation):
                return outcome
            refusal = botocore.exceptions.ClientError(words, operation)
            return explain(refusal, service, question.region, operation, "default")

        self.lie = lie

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """Connections whose answers may be lies."""
        made = super().connect(env, profile, trace)
        truth = made.answer
        made.answer = lambda asked: self.lie(asked, truth(asked))  # type: ignore[method-assign]
        send = made.send

        def sent(call: Call) -> Any:
            said = self.lie(question(call.service, call.region, call.operation, on=()), None)
            if isinstance(said, ProvisionError):
                raise said
            return send(call)

        made.send = sent  # type: ignore[method-assign]
        return made
