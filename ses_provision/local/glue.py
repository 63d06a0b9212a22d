"""Glue: the data catalogue's databases and tables, with names in lower case."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import field
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import Operation, OwnService, page

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGE = 100
_SCALARS = frozenset(
    {
        "string", "bigint", "int", "integer", "smallint", "tinyint", "double", "float", "boolean",
        "binary", "date", "timestamp", "varchar", "char", "decimal",
    }
)  # fmt: skip
_TYPE = re.compile(r"[a-z]+(\(\d+(,\s*\d+)?\))?")
_NESTED = ("struct<", "array<", "map<")
_OF_TABLE = (
    "Name", "Description", "Owner", "LastAccessTime", "LastAnalyzedTime", "Retention",
    "StorageDescriptor", "PartitionKeys", "ViewOriginalText", "ViewExpandedText", "TableType",
    "Parameters", "TargetTable",
)  # fmt: skip
"""What a TableInput says and a table tells; those that it does not say are left out."""


@dataclass
class Database:
    """A database with its tables."""

    name: str
    given: dict[str, Any]
    tags: dict[str, str]
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)


class Glue(OwnService):
    """The catalogue of each account and region."""

    name = "glue"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[tuple[str, str], dict[str, Database]] = {}
        self.operations: Mapping[str, Operation] = {
            "CreateDatabase": self._create_database,
            "GetDatabase": self._get_database,
            "GetDatabases": self._databases,
            "UpdateDatabase": self._update_database,
            "DeleteDatabase": self._delete_database,
            "CreateTable": self._create_table,
            "GetTable": self._get_table,
            "GetTables": self._tables,
            "UpdateTable": self._update_table,
            "DeleteTable": self._delete_table,
            "GetTags": self._get_tags,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def databases(self, account: str, region: str) -> dict[str, Database]:
        """The databases of an account in a region, by name."""
        return self._held.setdefault((account, region), {})

    def tagged(self, caller: Caller) -> dict[str, dict[str, str]]:
        """The tags of the caller's databases in a region, by ARN."""
        place = f"arn:{caller.partition}:glue:{caller.region}:{caller.account}:database/"
        return {f"{place}{name}": held.tags for name, held in self._of(caller).items()}

    def _of(self, caller: Caller) -> dict[str, Database]:
        return self.databases(caller.account, caller.region)

    def _database(self, caller: Caller, name: str) -> Database:
        found = self._of(caller).get(name.lower())
        if found is None:
            raise AwsError("EntityNotFoundException", f"Database {name} not found.")
        return found

    def _told(self, caller: Caller, held: Database) -> Reply:
        return {**held.given, "Name": held.name, "CatalogId": caller.account}

    def _create_database(self, caller: Caller, params: Params) -> Reply:
        given = dict(params["DatabaseInput"])
        name = given["Name"].lower()
        if name in self._of(caller):
            raise AwsError("AlreadyExistsException", "Database already exists.")
        given["CreateTime"] = self._clock.now()
        self._of(caller)[name] = Database(name, given, dict(params.get("Tags") or {}))
        return {}

    def _get_database(self, caller: Caller, params: Params) -> Reply:
        return {"Database": self._told(caller, self._database(caller, params["Name"]))}

    def _get_table(self, caller: Caller, params: Params) -> Reply:
        return {"Table": self._table(caller, params)}

    def _get_tags(self, caller: Caller, params: Params) -> Reply:
        return {"Tags": dict(self._tagged(caller, params))}

    def _databases(self, caller: Caller, params: Params) -> Reply:
        held = [self._told(caller, each) for _, each in sorted(self._of(caller).items())]
        return page(held, params, _PAGE, "NextToken", "DatabaseList", refused_as=_REFUSED)

    def _update_database(self, caller: Caller, params: Params) -> Reply:
        held = self._database(caller, params["Name"])
        held.given = {**params["DatabaseInput"], "CreateTime": held.given["CreateTime"]}
        return {}

    def _delete_database(self, caller: Caller, params: Params) -> Reply:
        # What is in it goes with it (Glue API reference, DeleteDatabase).
        del self._of(caller)[self._database(caller, params["Name"]).name]
        return {}

    def _definition(self, params: Params) -> dict[str, Any]:
        if "TableInput" not in params:
            raise AwsError("InvalidInputException", "The table's definition is missing.")
        given = deepcopy(params["TableInput"])
        given["Name"] = given["Name"].lower()
        storage = given.get("StorageDescriptor") or {}
        columns = [*(storage.get("Columns") or []), *(given.get("PartitionKeys") or [])]
        names = [column["Name"].lower() for column in columns]
        if len(set(names)) < len(names):
            raise AwsError("InvalidInputException", "Duplicate column names in the table.")
        for column in columns:
            column["Name"] = column["Name"].lower()
            if not is_type(column.get("Type", "string")):
                raise AwsError(
                    "InvalidInputException",
                    f"Error: type expected at the position 0 of '{column['Type']}'.",
                )
        if not given.get("TableType"):
            given.setdefault("Parameters", {})
        return {name: given[name] for name in _OF_TABLE if name in given}

    def _create_table(self, caller: Caller, params: Params) -> Reply:
        held = self._database(caller, params["DatabaseName"])
        made = self._definition(params)
        if made["Name"] in held.tables:
            raise AwsError("AlreadyExistsException", "Table already exists.")
        now = self._clock.now()
        held.tables[made["Name"]] = {**made, "CreateTime": now, "UpdateTime": now, "VersionId": "0"}
        return {}

    def _table(self, caller: Caller, params: Params) -> dict[str, Any]:
        held = self._database(caller, params["DatabaseName"])
        found = held.tables.get(params["Name"].lower())
        if found is None:
            raise AwsError("EntityNotFoundException", f"Table {params['Name']} not found.")
        return self._shown(caller, held, found)

    @staticmethod
    def _shown(caller: Caller, held: Database, table: dict[str, Any]) -> dict[str, Any]:
        more = {
            "DatabaseName": held.name,
            "CatalogId": caller.account,
            "IsRegisteredWithLakeFormation": False,
            "Retention": 0,
        }
        return {**more, **deepcopy(table)}

    def _tables(self, caller: Caller, params: Params) -> Reply:
        held = self._database(caller, params["DatabaseName"])
        pattern = re.compile(params.get("Expression") or ".*")
        found = [
            self._shown(caller, held, table)
            for name, table in sorted(held.tables.items())
            if pattern.fullmatch(name)
        ]
        return page(found, params, _PAGE, "NextToken", "TableList", refused_as=_REFUSED)

    def _update_table(self, caller: Caller, params: Params) -> Reply:
        held = self._database(caller, params["DatabaseName"])
        made = self._definition(params)
        before = self._table(caller, {**params, "Name": made["Name"]})
        # The definition is replaced as a whole.
        held.tables[made["Name"]] = {
            **made,
            "CreateTime": before["CreateTime"],
            "UpdateTime": self._clock.now(),
            "VersionId": str(int(before["VersionId"]) + 1),
        }
        return {}

    def _delete_table(self, caller: Caller, params: Params) -> Reply:
        self._table(caller, params)
        held = self._database(caller, params["DatabaseName"])
        del held.tables[params["Name"].lower()]
        return {}

    def _tagged(self, caller: Caller, params: Params) -> dict[str, str]:
        kind, _, name = params["ResourceArn"].rpartition(":")[2].partition("/")
        if kind != "database":
            raise AwsError("InvalidInputException", "Tagging is not supported on this resource.")
        return self._database(caller, name).tags

    def _tag(self, caller: Caller, params: Params) -> Reply:
        self._tagged(caller, params).update(params["TagsToAdd"])
        return {}

    def _untag(self, caller: Caller, params: Params) -> Reply:
        held = self._tagged(caller, params)
        for key in params["TagsToRemove"]:
            held.pop(key, None)
        return {}


_REFUSED = "InvalidInputException"


def is_type(text: str) -> bool:
    """Whether a text is a type of Hive."""
    text = text.strip().lower()
    if not text.startswith(_NESTED):
        found = _TYPE.fullmatch(text)
        return found is not None and re.split(r"\(", text)[0] in _SCALARS
    kind, _, inner = text.partition("<")
    if not inner.endswith(">"):
        return False
    parts = parts_of(inner[:-1])
    if kind == "struct":
        fields = [part.partition(":") for part in parts]
        return all(name.strip() and is_type(of) for name, _, of in fields)
    return len(parts) == (1 if kind == "array" else 2) and all(map(is_type, parts))


def parts_of(text: str) -> list[str]:
    """The parts of a type between commas that stand in no inner one."""
    parts, depth, start = [], 0, 0
    for number, sign in enumerate(text):
        depth += (sign in "<(") - (sign in ">)")
        if sign == "," and depth == 0:
            parts.append(text[start:number])
            start = number + 1
    return [*parts, text[start:]]
