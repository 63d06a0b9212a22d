"""AWS Glue: a database of the catalogue, and the tables and views in it.

Names are kept in lower case. Tables carry no tags: marks among their parameters say whose they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Self

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Key, Resource
from ses_provision.engine.ownership import MARK, OURS
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import tags

ABSENT = (Refusal("EntityNotFoundException"),)
ALREADY = (Refusal("AlreadyExistsException"),)

Columns = Mapping[str, str]
"""The type of each column by its name, in their order."""


def catalog_arn(account: Account) -> str:
    """The catalogue of an account and region, on which IAM checks each call beside its object."""
    return account.arn("glue", "catalog")


def database_arn(account: Account, name: str) -> str:
    """The ARN of a database."""
    return account.arn("glue", f"database/{name}")


def table_arn(account: Account, database: str, name: str) -> str:
    """The ARN of a table or a view."""
    return account.arn("glue", f"table/{database}/{name}")


@dataclass(frozen=True)
class CatalogDatabase:
    """A database: a name for tables."""

    arn: str
    tags: Mapping[str, str]
    account: Account = field(compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One database of a name in an account and region."""
        return Key.of("database", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"database {self.name}"

    def _on(self) -> tuple[str, ...]:
        return catalog_arn(self.account), self.arn

    def _ask(self, operation: str, **params: Any) -> Ask:
        region = self.account.region
        return question("glue", region, operation, on=self._on(), absent=ABSENT, **params)

    def _tagged(self) -> Ask:
        return question(
            "glue",
            self.account.region,
            "GetTags",
            on=(self.arn,),
            absent=ABSENT,
            ResourceArn=self.arn,
        )

    def read(self) -> Reading[Found[CatalogDatabase]]:
        """Find it by its name."""
        answer, tagged = yield from ask(self._ask("GetDatabase", Name=self.name), self._tagged())
        if answer is None:
            return Found(None)
        all_tags = (tagged or {}).get("Tags") or {}
        return Found(replace(self, tags=tags.ours(all_tags, self.tags), all_tags=all_tags))

    def writes(self, found: Found[CatalogDatabase]) -> Sequence[Call]:
        """Create it, or set the tags that lack. Rights of others to its tables are not given."""
        if found.live is None:
            made = {"Name": self.name, "CreateTableDefaultPermissions": []}
            params = {"DatabaseInput": made, "Tags": {**self.tags, **MARK}}
            also = (Right("glue:TagResource", (self.arn,)),)
            return [self._call("CreateDatabase", params, self._on(), also=also, already=ALREADY)]
        lacking = tags.missing(self.tags, found.live.tags)
        if not lacking:
            return []
        params = {"ResourceArn": self.arn, "TagsToAdd": lacking}
        return [self._call("TagResource", params, (self.arn,))]

    def _call(
        self, operation: str, params: Mapping[str, Any], on: tuple[str, ...], **declared: Any
    ) -> Call:
        return Call("glue", self.account.region, operation, params, on=on, **declared)

    def deletes(self, found: Found[CatalogDatabase]) -> Sequence[Call]:
        """Delete it. Glue takes what is in it along, so that nothing may be in it (`additions`)."""
        if found.live is None:
            return []
        on = (*self._on(), table_arn(self.account, self.name, "*"))
        return [self._call("DeleteDatabase", {"Name": self.name}, on, already=ABSENT)]

    def additions(
        self, live: CatalogDatabase, ours: Sequence[Resource]
    ) -> Reading[tuple[str, ...]]:
        """Tables and views of others."""
        del live
        [listed] = yield from ask(tables_question(self.account, self.name))
        known = {each.name for each in ours if isinstance(each, CatalogTable)}
        names = sorted(table["Name"] for table in (listed or {}).get("TableList") or ())
        return tuple(f"others added {name}" for name in names if name not in known)

    def settled(self) -> Answers:
        """Glue's answers where it stands."""
        found = {"Database": {"Name": self.name}}
        return {
            self._ask("GetDatabase", Name=self.name): found,
            self._tagged(): {"Tags": {**self.tags, **MARK}},
        }

    def strayed(self) -> Sequence[CatalogDatabase]:
        """Without its tags."""
        return [replace(self, tags={})]


def tables_question(account: Account, database: str) -> Ask:
    """The question for all tables and views of a database."""
    on = (
        catalog_arn(account),
        database_arn(account, database),
        table_arn(account, database, "*"),
    )
    return question(
        "glue",
        account.region,
        "GetTables",
        on=on,
        absent=ABSENT,
        nothing={"TableList": []},
        pages=True,
        DatabaseName=database,
    )


def marks(wanted: Mapping[str, str]) -> dict[str, str]:
    """The tags that say whose a table is, as parameters: Glue tags no tables."""
    return {name: wanted[name] for name in OURS if name in wanted}


@dataclass(frozen=True)
class CatalogTable:
    """A table over files in S3, or a view: the columns, and how they are read.

    `layout` is what TableInput says of all else, `parameters` are ours among those of the table.
    """

    database: str
    name: str
    columns: Columns
    layout: Mapping[str, Any]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    account: Account = field(compare=False)
    other_parameters: Mapping[str, str] = field(default_factory=dict, compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return table_arn(self.account, self.database, self.name)

    @property
    def key(self) -> Key:
        """One table of a name in a database."""
        return Key.of("table", self.arn, f"{self.database}.{self.name}")

    @property
    def part_of(self) -> str:
        """Its database."""
        return database_arn(self.account, self.database)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"table {self.database}.{self.name}"

    def read(self) -> Reading[Found[Self]]:
        """Find it among the tables of its database."""
        [listed] = yield from ask(tables_question(self.account, self.database))
        tables = (listed or {}).get("TableList") or ()
        held = next((table for table in tables if table["Name"] == self.name), None)
        return Found(None if held is None else self._live(held))

    def _live(self, held: Mapping[str, Any]) -> Self:
        storage = held.get("StorageDescriptor") or {}
        parameters = dict(held.get("Parameters") or {})
        known = {*self.parameters, *OURS, *MARK}
        return replace(
            self,
            columns={each["Name"]: each.get("Type", "") for each in storage.get("Columns") or ()},
            layout=self._told(held, storage),
            parameters={name: parameters.get(name, "") for name in self.parameters},
            tags={name: parameters[name] for name in self.tags if name in parameters},
            other_parameters={k: held for k, held in parameters.items() if k not in known},
            all_tags={name: parameters[name] for name in (*OURS, *MARK) if name in parameters},
        )

    def _told(self, held: Mapping[str, Any], storage: Mapping[str, Any]) -> dict[str, Any]:
        """What a table says of what we set, and of nothing else: Glue adds members of its own."""
        return {
            **{name: held.get(name) for name in self.layout if name != "StorageDescriptor"},
            "StorageDescriptor": {
                name: storage.get(name) for name in self.layout["StorageDescriptor"]
            },
        }

    def _definition(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        storage = {
            **self.layout["StorageDescriptor"],
            "Columns": [{"Name": name, "Type": held} for name, held in self.columns.items()],
        }
        return {
            **self.layout,
            "Name": self.name,
            "StorageDescriptor": storage,
            "Parameters": {**self.parameters, **self.tags, **parameters},
        }

    def writes(self, found: Found[Self]) -> Sequence[Call]:
        """Create it, or replace its definition; no old version of it is kept."""
        live = found.live
        if live is None:
            return [
                self._call("CreateTable", {"TableInput": self._definition(MARK)}, already=ALREADY)
            ]
        kept = {k: held for k, held in live.all_tags.items() if k in MARK}
        definition = self._definition({**live.other_parameters, **kept})
        return [self._call("UpdateTable", {"TableInput": definition, "SkipArchive": True})]

    def deletes(self, found: Found[Self]) -> Sequence[Call]:  # noqa: ARG002
        """It goes with its database, and stays with one that stays."""
        return []

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        whole = {"DatabaseName": self.database, **params}
        on = (catalog_arn(self.account), self.part_of, self.arn)
        return Call("glue", self.account.region, operation, whole, on=on, **declared)

    def settled(self) -> Answers:
        """Glue's answer where it stands."""
        asked = tables_question(self.account, self.database)
        return {asked: {"TableList": [self._definition(MARK)]}}

    def strayed(self) -> Sequence[Self]:
        """Other columns."""
        return [replace(self, columns={})]
