"""How the archive is queried: a table, views over it, and queries in a workgroup of Athena."""

from __future__ import annotations

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.environment.archive import ArchiveNames, ArchiveSettings
from ses_provision.resources import glue, glue_view
from ses_provision.resources.athena import NamedQuery, WorkGroup
from ses_provision.resources.glue import CatalogDatabase, CatalogTable, database_arn
from ses_provision.resources.glue_view import CatalogView
from ses_provision.resources.sql_text import SqlText
from ses_provision.steps import archive_table
from ses_provision.steps.archive_sql import DAYS, QUERIES, VIEWS

MEGABYTE = 1_000_000
"""Athena counts in decimal megabytes: its least limit is 10,000,000 bytes."""


def desired(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """The database with the table and the views over it, the workgroup with its queries."""
    if env.archive is None:
        return Unasked("no [archive] in the environment file")
    account, names = facts.account, env.archive_names
    group = workgroup(env, account, names.workgroup, env.archive)
    return [
        CatalogDatabase(database_arn(account, names.database), env.all_tags, account),
        table(env, account, names, env.archive.days),
        *views(env, account, names.database),
        group,
        *(
            NamedQuery(group.arn, query.name, names.database, query.text(DAYS), query.about)
            for query in QUERIES
        ),
    ]


def table(env: Environment, account: Account, names: ArchiveNames, days: int) -> CatalogTable:
    """The table over the objects of the archive."""
    return CatalogTable(
        names.database,
        archive_table.EVENTS,
        archive_table.in_catalog(),
        archive_table.layout(names.bucket),
        archive_table.parameters(names.bucket, days),
        glue.marks(env.all_tags),
        account,
    )


def views(env: Environment, account: Account, database: str) -> list[Resource]:
    """The views, in the order in which they rest on each other."""
    return [
        CatalogView(
            database,
            view.name,
            view.columns,
            glue_view.LAYOUT,
            glue_view.PARAMETERS,
            glue.marks(env.all_tags),
            account,
            query=SqlText.of(view.sql),
        )
        for view in VIEWS
    ]


def workgroup(
    env: Environment, account: Account, name: str, settings: ArchiveSettings | None
) -> WorkGroup:
    """The workgroup, whose limits nobody who queries in it can lift."""
    limit = (settings or ArchiveSettings()).scan_limit_mb * MEGABYTE
    arn = account.arn("athena", f"workgroup/{name}")
    return WorkGroup(arn, True, True, True, limit, True, env.all_tags)


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A workgroup or a database that no setting names, with what is in it from us."""
    name = arn.rpartition("/")[2]
    if ":athena:" in arn and ":workgroup/" in arn:
        group = workgroup(env, account, name, None)
        # Those of ours go with it; the others keep it.
        return [
            *(NamedQuery(arn, query.name, "", "", "") for query in QUERIES),
            group,
        ]
    if ":glue:" in arn and ":database/" in arn:
        names = ArchiveNames("", "", name, "")
        return [
            *reversed(views(env, account, name)),
            table(env, account, names, 1),
            CatalogDatabase(arn, env.all_tags, account),
        ]
    return []
