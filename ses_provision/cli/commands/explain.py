"""explain: what a step makes, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from ses_provision.cli.run import Run
from ses_provision.cli.shared import without
from ses_provision.cli.step_options import complete_step, known_step
from ses_provision.engine.values import plain
from ses_provision.errors import UsageError


@without("every", "profile", "local", "debug")
def explain(
    run: Run,
    step: Annotated[
        str | None,
        typer.Argument(metavar="[STEP]", help="The step.", autocompletion=complete_step),
    ] = None,
) -> None:
    """Say what a step makes and why, with its calls, permissions and AWS's own page.

    Without a step: all of them, in order. With --env it is explained for that environment.

    Example: ses-provision explain

    Example: ses-provision explain mail-from --env prod
    """
    from ses_provision.rehearsal.explain import explain as explained
    from ses_provision.rehearsal.explain import sample
    from ses_provision.render import explanation as text
    from ses_provision.steps import STEPS

    if step is None:
        run.extra["steps"] = [{"id": s.id, "title": s.title, "why": s.why} for s in STEPS]
        run.show(text.steps(STEPS))
        return
    known_step(step)
    if len(run.env) > 1:
        raise UsageError("`ses-provision explain` takes one environment.")
    env = run.environments()[0] if run.env else sample()
    found = explained(next(one for one in STEPS if one.id == step), env)
    run.extra["explanation"] = plain(found)
    run.show(text.explanation(found))
