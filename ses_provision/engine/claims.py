"""What other environments of the folder want: what an environment shares with them, stays."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ses_provision.engine.account import Account
from ses_provision.engine.model import Key, Resource, Skipped, Waiting
from ses_provision.engine.needs import learned, rehearsed
from ses_provision.errors import HostedZoneProblem
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
    have names that only SES knows; of the others it is enough what their files say. Raises
    ProvisionError where SES may not be asked: nothing is taken for free that may be needed.
    """
    found: dict[Key, str] = {}
    for other in others:
        account = Account.of(other)
        for step in steps:
            keys = yield from wanted(step, other, account, looked_up=is_near(env, other))
            found |= dict.fromkeys(keys, other.name)
    return found


def is_near(env: Environment, other: Environment) -> bool:
    """Whether two environments may share DKIM records: one identity may be the other's replica."""
    return (other.account_id, other.domain) == (env.account_id, env.domain)


def wanted(
    step: Step, env: Environment, account: Account, *, looked_up: bool
) -> Reading[list[Key]]:
    """The keys of what a step of another environment wants."""
    facts = rehearsed(step.needs, env, account)
    if looked_up:
        naming = tuple(need for need in step.needs if need.tells_names)
        with suppress(HostedZoneProblem):
            told = yield from learned(naming, env, account)
            facts = replace(facts, known={**facts.known, **told.known})
    found = step.standing(env, facts)
    if isinstance(found, Skipped | Waiting):
        return []
    return [key for resource in found for key in (resource.key, *hung_on(resource))]


def hung_on(resource: Resource) -> tuple[Key, ...]:
    """What a resource needs to be there beside itself."""
    keys: tuple[Key, ...] = getattr(resource, "hangs_on", ())
    return keys
