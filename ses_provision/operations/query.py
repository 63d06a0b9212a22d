"""A query over the archive in Athena: what is started, how it ends, what it scanned. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.errors import AwsRefused, ProvisionError
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, question
from ses_provision.outside.rights import Right
from ses_provision.resources import glue, kms
from ses_provision.resources.s3_asking import bucket_arn

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment

CATALOG = "AwsDataCatalog"
ANY = "<id>"
PENDING = frozenset({"QUEUED", "RUNNING"})
DOLLARS_A_TERABYTE = 5.0
"""The price of what a query scans in us-east-1, when this was written."""
TERABYTE, LEAST = 1_000_000_000_000, 10_000_000
"""Athena charges for at least ten megabytes a query."""
WHOLE = frozenset({"bigint", "integer", "smallint", "tinyint"})
BROKEN = frozenset({"double", "float", "decimal"})

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Column:
    """A column of a result."""

    name: str
    type: str


@dataclass(frozen=True)
class Result:
    """What a query gave, and what it scanned for that."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    scanned: int

    @property
    def dollars(self) -> float:
        """About what it cost."""
        return max(self.scanned, LEAST) / TERABYTE * DOLLARS_A_TERABYTE


def workgroup_arn(env: Environment, account: Account) -> str:
    """The ARN of the workgroup."""
    return account.arn("athena", f"workgroup/{env.archive_names.workgroup}")


def behind(env: Environment, account: Account) -> Iterator[Right]:
    """What Athena does with the rights of whoever asks (Athena User Guide, access to Glue and S3).
    Results are kept by Athena itself: no right to write anywhere is needed."""
    names, settings = env.archive_names, env.archive
    catalogued = (
        glue.catalog_arn(account),
        glue.database_arn(account, names.database),
        glue.table_arn(account, names.database, "*"),
    )
    for action in ("glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"):
        yield Right(action, catalogued)
    arn = bucket_arn(account, names.bucket)
    yield Right("s3:ListBucket", (arn,))
    yield Right("s3:GetBucketLocation", (arn,))
    yield Right("s3:GetObject", (f"{arn}/*",))
    if settings and settings.kms_key:
        yield Right("kms:Decrypt", (kms.key_arn(account, env.region, settings.kms_key),))


def start(env: Environment, account: Account, text: str) -> Call:
    """Start a query in the workgroup, whose limits hold for it."""
    names = env.archive_names
    return Call(
        "athena",
        env.region,
        "StartQueryExecution",
        {
            "QueryString": text,
            "WorkGroup": names.workgroup,
            "QueryExecutionContext": {"Database": names.database, "Catalog": CATALOG},
        },
        on=(workgroup_arn(env, account),),
        also=tuple(behind(env, account)),
    )


def execution(env: Environment, account: Account, identity: str) -> Ask:
    """The question for how far a query is."""
    on = (workgroup_arn(env, account),)
    return question("athena", env.region, "GetQueryExecution", on=on, QueryExecutionId=identity)


def results(env: Environment, account: Account, identity: str) -> Ask:
    """The question for what a query gave."""
    return question(
        "athena",
        env.region,
        "GetQueryResults",
        on=(workgroup_arn(env, account),),
        pages=True,
        QueryExecutionId=identity,
    )


def calls(env: Environment, account: Account) -> Iterator[Ask | Call]:
    """All that a query takes, for the permissions."""
    if env.archive is not None:
        yield start(env, account, "SELECT 1")
        yield execution(env, account, ANY)
        yield results(env, account, ANY)


def state(answer: Mapping[str, Any]) -> str:
    """How far a query is."""
    return str(answer["QueryExecution"]["Status"]["State"])


def insist_on_success(answer: Mapping[str, Any], env: Environment) -> None:
    """Raise what a query failed with."""
    found = state(answer)
    if found == "SUCCEEDED":
        return
    why = str(answer["QueryExecution"]["Status"].get("StateChangeReason") or "no reason given")
    if "limit" in why and "scanned" in why.lower():
        hint = (
            "Name fewer days (dt, --days), or raise archive.scan_limit_mb and apply: Athena "
            "charges for what is scanned."
        )
    elif "NOT_FOUND" in why or "STALE" in why:
        hint = f"Correct the query, or ses-provision apply --env {env.name} where a view is gone."
    else:
        hint = "Correct the query. What runs in Athena is the SQL of Trino."
    raise AwsRefused(f"The query ended as {found}: {why}", hint, operation="StartQueryExecution")


def result(ended: Mapping[str, Any], given: Mapping[str, Any]) -> Result:
    """What a query gave; Athena's first row names the columns."""
    found = given["ResultSet"]
    columns = tuple(
        Column(str(held["Name"]), str(held["Type"]))
        for held in (found.get("ResultSetMetadata") or {}).get("ColumnInfo") or ()
    )
    rows = [
        tuple(
            value(held.get("VarCharValue"), column.type)
            for held, column in zip(row.get("Data") or (), columns, strict=False)
        )
        for row in found.get("Rows") or ()
    ]
    scanned = (ended["QueryExecution"].get("Statistics") or {}).get("DataScannedInBytes", 0)
    return Result(columns, tuple(rows[1:]), int(scanned))


def value(text: str | None, kind: str) -> Value:
    """A value by its type: Athena writes all as text."""
    if text is None:
        return None
    try:
        if kind in WHOLE:
            return int(text)
        if kind in BROKEN:
            return float(text)
    except ValueError:
        return text
    return text == "true" if kind == "boolean" else text


def insist_on_an_archive(env: Environment) -> None:
    """There is nothing to ask where nothing is kept."""
    if env.archive is None:
        raise ProvisionError(
            f"Environment {env.name} keeps no events: its file has no [archive].",
            "Add [archive] and apply; `ses-provision guide archive` says what that means.",
        )
