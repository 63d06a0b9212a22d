"""attest."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.options import as_begun, offered
from ses_provision.cli.run import Run
from ses_provision.cli.words import words
from ses_provision.engine.values import plain
from ses_provision.errors import UsageError
from ses_provision.outside import files

if TYPE_CHECKING:
    from ses_provision.checks.attestations import Attestation

LONGEST = 1000  # characters in one field


def complete_attested(incomplete: str) -> list[str]:
    """Ids of the items that people's word is taken for, for the shell."""
    return offered(as_begun(words("attested"), incomplete), incomplete)


def attest(
    run: Run,
    item: Annotated[
        str,
        typer.Argument(metavar="ITEM", help="Id of the item.", autocompletion=complete_attested),
    ],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Whose word it is.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What is attested.")] = "",
    evidence: Annotated[
        str, typer.Option("--evidence", metavar="PATH-OR-URL", help="Where it can be seen.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="Last day it holds, as 2027-01-31.")
    ] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take it back.")] = False,
) -> None:
    """Record what only a person can know, in a file beside the environment.

    It closes the item in `checklist` until it is withdrawn or its last day is over. Commit the
    file, so that it is reviewed. Asks nothing of AWS.

    Example: ses-provision attest SES-HANDOVER-001 --env prod --by "Ada Lovelace" --note "in v2"
    """
    from ses_provision.checks import attestations

    known_item(item)
    now, name = run.world.now(), run.one_environment().name
    with run.boundary(name):
        entries = attestations.load(run.config_dir, name)
        if withdraw:
            entries = attestations.withdrawn(entries, item.upper(), one_line("--by", by), now)
        else:
            last = last_day(until, now)
            entries.append(made(item.upper(), by, note, evidence, last, now))
        file = attestations.save(run.config_dir, name, entries)
        word = attestations.current(entries, item.upper())
        done = "withdrawn" if withdraw else word.told() if word else ""
        run.show(f"{item.upper()} {done}", f"Written to {file}; commit it, so that it is reviewed.")
        run.report(name, {"file": str(file), "attestation": plain(word)})


def attested() -> dict[str, str]:
    """The items that people's word is taken for, and what it says."""
    from ses_provision.checks import ITEMS

    return {item.id: item.attests for item in ITEMS.values() if item.attests}


def known_item(item: str) -> None:
    """Insist that people's word is taken for this item."""
    from ses_provision.checks import ITEMS

    listed = attested()
    if item.upper() in listed:
        return
    hint = "; ".join(f"{name}: {what}" for name, what in listed.items())
    if item.upper() in ITEMS:
        raise UsageError(
            f"{item} is read from AWS and DNS; nobody's word is taken for it.",
            f"What can be attested: {hint}.",
        )
    raise UsageError(f"The checklist has no item {item}.", f"What can be attested: {hint}.")


def made(
    item: str, by: str, note: str, evidence: str, until: date | None, now: datetime
) -> Attestation:
    """An attestation from what was given, every part of it checked."""
    from ses_provision.checks.attestations import Attestation

    return Attestation(
        item,
        one_line("--by", by),
        one_line("--note", note),
        now,
        one_line("--evidence", reachable(evidence)) if evidence else "",
        until,
    )


def one_line(option: str, value: str) -> str:
    """Insist on one line of printable text: it goes into a file and onto terminals."""
    if not value.strip() or not value.isprintable() or len(value) > LONGEST:
        raise UsageError(f"{option} wants one line of printable text, at most {LONGEST} letters.")
    return value.strip()


def reachable(evidence: str) -> str:
    """Insist that evidence is a web address or a file that is there."""
    if evidence.startswith(("https://", "http://")) or files.is_there(Path(evidence)):
        return evidence
    raise UsageError(
        f"There is no file {evidence}, and it is no http(s) address.",
        "Name evidence that a reviewer can open.",
    )


def last_day(until: str, now: datetime) -> date | None:
    """The last day an attestation holds."""
    if not until:
        return None
    try:
        last = date.fromisoformat(until)
    except ValueError as error:
        raise UsageError(f"--until wants a date such as 2027-01-31, not {until}.") from error
    if last < now.astimezone(UTC).date():
        raise UsageError(f"--until {until} is over already.")
    return last
