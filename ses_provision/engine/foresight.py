"""Questions that environments are going to ask, as far as their files say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.engine.account import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ses_provision.engine.model import Step
    from ses_provision.environment import Environment
    from ses_provision.outside.reading import Ask


def mergeable(environments: Iterable[Environment], steps: Sequence[Step]) -> Iterator[Ask]:
    """The first questions of what environments want, where several can be sent as one call."""
    for env in environments:
        account = Account.of(env)
        for step in steps:
            for resource in step.foreseen(env, account):
                reading = resource.read()
                yield from (asked for asked in next(reading, []) if asked.merge)
                reading.close()
