"""Tables of the catalogue for DuckDB: types of Hive, and rows as the reader of JSON sees them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.glue import parts_of

if TYPE_CHECKING:
    from ses_provision.local.s3_buckets import Bucket

_SCALARS = {
    "string": "VARCHAR", "bigint": "BIGINT", "int": "INTEGER", "integer": "INTEGER",
    "double": "DOUBLE", "float": "FLOAT", "boolean": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMP",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A type of Hive, taken apart: `struct` has names, the others do not."""

    name: str
    names: tuple[str, ...] = ()
    parts: tuple[Kind, ...] = ()

    @classmethod
    def of(cls, text: str) -> Kind:
        """The type that a text says."""
        text = text.strip().lower()
        kind, opened, inner = text.partition("<")
        if not opened:
            return cls(text)
        parts = parts_of(inner[:-1])
        if kind != "struct":
            return cls(kind, (), tuple(map(cls.of, parts)))
        fields = [part.partition(":") for part in parts]
        names = tuple(name.strip() for name, _, _ in fields)
        return cls(kind, names, tuple(cls.of(held) for _, _, held in fields))

    @property
    def in_duckdb(self) -> str:
        """The same type of DuckDB."""
        if self.name == "struct":
            fields = zip(self.names, self.parts, strict=True)
            told = ", ".join(f'"{name}" {kind.in_duckdb}' for name, kind in fields)
            return f"STRUCT({told})"
        if self.name == "array":
            return f"{self.parts[0].in_duckdb}[]"
        if self.name == "map":
            return f"MAP({self.parts[0].in_duckdb}, {self.parts[1].in_duckdb})"
        return _SCALARS.get(self.name, "VARCHAR")

    def fitted(self, value: Any) -> Any:
        """A value as the reader of JSON sees it: names of fields in lower case, keys of maps as
        they are, what has another shape left out."""
        if value is None:
            return None
        if self.name == "struct":
            given = lowered(value)
            fields = zip(self.names, self.parts, strict=True)
            return {name: kind.fitted(given.get(name)) for name, kind in fields}
        if self.name == "array":
            held = value if isinstance(value, list) else []
            return [self.parts[0].fitted(each) for each in held]
        if self.name == "map":
            given = value if isinstance(value, dict) else {}
            return {str(key): self.parts[1].fitted(held) for key, held in given.items()}
        if self.name == "string" and not isinstance(value, str):
            return json.dumps(value)
        return value


def lowered(value: Any) -> dict[str, Any]:
    """The fields of an object, by their names in lower case."""
    return {key.lower(): held for key, held in value.items()} if isinstance(value, dict) else {}


@dataclass(frozen=True)
class External:
    """A table over files: its columns, and the rows that its files hold."""

    columns: Mapping[str, Kind]
    rows: tuple[dict[str, Any], ...]
    scanned: int

    @property
    def declared(self) -> dict[str, str]:
        """The columns as DuckDB takes them."""
        return {name: kind.in_duckdb for name, kind in self.columns.items()}


def external(table: Mapping[str, Any], bucket: Bucket) -> External:
    """A table of the catalogue with what its files hold: one JSON object a line."""
    storage = table["StorageDescriptor"]
    columns = {held["Name"]: Kind.of(held["Type"]) for held in storage["Columns"]}
    keys = [held["Name"] for held in table.get("PartitionKeys") or ()]
    prefix = storage["Location"].removeprefix(f"s3://{bucket.name}/")
    rows, scanned = [], 0
    for key, held in sorted(bucket.objects.items()):
        if not key.startswith(prefix):
            continue
        scanned += len(held.body)
        partition = dict(
            piece.split("=", 1) for piece in key.removeprefix(prefix).split("/") if "=" in piece
        )
        for given in objects(held.body, is_gzip=key.endswith(".gz")):
            row = {name: kind.fitted(given.get(name)) for name, kind in columns.items()}
            rows.append(row | {name: partition.get(name) for name in keys})
    return External(columns | dict.fromkeys(keys, Kind("string")), tuple(rows), scanned)


def objects(body: bytes, *, is_gzip: bool) -> Iterator[dict[str, Any]]:
    """The objects of a file; a line that is none is left out (ignore.malformed.json)."""
    for line in (gzip.decompress(body) if is_gzip else body).splitlines():
        try:
            yield lowered(json.loads(line))
        except ValueError:
            continue
