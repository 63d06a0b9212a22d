"""Queries of Athena that were started, and how each ended."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ses_provision.dataclass import dataclass
from ses_provision.local.athena import refused
from ses_provision.local.contract import Caller, Clock, Params, Reply
from ses_provision.local.served import page

if TYPE_CHECKING:
    from ses_provision.local.athena import Athena, Group
    from ses_provision.local.athena_engine import Answered
    from ses_provision.local.glue import Glue
    from ses_provision.local.s3 import S3

_PAGE = 1000
_CATALOG = "awsdatacatalog"


@dataclass
class Execution:
    """A query that was started."""

    id: str
    text: str
    group: str
    database: str
    at: datetime
    state: str = "SUCCEEDED"
    reason: str = ""
    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    scanned: int = 0


class Queries:
    """Starts queries, and tells how they ended: at once, in the local AWS."""

    def __init__(self, athena: Athena, glue: Glue, s3: S3, clock: Clock) -> None:
        self._athena = athena
        self._glue = glue
        self._s3 = s3
        self._clock = clock
        self._held: dict[tuple[str, str, str], Execution] = {}
        athena.serve(
            {
                "StartQueryExecution": self._start,
                "GetQueryExecution": self._get,
                "GetQueryResults": self._results,
            }
        )

    def _start(self, caller: Caller, params: Params) -> Reply:
        group = self._athena.group(caller, params.get("WorkGroup", "primary"))
        _insist_on_a_place(group, params)
        where = params.get("QueryExecutionContext") or {}
        if where.get("Catalog", _CATALOG).lower() != _CATALOG:
            raise refused(f"Catalog {where['Catalog']} is not found.")
        made = Execution(
            str(uuid4()),
            params["QueryString"],
            group.name,
            where.get("Database", "default"),
            self._clock.now(),
        )
        self._run(caller, made, group)
        self._held[caller.account, caller.region, made.id] = made
        return {"QueryExecutionId": made.id}

    def _run(self, caller: Caller, made: Execution, group: Group) -> None:
        from ses_provision.local import athena_engine

        self._s3.before()
        databases = self._glue.databases(caller.account, caller.region)
        try:
            answered: Answered = athena_engine.run(
                made.text, databases, made.database, self._s3, made.at.date()
            )
        except athena_engine.QueryFailedError as error:
            made.state, made.reason = "FAILED", str(error)
            return
        made.scanned = answered.scanned
        cutoff = group.configuration.get("BytesScannedCutoffPerQuery")
        if cutoff is not None and answered.scanned > cutoff:
            made.state = "FAILED"
            made.reason = "Query exhausted resources: Bytes scanned limit was exceeded"
            return
        made.columns, made.rows = answered.columns, answered.rows

    def _found(self, caller: Caller, params: Params) -> Execution:
        identity = params["QueryExecutionId"]
        found = self._held.get((caller.account, caller.region, identity))
        if found is None:
            raise refused(f"QueryExecution {identity} was not found")
        return found

    def _get(self, caller: Caller, params: Params) -> Reply:
        held = self._found(caller, params)
        status: dict[str, Any] = {
            "State": held.state,
            "SubmissionDateTime": held.at,
            "CompletionDateTime": held.at,
        }
        if held.reason:
            error = {"ErrorCategory": 2, "Retryable": False, "ErrorMessage": held.reason}
            status |= {"StateChangeReason": held.reason, "AthenaError": error}
        return {
            "QueryExecution": {
                "QueryExecutionId": held.id,
                "Query": held.text,
                "StatementType": "DML",
                "WorkGroup": held.group,
                "QueryExecutionContext": {"Database": held.database, "Catalog": _CATALOG},
                "Status": status,
                "Statistics": {
                    "DataScannedInBytes": held.scanned,
                    "EngineExecutionTimeInMillis": 1,
                },
            }
        }

    def _results(self, caller: Caller, params: Params) -> Reply:
        held = self._found(caller, params)
        if held.state != "SUCCEEDED":
            raise refused(f"Query did not finish successfully. Final query state: {held.state}")
        head: list[str | None] = [name for name, _ in held.columns]
        rows = [{"Data": [_datum(value) for value in row]} for row in (head, *held.rows)]
        size = min(params.get("MaxResults", _PAGE), _PAGE)
        shown = page(rows, params, size, "NextToken", "Rows", refused_as="InvalidRequestException")
        columns = [
            {"Name": name, "Label": name, "Type": kind, "CatalogName": "hive"}
            for name, kind in held.columns
        ]
        told = {"Rows": shown.pop("Rows"), "ResultSetMetadata": {"ColumnInfo": columns}}
        return {"ResultSet": told, "UpdateCount": 0, **shown}


def _datum(value: str | None) -> dict[str, str]:
    return {} if value is None else {"VarCharValue": value}


def _insist_on_a_place(group: Group, params: Params) -> None:
    if group.state != "ENABLED":
        raise refused(f"WorkGroup {group.name} is disabled.")
    managed = (group.configuration.get("ManagedQueryResultsConfiguration") or {}).get("Enabled")
    place = (group.configuration.get("ResultConfiguration") or {}).get("OutputLocation")
    given = (params.get("ResultConfiguration") or {}).get("OutputLocation")
    if not (managed or place or given):
        raise refused(
            "No output location provided. An output location is required either through the "
            "Workgroup result configuration setting or as an API input."
        )
