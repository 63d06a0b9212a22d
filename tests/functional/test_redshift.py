"""export --format redshift-sql: read by a parser of Redshift's SQL, and run against the archive.

Redshift's way through nested data is written as DuckDB has it, and nothing else is changed: names
keep their letters, so a name that no event has finds nothing here either.
"""

from __future__ import annotations

import json
import logging
import re
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from ses_provision.environment import loading
from ses_provision.environment.archive import ArchiveSettings
from ses_provision.export.redshift import sql, statements
from ses_provision.steps.archive_sql import DAILY, EVENT, VIEWS
from ses_provision.steps.archive_table import COLUMNS
from tests.conftest import Cli
from tests.functional.folders import HOSTED, bench
from tests.functional.test_query import APPLY, BUCKET, history, put

EXPORT = ("export", "--env", "prod", "--format", "redshift-sql")
PATH = r'(\be\.event|\ba\.event|\br)((?:\.\w+|\."[^"]+"|\[0\])*)'
KINDS = [
    ("Set", "SET enable_case_sensitive_super_attribute"),
    ("Create", 'CREATE SCHEMA IF NOT EXISTS "ses_prod"'),
    ("Create", 'CREATE TABLE IF NOT EXISTS "ses_prod"."events"'),
    ("Transaction", "BEGIN"),
    ("Delete", 'DELETE FROM "ses_prod"."events"'),
    ("Copy", 'COPY "ses_prod"."events"'),
    ("Commit", "COMMIT"),
    ("Create", 'CREATE OR REPLACE VIEW "ses_prod"."ses_event"'),
    ("Create", 'CREATE OR REPLACE VIEW "ses_prod"."ses_daily"'),
    ("Command", 'CREATE EXTERNAL SCHEMA IF NOT EXISTS "ses_prod_s3"'),
    ("Drop", 'DROP TABLE IF EXISTS "ses_prod_s3"."lines"'),
    ("Create", 'CREATE EXTERNAL TABLE "ses_prod_s3"."lines"'),
    ("Create", 'CREATE OR REPLACE VIEW "ses_prod"."events_s3"'),
    ("Create", 'CREATE OR REPLACE VIEW "ses_prod"."ses_event_s3"'),
    ("Create", 'CREATE OR REPLACE VIEW "ses_prod"."ses_daily_s3"'),
]
"""What each statement is to sqlglot, and how it begins. An external schema it only takes whole."""
FORBIDDEN = re.compile(
    r"\b(GRANT|REVOKE|USER|GROUP|ROLE|CLUSTER|WORKGROUP|CREDENTIALS|ACCESS_KEY_ID)\b"
)


def of_env(**settings: Any) -> list[str]:
    """The statements for an environment whose archive has these settings."""
    env = loading.parse(f"{HOSTED}[archive]\n".encode(), "prod", "prod.toml")
    archive = ArchiveSettings(**settings)
    return statements(sql(env.model_copy(update={"archive": archive})))


def in_duckdb(statement: str) -> str:
    """A statement in which the way through nested data is that of DuckDB; `r` is one of a list."""

    def looked_up(match: re.Match[str]) -> str:
        path = "$" + re.sub(r"\.(\w+)", r'."\1"', match[2])
        return f"json_extract_string({match[1]}, '{path}')"

    text = re.sub(
        r", e\.event((?:\.\w+)+) AS r\b",
        lambda m: f", UNNEST(CAST(json_extract(e.event, '${m[1]}') AS JSON[])) AS u(r)",
        statement.replace("\nWITH NO SCHEMA BINDING", "").replace(
            "SELECT e.event, ", 'SELECT e."event", '
        ),
    )
    text = re.sub(PATH + r"(?=::)", looked_up, text)
    return text.replace("CAN_JSON_PARSE(", "json_valid(").replace("JSON_PARSE(", "json(")


def test_every_statement_is_sql_of_redshift_and_none_gives_anybody_anything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, "sqlglot")

    for name in ("mail_2", "9" * 128):
        found = of_env(database=name, kms_key="alias/archive")
        for statement, (kind, begun) in zip(found, KINDS, strict=True):
            [tree] = sqlglot.parse(statement, read="redshift")
            assert type(tree).__name__ == kind, statement
            assert statement.startswith(begun.replace("ses_prod", name[:100]))
            assert not FORBIDDEN.search(
                statement.replace("GROUP BY", "").replace("WITHIN GROUP", "")
            )
    identifiers = [
        each.name
        for statement in found
        for tree in sqlglot.parse(statement, read="redshift")
        for each in (tree.find_all(exp.Identifier) if tree else ())
    ]
    assert max(map(len, identifiers)) <= 127


