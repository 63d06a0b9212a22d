"""The words in which a row is written: a request, what goes before it, the answer of AWS.

    Row(
        "a topic that was never made cannot be deleted again",
        Call("sns", "DeleteTopic", {"TopicArn": "$here:sns:..."}),
        answer={},
        source="API Reference, DeleteTopic",
    )

Strings hold `$name` for what was kept from an earlier answer, and for `$account`, `$other`,
`$region` and `$zone` of the test's local AWS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Template
from typing import TYPE_CHECKING, Any

from tests.local.conftest import HOME, PROD

if TYPE_CHECKING:
    from ses_provision.local import LocalAws


@dataclass(frozen=True)
class Call:
    """One request. `keep`: name of a value -> where it lies in the answer (`Topics.0.TopicArn`)."""

    service: str
    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    account: str = PROD
    region: str = HOME


@dataclass(frozen=True)
class Wait:
    """Time passes on the clock of the local AWS."""

    seconds: float


@dataclass(frozen=True)
class Act:
    """Somebody does something that no call of AWS does: a person confirms, mail arrives."""

    act: Callable[[LocalAws], object]


@dataclass(frozen=True)
class Refusal:
    """An answer that is an error; what is None was not recorded."""

    code: str
    message: Any = None
    status: int | None = None


@dataclass(frozen=True)
class Row:
    """One recorded fact."""

    says: str
    request: Call
    answer: Mapping[str, Any] | Only | Refusal
    source: str
    before: tuple[Call | Wait | Act, ...] = ()


@dataclass(frozen=True)
class Like:
    """Text that fits a regular expression."""

    pattern: str

    def __str__(self) -> str:
        return f"text like {self.pattern}"


@dataclass(frozen=True)
class Only:
    """A mapping with these members and no others."""

    members: Mapping[str, Any]

    def __str__(self) -> str:
        return f"only {dict(self.members)}"


@dataclass(frozen=True)
class Json:
    """Text that is a JSON document; objects in it may hold more than is named here."""

    document: Any

    def __str__(self) -> str:
        return f"JSON with {self.document}"


class _Anything:
    def __str__(self) -> str:
        return "anything"


class _Absent:
    def __str__(self) -> str:
        return "nothing"


ANYTHING = _Anything()
"""A member that is there, whatever it holds."""
ABSENT = _Absent()
"""A member that is not there."""


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """A value with every `$name` in its strings replaced."""
    if isinstance(value, str):
        return Template(value).safe_substitute(names)
    if isinstance(value, Like):
        safe = {name: re.escape(text) for name, text in names.items()}
        return Like(Template(value.pattern).safe_substitute(safe))
    if isinstance(value, Only):
        return Only(filled(dict(value.members), names))
    if isinstance(value, Json):
        return Json(filled(value.document, names))
    if isinstance(value, Mapping):
        return {filled(key, names): filled(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, names) for item in value]
    return value


def at(answer: Any, path: str) -> str:
    """What lies at a path of names and numbers, as text."""
    for step in path.split("."):
        answer = answer[int(step) if step.isdigit() else step]
    return str(answer)


def differences(expected: Any, found: Any, path: str = "answer") -> Iterator[str]:
    """Where an answer is not what was recorded; members that the row does not name are free."""
    match expected:
        case _Anything():
            pass
        case Like(pattern=pattern):
            if not isinstance(found, str) or not re.search(pattern, found, re.DOTALL):
                yield f"{path} is {found!r}, not {expected}"
        case Json(document=document):
            yield from _json_differences(document, found, path)
        case Only(members=members):
            for name in sorted(set(found) - set(members)):
                yield f"{path}.{name} is {found[name]!r}, and was not there"
            yield from differences(members, found, path)
        case Mapping():
            yield from _member_differences(expected, found, path)
        case list() | tuple():
            yield from _item_differences(list(expected), found, path)
        case _:
            if expected != found or isinstance(expected, bool) != isinstance(found, bool):
                yield f"{path} is {found!r}, not {expected!r}"


def _json_differences(document: Any, found: Any, path: str) -> Iterator[str]:
    try:
        parsed = json.loads(found)
    except (TypeError, ValueError):
        yield f"{path} is {found!r}, not JSON"
        return
    yield from differences(document, parsed, f"{path} (JSON)")


def _member_differences(expected: Mapping[str, Any], found: Any, path: str) -> Iterator[str]:
    if not isinstance(found, Mapping):
        yield f"{path} is {found!r}, not an object"
        return
    for name, wanted in expected.items():
        where = f"{path}.{name}"
        if wanted is ABSENT:
            if name in found:
                yield f"{where} is {found[name]!r}, and was not there"
        elif name not in found:
            yield f"{where} is missing; expected {wanted}"
        else:
            yield from differences(wanted, found[name], where)


def _item_differences(expected: list[Any], found: Any, path: str) -> Iterator[str]:
    if not isinstance(found, list | tuple) or len(found) != len(expected):
        yield f"{path} is {found!r}, not {len(expected)} items"
        return
    for number, (wanted, item) in enumerate(zip(expected, found, strict=True)):
        yield from differences(wanted, item, f"{path}.{number}")
