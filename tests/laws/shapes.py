"""What documents are made of, as JSON Schemas have it."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WORDS: Schema = {"type": "string", "minLength": 1}
YES_OR_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
ANYTHING: Schema = {}
ACCOUNT: Schema = {"type": "string", "pattern": "^[0-9]{12}$"}
REGION: Schema = {"type": "string", "pattern": "^[a-z]{2,4}(-[a-z]+)+-[0-9]$"}
MOMENT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$",
}


def thing(optional: dict[str, Schema] | None = None, /, **required: Schema) -> Schema:
    """An object with these names and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def each(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def mapping(schema: Schema) -> Schema:
    """An object whose names are data."""
    return {"type": "object", "additionalProperties": schema}


def one_of(*values: str) -> Schema:
    """One of some words."""
    return {"enum": list(values)}


def maybe(schema: Schema) -> Schema:
    """A value, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def either(*schemas: Schema) -> Schema:
    """One of several shapes."""
    return {"anyOf": list(schemas)}
