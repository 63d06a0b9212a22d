"""The words that a shell completes from: what the tool calls its own things.

`words.json` beside this file is generated from the declarations (`make fix`), and a test holds it
to them: a shell asks at a press of a key, and importing all steps and checks takes longer than the
answer may.
"""

from __future__ import annotations

import functools
import json
from importlib import resources


@functools.cache
def every() -> dict[str, list[str]]:
    """The words by what they name."""
    text = resources.files("ses_provision.cli").joinpath("words.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found


def words(kind: str) -> list[str]:
    """The names of the `steps`, `topics`, `items`, `attested` items, `queries`, `settings`, of the
    `outputs` that every environment has, or of the `outputs_of_receiving`."""
    return every()[kind]
