"""What is reported of several environments, and more than once of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ses_provision.render import summary

if TYPE_CHECKING:
    from ses_provision.cli.run import Run


def merge(run: Run, environment: str, data: Mapping[str, Any]) -> None:
    """Add to what is already reported of an environment."""
    for report in run.reports:
        if report["environment"] == environment:
            report.update(data)
            return
    run.report(environment, dict(data))


def summarise(run: Run) -> None:
    """Several environments in a line each, below all that was shown of them."""
    if len(run.reports) > 1:
        run.show(summary.summary(run.reports))
