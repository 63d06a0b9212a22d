"""What other environments of the folder want: what an environment shares with them, stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.engine.account import Account, partition
from ses_provision.engine.model import Key, Skipped, Waiting
from ses_provision.engine.needs import learned, rehearsed
from ses_provision.errors import ProvisionError
from ses_provision.outside.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ses_provision.engine.model import Step
    from ses_provision.environment import Environment


def claimed_by(
    others: Iterable[Environment], steps: Sequence[Step], env: Environment
) -> Reading[dict[Key, str]]:
    """Who else wants a thing, by its key.

    What another environment of the same account and domain wants is looked up, for its DKIM records
    have names that only SES knows; of the others it is enough what their files say.
    """
    found: dict[Key, str] = {}
    for other in others:
        account = Account(other.account_id, other.region, partition(other.region))
        is_near = (other.account_id, other.domain) == (env.account_id, env.domain)
        for step in steps:
            keys = yield from wanted(step, other, account, looked_up=is_near)
            found |= dict.fromkeys(keys, other.name)
    return found


def wanted(
    step: Step, env: Environment, account: Account, *, looked_up: bool
) -> Reading[list[Key]]:
    """The keys of what a step of another environment wants."""
    facts = rehearsed(step.needs, env, account)
    if looked_up:
        try:
            facts = yield from learned(step.needs, env, account)
        except ProvisionError:
            facts = rehearsed(step.needs, env, account)
    found = step.standing(env, facts)
    return [] if isinstance(found, Skipped | Waiting) else [resource.key for resource in found]
