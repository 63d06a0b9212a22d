"""Terraform's language, as much of it as an export needs (HCL native syntax specification)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.names import RUNNER_COMMAND


@dataclass(frozen=True)
class Block:
    """A nested block, in contrast to an argument whose value is a map."""

    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Blocks:
    """Nested blocks of one name, one after the other."""

    held: tuple[Block, ...]


@dataclass(frozen=True)
class Reference:
    """An expression that is written as it is: `aws.us_east_1`."""

    expression: str


@dataclass(frozen=True)
class Json:
    """A value that is passed on as JSON text."""

    value: Any


def block(kind: str, labels: tuple[str, ...], arguments: Mapping[str, Any]) -> str:
    """A block at the top of a file, laid out as `terraform fmt` does."""
    head = " ".join([kind, *(quoted(one) for one in labels)])
    return "\n".join([f"{head} {{", *body(arguments, 1), "}"])


def body(arguments: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Arguments first, then nested blocks."""
    indent = "  " * depth
    given = {k: v for k, v in arguments.items() if v is not None}
    flat = {k: v for k, v in given.items() if not isinstance(v, Block | Blocks)}
    yield from assignments(flat, depth)
    for name, value in given.items():
        blocks = (value,) if isinstance(value, Block) else getattr(value, "held", ())
        for held in blocks:
            yield from [f"{indent}{name} {{", *body(held.arguments, depth + 1), f"{indent}}}"]


def assignments(arguments: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Names and values; the values of neighbours in one line each stand in a column."""
    indent = "  " * depth
    written = [(name, expression(value, depth)) for name, value in arguments.items()]
    for is_long, group in groupby(written, key=lambda pair: "\n" in pair[1]):
        pairs = list(group)
        width = 0 if is_long else max(len(name) for name, _ in pairs)
        yield from (f"{indent}{name:<{width}} = {value}" for name, value in pairs)


def expression(value: Any, depth: int) -> str:
    """A value: text, number, list, map, or what is written as it is."""
    match value:
        case Reference(text):
            return text
        case Json(inner):
            return f"jsonencode({expression(inner, depth)})"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case str():
            return quoted(value)
        case Mapping():
            entries = {quoted(key): one for key, one in value.items()}
            lines = list(assignments(entries, depth + 1))
            return "\n".join(["{", *lines, f"{'  ' * depth}}}"]) if lines else "{}"
    return sequence(list(value), depth)


def sequence(values: list[Any], depth: int) -> str:
    """A list: in one line, or with an element to a line where one needs several."""
    flat = [expression(one, depth) for one in values]
    if not any("\n" in one for one in flat):
        return "[" + ", ".join(flat) + "]"
    inner = "  " * (depth + 1)
    lines = [f"{inner}{expression(one, depth + 1)}," for one in values]
    return "\n".join(["[", *lines, f"{'  ' * depth}]"])


def quoted(text: str) -> str:
    """A string in one line, in which nothing is a template and nothing steers a terminal."""
    escaped = "".join(character(one) for one in text)
    escaped = re.sub(RUNNER_COMMAND, r"#\\u0023", escaped)
    # Not `$${`: where no brace closes it, some parsers of HCL look for one in what follows.
    return '"' + re.sub(r"[$%](?=\{)", lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'


ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def character(one: str) -> str:
    """A character as a quoted template has it. HCL is UTF-8, so there are no lone surrogates."""
    if one in ESCAPES:
        return ESCAPES[one]
    if one.isprintable():
        return one
    if "\ud800" <= one <= "\udfff":
        return "\ufffd"
    return f"\\u{ord(one):04x}" if ord(one) <= 0xFFFF else f"\\U{ord(one):08x}"


def comment(text: str) -> str:
    """A comment, which ends where its line ends."""
    return "# " + re.sub(RUNNER_COMMAND, "# #", "".join(character(one) for one in text))
