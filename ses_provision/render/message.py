"""Errors and hints as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from ses_provision.errors import ProvisionError


def error(value: ProvisionError, environment: str | None = None) -> Text:
    """What happened, and what to do next. Built as text: messages may hold brackets."""
    text = Text()
    text.append("error: ", style="bold red")
    text.append(f"{environment}: " if environment else "")
    text.append(safe(value.message))
    if value.hint:
        text.append("\nhint: ", style="bold")
        text.append(safe(value.hint))
    return text


def safe(text: str) -> str:
    """A text without control characters, which could steer the terminal."""
    return "".join(
        character if character == "\n" or character.isprintable() else repr(character)[1:-1]
        for character in text
    )
