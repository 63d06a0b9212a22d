"""The checklist as one HTML page: self-contained, to be read by an auditor, printed and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity, Status
from ses_provision.render import pages
from ses_provision.render.checklist import united

if TYPE_CHECKING:
    from ses_provision.checks.report import Checklist, Task

ABREAST = 4
"""Environments beside each other: on paper and on a phone there is no room for more."""
LEGEND = {
    Status.DONE: "as it should be, by what was read or by what a person attested",
    Status.ACTION: "somebody has to do something",
    Status.WAITING: "settles by itself, or waits for another item",
    Status.UNKNOWN: "could not be found out; it counts as open",
    Status.NOT_APPLICABLE: "does not concern this environment",
}


def render(values: Sequence[Checklist]) -> str:
    """One page about all environments."""
    return pages.page(
        "checklist.html",
        "Amazon SES checklist",
        ", ".join(each.environment for each in values),
        values=values,
        abreast=ABREAST,
        united=united,
        status_of=status_of,
        by_severity=by_severity,
        legend=LEGEND,
    )


def status_of(value: Checklist, item: str) -> Status | None:
    """Where an item of an environment stands; None where it is not looked at."""
    return next((each.status for each in value.findings if each.id == item), None)


def by_severity(value: Checklist) -> list[tuple[Severity, list[Task]]]:
    """What is to be done, the severest first."""
    found = ((each, [t for t in value.tasks if t.severity is each]) for each in Severity)
    return [(severity, tasks) for severity, tasks in found if tasks]
