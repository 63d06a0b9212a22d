"""A view of Athena as the Glue catalogue keeps it.

Written into the catalogue, and not by Athena's DDL: that leaves no place for marks that say whose a
view is, and rewrites its text. The form is Trino's own (trinodb/trino, HiveViewCodec), in which
many keep views by Terraform and the CDK; Athena checks the types of the columns when it runs one.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Self

from ses_provision.dataclass import dataclass
from ses_provision.resources.glue import CatalogTable
from ses_provision.resources.sql_text import SqlText

BEFORE, AFTER = "/* Presto View: ", " */"
LAYOUT: Mapping[str, Any] = {
    "TableType": "VIRTUAL_VIEW",
    "ViewExpandedText": "/* Presto View */",
    "StorageDescriptor": {"Location": "", "SerdeInfo": {"Name": "-", "SerializationLibrary": "-"}},
}
PARAMETERS = {"presto_view": "true", "comment": "Presto View"}
TYPES = {"string": "varchar"}
"""The types of Hive that Trino calls otherwise."""


def written(database: str, columns: Mapping[str, str], sql: str) -> str:
    """A view's definition as the catalogue keeps it."""
    definition = {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [
            {"name": name, "type": TYPES.get(kind, kind)} for name, kind in columns.items()
        ],
    }
    return f"{BEFORE}{base64.b64encode(json.dumps(definition).encode()).decode()}{AFTER}"


def read(text: str) -> str:
    """The SQL in a view's definition; empty where that is none."""
    inner = text.removeprefix(BEFORE).removesuffix(AFTER)
    try:
        return str(json.loads(base64.b64decode(inner, validate=True))["originalSql"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return ""


@dataclass(frozen=True)
class CatalogView(CatalogTable):
    """A query under a name."""

    query: SqlText = field(default_factory=lambda: SqlText.of(""))

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"view {self.database}.{self.name}"

    def _live(self, held: Mapping[str, Any]) -> Self:
        found = super()._live(held)
        return replace(found, query=SqlText.of(read(held.get("ViewOriginalText") or "")))

    def _definition(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        text = written(self.database, self.columns, self.query.written)
        return {**super()._definition(parameters), "ViewOriginalText": text}

    def strayed(self) -> Sequence[Self]:
        """Another query."""
        return [replace(self, query=SqlText.of("SELECT 1"))]
