"""Outputs for people, shells and GitHub Actions."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.text import Text

from ses_provision.render.message import safe
from ses_provision.render.plan import heading

if TYPE_CHECKING:
    from ses_provision.environment import Environment


def render(values: Mapping[str, str], env: Environment, output_format: str) -> Text:
    """The outputs in a format, `raw` without their names; json goes the way of all documents."""
    match output_format:
        case "env":
            return lines(
                f"SES_{name.upper()}={shlex.quote(safe(value))}" for name, value in values.items()
            )
        case "github":
            return lines(f"{name}={safe(value)}" for name, value in values.items())
        case "raw":
            return lines(map(safe, values.values()))
    width = max(map(len, values))
    return Text("\n").join(
        [
            heading(env),
            *(Text(f"  {name:<{width}}  {safe(value)}") for name, value in values.items()),
            Text(),
        ]
    )


def lines(found: Iterable[str]) -> Text:
    """Lines as text."""
    return Text("\n".join(found))
