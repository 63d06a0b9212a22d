"""DMARC reports in files, for the commands that take them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from ses_provision.errors import ProvisionError, UsageError

if TYPE_CHECKING:
    from ses_provision.cli.run import Run, Target
    from ses_provision.environment import Environment
    from ses_provision.operations.dmarc import Collected
    from ses_provision.operations.dmarc.gathering import Given

DAYS = 30
"""How far back is looked, unless --days says otherwise."""


def read(run: Run, given: Iterable[Given]) -> Collected:
    """The reports in files.

    What is wrong with a file is told, and stands in the document. Raises ProvisionError where none
    could be read.
    """
    from ses_provision.operations import dmarc as operation
    from ses_provision.operations.dmarc.judging import elsewhere
    from ses_provision.render import dmarc as text

    with run.life.during("reading reports"):
        found = operation.collected(given, run.world.now())
    others = elsewhere(found.held, run.environments())
    for told in text.flaws([*found.flaws, *others]):
        run.tell(told)
    run.extra["read"] = text.files(found, others)
    if not found.held:
        raise ProvisionError(
            f"No DMARC report could be read from {found.files:,} "
            f"file{'' if found.files == 1 else 's'}.",
            "They are XML, often in .gz or .zip; `ses-provision guide dmarc` says how they arrive.",
        )
    return found


def inboxes(run: Run, days: int) -> list[Given]:
    """The mails with reports that the environments have received. Where an inbox could not be read,
    that is what is said of its environment."""
    from ses_provision.operations.dmarc.arriving import arrived, receiving

    if not receiving(run.environments()):
        raise UsageError(
            "No environment that is meant receives mail: none has a [receiving] section.",
            "`ses-provision guide receiving` says what goes into it.",
        )
    since = run.world.now() - timedelta(days=days)

    def work(run: Run, target: Target) -> list[Given]:
        if target.env.receiving is None:
            return []
        with run.life.during("reading the inbox"):
            return target.reader.run(arrived(target.env, target.account, since))

    found = [one for given in run.each(work) for one in given]
    if not found and not run.reports:
        raise ProvisionError(
            f"No mail with a DMARC report has arrived in {days} days.",
            "Receivers mail reports to dmarc.reports_to, which has to be an address that "
            "[receiving] takes mail for.",
        )
    return found


def neighbours(run: Run) -> list[Environment]:
    """What else the folder knows: whose the domain above is, and which MAIL FROM are ours."""
    from ses_provision.environment import loading

    try:
        return loading.load_all(run.config_dir)
    except ProvisionError:
        return []  # other files than those that are named may be wrong
