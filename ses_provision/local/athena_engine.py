"""One query of Athena, run by DuckDB: the same SQL text, over the very objects of the local S3.

sqlglot reads it as Athena's SQL and writes it as DuckDB's. What only one of the two knows is not
served: the guide on the archive says what a query may use.
"""

from __future__ import annotations

import base64
import json
import tempfile
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import sqlglot
from sqlglot import exp

from ses_provision.dataclass import dataclass
from ses_provision.local.athena_tables import External, external

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ses_provision.local.glue import Database
    from ses_provision.local.s3 import S3

_TYPES = {
    "VARCHAR": "varchar", "BIGINT": "bigint", "HUGEINT": "bigint", "INTEGER": "integer",
    "DOUBLE": "double", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp",
}  # fmt: skip
_VIEW = "VIRTUAL_VIEW"


class QueryFailedError(Exception):
    """A query that ends as FAILED, with the reason that Athena gives."""


@dataclass
class Answered:
    """The columns of a result with their types, the rows as text, and what was read for them."""

    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    scanned: int = 0


def run(
    text: str, databases: Mapping[str, Database], default: str, s3: S3, today: date
) -> Answered:
    """Run a query; raises QueryFailedError as Athena would fail."""
    query = parsed(text)
    with duckdb.connect(":memory:") as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute("SET autoinstall_known_extensions = false")
        scanned = Catalogue(engine, databases, s3, today).provide(query, default, set())
        engine.execute("SET enable_external_access = false")
        try:
            done = engine.execute(translated(query, today))
            rows = done.fetchall()
        except duckdb.Error as error:
            raise QueryFailedError(reason(error)) from error
        columns = [(name, type_of(str(kind))) for name, kind, *_ in done.description or ()]
    return Answered(columns, [[told(value) for value in row] for row in rows], scanned)


def parsed(text: str) -> exp.Query:
    """A text as one statement that reads."""
    try:
        found = [each for each in sqlglot.parse(text, read="athena") if each is not None]
    except sqlglot.errors.SqlglotError as error:
        first = str(error).partition("\n")[0]
        raise QueryFailedError(f"SYNTAX_ERROR: {first}") from error
    if len(found) != 1:
        raise QueryFailedError("SYNTAX_ERROR: Only one sql statement is allowed.")
    if not isinstance(found[0], exp.Query):
        raise QueryFailedError("NOT_SUPPORTED: the local AWS runs queries alone")
    return found[0]


def translated(query: exp.Query, today: date) -> str:
    """A query as DuckDB takes it, on the day that it is by the clock of the local AWS."""
    day = exp.cast(exp.Literal.string(today.isoformat()), "date")
    dated = query.transform(lambda node: day.copy() if isinstance(node, exp.CurrentDate) else node)
    return dated.sql(dialect="duckdb")


@dataclass
class Catalogue:
    """Brings into DuckDB what a query names."""

    engine: duckdb.DuckDBPyConnection
    databases: Mapping[str, Database]
    s3: S3
    today: date

    def provide(self, query: exp.Query, default: str, known: set[str]) -> int:
        """Make every table and view that a query names; how many bytes that reads."""
        own = {cte.alias_or_name.lower() for cte in query.find_all(exp.CTE)}
        scanned = 0
        for named in list(query.find_all(exp.Table)):
            name, database = named.name.lower(), named.db.lower() or default
            if not name or (name in own and not named.db):
                continue
            self.insist(database, name)
            named.set("db", exp.to_identifier(database, quoted=True))
            named.set("catalog", None)
            named.set("this", exp.to_identifier(name, quoted=True))
            key = f"{database}.{name}"
            if key not in known:
                known.add(key)
                scanned += self.make(database, name, known)
        return scanned

    def insist(self, database: str, name: str) -> None:
        """Refuse what the catalogue does not have."""
        held = self.databases.get(database)
        if held is None:
            raise QueryFailedError(f"SCHEMA_NOT_FOUND: Schema '{database}' does not exist")
        if name not in held.tables:
            raise QueryFailedError(
                f"TABLE_NOT_FOUND: Table 'awsdatacatalog.{database}.{name}' does not exist"
            )

    def make(self, database: str, name: str, known: set[str]) -> int:
        """Make one table or view of the catalogue."""
        table = self.databases[database].tables[name]
        self.engine.execute(f'CREATE SCHEMA IF NOT EXISTS "{database}"')
        if table.get("TableType") == _VIEW:
            return self.view(database, name, table, known)
        place = str(table["StorageDescriptor"].get("Location", ""))
        bucket = self.s3.find(place.removeprefix("s3://").partition("/")[0])
        if bucket is None:
            raise QueryFailedError(f"GENERIC_INTERNAL_ERROR: {place} does not exist")
        found = external(table, bucket)
        self.fill(f'"{database}"."{name}"', found)
        return found.scanned

    def view(self, database: str, name: str, table: Mapping[str, Any], known: set[str]) -> int:
        """A view, which has to give the columns that the catalogue says."""
        inner = str(table.get("ViewOriginalText", "")).partition(": ")[2].partition(" ")[0]
        definition = json.loads(base64.b64decode(inner) or b"{}")
        query = parsed(str(definition.get("originalSql", "")))
        scanned = self.provide(query, str(definition.get("schema", database)), known)
        where = f'"{database}"."{name}"'
        try:
            self.engine.execute(f"CREATE VIEW {where} AS {translated(query, self.today)}")
        except duckdb.Error as error:
            raise QueryFailedError(reason(error)) from error
        made = self.engine.execute(f"DESCRIBE {where}").fetchall()
        gives = {row[0]: type_of(row[1]) for row in made}
        says = {held["name"]: held["type"] for held in definition.get("columns") or ()}
        wrong = [column for column in {**gives, **says} if gives.get(column) != says.get(column)]
        if wrong:
            raise QueryFailedError(
                f"VIEW_IS_STALE: View 'awsdatacatalog.{database}.{name}' is stale or in invalid "
                f"state: column [{wrong[0]}] of type {gives.get(wrong[0])} cannot be coerced to "
                f"{says.get(wrong[0])} stored in view definition"
            )
        return scanned

    def fill(self, where: str, found: External) -> None:
        """A table with the rows of its files."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.json"
            path.write_text("".join(json.dumps(row) + "\n" for row in found.rows), encoding="utf-8")
            columns = ", ".join(f"'{name}': '{kind}'" for name, kind in found.declared.items())
            self.engine.execute(
                f"CREATE TABLE {where} AS SELECT * FROM read_json(?, "
                f"format='newline_delimited', columns={{{columns}}})",
                [str(path)],
            )


def type_of(kind: str) -> str:
    """A type of DuckDB as Athena names it."""
    return _TYPES.get(kind.partition("(")[0], "varchar")


def told(value: Any) -> str | None:
    """A value as Athena writes it: all are text."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def reason(error: Exception) -> str:
    """Why DuckDB does not run a query, in Athena's words as far as they are alike."""
    first = str(error).partition("\n")[0]
    is_column = isinstance(error, duckdb.BinderException) and "column" in first.lower()
    return f"{'COLUMN_NOT_FOUND' if is_column else 'GENERIC_USER_ERROR'}: {first}"
