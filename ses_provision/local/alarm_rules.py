"""The rule of a composite alarm: which alarms it names, and what it says of their states.

API Reference, PutCompositeAlarm: `ALARM(name)`, `OK(name)`, `INSUFFICIENT_DATA(name)`, `TRUE`,
`FALSE`, joined by `AND`, `OR`, `NOT` and parentheses; a name or an ARN, in quotes or without. It
names at most 100 alarms and has at most 500 elements: alarms, `TRUE`, `FALSE` and parentheses.
"""

from __future__ import annotations

import re
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"(?P<quoted>[^"]+)"|(?P<bare>[^()"\s]+))\s*\)
        |(?P<word>AND|OR|NOT|TRUE|FALSE|\(|\))
    )""",
    re.VERBOSE,
)


_CONSTANTS = {"TRUE": True, "FALSE": False}
_BINDING = {"OR": 1, "AND": 2, "NOT": 3}
_MOST_CHILDREN, _MOST_ELEMENTS = 100, 500


class BrokenRuleError(ValueError):
    """Not a rule."""


@dataclass(frozen=True)
class Named:
    """One alarm in a rule, and the state that it is asked for."""

    state: str
    alarm: str


def check(rule: str) -> None:
    """Refuse what is no rule, or more of one than CloudWatch takes."""
    elements = [token for token in _tokens(rule) if token not in _BINDING]
    if len(elements) > _MOST_ELEMENTS or len(names(rule)) > _MOST_CHILDREN:
        raise BrokenRuleError(rule)
    holds(rule, {})


def names(rule: str) -> list[str]:
    """The alarms that a rule names, without the ARN around them, each once."""
    found = [bare(token.alarm) for token in _tokens(rule) if isinstance(token, Named)]
    return list(dict.fromkeys(found))


def bare(alarm: str) -> str:
    """The name of an alarm that may be given as its ARN."""
    return alarm.split(":alarm:", 1)[1] if ":alarm:" in alarm else alarm


def children_first(rules: Mapping[str, str]) -> list[str]:
    """Composite alarms in the order in which their states follow from each other, by their rules.

    Those are left out whose rules lead into a circle: CloudWatch stops to evaluate them.
    """
    within = {name: rules.keys() & names(rule) for name, rule in rules.items()}
    sorter = TopologicalSorter(within)
    with suppress(CycleError):
        sorter.prepare()
    found: list[str] = []
    while ready := sorter.get_ready():
        found += sorted(ready)
        sorter.done(*ready)
    return found


def holds(rule: str, states: Mapping[str, str]) -> bool:
    """Whether a rule holds under the states of alarms, by their names."""
    reading = _Reading()
    for token in _tokens(rule):
        if isinstance(token, Named):
            reading.value(states.get(bare(token.alarm)) == token.state)
        elif token in _CONSTANTS:
            reading.value(_CONSTANTS[token])
        else:
            reading.word(token)
    return reading.result()


def _tokens(rule: str) -> list[Named | str]:
    found: list[Named | str] = []
    at, text = 0, rule.strip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise BrokenRuleError(rule)
        at = token.end()
        if token["state"]:
            found.append(Named(token["state"], token["quoted"] or token["bare"]))
        else:
            found.append(token["word"])
    return found


class _Reading:
    """The values and words of a rule that are still to be joined, however deep it is nested."""

    def __init__(self) -> None:
        self._values: list[bool] = []
        self._words: list[str] = []
        self._awaits_value = True

    def value(self, held: bool) -> None:
        self._expect(value=True)
        self._values.append(held)
        self._awaits_value = False

    def word(self, word: str) -> None:
        self._expect(value=word in ("NOT", "("))
        if word == ")":
            self._join(0)
            if not self._words:
                raise BrokenRuleError(word)
            self._words.pop()
        elif word in ("AND", "OR"):
            self._join(_BINDING[word])
            self._words.append(word)
            self._awaits_value = True
        else:
            self._words.append(word)

    def result(self) -> bool:
        self._expect(value=False)
        self._join(0)
        if self._words:
            raise BrokenRuleError("(")
        return self._values[0]

    def _expect(self, *, value: bool) -> None:
        if self._awaits_value is not value:
            raise BrokenRuleError("a value" if self._awaits_value else "AND, OR or the end")

    def _join(self, binding: int) -> None:
        """Join what binds at least as close, back to the last open parenthesis."""
        while self._words and _BINDING.get(self._words[-1], -1) >= binding:
            word, last = self._words.pop(), self._values.pop()
            if word == "NOT":
                self._values.append(not last)
            elif word == "AND":
                self._values.append(self._values.pop() and last)
            else:
                self._values.append(self._values.pop() or last)
