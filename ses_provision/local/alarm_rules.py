"""The rule of a composite alarm: which alarms it names, and what it says of their states.

API Reference, PutCompositeAlarm: `ALARM(name)`, `OK(name)`, `INSUFFICIENT_DATA(name)`, `TRUE`,
`FALSE`, joined by `AND`, `OR`, `NOT` and parentheses; a name or an ARN, in quotes or without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"(?P<quoted>[^"]+)"|(?P<bare>[^()"\s]+))\s*\)
        |(?P<word>AND|OR|NOT|TRUE|FALSE|\(|\))
    )""",
    re.VERBOSE,
)


class BrokenRuleError(ValueError):
    """Not a rule."""


@dataclass(frozen=True)
class Named:
    """One alarm in a rule, and the state that it is asked for."""

    state: str
    alarm: str


def names(rule: str) -> list[str]:
    """The alarms that a rule names, without the ARN around them, each once."""
    found = [bare(token.alarm) for token in _tokens(rule) if isinstance(token, Named)]
    return list(dict.fromkeys(found))


def bare(alarm: str) -> str:
    """The name of an alarm that may be given as its ARN."""
    return alarm.split(":alarm:", 1)[1] if ":alarm:" in alarm else alarm


def holds(rule: str, states: Mapping[str, str]) -> bool:
    """Whether a rule holds under the states of alarms, by their names."""
    tokens = list(_tokens(rule))
    result = _either(tokens, states)
    if tokens:
        raise BrokenRuleError(rule)
    return result


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


def _either(tokens: list[Named | str], states: Mapping[str, str]) -> bool:
    result = _both(tokens, states)
    while tokens[:1] == ["OR"]:
        tokens.pop(0)
        # Both sides are read, or what is left would be read as something else.
        result = _both(tokens, states) or result
    return result


def _both(tokens: list[Named | str], states: Mapping[str, str]) -> bool:
    result = _one(tokens, states)
    while tokens[:1] == ["AND"]:
        tokens.pop(0)
        result = _one(tokens, states) and result
    return result


def _one(tokens: list[Named | str], states: Mapping[str, str]) -> bool:
    part = tokens.pop(0) if tokens else ")"
    if isinstance(part, Named):
        return states.get(bare(part.alarm)) == part.state
    if part in ("TRUE", "FALSE"):
        return part == "TRUE"
    if part == "NOT":
        return not _one(tokens, states)
    if part != "(":
        raise BrokenRuleError(part)
    result = _either(tokens, states)
    if tokens[:1] != [")"]:
        raise BrokenRuleError("(")
    tokens.pop(0)
    return result
