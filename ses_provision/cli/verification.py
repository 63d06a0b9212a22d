"""Looking at verification, once or until it has settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.cli.reports import merge
from ses_provision.cli.resolvers import asked
from ses_provision.cli.waiting import progress
from ses_provision.render import document

if TYPE_CHECKING:
    from ses_provision.checks.verification import Verification
    from ses_provision.checks.whom import Whom
    from ses_provision.cli.run import Run, Target


def look(target: Target, whom: Whom) -> Verification:
    """Where the domain stands now."""
    from ses_provision.checks.verification import verification

    return target.reader.run(verification(target.env, target.account, whom))


def show_verification(run: Run, target: Target, seen: Verification) -> None:
    """Show and report where the domain stands."""
    from ses_provision.checks import instead
    from ses_provision.render import verification as text

    seen = target.reader.run(instead.in_verification(seen, target.env, target.account))
    run.show(text.verification(seen, target.env))
    merge(run, target.env.name, {"verification": document.verification(seen)})


def await_verification(run: Run, target: Target, timeout: float, whom: Whom | None = None) -> None:
    """Look until SES has verified everything; `timeout` in minutes."""
    from ses_provision.outside import wait

    chosen = asked(target.env, None, False) if whom is None else whom
    last: list[Verification] = []

    def again() -> Verification:
        target.reader.forget()
        last[:] = [look(target, chosen)]
        return last[0]

    told = progress(run)
    try:
        wait.until(
            again,
            lambda seen: seen.is_settled,
            timeout=timeout * 60,
            sleep=told.sleeping(run.world.sleep),
            waiting=lambda seen, looked: told.waits(
                target.env.name, looked.failed or seen.why, looked
            ),
        )
    finally:
        if last:
            show_verification(run, target, last[0])
