"""status: all environments in one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.cli.resolvers import NoDns, asked
from ses_provision.cli.run import Run, Target
from ses_provision.engine.values import plain

if TYPE_CHECKING:
    from datetime import datetime

    from ses_provision.checks.overview import Overview


def status(run: Run, no_dns: NoDns = False) -> None:
    """Show all environments in one screen: verified, sandbox, sending, rates, open items.

    What is the account's in its region is told once: sandbox, sending, and the newest bounce and
    complaint rate, where CloudWatch has any. Open items: `ses-provision checklist`.

    Example: ses-provision status
    """
    from ses_provision.checks import overview
    from ses_provision.render import overview as text

    now = run.world.now()

    def work(run: Run, target: Target) -> Overview:
        row = look(run, target, now, no_dns=no_dns)
        run.report(target.env.name, {"status": plain(row)})
        return row

    rows = run.each(work, overview.failed)
    run.show(text.overview(rows, run.out.width))


def look(run: Run, target: Target, now: datetime, *, no_dns: bool) -> Overview:
    """Look at one environment, its checklist included."""
    from dataclasses import replace

    from ses_provision.checks import TOPICS, attestations
    from ses_provision.checks.finding import Severity
    from ses_provision.checks.overview import overview
    from ses_provision.checks.report import checklist
    from ses_provision.checks.topic import Scene
    from ses_provision.checks.topic import look as look_at
    from ses_provision.outside.reading import both

    env = target.env
    scene = Scene(env, target.account, asked(env, None, no_dns), now=now)
    seen, looked = target.reader.run(
        both(overview(env, target.account, now), look_at(TOPICS, scene))
    )
    words = attestations.load(run.config_dir, env.name)
    found = checklist(env, looked, words, now)
    return replace(seen, open_items=len(found.open), blockers=found.open_count(Severity.BLOCKER))
