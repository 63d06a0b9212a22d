"""Queries and their results, as text and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.render.layout import whole
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.operations.query import Result, Value
    from ses_provision.steps.archive_sql import Query

WIDEST = 60
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def listed(queries: Iterable[Query]) -> Text:
    """The queries that come with an archive."""
    lines = [Text(f"  {query.name:<14} {query.about}") for query in queries]
    return Text("\n").join(lines)


def shown(value: Value) -> str:
    """A value in a cell."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def table(found: Result) -> Text:
    """The rows in columns; numbers stand at the right. A long text is cut in all but the last."""
    names = [column.name for column in found.columns]
    rows = [[cut(safe(shown(value))) for value in row] for row in found.rows]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)] if names else []
    numbers = [
        all(isinstance(row[place], int | float) or row[place] is None for row in found.rows)
        for place in range(len(names))
    ]

    def line(cells: list[str]) -> Text:
        padded = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, numbers, strict=True)
        )
        return whole("  ".join(padded).rstrip())

    return Text("\n").join([line(names), *map(line, rows)])


def cut(text: str) -> str:
    """A text that leaves room for others; --csv and --json have it whole."""
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def total(found: Result) -> str:
    """The line that counts."""
    rows = f"{len(found.rows)} row{'' if len(found.rows) == 1 else 's'}"
    return f"{rows}; {found.scanned:,} bytes scanned, about ${found.dollars:.5f}"


def as_csv(found: Result) -> str:
    """The rows as CSV. What a spreadsheet would run is quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in found.columns])
    writer.writerows([[harmless(value) for value in row] for row in found.rows])
    return out.getvalue()


def harmless(value: Value) -> str:
    """A value that no spreadsheet takes for a formula."""
    text = shown(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULAS) else text


def document(found: Result) -> dict[str, Any]:
    """A result as JSON has it."""
    return {
        "columns": [{"name": column.name, "type": column.type} for column in found.columns],
        "rows": [list(row) for row in found.rows],
        "scanned_bytes": found.scanned,
        "dollars": found.dollars,
    }
