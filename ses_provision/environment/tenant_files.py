"""The file of tenants: a table in CSV, a tenant a line, for those who have thousands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.environment.complaints import shown
from ses_provision.environment.tenants import TenantSettings
from ses_provision.names import closest
from ses_provision.outside import files

LARGEST = 10_000_000  # bytes: ten thousand tenants with long names have a tenth of it
LISTS = ("identities", "templates", "suppressed_reasons")
"""Columns whose cells hold several words, with blanks between them."""
YES = {"true": True, "false": False}
COLUMNS = tuple(TenantSettings.model_fields)


@dataclass
class Table:
    """What a file of tenants says: rows as TOML would have them, the line of each, and what is
    wrong with the table itself."""

    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def at(self, number: int) -> str:
        """Where a row stands."""
        return f"{self.name} line {self.lines[number]}"


@dataclass(frozen=True)
class Places:
    """Says of a mistake where it stands: rows follow the tenants that the environment names."""

    before: Any
    table: Table

    def __call__(self, problem: str) -> str:
        """The mistake, with its place."""
        return re.sub(r"\btenants\.([0-9]+)(?:\.([a-z_]+))?", self._place, problem)

    def _place(self, found: re.Match[str]) -> str:
        number = int(found[1]) - len(self.before)
        if number < 0:
            return found[0]
        where = self.table.at(number)
        return f"{where}, {found[2]}" if found[2] else where


def table(name: str, beside: Path) -> Table:
    """Read a file of tenants that a file beside it names."""
    found = Table(name)
    path = beside.parent / name
    try:
        text = files.content(path, LARGEST).decode("utf-8-sig")
    except OSError as error:
        found.problems.append(f"tenants_file: {path} cannot be read: {files.reason(error)}")
        return found
    except UnicodeDecodeError:
        found.problems.append(f"tenants_file: {path} is not UTF-8")
        return found
    try:
        fill(found, text)
    except csv.Error as error:
        found.problems.append(f"{name}: is no CSV: {error}")
    return found


def fill(found: Table, text: str) -> None:
    """Put the rows of a text into a table."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    said = ((reader.line_num, cells) for cells in reader if says_something(cells))
    first, names = next(said, (1, []))
    header = [cell.strip() for cell in names]
    wrong = list(amiss(header))
    found.problems += [f"{found.name} line {first}: {each}" for each in wrong]
    if wrong:
        return
    for line, cells in said:
        if len(cells) > len(header):
            found.problems.append(
                f"{found.name} line {line}: has {len(cells)} cells for {len(header)} columns"
            )
            continue
        given = zip(header, cells, strict=False)
        found.rows.append({name: read(name, cell.strip()) for name, cell in given if cell.strip()})
        found.lines.append(line)


def says_something(cells: list[str]) -> bool:
    """Whether a line is neither empty nor a comment."""
    return any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#")


def amiss(header: list[str]) -> Iterator[str]:
    """What is wrong with the names of the columns."""
    if "name" not in header:
        yield f"no column name; the first line names the columns: {', '.join(COLUMNS)}"
        return
    for name in dict.fromkeys(header):
        if name not in COLUMNS:
            near = closest(name, COLUMNS)
            meant = f"; did you mean {near}?" if near else f"; known here: {', '.join(COLUMNS)}"
            yield f"unknown column {shown(name)}{meant}"
        elif header.count(name) > 1:
            yield f"column {name} stands twice"


def read(column: str, cell: str) -> Any:
    """A cell as TOML would have it."""
    if column in LISTS:
        return cell.split()
    return YES.get(cell.lower(), cell) if column == "alarms" else cell
