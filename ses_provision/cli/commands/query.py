"""query."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.options import offered
from ses_provision.cli.run import Run, Target
from ses_provision.cli.words import words
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from ses_provision.operations.query import Result

LARGEST = 262_144
"""Bytes of a query that Athena takes."""
LONGEST = 30 * 60.0
"""Seconds that Athena lets a query run."""


def complete_query(incomplete: str) -> list[str]:
    """The queries that come with an archive, for the shell."""
    return offered(words("queries"), incomplete)


def query(
    run: Run,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="The query; without one, all are listed.",
            autocompletion=complete_query,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", metavar="FILE", help="Run the SQL in this file instead."),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=3660, metavar="N", help="Days to look back; 30."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="The rows as CSV.")] = False,
) -> None:
    """Ask the archive: what became of mail, by day, domain, receiver or cause.

    Runs a query that comes with the archive, or one of yours, in Athena, and says what it scanned
    and about what that costs. Only what reads is run. Rows may hold recipients' addresses.

    Example: ses-provision query daily --env prod --days 7
    """
    if as_csv and run.as_json:
        raise UsageError("Give --csv or --json, not both.")
    if name is None and file is None:
        show_all(run)
        return
    from ses_provision.operations.query import insist_on_an_archive

    text = given(name, file, days)

    def work(run: Run, target: Target) -> None:
        tell(run, target, asked(run, target, text), as_csv=as_csv)

    run.each(work, in_turn=True, fit=insist_on_an_archive)


def show_all(run: Run) -> None:
    """List the queries that come with an archive."""
    from ses_provision.render import query as render
    from ses_provision.steps.archive_sql import QUERIES

    run.extra["queries"] = [{"name": each.name, "about": each.about} for each in QUERIES]
    run.show(
        render.listed(QUERIES), "", "To run one: ses-provision query NAME --env ENV [--days N]"
    )


def given(name: str | None, file: Path | None, days: int | None) -> str:
    """The text of the query, which only reads."""
    from ses_provision.names import meant
    from ses_provision.outside import files
    from ses_provision.resources.sql_text import why_not_read_only
    from ses_provision.steps.archive_sql import DAYS, QUERIES

    if file is None:
        known = {each.name: each for each in QUERIES}
        if name not in known:
            listed = ", ".join(known)
            hint = f"Queries: {listed}; -f FILE runs one of yours."
            raise UsageError(f"There is no query {name}.{meant(name or '', known)}", hint)
        return known[name].text(days or DAYS)
    if name is not None or days is not None:
        raise UsageError(
            "-f FILE stands alone: NAME and --days are for the queries that come with the archive.",
            "Write the days into the query: dt >= '2026-11-01'.",
        )
    try:
        text = files.content(file, LARGEST).decode()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {files.reason(error)}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not in UTF-8.") from error
    problem = why_not_read_only(text)
    if problem:
        raise UsageError(f"{file} is not run: {problem}.", "Nothing was asked of AWS.")
    return text


def asked(run: Run, target: Target, text: str) -> Result:
    """Run a query, and wait for it."""
    from ses_provision.operations import query as operation
    from ses_provision.outside import wait

    env, account = target.env, target.account
    with run.life.during(f"asking the archive of {env.name}"):
        started = target.connections.send(operation.start(env, account, text))
        identity = str(started["QueryExecutionId"])

        def look() -> dict[str, object]:
            found = target.connections.answer(operation.execution(env, account, identity))
            if isinstance(found, Exception):
                raise found
            return found or {}

        ended = wait.until(
            look,
            lambda found: operation.state(found) not in operation.PENDING,
            timeout=LONGEST,
            sleep=run.world.sleep,
            waiting=lambda *_: None,
            longest=2 * wait.FIRST_LOOK,
        )
        operation.insist_on_success(ended, env)
        found = target.connections.answer(operation.results(env, account, identity))
    if isinstance(found, Exception):
        raise found
    return operation.result(ended, found or {})


def tell(run: Run, target: Target, found: Result, *, as_csv: bool) -> None:
    """Show the rows; what they cost is said beside them."""
    from ses_provision.render import query as render

    run.report(target.env.name, {"query": render.document(found)})
    if as_csv:
        run.document(render.as_csv(found).rstrip("\n"))
        run.tell(f"{target.env.name}: {render.total(found)}")
        return
    run.show(render.table(found), "", f"{target.env.name}: {render.total(found)}")
