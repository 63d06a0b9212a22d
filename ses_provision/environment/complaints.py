"""What is wrong with a setting, in TOML's words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LONGEST = 60
"""Letters of a wrong value that are repeated."""

WANTED = {
    "string_type": "must be a string in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "multiple_of": "must be a multiple of {multiple_of:g}",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have entries, {min_length} at least",
    "string_too_long": "must have at most {max_length} letters",
    "string_too_short": "must have at least {min_length} letters",
    "literal_error": "must be {expected}",
}
"""What pydantic calls a mistake, and what a setting has to be."""


def complaint(kind: str, context: Mapping[str, Any], said: str) -> str:
    """What a setting has to be; pydantic's own words where we have none."""
    if kind == "literal_error":
        return f"must be {str(context['expected']).replace(chr(39), chr(34))}"
    wanted = WANTED.get(kind)
    return wanted.format(**context) if wanted else f"{said[0].lower()}{said[1:]}"


def shown(value: object) -> str:
    """A wrong value as TOML has it, in one short line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
