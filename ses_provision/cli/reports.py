"""What is reported of several environments, and more than once of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ses_provision.cli.run import Run
    from ses_provision.engine.plan import StepPlan


def merge(run: Run, environment: str, data: Mapping[str, Any]) -> None:
    """Add to what is already reported of an environment."""
    for report in run.reports:
        if report["environment"] == environment:
            report.update(data)
            return
    run.report(environment, dict(data))


def tell_blocked(
    run: Run, steps: Sequence[StepPlan], environment: str, taken: Collection[str]
) -> None:
    """End with what is in the way, and how to go on: on standard error, and as exit status."""
    if steps:
        from ses_provision.render import message
        from ses_provision.render.obstacles import blocked

        error = run.advice.error(blocked(steps, environment, taken, run.command))
        run.tell(message.error(error, environment))
        run.fail(error.exit_status)


def summarise(run: Run) -> None:
    """Several environments in a line each, below all that was shown of them."""
    if len(run.reports) > 1:
        from ses_provision.render import summary

        run.show(summary.summary(run.reports))
