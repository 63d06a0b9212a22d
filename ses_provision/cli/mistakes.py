"""Mistakes in a command line, in sentences: which option, which value, what would be right."""

from __future__ import annotations

import re
from typing import Any

import typer

from ses_provision.errors import UsageError

LONGEST_VALUE = 100
"""Letters of a wrong value that are repeated."""

KINDS = {
    "float_parsing": "a number",
    "float_type": "a number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "bool_parsing": "yes or no",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
    "finite_number": "a finite number",
}
"""What pydantic complains of, and what the option wants."""


def mistake(error: typer.TyperException, command: str) -> UsageError:
    """A mistake as one of our errors. `command` is what was called, as far as it is known."""
    hint = f"`{command} --help` lists its options." if " " in command else ALL_COMMANDS
    return UsageError(sentence(error, command), hint)


ALL_COMMANDS = "`ses-provision --help` lists commands."


def sentence(error: typer.TyperException, command: str) -> str:
    """What is wrong, named by option and value."""
    param, said = getattr(error, "param", None), error.format_message().rstrip(".")
    extra = re.fullmatch(r"Got unexpected extra arguments? ?(?:\(s\) )?\((.*)\)", said, re.DOTALL)
    meant = sorted(getattr(error, "possibilities", None) or ())
    if param is not None and type(error).__name__ == "MissingParameter":
        what = str(getattr(param, "help", "") or "").rstrip(".")
        return f"`{command}` wants {named(param)}" + (f" ({what})." if what else ".")
    if param is not None:
        return wrong_value(error, param)
    if extra:
        return f"`{command}` has no use for {shortened(extra[1])}."
    said = str(getattr(error, "message", said)).rstrip(".")
    end = "" if said.endswith("?") else "."
    return f"{said}{end}" + (f" Did you mean {' or '.join(meant)}?" if meant else "")


def named(param: Any) -> str:
    """A parameter as the help shows it."""
    metavar = str(param.metavar or param.name).strip("[]").upper()
    if param.param_type_name == "argument":
        return metavar
    option = max(param.opts, key=len)
    return f"{option} {metavar}" if param.metavar else str(option)


def wrong_value(error: typer.TyperException, param: Any) -> str:
    """A value that is none of the choices, no number, or out of range."""
    name = named(param).split(" ")[0]
    said = str(getattr(error, "message", "")).removeprefix("Value error, ").rstrip(".")
    choices = re.fullmatch(r"('.*'|\".*\") is not one of (.*)", said, re.DOTALL)
    if choices:
        listed = choices[2].replace("'", "")
        return f"{name} takes one of {listed}, not {shortened(choices[1])}."
    details: list[Any] = getattr(error.__cause__, "errors", list)()
    if not details:
        return f"{name}: {said}."
    first = details[0]
    wanted = KINDS.get(first["type"], "").format(**first.get("ctx", {}))
    value = shortened(repr(first.get("input")))
    return f"{name} wants {wanted}, not {value}." if wanted else f"{name}: {said}, not {value}."


def shortened(text: str) -> str:
    """A value that fits into a sentence."""
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def command_of(error: typer.TyperException, arguments: list[str], known: list[str]) -> str:
    """The command that a mistake was made in, as a person types it."""
    context = getattr(error, "ctx", None)
    name = context.info_name if context is not None and context.parent is not None else None
    found = name or next((one for one in arguments if one in known), "")
    return f"ses-provision {found}".strip()