def test_the_views_say_row_for_row_what_those_of_athena_say(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=f"{HOSTED}[archive]\n").prepare(*APPLY)
    events = history()
    for day, some in events.items():
        put(made, day, "once", some)
        put(made, day, "twice", some)
    text = made(*EXPORT).stdout

    base = duckdb.connect()
    base.execute('CREATE SCHEMA "ses_prod"; CREATE SCHEMA "ses_prod_s3"')
    base.execute('CREATE TABLE "ses_prod"."events" ("event" JSON)')
    base.execute('CREATE TABLE "ses_prod_s3"."lines" ("line" VARCHAR)')
    lines = [(json.dumps(each),) for some in events.values() for each in some for _ in range(2)]
    base.executemany('INSERT INTO "ses_prod"."events" VALUES (?)', lines)
    base.executemany('INSERT INTO "ses_prod_s3"."lines" VALUES (?)', [*lines, ("{broken",)])
    for statement in statements(text):
        if " VIEW " in statement:
            base.execute(in_duckdb(statement))

    for view in (EVENT, DAILY):
        columns = [name for each in VIEWS if each.name == view for name in each.columns]
        asked = [name for name in columns if name not in {"dt", "p95_ms"}]
        listed = ", ".join(asked)
        (tmp_path / "own.sql").write_text(f"SELECT dt, {listed} FROM {view}", encoding="utf-8")  # noqa: S608
        theirs = made("query", "-f", str(tmp_path / "own.sql"), "--env", "prod", "--json").json
        wanted = ordered(theirs["environments"][0]["query"]["rows"])
        assert len(wanted) > 8
        for ending in ("", "_s3"):
            name = f'"ses_prod"."{view}{ending}"'
            described = [row[0] for row in base.execute(f"DESCRIBE {name}").fetchall()]
            rows = base.execute(f'SELECT "day", {listed} FROM {name}').fetchall()  # noqa: S608
            assert described == ["day", *columns[1:]]
            assert ordered(rows) == wanted


def ordered(rows: Any) -> list[list[Any]]:
    """Rows to compare: in one order, numbers as numbers."""
    plain = [[float(v) if not isinstance(v, str | None) else v for v in row] for row in rows]
    return sorted(plain, key=repr)


def test_what_reads_that_sql_comes_with_an_extra_and_with_nothing_else() -> None:
    always = " ".join(each for each in requires("ses-provision") or () if "extra ==" not in each)

    assert "jinja2" in always
    assert not re.search(r"duckdb|sqlglot|moto", always)


def fields(kind: exp.DataType) -> dict[str, exp.DataType]:
    """The fields of a struct, with the letters that they have."""
    return {each.name: each.args["kind"] for each in kind.expressions}


def test_every_name_on_the_way_is_a_field_of_an_event_letter_for_letter() -> None:
    listed = ", ".join(f"`{name}`:{kind}" for name, kind in COLUMNS.items())
    event = sqlglot.parse_one(f"CAST(x AS struct<{listed}>)", read="hive").args["to"]
    of_lists = dict(re.findall(r"(r\.\w+)::.*\n.*e\.event\.([\w.]+) AS r", "\n".join(of_env())))
    paths = {
        path
        for statement in of_env()
        for path in re.findall(r'\b[ea]\.event((?:\.\w+|\."[^"]+")+)', statement)
    }
    paths |= {f".{path}{way[1:]}" for way, path in of_lists.items()}

    assert len(paths) > 20
    for path in paths:
        held = event
        for name in re.findall(r"\w[\w:-]*", path):
            if held.this is exp.DataType.Type.MAP:
                break
            if held.this is exp.DataType.Type.ARRAY:
                [held] = held.expressions
            assert name in fields(held), path
            held = fields(held)[name]


def test_without_an_archive_it_says_what_to_do(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    refused = made(*EXPORT)

    assert refused.status == 1
    assert refused.stdout == ""
    assert "its file has no [archive]" in refused.stderr
    assert "ses-provision guide archive" in refused.stderr


def test_the_setting_without_which_nothing_is_found_comes_first_and_is_explained(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=f"{HOSTED}[archive]\n")

    ran = made(*EXPORT, "--json")
    [report] = ran.json["environments"]

    assert ran.calls == []
    assert report["statements"] == statements(report["text"])
    assert report["statements"][0] == "SET enable_case_sensitive_super_attribute TO true"
    assert "every\n-- session that queries them needs the setting" in report["text"]
    assert f"arn:aws:s3:::{BUCKET}/events/*" in report["text"]
    late = [each for each in report["statements"] if each.endswith("WITH NO SCHEMA BINDING")]
    assert all("_s3" in each.split(" AS", 1)[0] for each in late)
    assert len(late) == 3
